"""Pen rings, rulers and hair drawn over a crop, with the labels that follow whatever the data set labels.

A ruler hides what is beneath. Ink is an obstruction on skin; whether a lesion goes on beneath it is left
open: rendered photos and hand-drawn outlines do not treat it alike. A single hair is left open.
"""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
import torch
from torchvision import tv_tensors
from torchvision.transforms import v2

from lesiontrack.arrays import AnyArray
from lesiontrack.training.augment.draws import chance, log_uniform, normal, uniform, whole
from lesiontrack.training.dataset import LEARNED, UNLABELLED

INKS = (  # sRGB
    (25, 30, 60),
    (20, 20, 25),
    (35, 25, 20),
    (60, 38, 28),
    (120, 25, 40),
    (30, 60, 130),
    (70, 35, 90),
    (20, 80, 60),
)
HIDDEN = 0.35  # least opacity that counts as hiding the skin beneath
SKIN, LESION, ULCER, OBSTRUCTION = (
    LEARNED.index(name) for name in ("skin", "lesion", "ulcer", "obstruction")
)


class _Drawn(v2.Transform):  # type: ignore[misc]
    """Blends a drawing of (H, W) opacity and (H, W, 3) colour over the picture; labels follow the opacity."""

    def draw(self, height: int, width: int) -> tuple[AnyArray, AnyArray]:
        raise NotImplementedError

    def relabel(self, labels: torch.Tensor, hidden: torch.Tensor) -> None:
        """Change (4, H, W) labels in place where (H, W) `hidden`."""
        raise NotImplementedError

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        opacity, colour = self.draw(*flat_inputs[0].shape[-2:])
        return {"opacity": opacity, "colour": colour}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        opacity = torch.from_numpy(params["opacity"])
        if isinstance(inpt, tv_tensors.Mask):
            labels = inpt.as_subclass(torch.Tensor).clone()
            self.relabel(labels, opacity >= HIDDEN)
            return tv_tensors.Mask(labels)
        colour = torch.from_numpy(np.ascontiguousarray(params["colour"].transpose(2, 0, 1)))
        mixed = inpt.float() * (1 - opacity) + colour * opacity
        return tv_tensors.Image(mixed.clamp(0, 255).round().to(torch.uint8))


class PenRing(_Drawn):
    """A hand-drawn ring, closed or not, often with a number beside it."""

    def relabel(self, labels: torch.Tensor, hidden: torch.Tensor) -> None:
        on_skin = hidden & (labels[SKIN] != 0)
        for plane in (labels[LESION], labels[ULCER]):
            plane[on_skin] = torch.where(plane[on_skin] == 1, UNLABELLED, 0).to(plane.dtype)
        labels[SKIN][on_skin] = UNLABELLED
        labels[OBSTRUCTION][on_skin] = 1

    def draw(self, height: int, width: int) -> tuple[AnyArray, AnyArray]:
        side = min(height, width)
        turns = np.linspace(0, 2 * math.pi * uniform(0.6, 1.05), 120) + uniform(0, 2 * math.pi)
        radius = side * uniform(0.15, 0.46)
        waves = np.zeros_like(turns)
        for k in (1, 2, 3, 5):
            waves += normal(0.05 / k) * np.cos(k * turns + uniform(0, 2 * math.pi))
        centre = np.array([width * uniform(0.35, 0.65), height * uniform(0.35, 0.65)])
        axes = np.array([math.exp(normal(0.12)), math.exp(normal(0.12))])
        line = centre + radius * (1 + waves)[:, None] * axes * np.stack([np.cos(turns), np.sin(turns)], 1)
        stroke = np.zeros((height, width), np.uint8)
        thick = max(1, round(side * log_uniform(0.006, 0.08)))
        cv2.polylines(stroke, [np.round(line * 16).astype(np.int32)], False, 255, thick, cv2.LINE_AA, 4)
        if chance(0.7):
            away = uniform(0, 2 * math.pi)
            place = centre + radius * uniform(1.15, 1.5) * np.array([math.cos(away), math.sin(away)])
            text = "".join(str(whole(0, 9)) for _ in range(whole(1, 2)))
            corner = (int(place[0]), int(place[1]))
            cv2.putText(
                stroke,
                text,
                corner,
                cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
                side * uniform(0.002, 0.006),
                255,
                thick,
                cv2.LINE_AA,
            )
        # Ink lies unevenly on skin.
        patchy = cv2.resize(_field(9), (width, height), interpolation=cv2.INTER_CUBIC)
        opacity = stroke.astype(np.float32) / 255 * np.clip(uniform(0.55, 0.95) + 0.2 * patchy, 0, 1)
        return opacity.astype(np.float32), _flat(INKS[whole(0, len(INKS) - 1)], height, width)


class RulerStrip(_Drawn):
    """A strip of a printed ruler with its ticks, at any side and angle."""

    def relabel(self, labels: torch.Tensor, hidden: torch.Tensor) -> None:
        labels[:, hidden] = 0
        labels[OBSTRUCTION][hidden] = 1

    def draw(self, height: int, width: int) -> tuple[AnyArray, AnyArray]:
        length, deep = 1.6 * max(height, width), min(height, width) * uniform(0.1, 0.35)
        spacing = log_uniform(3.5, 22)
        dark = chance(0.15)
        ground = np.full(3, uniform(15, 60) if dark else uniform(175, 252)) + np.array(
            [normal(6) for _ in range(3)]
        )
        if not dark and chance(0.15):
            ground[2] *= 0.6  # yellow
        tick = 255 - ground if dark else np.full(3, uniform(5, 90))
        strip = np.tile(np.clip(ground, 0, 255).astype(np.uint8), (round(deep), round(length), 1))
        thick = max(1, round(spacing * uniform(0.1, 0.3)))
        base = deep * uniform(0.15, 0.3)
        for index in range(int(length / spacing)):
            reach = base * (2.0 if index % 10 == 0 else 1.5 if index % 5 == 0 else 1.0)
            along = round(index * spacing)
            cv2.line(strip, (along, 0), (along, round(reach)), tick.tolist(), thick, cv2.LINE_AA)
            if index % 10 == 0:
                cv2.putText(
                    strip,
                    str(index // 10),
                    (along + thick, round(reach * 1.6)),
                    cv2.FONT_HERSHEY_SIMPLEX,
                    spacing * 0.12,
                    tick.tolist(),
                    thick,
                    cv2.LINE_AA,
                )
        angle = (whole(0, 3) * 90 + normal(12)) * math.pi / 180
        cos, sin = math.cos(angle), math.sin(angle)
        # The strip's ticked edge lies inside the frame, the rest of it outwards.
        x, y = width / 2 - sin * width * uniform(0.2, 0.5), height / 2 + cos * height * uniform(0.2, 0.5)
        matrix = np.array([[cos, -sin, x - cos * length / 2], [sin, cos, y - sin * length / 2]])
        size = (width, height)
        # Replicated: a border of black would mix a dark line into the strip's edge.
        colour = cv2.warpAffine(strip, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        opacity = cv2.warpAffine(np.ones(strip.shape[:2], np.float32), matrix, size, flags=cv2.INTER_LINEAR)
        return opacity.astype(np.float32), colour.astype(np.float32)


class Hair(_Drawn):
    """Single curved hairs, mostly one way."""

    def relabel(self, labels: torch.Tensor, hidden: torch.Tensor) -> None:
        on_skin = hidden & (labels[SKIN] != 0)
        labels[SKIN][on_skin] = UNLABELLED
        labels[OBSTRUCTION][on_skin] = UNLABELLED

    def draw(self, height: int, width: int) -> tuple[AnyArray, AnyArray]:
        stroke = np.zeros((height, width), np.uint8)
        side, way = min(height, width), uniform(0, 2 * math.pi)
        thick = 1 if chance(0.7) else 2
        for _ in range(whole(3, 40)):
            start = np.array([uniform(0, width), uniform(0, height)])
            along = way + normal(0.35)
            bend, length = normal(0.8), side * log_uniform(0.08, 0.5)
            steps = np.linspace(0, 1, 12)
            angles = along + bend * steps
            line = start + np.cumsum(np.stack([np.cos(angles), np.sin(angles)], 1) * length / 12, 0)
            cv2.polylines(stroke, [np.round(line * 16).astype(np.int32)], False, 255, thick, cv2.LINE_AA, 4)
        shade = uniform(15, 110)
        opacity = stroke.astype(np.float32) / 255 * uniform(0.5, 0.95)
        return opacity, _flat((shade, shade * 0.8, shade * 0.65), height, width)


def _flat(colour: tuple[float, float, float], height: int, width: int) -> AnyArray:
    return np.broadcast_to(np.array(colour, np.float32), (height, width, 3))


def _field(size: int) -> AnyArray:
    return torch.randn(size, size).numpy()
