"""Lesions that split or merged: what stands for them in a sum.

RECIST 1.1, section 4.3.2: the diameters of the portions of a fragmented lesion are added together; where
lesions coalesce, the longest diameter of the coalesced lesion is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lesiontrack.response.series import LesionSeries, Look

Size = Callable[[Look | None], Decimal | None]
UNASSIGNED = "a lesion split; its fragments are not assigned"


@dataclass(frozen=True)
class Fragment:
    """A lesion that split from another after the baseline, or was merged with it at the baseline.

    Attributes:
        lesion: id.
        since: study day from which it may be a region of its own.
        origins: lesions of the site that it may have been part of, in the table's order. The observations
            don't say which, so it is assigned only where there is one.
    """

    lesion: str
    since: int
    origins: tuple[str, ...]


def find_fragments(
    lesions: Sequence[LesionSeries], baseline: Mapping[str, Look], day: int
) -> tuple[Fragment, ...]:
    """Lesions whose first sighting, later than the baseline's study day, has the status split.

    One that a person marked as new is none. A lesion that was merged at its baseline look is a fragment of
    the one that it was part of.
    """
    first = {lesion.lesion: lesion.first_seen() for lesion in lesions}
    split = {name for name, look in first.items() if look and look.status == "split" and look.day > day}
    split -= {lesion.lesion for lesion in lesions if lesion.role == "new"}
    found = []
    for lesion in lesions:
        seen = first[lesion.lesion]
        whole = keeper(lesion.lesion, baseline)
        if whole is not None:
            found.append(Fragment(lesion.lesion, day + 1, (whole,)))
        if lesion.lesion not in split or seen is None:
            continue
        origins = tuple(
            other.lesion
            for other in lesions
            if other.site == lesion.site
            and other.lesion not in split
            and (start := first[other.lesion]) is not None
            and start.day < seen.day
        )
        found.append(Fragment(lesion.lesion, seen.day, origins))
    return tuple(found)


@dataclass(frozen=True)
class Parts:
    """A visit's sum: `total` None where it is not evaluable, `partial` what could be measured of it."""

    total: Decimal | None
    partial: Decimal


def add_parts(
    targets: Collection[str],
    looks: Mapping[str, Look | None],
    day: int,
    fragments: Sequence[Fragment],
    size: Size,
) -> Parts:
    """The sum over target lesions at a visit, their fragments included.

    Args:
        targets: ids of the target set.
        looks: every lesion of the patient → its look at the visit, None where there is none.
        day: the visit's study day.
        fragments: of the patient; those first seen later than `day` count nothing.
        size: what is added up.

    A fragment is added where its only origin is a target. Where it has several, one of them a target, the
    sum is not evaluable until the fragment is gone. Of lesions merged into one outline that are all in the
    sum, that outline's size stands for all; with a lesion in it that is not, it is no size of the targets.
    """
    values = {name: size(looks[name]) for name in targets}
    unassigned = False
    for fragment in fragments:
        if fragment.since > day or not set(fragment.origins) & set(targets):
            continue
        if len(fragment.origins) == 1:
            values[fragment.lesion] = size(looks[fragment.lesion])
        else:
            unassigned |= not is_gone(looks[fragment.lesion])
    merged = {name: whole for name in looks if (whole := keeper(name, looks)) is not None}
    for name, whole in merged.items():
        if whole in values and name not in values and not _is_part(name, whole, fragments):
            values[whole] = None
    for name, whole in merged.items():
        if name in values and values.get(whole):
            values[name] = Decimal(0)
    partial = sum((value for value in values.values() if value is not None), Decimal(0))
    incomplete = not values or unassigned or None in values.values()
    return Parts(None if incomplete else partial, partial)


def is_gone(look: Look | None) -> bool:
    return look is not None and look.usable and look.status == "not_visible"


def keeper(lesion: str, looks: Mapping[str, Look] | Mapping[str, Look | None]) -> str | None:
    """The lesion whose outline a merged lesion is in, at the end of a chain of mergers; else None."""
    passed: list[str] = []
    while lesion not in passed:
        passed.append(lesion)
        look = looks.get(lesion)
        if look is None or look.status != "merged" or look.merged_into is None:
            return lesion if len(passed) > 1 and look is not None else None
        lesion = look.merged_into
    return None


def _is_part(lesion: str, whole: str, fragments: Sequence[Fragment]) -> bool:
    return any(fragment.lesion == lesion and fragment.origins == (whole,) for fragment in fragments)


def is_alone(lesion: str, looks: Mapping[str, Look | None], day: int, fragments: Sequence[Fragment]) -> bool:
    """Whether the lesion's outline at a visit is this lesion, whole and without another one."""
    others = (name for name in looks if keeper(name, looks) == lesion)
    with_others = any(not _is_part(name, lesion, fragments) for name in others)
    return not with_others and not _is_split(lesion, looks, day, fragments)


def _is_split(lesion: str, looks: Mapping[str, Look | None], day: int, fragments: Sequence[Fragment]) -> bool:
    """Whether a fragment that is not gone may be of this lesion: its own outline is not all of it."""
    return any(
        fragment.since <= day
        and lesion in fragment.origins
        and not is_gone(looks[fragment.lesion])
        and keeper(fragment.lesion, looks) != lesion
        for fragment in fragments
    )
