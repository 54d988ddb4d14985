"""Small labelled sets for the commands that train and evaluate."""

from pathlib import Path

import cv2
import numpy as np

from lesiontrack.training.dataset import LEARNED
from tests.training.files import write, write_mask

SHAPE = (128, 160)


def clinic(folder: Path, stems, *, classes=LEARNED) -> Path:
    """Skin-coloured frames with a dark lesion, in it a red ulcer, and a blue stripe that hides skin.

    The thresholds of tests/segmentation/network/fixture.py mark them right.
    """
    for number, stem in enumerate(stems):
        rng = np.random.default_rng(number)
        pixels = np.full((*SHAPE, 3), (215, 165, 140), np.float32) + rng.normal(0, 4, (*SHAPE, 3))
        masks = {name: np.zeros(SHAPE, np.uint8) for name in LEARNED}
        masks["skin"][:] = 1
        place = (30 + 28 * number, 34 + 18 * number)  # apart, or they pass for copies of one photo
        cv2.circle(masks["lesion"], place, 26, 1, -1)
        cv2.circle(masks["ulcer"], place, 12, 1, -1)
        masks["obstruction"][:, 150 - 3 * number :] = 1
        masks["skin"][masks["obstruction"] == 1] = 0
        for name, colour in (
            ("lesion", (95, 50, 60)),
            ("ulcer", (190, 40, 40)),
            ("obstruction", (30, 60, 200)),
        ):
            pixels[masks[name] == 1] = colour
        write(folder / f"images/{stem}.png", np.clip(pixels, 0, 255).astype(np.uint8))
        for name in classes:
            write_mask(folder / f"masks/{name}/{stem}.png", masks[name].astype(bool))
    return folder


def split_file(path: Path, **parts: str) -> Path:
    """id,part lines; `train="a b"` puts ours/a and ours/b there."""
    lines = [f"ours/{stem},{part}" for part, stems in parts.items() for stem in stems.split()]
    path.write_text("\n".join(["id,part", *lines]) + "\n")
    return path
