"""Two photos of one skin site into one frame, on skin only; refusing is a result."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lesiontrack.arrays import Matrix, Pixels, Points
from lesiontrack.measurement import Lesion
from lesiontrack.photo import Photo
from lesiontrack.scale import Scale
from lesiontrack.segmentation import Segmentation

METHODS = ("skin_texture", "lesion_pattern", "lesion_position", "landmarks", "identity", "none")


@dataclass(frozen=True, eq=False)
class PreparedPhoto:
    """A photo with what the stages before registration found on it."""

    photo: Photo
    segmentation: Segmentation
    scale: Scale | None = None
    lesions: tuple[Lesion, ...] = ()


@dataclass(frozen=True, eq=False)
class Registration:
    """A map from the moving photo's points to the fixed photo's.

    Attributes:
        accepted: whether it may be used at all.
        method: the rung it stands on, one of METHODS. "lesion_position" keeps identity and scale only: the
            rotation is open, so what needs aligned skin is not evaluable there.
        confidence: 0..1, estimated probability that landmarks agree to within 2 % of the frame.
        matrix: (3, 3) moving → fixed.
        moving_shape, fixed_shape: (H, W).
        error_px: residual of the evidence in fixed pixels (1 sd); None where nothing measures it.
        reason: why it was refused, or what it rests on, in plain words.
        evidence: warnings against it ("scales contradict: 1.9"), for the tables.
    """

    accepted: bool
    method: str
    confidence: float
    matrix: Matrix
    moving_shape: tuple[int, int]
    fixed_shape: tuple[int, int]
    error_px: float | None = None
    reason: str = ""
    evidence: tuple[str, ...] = ()

    @property
    def aligns_skin(self) -> bool:
        """True where the rung carries skin positions, not only a lesion's identity."""
        return self.accepted and self.method in ("skin_texture", "lesion_pattern", "landmarks", "identity")

    def map_points(self, points: Points) -> Points:
        """(N, 2) xy of moving → (N, 2) xy of fixed."""
        raise NotImplementedError

    def warp(self, pixels: Pixels) -> Pixels:
        """Moving pixels, (H, W, 3) or (H, W), resampled into the fixed frame; 0 outside."""
        raise NotImplementedError


def identity(shape: tuple[int, int]) -> Registration:
    """The reference photo's map onto itself."""
    return Registration(True, "identity", 1.0, np.eye(3), shape, shape, 0.0, "the reference photo itself")


def register(
    moving: Photo | PreparedPhoto, fixed: Photo | PreparedPhoto, same_site: bool = False
) -> Registration:
    raise NotImplementedError
