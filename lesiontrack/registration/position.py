"""The last rung: one lesion, or two, matched by place and size where the caller vouches for the site.

It carries identity and scale. With one lesion the rotation stays open, so nothing that needs aligned skin
may be read from it; with two, the rotation follows from them but is not witnessed by anything else.
"""

from __future__ import annotations

import math

import numpy as np

from lesiontrack.measurement import Lesion
from lesiontrack.registration.geometry import fit_similarity, similarity_matrix
from lesiontrack.registration.model import PreparedPhoto, Registration, refused

CONFIDENCE = 0.4  # stated, not fitted: nothing in the picture itself can tell another site from this one
DOUBTED = 0.25
MAIN_LEAD = 3.0  # the main lesion must weigh this many times the next
SURE = 0.5  # Lesion.confidence from which a second lesion counts as one
SIZE_DOUBT = 2.5  # longest diameter ratio in mm; the steepest growth between visits in data/nci_study is 2.8
SIZE_ABSURD = 5.0
DISTANCE_SLACK = 0.15  # between two lesions, in mm, relative


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
    if len(ours) == len(theirs) == 2:
        pair = _by_two(moving, fixed, ours, theirs)
        if pair is not None:
            return pair
    evidence: list[str] = []
    if len(ours) != len(theirs):
        evidence.append(f"{len(ours)} lesion(s) in the moving photo, {len(theirs)} in the fixed one")
    for side, prepared, lesions in (("moving", moving, ours), ("fixed", fixed, theirs)):
        if len(lesions) > 1 and not _leads(prepared, lesions):
            return refused(
                *shapes,
                f"lesion position: {len(lesions)} lesions in the {side} photo and none that stands out: "
                "which is which can't be told",
            )
    one, other = ours[0], theirs[0]
    ratio = _diameter_mm(fixed, other) / _diameter_mm(moving, one)
    change = max(ratio, 1 / ratio)
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
    assert moving.scale is not None
    assert fixed.scale is not None
    p = np.array([lesion.centroid for lesion in ours])
    before = float(np.linalg.norm(p[1] - p[0])) / moving.scale.at(p.mean(axis=0))
    q = np.array([lesion.centroid for lesion in theirs])
    after = float(np.linalg.norm(q[1] - q[0])) / fixed.scale.at(q.mean(axis=0))
    if min(before, after) <= 0 or abs(math.log(after / before)) > DISTANCE_SLACK:
        return None
    sizes = np.array([_diameter_mm(moving, lesion) for lesion in ours])
    others = np.array([_diameter_mm(fixed, lesion) for lesion in theirs])
    costs = [float(np.abs(np.log(others[list(order)] / sizes)).sum()) for order in ((0, 1), (1, 0))]
    turns = [_turn(p, q[list(order)]) for order in ((0, 1), (1, 0))]
    # sizes alone hardly tell two naevi apart, so the smaller turn decides unless sizes speak clearly
    order = (0, 1) if costs[0] + abs(turns[0]) / 2 <= costs[1] + abs(turns[1]) / 2 else (1, 0)
    chosen = costs[order[0]]
    if np.abs(np.log(others[list(order)] / sizes)).max() > math.log(SIZE_ABSURD):
        return None
    matrix = fit_similarity(p, q[list(order)])
    evidence = (f"sizes differ by {math.exp(chosen / 2):.1f} times on average",) if chosen > 1.8 else ()
    return Registration(
        accepted=True,
        method="lesion_position",
        confidence=DOUBTED if evidence else CONFIDENCE,
        matrix=matrix,
        moving_shape=moving.segmentation.shape,
        fixed_shape=fixed.segmentation.shape,
        reason=f"lesion position: two lesions {before:.1f} and {after:.1f} mm apart, on the study's word "
        "that it is the same site; which is which from the smaller turn and their sizes",
        evidence=evidence,
    )


def _turn(p: np.ndarray, q: np.ndarray) -> float:
    a, b = p[1] - p[0], q[1] - q[0]
    return math.atan2(a[0] * b[1] - a[1] * b[0], float(a @ b))


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
