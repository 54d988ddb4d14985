"""The mask editor's page as a reader works it, in pixels of the photo."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np

from lesiontrack.arrays import Mask
from lesiontrack.corrections.masks import decode_drawn
from tests.review.pictured import CENTRES, RADIUS, SHAPES, Opened, Pictured, disc


class Editor:
    """The editor's page, in pixels of the photo: its window's place on the screen is worked out from it."""

    def __init__(self, window: Opened, one: Pictured, visit: str, query: str) -> None:
        self.opened, self.one, self.visit = window, one, visit
        self.page = window.go(f"/draw/{one.sha256[visit]}{query}")
        self.page.wait_for_selector("#draw[data-loaded]")
        self.facts = self.page.eval_on_selector("#draw", "e => JSON.parse(e.dataset.facts)")
        box = self.page.locator("#canvas").bounding_box()
        shown = self.facts["window"]
        self.scale = min(box["width"] / shown["width"], box["height"] / shown["height"])
        self.left = box["x"] + (box["width"] - shown["width"] * self.scale) / 2
        self.top = box["y"] + (box["height"] - shown["height"] * self.scale) / 2

    def screen(self, x: float, y: float) -> tuple[float, float]:
        """Where the centre of a pixel of the photo is."""
        shown = self.facts["window"]
        return (
            self.left + (x + 0.5 - shown["x"]) * self.scale,
            self.top + (y + 0.5 - shown["y"]) * self.scale,
        )

    def drag(self, *places: tuple[float, float]) -> None:
        mouse = self.page.mouse
        mouse.move(*self.screen(*places[0]))
        mouse.down()
        for place in places[1:]:
            mouse.move(*self.screen(*place), steps=4)
        mouse.up()

    def click(self, x: float, y: float) -> None:
        self.page.mouse.click(*self.screen(x, y))

    def brush(self) -> float:
        """Radius in pixels of the photo, set to the size that the slider can say."""
        self.page.locator("#radius").fill("22")
        widest, share = 200, 0.22
        return float(widest * share**2 * self.facts["window"]["width"] / self.facts["size"]["width"])

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def save(self) -> Any:
        """Save; the MaskEdit that was kept."""
        with self.page.expect_response("**/api/corrections") as answer:
            self.page.click("#save")
        assert answer.value.status == 201
        return self.one.values("mask")[-1]

    def before(self, name: str = "lesion") -> Mask:
        """What the last run had, all over the photo."""
        shape = SHAPES[self.visit]
        return disc(shape, CENTRES[self.visit], RADIUS) if name == "lesion" else np.zeros(shape, bool)

    def kept(self, edit: Any, name: str = "lesion") -> Mask:
        """The mask all over the photo with the edit applied."""
        mask = self.before(name)
        part = decode_drawn(edit.masks[name], edit.width, edit.height)
        mask[edit.y : edit.y + edit.height, edit.x : edit.x + edit.width] = part
        return mask


def stroke(shape: tuple[int, int], places: list[tuple[float, float]], radius: float) -> Mask:
    """All within `radius` of the line through some places."""
    found = np.zeros(shape, bool)
    y, x = np.mgrid[: shape[0], : shape[1]]
    for (x0, y0), (x1, y1) in pairwise(places):
        along = ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / max(1e-9, math.dist((x0, y0), (x1, y1)) ** 2)
        along = np.clip(along, 0, 1)
        found |= np.hypot(x - x0 - along * (x1 - x0), y - y0 - along * (y1 - y0)) <= radius
    return found
