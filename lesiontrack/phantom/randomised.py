"""Random studies of any number of patients."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from lesiontrack.phantom.optics import SKIN_TONES
from lesiontrack.phantom.props import Vector
from lesiontrack.phantom.scenes import (
    ABOVE,
    BELOW,
    GROWING,
    RESIDUAL,
    RESPONDING,
    STABLE,
    WITHIN,
    camera_at,
    ruler_at,
)
from lesiontrack.phantom.spec import (
    LesionSpec,
    PatientSpec,
    SiteSeries,
    SiteSpec,
    StudySpec,
    VisitSpec,
)


def random_study(
    *, patients: int = 2, visits: int = 6, seed: int = 0, size: Vector = (1100, 825)
) -> StudySpec:
    """Patients of all skin tones with one or two sites of two to six lesions each; size is in pixels.

    Raises ValueError for fewer than one patient or visit, or a frame under 200 px.
    """
    if patients < 1 or visits < 1 or min(size) < 200:
        raise ValueError(
            f"patients ({patients}) and visits ({visits}) must be 1 or more, and the frame "
            f"({size[0]:g} x {size[1]:g} px) 200 px or more a side"
        )
    rng = np.random.default_rng([seed, patients, visits])
    tones = list(SKIN_TONES)
    return StudySpec(
        seed=seed,
        title=f"Rendered study, seed {seed} (no real patients)",
        patients=tuple(
            PatientSpec(
                f"PT{index + 1:03d}",
                date(2024, 1, 8) + timedelta(days=int(rng.integers(0, 200))),
                tuple(
                    _random_series(name, tones[int(rng.integers(len(tones)))], visits, size, rng)
                    for name in _site_names(rng)
                ),
            )
            for index in range(patients)
        ),
    )


def _site_names(rng: np.random.Generator) -> list[str]:
    names = ["left-calf", "right-calf", "left-thigh", "right-forearm", "left-upper-arm", "back"]
    return [str(name) for name in rng.choice(names, int(rng.integers(1, 3)), replace=False)]


def _random_series(name: str, tone: str, visits: int, size: Vector, rng: np.random.Generator) -> SiteSeries:
    width, height = int(size[0]), int(size[1])
    site = SiteSpec(
        name,
        tone,
        tuple(_random_lesions(rng)),
        erythema=(WITHIN, WITHIN, ABOVE, BELOW)[int(rng.integers(4))],
        hairs_per_cm2=float(rng.gamma(2, 0.8)),
        naevi=int(rng.integers(1, 8)),
    )
    days = np.unique(np.round(np.linspace(0, 13 * min(visits - 1, 7), visits))).astype(int)
    shown = []
    for day in days:
        camera = replace(camera_at(rng), width=width, height=height)
        camera = replace(camera, px_per_mm=camera.px_per_mm * width / 1100)
        side = ("bottom", "top")[int(rng.integers(2))]
        shown.append(VisitSpec(int(day), camera, ruler_at(camera, side, rng)))
    return SiteSeries(site, tuple(shown))


def _random_lesions(rng: np.random.Generator) -> Iterator[LesionSpec]:
    courses = (RESPONDING, RESIDUAL, STABLE, GROWING)
    wanted = int(rng.integers(2, 7))
    taken: list[tuple[float, float, float]] = []
    for _ in range(200):
        if len(taken) == wanted:
            return
        place = (float(rng.uniform(-26, 26)), float(rng.uniform(-13, 13)))
        length = float(np.clip(rng.gamma(5, 1.7), 3.5, 15))
        if any(np.hypot(place[0] - x, place[1] - y) < (length + other) * 0.62 for x, y, other in taken):
            continue
        taken.append((*place, length))
        kind = ("pigmented", "pigmented", "nodule", "amelanotic")[int(rng.integers(4))]
        course = courses[int(rng.integers(4))]
        if course is GROWING:
            course = tuple((day, 1 + 0.35 * (factor - 1)) for day, factor in GROWING)
        yield LesionSpec(
            chr(ord("A") + len(taken) - 1),
            place,
            (length, length * float(rng.uniform(0.65, 0.95))),
            kind,
            float(rng.uniform(0, 180)),
            size=course,
            irregularity=float(rng.uniform(0.06, 0.16)),
        )
