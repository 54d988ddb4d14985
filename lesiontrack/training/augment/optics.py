"""Light, white balance, focus and sensor noise, on uint8 pictures (3, H, W) sRGB. Labels stay as they are."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
import torch
from torchvision import tv_tensors
from torchvision.transforms import v2

from lesiontrack.training.augment.draws import chance, log_uniform, normal, uniform, whole


class _OnPicture(v2.Transform):  # type: ignore[misc]
    """Changes the picture only."""

    _transformed_types = (tv_tensors.Image,)


class Light(_OnPicture):
    """Exposure, contrast, and a shade across the frame, as from a lamp at one side or a vignette."""

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        return {
            "exposure": math.exp(normal(0.15)),
            "gamma": math.exp(normal(0.15)),
            "slope": (normal(0.16), normal(0.16)) if chance(0.5) else (0.0, 0.0),
            "vignette": uniform(0, 0.5) if chance(0.3) else 0.0,
        }

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        height, width = inpt.shape[-2:]
        x = torch.linspace(-1, 1, width)[None, :]
        y = torch.linspace(-1, 1, height)[:, None]
        shade = 1 + params["slope"][0] * x + params["slope"][1] * y - params["vignette"] * (x * x + y * y) / 2
        values = (inpt.float() / 255) ** params["gamma"] * (params["exposure"] * shade.clamp(0.2, 2))
        return tv_tensors.Image((values * 255).clamp(0, 255).round().to(torch.uint8))


class Cast(_OnPicture):
    """White balance and colourfulness: a gain a channel, and a pull towards or from grey."""

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        strong = 0.11 if chance(0.3) else 0.05
        grey = 0.0 if chance(0.03) else math.exp(normal(0.18))
        return {"gains": [math.exp(normal(strong)) for _ in range(3)], "colourfulness": grey}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        weights = torch.tensor([0.299, 0.587, 0.114])
        mix = params["colourfulness"] * torch.eye(3) + (1 - params["colourfulness"]) * weights.expand(3, 3)
        mix = torch.diag(torch.tensor(params["gains"])) @ mix
        values = torch.einsum("ij,jhw->ihw", mix, inpt.float())
        return tv_tensors.Image(values.clamp(0, 255).round().to(torch.uint8))


class Defocus(_OnPicture):
    """A soft focus, or a camera that moved."""

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        moved = chance(0.3)
        return {
            "sigma": 0.0 if moved else log_uniform(0.4, 2.5),
            "length": log_uniform(2, 9) if moved else 0.0,
            "angle": uniform(0, math.pi),
        }

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        pixels = np.ascontiguousarray(inpt.numpy().transpose(1, 2, 0))
        if params["sigma"]:
            blurred = cv2.GaussianBlur(pixels, (0, 0), params["sigma"])
        else:
            blurred = cv2.filter2D(pixels, -1, motion_kernel(params["length"], params["angle"]))
        return tv_tensors.Image(torch.from_numpy(np.ascontiguousarray(blurred.transpose(2, 0, 1))))


def motion_kernel(length: float, angle: float) -> np.ndarray[Any, np.dtype[np.float32]]:
    """A line of `length` px as a normalised kernel."""
    side = 2 * math.ceil(length / 2) + 1
    kernel = np.zeros((side, side), np.float32)
    middle = side // 2
    for step in np.linspace(-length / 2, length / 2, 4 * side):
        kernel[round(middle + step * math.sin(angle)), round(middle + step * math.cos(angle))] = 1
    return np.asarray(kernel / kernel.sum(), np.float32)


class Jpeg(_OnPicture):
    """What compression leaves, of qualities from poor to good."""

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        return {"quality": whole(25, 95)}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        pixels = np.ascontiguousarray(inpt.numpy().transpose(1, 2, 0))
        _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, params["quality"]])
        decoded = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
        return tv_tensors.Image(torch.from_numpy(np.ascontiguousarray(decoded.transpose(2, 0, 1))))


class Noise(_OnPicture):
    """Sensor noise or film grain, of one px or a little coarser, partly the same in all channels."""

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        return {"sd": log_uniform(2, 14), "grain": 2 if chance(0.3) else 1, "shared": uniform(0, 1)}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        channels, height, width = inpt.shape
        size = (math.ceil(height / params["grain"]), math.ceil(width / params["grain"]))
        noise = (
            torch.randn(channels, *size) * (1 - params["shared"]) + torch.randn(1, *size) * params["shared"]
        )
        if params["grain"] > 1:
            noise = torch.nn.functional.interpolate(noise[None], (height, width), mode="bilinear")[0] * 1.5
        values = inpt.float() + params["sd"] * noise
        return tv_tensors.Image(values.clamp(0, 255).round().to(torch.uint8))
