"""Rulers drawn with exact truth: any rotation, spacing, bend, perspective, polarity, hair, missing ticks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np

from lesiontrack.photo import Photo

SKIN = (196, 150, 128)
OVERSAMPLING = 4


def millimetres(number: int) -> float:
    """Tick length in mm: every 5th and 10th is longer."""
    return 5.0 if number % 10 == 0 else 3.8 if number % 5 == 0 else 2.6


def half_millimetres(number: int) -> float:
    return 1.8 if number % 2 else millimetres(number // 2)


def sixteenths(number: int) -> float:
    lengths = ((16, 8.0), (8, 6.5), (4, 5.0), (2, 3.8))
    return next((length for period, length in lengths if number % period == 0), 2.4)


def eighths(number: int) -> float:
    return 8.0 if number % 8 == 0 else 6.0 if number % 4 == 0 else 3.0


def equal(number: int) -> float:
    return 2.4


@dataclass(frozen=True)
class RulerDrawing:
    """What is drawn, in mm on the ruler; `pitch_mm` is the distance of neighbouring ticks."""

    px_per_mm: float = 14.0
    angle_deg: float = 12.0
    ticks: int = 25
    pitch_mm: float = 1.0
    length_mm: Callable[[int], float] = millimetres
    width_mm: float = 0.3
    bend_per_mm: float = 0.0  # curvature of the ruler's edge
    taper: float = 0.0  # relative change of scale over the whole ruler
    ink: tuple[int, int, int] = (35, 33, 40)
    carrier: tuple[int, int, int] = (236, 236, 232)
    missing: tuple[int, ...] = ()
    centre: tuple[float, float] = (260.0, 190.0)
    depth_mm: float = 12.0


@dataclass
class Scene:
    """A picture being drawn, with skin as its ground."""

    width: int = 520
    height: int = 400
    seed: int = 0
    noise: float = 4.0
    canvas: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.seed)
        coarse = rng.normal(0, 6, (self.height // 16 + 2, self.width // 16 + 2, 1)).astype(np.float32)
        texture = cv2.resize(coarse, (self.width, self.height), interpolation=cv2.INTER_CUBIC)[..., None]
        self.canvas = np.clip(np.array(SKIN, np.float32) + texture, 0, 255)

    def place(self, ruler: RulerDrawing, along_mm: np.ndarray, up_mm: np.ndarray) -> np.ndarray:
        """(..., 2) px of points given in mm along the ruler from its middle, and up from its edge."""
        total = (ruler.ticks - 1) * ruler.pitch_mm
        u = along_mm + ruler.taper * along_mm**2 / (2 * max(total, 1e-9))
        x = ruler.px_per_mm * u
        y = ruler.px_per_mm * (0.5 * ruler.bend_per_mm * u**2 - up_mm)
        angle = np.deg2rad(ruler.angle_deg)
        turned = np.stack(
            [np.cos(angle) * x - np.sin(angle) * y, np.sin(angle) * x + np.cos(angle) * y], axis=-1
        )
        return turned + np.array(ruler.centre)

    def draw(self, ruler: RulerDrawing) -> None:
        """Carrier and ticks; the ticks begin 0.3 mm from the edge."""
        half = (ruler.ticks - 1) * ruler.pitch_mm / 2
        along = np.linspace(-half - 1.5, half + 1.5, 60)
        edge = self.place(ruler, along, np.zeros_like(along))
        far = self.place(ruler, along, np.full_like(along, ruler.depth_mm))
        self.fill([np.concatenate([edge, far[::-1]])], ruler.carrier)
        polygons = []
        for number in range(ruler.ticks):
            if number in ruler.missing:
                continue
            middle, w = number * ruler.pitch_mm - half, ruler.width_mm / 2
            a = np.array([middle - w, middle + w, middle + w, middle - w])
            top = 0.3 + ruler.length_mm(number)
            polygons.append(self.place(ruler, a, np.array([0.3, 0.3, top, top])))
        self.fill(polygons, ruler.ink)

    def fill(self, polygons: list[np.ndarray], colour: tuple[int, int, int]) -> None:
        """Anti-aliased polygons, px."""
        big = np.zeros((self.height * OVERSAMPLING, self.width * OVERSAMPLING), np.uint8)
        for polygon in polygons:
            points = np.rint(((polygon + 0.5) * OVERSAMPLING - 0.5) * 256).astype(np.int32)
            cv2.fillPoly(big, [points], 255, shift=8)
        cover = cv2.resize(big, (self.width, self.height), interpolation=cv2.INTER_AREA)[..., None] / 255.0
        self.canvas = self.canvas * (1 - cover) + np.array(colour, np.float32) * cover

    def hair(self, count: int) -> None:
        """Thin dark curves across everything."""
        rng = np.random.default_rng(self.seed + 1)
        layer = self.canvas.astype(np.uint8).copy()
        for _ in range(count):
            start = rng.uniform((0, 0), (self.width, self.height))
            heading, bend = rng.uniform(0, 2 * np.pi), rng.normal(0, 0.01)
            steps = heading + bend * np.arange(0, 120, 4)
            path = start + np.cumsum(4 * np.stack([np.cos(steps), np.sin(steps)], axis=1), axis=0)
            cv2.polylines(
                layer, [np.rint(path * 16).astype(np.int32)], False, (60, 40, 30), 1, cv2.LINE_AA, 4
            )
        self.canvas = layer.astype(np.float32)

    def photo(self, blur: float = 0.7) -> Photo:
        picture = cv2.GaussianBlur(self.canvas.astype(np.float32), (0, 0), blur)
        rng = np.random.default_rng(self.seed + 2)
        picture += rng.normal(0, self.noise, picture.shape).astype(np.float32)
        return Photo(np.clip(np.rint(picture), 0, 255).astype(np.uint8), "0" * 64)


def ruler_photo(ruler: RulerDrawing, *, hair: int = 0, seed: int = 0) -> Photo:
    scene = Scene(seed=seed)
    scene.draw(ruler)
    if hair:
        scene.hair(hair)
    return scene.photo()
