"""A cause of a changed value, and those that lie in the study, the photos, the model and the protocol."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lesiontrack.diff.compare import RowChange
from lesiontrack.diff.facts import Facts, PhotoFact

NO_CAUSE = "no cause found"
NAMED = 3
"""How many of several are named in one cause; the rest are counted."""


@dataclass(frozen=True)
class Cause:
    """`root`: what lies at the bottom of it, as it is counted; `text`: by way of what, in words."""

    root: str
    text: str


def plain(text: str) -> Cause:
    return Cause(text, text)


UNKNOWN = plain(NO_CAUSE)


def own_photo(facts: Facts, photos: Iterable[str | None]) -> list[Cause]:
    """The photo that the row's values come from."""
    found = (facts.photos.get(photo) for photo in photos if photo)
    return [Cause(f"photo {fact.what}", f"photo {fact.what} ({fact.photo})") for fact in found if fact]


def site_photos(
    facts: Facts, patient: str | None, site: str | None, but: Iterable[str | None]
) -> list[Cause]:
    """Another photo of the site: visits are registered to each other and lesions are followed over them."""
    left_out = set(but)
    found = [fact for fact in facts.site_photos(patient, site) if fact.photo not in left_out]
    return _photos("another photo of the site changed", found)


def patient_photos(facts: Facts, patient: str | None, but: Iterable[str | None]) -> list[Cause]:
    """A photo of another site: lesions are numbered over the whole patient."""
    left_out = set(but)
    found = [fact for fact in facts.site_photos(patient, None) if fact.photo not in left_out]
    return _photos("a photo of another site changed (lesions are numbered over the patient)", found)


def _photos(root: str, found: list[PhotoFact]) -> list[Cause]:
    if not found:
        return []
    return [Cause(root, f"{root}: {listed([f'{fact.photo} {fact.what}' for fact in found])}")]


def model(facts: Facts) -> list[Cause]:
    return [Cause("segmentation model", f"segmentation model {facts.model}")] if facts.model else []


def protocol(facts: Facts, *sections: str) -> list[Cause]:
    found = facts.settings(*sections)
    if not found:
        return []
    if len(found) == 1:
        return [plain(f"protocol: {found[0]}")]
    named = listed([str(fact) for fact in found])
    return [Cause(f"protocol: {len(found)} values of {', '.join(sorted({f.section for f in found}))}",
                  f"protocol: {named}")]  # fmt: skip


def software(facts: Facts) -> list[Cause]:
    """Only where nothing nearer is known: another version may change anything."""
    if not facts.software:
        return []
    return [Cause("software version", f"software: {listed(list(facts.software))}; nothing nearer found")]


def told_of_lesions(facts: Facts, patient: str | None) -> list[Cause]:
    return [plain("lesions.csv")] if patient in facts.lesions else []


def cut(facts: Facts, row: RowChange) -> list[Cause]:
    """The row lies after the data cut of the side that doesn't have it."""
    side, name = (facts.b, "B") if row.kind == "removed" else (facts.a, "A")
    day = row.get("study_day") if row.get("study_day") is not None else row.get("start_day")
    if row.kind == "changed" or side.cut is None or row.patient is None:
        return []
    last = side.cut_day(row.patient)
    if last is None:
        return [plain(f"patient not in the data cut of {name}")]
    if isinstance(day, int) and day > last:
        return [Cause(f"after the data cut of {name}", f"after the data cut of {name} (day {last})")]
    return []


def nearest(*tiers: Sequence[Cause]) -> list[Cause]:
    """The first tier that has any cause: what is nearer makes what is farther a mere possibility."""
    return next((list(tier) for tier in tiers if tier), [])


def read_with_later(facts: Facts) -> list[Cause]:
    """A cut keeps what the whole run saw in its pictures; a field or a reference may rest on later ones."""
    if facts.a.cut == facts.b.cut:
        return []
    name = " and ".join(name for name, side in (("A", facts.a), ("B", facts.b)) if side.cut)
    return [plain(f"pictures of the data cut {name} were read together with later ones")]


def listed(items: list[str]) -> str:
    more = len(items) - NAMED
    return ", ".join(items[:NAMED]) + (f" and {more} more" if more > 0 else "")


def merged(causes: Iterable[Cause]) -> tuple[Cause, ...]:
    """One for each root: the first, which came the nearest way."""
    found: dict[str, Cause] = {}
    for cause in causes:
        found.setdefault(cause.root, cause)
    return tuple(found.values())
