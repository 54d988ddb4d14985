"""Which photo a site's frame is, and every other visit's map into it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from lesiontrack.corrections.placed import Rejection
from lesiontrack.pipeline.prepare import Prepared
from lesiontrack.registration import METHODS, Registration, identity, register, register_landmarks
from lesiontrack.registration.model import refused
from lesiontrack.study.model import Landmark

REJECTED = "rejected by a reader"


def choose_reference(days: Mapping[str, int], prepared: Sequence[Prepared]) -> Prepared | None:
    """The last evaluable visit at day <= 0, the baseline; else the first evaluable one; else the first.

    At day <= 0 one with a scale comes before any without: no visit can be joined to an unscaled reference by
    the places of its lesions alone.
    """
    usable = [p for p in prepared if p.quality.verdict != "not_evaluable"]
    before = [p for p in usable if days[p.entry.visit] <= 0]
    if before:
        return max(before, key=lambda p: (p.found.scale is not None, days[p.entry.visit]))
    return next(iter(usable or prepared), None)


def join_visits(
    prepared: Sequence[Prepared],
    reference: Prepared,
    landmarks: Sequence[Landmark],
    rejections: Sequence[Rejection] = (),
) -> dict[str, Registration]:
    """Visit label → registration into the reference photo's frame.

    Landmarks placed by a person come first; then the reference photo itself; then, where that gives no
    aligned skin, the nearest visit in the series that is aligned, so that slow change is bridged in steps.

    What a reader rejected is refused on every rung, unless a reader placed landmarks after that.
    """
    joined = {reference.entry.visit: identity(reference.found.segmentation.shape)}
    start = prepared.index(reference)
    order = sorted(range(len(prepared)), key=lambda i: (abs(i - start), i))
    for index in order[1:]:
        moving = prepared[index]
        placed = _placed(moving, reference, landmarks)
        rejection = _rejection(moving, reference, rejections)
        if rejection is not None and not (rejection.before_landmarks and placed):
            shapes = moving.found.segmentation.shape, reference.found.segmentation.shape
            joined[moving.entry.visit] = refused(*shapes, REJECTED)
            continue
        best = placed or register(moving.found, reference.found, same_site=True)
        if not best.aligns_skin:
            neighbours = [
                p
                for p in sorted(prepared, key=lambda p: abs(prepared.index(p) - index))
                if p is not reference and p.entry.visit in joined and joined[p.entry.visit].aligns_skin
            ]
            for neighbour in neighbours[:1]:
                step = register(moving.found, neighbour.found, same_site=True)
                if step.aligns_skin:
                    best = compose(step, joined[neighbour.entry.visit], via=neighbour.entry.visit)
        joined[moving.entry.visit] = best
    return joined


def _rejection(moving: Prepared, reference: Prepared, rejections: Sequence[Rejection]) -> Rejection | None:
    about = moving.entry.visit, moving.photo.sha256, reference.photo.sha256
    return next((r for r in rejections if (r.visit, r.photo_sha256, r.reference_sha256) == about), None)


def compose(step: Registration, onward: Registration, *, via: str) -> Registration:
    """moving → neighbour → reference: the weaker rung, errors added in quadrature, confidences multiplied."""
    stretch = math.sqrt(abs(float(np.linalg.det(onward.matrix[:2, :2]))))
    known = step.error_px is not None and onward.error_px is not None
    return Registration(
        accepted=True,
        method=max(step.method, onward.method, key=_weakness),
        confidence=step.confidence * onward.confidence,
        matrix=onward.matrix @ step.matrix,
        moving_shape=step.moving_shape,
        fixed_shape=onward.fixed_shape,
        error_px=math.hypot((step.error_px or 0) * stretch, onward.error_px or 0) if known else None,
        reason=f"{step.reason}; by way of visit {via}",
        evidence=(*step.evidence, *onward.evidence),
        unchecked=step.unchecked or (f"visit {via} is {onward.unchecked}" if onward.unchecked else ""),
    )


def _weakness(method: str) -> int:
    ladder = ("identity", "landmarks", *(m for m in METHODS if m not in ("identity", "landmarks")))
    return ladder.index(method)


def _placed(moving: Prepared, reference: Prepared, landmarks: Sequence[Landmark]) -> Registration | None:
    """By points that a reader placed on these two photos, else by those of landmarks.csv."""
    pair = moving.photo.sha256, reference.photo.sha256
    of_readers = [mark for mark in landmarks if mark.photo_sha256 in pair]
    of_the_table = [mark for mark in landmarks if mark.photo_sha256 is None]
    return _from_landmarks(moving, reference, of_readers, "placed by a reader") or _from_landmarks(
        moving, reference, of_the_table, "of landmarks.csv"
    )


def _from_landmarks(
    moving: Prepared, reference: Prepared, landmarks: Sequence[Landmark], whose: str
) -> Registration | None:
    here = {p.point: (p.x, p.y) for p in landmarks if p.visit == moving.entry.visit}
    there = {p.point: (p.x, p.y) for p in landmarks if p.visit == reference.entry.visit}
    shared = sorted(here.keys() & there.keys())
    if len(shared) < 2:
        return None
    placed = register_landmarks(
        np.array([here[name] for name in shared], float),
        np.array([there[name] for name in shared], float),
        moving.found.segmentation.shape,
        reference.found.segmentation.shape,
    )
    return replace(placed, reason=f"{len(shared)} points {whose}")
