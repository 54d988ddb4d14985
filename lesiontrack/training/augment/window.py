"""The place, scale and turn at which a crop is cut from a photo."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import torch
from torchvision import tv_tensors
from torchvision.transforms import v2

from lesiontrack.arrays import AnyArray
from lesiontrack.training.augment.draws import chance, log_uniform, normal, uniform

MARGIN = 1.15  # widest window, in long sides of the photo: the whole photo, with something around it
CLOSE_UP_MARGIN = 1.7  # of a close-up, whose lesion would else fill every crop
NARROWEST = 0.5  # narrowest window, in sides of the crop: never enlarged more than twice


class Window(v2.Transform):  # type: ignore[misc]
    """Cuts a `side` x `side` crop; labels follow by nearest neighbour. Outside of the photo it is mirrored.

    Args:
        side: px of the crop.
        centre: x, y in the photo that the crop is about, within a third of the window; None for anywhere.
        extent: px of the photo: size of what stands at the centre. Windows that show it at 1/6 to 9/10 of the
            side are drawn then; None draws all scales alike.
        margin: widest window, in long sides of the photo.
    """

    def __init__(
        self,
        side: int,
        *,
        centre: Sequence[float] | None = None,
        extent: float | None = None,
        margin: float = MARGIN,
    ) -> None:
        super().__init__()
        self.side, self.centre, self.extent, self.margin = side, centre, extent, margin

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        height, width = flat_inputs[0].shape[-2:]
        narrow, wide = NARROWEST * self.side, self.margin * max(height, width)
        if self.extent is not None:
            narrow, wide = (min(max(one, narrow), wide) for one in (self.extent / 0.9, self.extent * 6))
        size = log_uniform(min(narrow, wide), wide)
        if self.centre is None:
            reach = [max(length - size, 0.25 * length) / 2 for length in (width, height)]
            x, y = (
                length / 2 + uniform(-1, 1) * far for length, far in zip((width, height), reach, strict=True)
            )
        else:
            x, y = (place + uniform(-1, 1) * size / 3 for place in self.centre)
        angle = uniform(0, 2 * math.pi) if chance(0.5) else normal(math.radians(12))
        return {
            "centre": (x, y),
            "scale": self.side / size,
            "angle": angle,
            "stretch": math.exp(normal(0.06)),
            "mirror": chance(0.5),
            "tilt": (normal(0.06), normal(0.06)),
        }

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        matrix = self.matrix(params)
        planes = np.ascontiguousarray(inpt.numpy().transpose(1, 2, 0))
        if isinstance(inpt, tv_tensors.Mask):
            return tv_tensors.Mask(self._cut(planes, matrix, cv2.INTER_NEAREST))
        # Shrunk by more than half, bilinear sampling would skip pixels: the photo is averaged first.
        shrink = int(1 / params["scale"])
        if shrink >= 2:
            height, width = planes.shape[:2]
            small = (max(width // shrink, 1), max(height // shrink, 1))
            planes = cv2.resize(planes, small, interpolation=cv2.INTER_AREA)
            ratio = np.array([width / small[0], height / small[1]])
            matrix = matrix @ np.array(
                [[ratio[0], 0, (ratio[0] - 1) / 2], [0, ratio[1], (ratio[1] - 1) / 2], [0, 0, 1]]
            )
        return tv_tensors.Image(self._cut(planes, matrix, cv2.INTER_LINEAR))

    def matrix(self, params: dict[str, Any]) -> AnyArray:
        """(3, 3) homography from photo to crop, pixel centres."""
        x, y = params["centre"]
        cos, sin = (params["scale"] * turn(params["angle"]) for turn in (math.cos, math.sin))
        flip, stretch = (-1.0 if params["mirror"] else 1.0), params["stretch"]
        to_origin = np.array([[1, 0, -x], [0, 1, -y], [0, 0, 1]])
        turned = np.array(
            [[flip * stretch * cos, -stretch * flip * sin, 0], [sin / stretch, cos / stretch, 0], [0, 0, 1]]
        )
        tilted = np.array([[1, 0, 0], [0, 1, 0], [*(tilt / self.side for tilt in params["tilt"]), 1]])
        middle = (self.side - 1) / 2
        to_middle = np.array([[1, 0, middle], [0, 1, middle], [0, 0, 1]])
        return np.asarray(to_middle @ tilted @ turned @ to_origin)

    def _cut(self, planes: AnyArray, matrix: AnyArray, how: int) -> torch.Tensor:
        # Mirrored about the photo's edge, which stays in place when the photo is shrunk first; REFLECT_101
        # mirrors about the last pixel's centre, which doesn't: picture and labels would part there.
        cut = cv2.warpPerspective(
            planes, matrix, (self.side, self.side), flags=how, borderMode=cv2.BORDER_REFLECT
        )
        return torch.from_numpy(np.ascontiguousarray(np.atleast_3d(cut).transpose(2, 0, 1)))
