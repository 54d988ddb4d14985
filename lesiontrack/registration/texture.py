"""The first rung: the skin's own texture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lesiontrack.arrays import Points
from lesiontrack.registration.confidence import OPERATING_POINT, texture_confidence
from lesiontrack.registration.estimate import Estimate, estimate
from lesiontrack.registration.features import Features
from lesiontrack.registration.geometry import implausible, local_scale
from lesiontrack.registration.model import PreparedPhoto, Registration, refused
from lesiontrack.registration.verify import check

MIN_WINDOWS = 12  # below, chance alone can look like agreement
MIN_CELLS = 8  # cells of 5 % of the frame that inliers must lie in: not one clump
MIN_SKIN = 0.03  # share of the frame
SCALES_DIFFER = 1.25  # rulers on curved skin differ by up to 13 % within one photo (DESIGN.md)
SCALES_CONTRADICT = 1.6


def by_texture(moving: PreparedPhoto, fixed: PreparedPhoto) -> Registration:
    """Registration by skin texture, accepted or refused with the reason."""
    shapes = moving.segmentation.shape, fixed.segmentation.shape
    for name, features in (("moving", moving.features), ("fixed", fixed.features)):
        share = float(features.usable.mean())
        if share < MIN_SKIN:
            return refused(*shapes, f"the {name} photo shows too little free skin ({share:.0%} of the frame)")
    found = estimate(moving.features, fixed.features)
    if found is None:
        return refused(*shapes, "no three skin features agree on one map")
    doubt = implausible(found.matrix, _skin_box(moving.features)) or _clumped(found)
    if doubt:
        return refused(*shapes, f"skin texture: {doubt}")

    witness = check(moving.features, fixed.features, found.matrix)
    confidence = texture_confidence(witness.surprise, found.found)
    to_fixed, from_moving = fixed.features.to_photo, np.linalg.inv(moving.features.to_photo)
    matrix = to_fixed @ found.matrix @ from_moving
    matrix = matrix / matrix[2, 2]
    says = (
        f"skin texture: {found.found} features agree and {witness.agreeing} of {witness.windows} windows "
        "of skin between them"
    )
    result = Registration(
        accepted=True,
        method="skin_texture",
        confidence=confidence,
        matrix=matrix,
        moving_shape=shapes[0],
        fixed_shape=shapes[1],
        error_px=found.residual * local_scale(to_fixed, (0, 0)),
        reason=f"{says}; {found.model}",
    )
    result = _against_rulers(result, moving, fixed)
    if witness.windows < MIN_WINDOWS:
        return refused(*shapes, f"{says}, too few windows to judge by")
    if result.confidence < OPERATING_POINT:
        against = "".join(f"; {line}" for line in result.evidence)
        return replace(
            refused(*shapes, f"{says}: not better than chance gives{against}"), confidence=result.confidence
        )
    return result


def _clumped(found: Estimate) -> str:
    cells = len(np.unique(np.floor(found.moving / 32), axis=0))
    return "" if cells >= MIN_CELLS else f"the agreeing features lie in one clump ({cells} cells)"


def _skin_box(features: Features) -> Points:
    rows, columns = np.flatnonzero(features.usable.any(axis=1)), np.flatnonzero(features.usable.any(axis=0))
    x0, x1, y0, y1 = columns[0], columns[-1], rows[0], rows[-1]
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], float)


def _against_rulers(result: Registration, moving: PreparedPhoto, fixed: PreparedPhoto) -> Registration:
    """Lowers the confidence where the two scales contradict the map's."""
    if moving.scale is None or fixed.scale is None:
        return result
    height, width = result.moving_shape
    centre = np.array([[(width - 1) / 2, (height - 1) / 2]])
    there = result.map_points(centre)[0]
    expected = fixed.scale.at(there) / moving.scale.at(centre[0])
    ratio = result.scale_at((float(centre[0, 0]), float(centre[0, 1]))) / expected
    off = max(ratio, 1 / ratio) if ratio > 0 else float("inf")
    if off < SCALES_DIFFER:
        return result
    line = f"the map's scale is {ratio:.2f} times what the two photos' mm scales say"
    factor = 0.6 if off > SCALES_CONTRADICT else 0.9
    return replace(result, confidence=factor * result.confidence, evidence=(*result.evidence, line))
