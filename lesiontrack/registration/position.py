"""The last rung: one lesion, or two, matched by place and size where the caller vouches for the site.

It carries identity and scale. With one lesion the rotation stays open, so nothing that needs aligned skin
may be read from it; with two, the rotation follows from them but is not witnessed by anything else.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations, permutations

import numpy as np

from lesiontrack.arrays import Points
from lesiontrack.measurement import Lesion
from lesiontrack.registration.geometry import fit_similarity, similarity_matrix
from lesiontrack.registration.model import PreparedPhoto, Registration, refused

CONFIDENCE = 0.4  # stated, not fitted: nothing in the picture itself can tell another site from this one
DOUBTED = 0.25
MAIN_LEAD = 3.0  # the main lesion must weigh this many times the next
SURE = 0.5  # Lesion.confidence from which a second lesion counts as one
SIZE_DOUBT = 2.5  # longest diameter ratio in mm; the steepest growth in 30 pairs of real visits is 2.8
SIZE_ABSURD = 5.0
DISTANCE_SLACK = 0.15  # between two lesions, in mm, relative
MOST = 5  # heaviest lesions of a photo that are tried in twos
CLEARLY = 0.5  # by how much the best two must beat the next


def by_position(moving: PreparedPhoto, fixed: PreparedPhoto) -> Registration:
    """Registration by lesion position, accepted or refused with the reason."""
    shapes = moving.segmentation.shape, fixed.segmentation.shape
    if not moving.lesions or not fixed.lesions:
        side = "moving" if not moving.lesions else "fixed"
        return refused(*shapes, f"lesion position: no lesion was found in the {side} photo")
    if moving.scale is None or fixed.scale is None:
        side = "moving" if moving.scale is None else "fixed"
        return refused(*shapes, f"lesion position: the {side} photo has no mm scale to compare sizes by")
    ours, theirs = _likely(moving), _likely(fixed)
    if min(len(ours), len(theirs)) >= 2:
        pair = _by_two(moving, fixed, ours, theirs)
        if pair is not None:
            return pair
    evidence: list[str] = []
    if len(ours) != len(theirs):
        evidence.append(_counts(ours, theirs))
    for side, prepared, lesions in (("moving", moving, ours), ("fixed", fixed, theirs)):
        if len(lesions) > 1 and not _leads(prepared, lesions):
            return refused(
                *shapes,
                f"lesion position: {len(lesions)} lesions in the {side} photo and none that stands out: "
                "which is which can't be told",
            )
    one, other = ours[0], theirs[0]
    (change,) = _changes(moving, fixed, [one], [other])
    if change > SIZE_ABSURD:
        return refused(
            *shapes, f"lesion position: the diameters differ {change:.1f} times: not taken for one lesion"
        )
    if change > SIZE_DOUBT:
        evidence.append(f"the diameters differ {change:.1f} times")
    scale = fixed.scale.at(other.centroid) / moving.scale.at(one.centroid)
    matrix = similarity_matrix(scale, 0.0, np.array(one.centroid), np.array(other.centroid))
    return Registration(
        accepted=True,
        method="lesion_position",
        confidence=DOUBTED if evidence else CONFIDENCE,
        matrix=matrix,
        moving_shape=shapes[0],
        fixed_shape=shapes[1],
        reason="lesion position: the site's one main lesion taken for the same at both visits, on "
        "the study's word that it is the same site; scale from the two mm scales, rotation open",
        evidence=tuple(evidence),
    )


def _by_two(
    moving: PreparedPhoto, fixed: PreparedPhoto, ours: list[Lesion], theirs: list[Lesion]
) -> Registration | None:
    """Two lesions as far apart in mm in both photos, with like sizes; None unless one choice alone fits."""
    choices = []
    for p in combinations(ours[:MOST], 2):
        for q in permutations(theirs[:MOST], 2):
            cost = _cost_of_two(moving, fixed, p, q)
            if cost is not None:
                choices.append((cost, p, q))
    if not choices:
        return None
    cost, p, q = min(choices, key=lambda choice: choice[0])
    # the same two the other way round is no other choice: that is settled by the smaller turn
    rivals = [
        c
        for c, p2, q2 in choices
        if set(map(id, p2)) != set(map(id, p)) or set(map(id, q2)) != set(map(id, q))
    ]
    if rivals and min(rivals) < cost + CLEARLY:
        return None
    evidence = []
    if len(ours) != len(theirs):
        evidence.append(_counts(ours, theirs))
    change = max(_changes(moving, fixed, p, q))
    if change > SIZE_DOUBT:
        evidence.append(f"the diameters differ {change:.1f} times")
    matrix = fit_similarity(_points(p), _points(q))
    return Registration(
        accepted=True,
        method="lesion_position",
        confidence=DOUBTED if evidence else CONFIDENCE,
        matrix=matrix,
        moving_shape=moving.segmentation.shape,
        fixed_shape=fixed.segmentation.shape,
        reason=f"lesion position: two lesions {_apart_mm(moving, p):.1f} and {_apart_mm(fixed, q):.1f} mm "
        "apart, on the study's word that it is the same site; which is which by turn and sizes",
        evidence=tuple(evidence),
    )


def _cost_of_two(
    moving: PreparedPhoto, fixed: PreparedPhoto, p: Sequence[Lesion], q: Sequence[Lesion]
) -> float | None:
    before, after = _apart_mm(moving, p), _apart_mm(fixed, q)
    if min(before, after) < 1:
        return None
    stretch = abs(math.log(after / before))
    changes = _changes(moving, fixed, p, q)
    if stretch > DISTANCE_SLACK or max(changes) > SIZE_ABSURD:
        return None
    a, b = np.diff(_points(p), axis=0)[0], np.diff(_points(q), axis=0)[0]
    turn = abs(math.atan2(a[0] * b[1] - a[1] * b[0], float(a @ b)))
    return stretch / DISTANCE_SLACK + sum(math.log(change) for change in changes) / 2 + turn / 2


def _points(lesions: Sequence[Lesion]) -> Points:
    return np.array([lesion.centroid for lesion in lesions], float)


def _apart_mm(prepared: PreparedPhoto, lesions: Sequence[Lesion]) -> float:
    assert prepared.scale is not None
    points = _points(lesions)
    return float(np.linalg.norm(points[1] - points[0])) / prepared.scale.at(points.mean(axis=0))


def _changes(
    moving: PreparedPhoto, fixed: PreparedPhoto, p: Sequence[Lesion], q: Sequence[Lesion]
) -> list[float]:
    """Ratio of the longest diameters in mm, the larger over the smaller."""
    ratios = [_diameter_mm(fixed, b) / _diameter_mm(moving, a) for a, b in zip(p, q, strict=True)]
    return [max(ratio, 1 / ratio) for ratio in ratios]


def _counts(ours: Sequence[Lesion], theirs: Sequence[Lesion]) -> str:
    return f"{len(ours)} lesion(s) in the moving photo, {len(theirs)} in the fixed one"


def _likely(prepared: PreparedPhoto) -> list[Lesion]:
    """Lesions that count, heaviest first; always at least one."""
    ranked = sorted(prepared.lesions, key=lambda lesion: -_weight(prepared, lesion))
    return ranked[:1] + [lesion for lesion in ranked[1:] if lesion.confidence >= SURE]


def _weight(prepared: PreparedPhoto, lesion: Lesion) -> float:
    """Size, sureness and nearness to the middle: the photographer aims at the lesion that is meant."""
    height, width = prepared.segmentation.shape
    x, y = lesion.centroid
    off = math.hypot((x - width / 2) / width, (y - height / 2) / height)
    return lesion.area_px * lesion.confidence * math.exp(-((off / 0.35) ** 2))


def _leads(prepared: PreparedPhoto, lesions: list[Lesion]) -> bool:
    return _weight(prepared, lesions[0]) >= MAIN_LEAD * _weight(prepared, lesions[1])


def _diameter_mm(prepared: PreparedPhoto, lesion: Lesion) -> float:
    assert prepared.scale is not None
    return max(lesion.longest_diameter_px, 1.0) / prepared.scale.at(lesion.centroid)
