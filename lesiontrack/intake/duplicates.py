"""Copies of one photo: exact, resent, resized, edited. One stays, the others are listed with it named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lesiontrack.intake.cameras import copy_name, device_name
from lesiontrack.intake.looks import MIN_AGREEING, SAME_PLANE, agreeing, correlations, look_at, same_picture
from lesiontrack.intake.model import DUPLICATE, Found, Left
from lesiontrack.study.names import natural_key

_BESIDE = re.compile(
    r"(?<![^\W_])(?:back-?up|archiv\w*|kopien?|cop(?:y|ies)|old|alt|downloads?|exports?)(?![^\W_])", re.I
)
_ALIKE_WITHOUT_TIME = 0.997  # two shots from one tripod reach 0.99; no camera time tells them apart


@dataclass(frozen=True, eq=False)
class Copies:
    """`kept`: one photo of each set of copies. `others`: kept photo's path → the copies left out."""

    kept: tuple[Found, ...]
    left: tuple[Left, ...]
    others: dict[str, tuple[Found, ...]]
    doubts: dict[str, str]


def without_copies(photos: Sequence[Found]) -> Copies:
    """Keep the original of each set of copies: with a camera date, large, without a copy's name."""
    parent = list(range(len(photos)))
    why: dict[int, str] = {}
    doubts: dict[str, str] = {}

    def root(index: int) -> int:
        while parent[index] != index:
            index = parent[index]
        return index

    def join(a: int, b: int, reason: str) -> None:
        why.setdefault(b, reason)
        why.setdefault(a, reason)
        parent[root(b)] = root(a)

    by_hash: dict[str, int] = {}
    for index, photo in enumerate(photos):
        first = by_hash.setdefault(photo.sha256, index)
        if first != index:
            join(first, index, "exact copy")
    if len(photos) > 1:
        close = np.argwhere(np.triu(correlations(list(photos)), 1) >= SAME_PLANE)
        for a, b in close.tolist():
            reason = _edited(photos[a], photos[b])
            if reason and root(a) != root(b):
                join(a, b, reason)
    stems = {(photo.folders, photo.stem.casefold()): index for index, photo in enumerate(photos)}
    for index, photo in enumerate(photos):
        name = copy_name(photo.stem)
        other = stems.get((photo.folders, name.base.casefold())) if name is not None else None
        if other is None or root(other) == root(index):
            continue
        if name is not None and name.number is not None and not device_name(photo.stem):
            continue  # people write "left leg (2)" for a second photo
        if agreeing(look_at(photos[other]), look_at(photo)) >= 3 * MIN_AGREEING and _one_time(
            photos[other], photo
        ):
            join(other, index, "its name says copy, and parts of the picture are the same")
        else:
            doubts[photo.relative] = (
                f"its name says it was made from {photos[other].stem}, but the picture differs"
            )
    return _sorted_out(photos, [root(index) for index in range(len(photos))], why, doubts)


def _sorted_out(
    photos: Sequence[Found], roots: list[int], why: dict[int, str], doubts: dict[str, str]
) -> Copies:
    groups: dict[int, list[int]] = {}
    for index, group in enumerate(roots):
        groups.setdefault(group, []).append(index)
    kept, left, others = [], [], {}
    for members in groups.values():
        members.sort(key=lambda index: _preference(photos[index]))
        first = photos[members[0]]
        kept.append(first)
        for index in members[1:]:
            copy = photos[index]
            reason = "exact copy" if copy.sha256 == first.sha256 else why[index].replace("exact copy", "copy")
            left.append(
                Left(copy.relative, DUPLICATE, f"duplicate of {first.relative}: {reason}", copy.preview)
            )
        if len(members) > 1:
            others[first.relative] = tuple(photos[index] for index in members[1:])
    order = {photo.relative: index for index, photo in enumerate(photos)}
    kept.sort(key=lambda photo: order[photo.relative])
    return Copies(tuple(kept), tuple(left), others, doubts)


def _preference(photo: Found) -> tuple[object, ...]:
    device = device_name(photo.stem)
    resent = device is not None and device.kind != "camera"
    return (
        photo.taken_at is None,
        copy_name(photo.stem) is not None,
        resent,
        _BESIDE.search("/".join(photo.folders)) is not None,
        -photo.width * photo.height,
        -len(photo.folders),
        natural_key(photo.relative),
    )


def _edited(a: Found, b: Found) -> str:
    """Why two different files show one shot; "" where they may be two shots of one view."""
    alike = same_picture(a, b)
    if alike < SAME_PLANE:
        return ""
    if a.taken_at is not None and b.taken_at is not None:
        return (
            "" if a.taken_at != b.taken_at else "the same picture at the same camera time, edited or resized"
        )
    if a.taken_at is not None or b.taken_at is not None:
        return "the same picture without its camera data, as messengers and editors send it"
    return "the same picture, edited or resized" if alike >= _ALIKE_WITHOUT_TIME or _named(a, b) else ""


def _named(a: Found, b: Found) -> bool:
    stems = a.stem.casefold(), b.stem.casefold()
    return any(
        name is not None and name.base.casefold() == other
        for name, other in ((copy_name(a.stem), stems[1]), (copy_name(b.stem), stems[0]))
    )


def _one_time(a: Found, b: Found) -> bool:
    return a.taken_at is None or b.taken_at is None or a.taken_at == b.taken_at
