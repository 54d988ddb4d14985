"""Varied single photographs to train and test on: each a patient of its own with one site and one visit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np

from lesiontrack.phantom.props import Vector
from lesiontrack.phantom.spec import PatientSpec, SiteSeries, StudySpec
from lesiontrack.phantom.varied.bare import bare
from lesiontrack.phantom.varied.clinic import clinic
from lesiontrack.phantom.varied.closeup import closeup
from lesiontrack.phantom.varied.treated import treated

__all__ = ["KINDS", "random_photos"]

Draw = Callable[[np.random.Generator, tuple[int, int]], SiteSeries]
# The site's name tells the kind; the shares are of a set.
KINDS: dict[str, tuple[float, Draw]] = {
    "closeup": (0.28, closeup),
    "clinic": (0.30, clinic),
    "treated": (0.22, treated),
    "bare": (0.20, bare),
}


def random_photos(count: int, seed: int = 0, size: Vector = (512, 640)) -> StudySpec:
    """A study of `count` patients with one photo each; `size` is the range of the long side in pixels.

    Kinds (the name of the site): "closeup", one lesion or none in a pen ring with a ruler; "clinic", a limb
    with wounds before a background; "treated", skin with 1 to 40 lesions, inflammation, erosions, covers;
    "bare", nothing of class lesion or ulcer, but much that could be taken for it. A photo depends on its
    number and the seed only. Raises ValueError for fewer than one photo or a long side under 200 px.
    """
    if count < 1 or min(size) < 200 or size[0] > size[1]:
        raise ValueError(
            f"count ({count}) must be 1 or more, and the long side ({size[0]:g} to {size[1]:g} px) a rising "
            "range from 200 px up"
        )
    return StudySpec(
        seed=seed,
        title=f"Rendered training photographs, seed {seed} (no real patients)",
        patients=tuple(_patient(index, seed, size) for index in range(count)),
    )


def _patient(index: int, seed: int, size: Vector) -> PatientSpec:
    rng = np.random.default_rng([seed, index])
    names = list(KINDS)
    name = names[int(rng.choice(len(names), p=[KINDS[one][0] for one in names]))]
    frame = _frame(rng, size)
    start = date(2024, 1, 8) + timedelta(days=int(rng.integers(0, 300)))
    return PatientSpec(f"T{index + 1:05d}", start, (KINDS[name][1](rng, frame),))


def _frame(rng: np.random.Generator, size: Vector) -> tuple[int, int]:
    long = float(rng.uniform(*size))
    short = long * float(rng.choice([0.75, 0.75, 2 / 3, 0.5625, 0.9]))
    width, height = (long, short) if rng.random() < 0.6 else (short, long)
    return round(width), round(height)
