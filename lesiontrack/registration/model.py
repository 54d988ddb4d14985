"""The values of registration: a photo with what was found on it, and a map between two photos."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from lesiontrack.arrays import AnyArray, Matrix, Points
from lesiontrack.measurement import Lesion
from lesiontrack.photo import Photo
from lesiontrack.registration.features import Features, find_features
from lesiontrack.registration.geometry import apply_matrix, local_scale
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

    @cached_property
    def features(self) -> Features:
        """Skin features for registration, computed once per prepared photo."""
        return find_features(self.photo.pixels, self.segmentation, self.lesions)


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
        unchecked: why it is no ground to say that a lesion is gone: points by hand that any two photos would
            fit. Empty where something speaks for it.
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
    unchecked: str = ""

    @property
    def aligns_skin(self) -> bool:
        """True where the rung carries skin positions, not only a lesion's identity."""
        return self.accepted and self.method in ("skin_texture", "lesion_pattern", "landmarks", "identity")

    def map_points(self, points: Points) -> Points:
        """(N, 2) xy of moving → (N, 2) xy of fixed; NaN where a homography has no image."""
        return apply_matrix(self.matrix, points)

    def unmap_points(self, points: Points) -> Points:
        """(N, 2) xy of fixed → (N, 2) xy of moving."""
        return apply_matrix(np.asarray(np.linalg.inv(self.matrix), float), points)

    def scale_at(self, xy: tuple[float, float]) -> float:
        """Fixed pixels per moving pixel at a point (x, y) of moving."""
        return local_scale(self.matrix, xy)

    def warp(self, pixels: AnyArray) -> AnyArray:
        """Moving pixels, (H, W, 3) or (H, W), resampled into the fixed frame; 0 outside.

        Bilinear; a mask (bool) by nearest neighbour. Raises ValueError for another height or width than
        `moving_shape`.
        """
        if pixels.shape[:2] != self.moving_shape:
            raise ValueError(
                f"pixels are {pixels.shape[:2]}, but the registration maps photos of {self.moving_shape} "
                "(height, width): pass the photo that was registered"
            )
        height, width = self.fixed_shape
        is_mask = pixels.dtype == np.bool_
        source = pixels.astype(np.uint8) if is_mask else pixels
        shrink = local_scale(self.matrix, ((pixels.shape[1] - 1) / 2, (pixels.shape[0] - 1) / 2))
        if not is_mask and 0 < shrink < 0.6:
            # bilinear sampling alone would alias
            source = cv2.GaussianBlur(source, (0, 0), 0.4 / shrink)
        flags = cv2.INTER_NEAREST if is_mask else cv2.INTER_LINEAR
        warped = cv2.warpPerspective(source, self.matrix, (width, height), flags=flags)
        return np.asarray(warped, bool) if is_mask else np.asarray(warped)


def identity(shape: tuple[int, int]) -> Registration:
    """The reference photo's map onto itself."""
    return Registration(True, "identity", 1.0, np.eye(3), shape, shape, 0.0, "the reference photo itself")


def refused(moving_shape: tuple[int, int], fixed_shape: tuple[int, int], reason: str) -> Registration:
    """No map: what stands on top of it is not evaluable."""
    return Registration(False, "none", 0.0, np.eye(3), moving_shape, fixed_shape, None, reason)
