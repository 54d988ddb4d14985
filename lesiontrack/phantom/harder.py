"""The same study under worse conditions: what goes wrong in a clinic, drawn at random on top of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np

from lesiontrack.phantom.props import CardSpec, MarkSpec
from lesiontrack.phantom.scenes import RESIDUAL, RESPONDING
from lesiontrack.phantom.spec import (
    CameraSpec,
    LesionSpec,
    PatientSpec,
    SiteSeries,
    SiteSpec,
    StudySpec,
    VisitSpec,
)

_MAX_TILT = 30.0


def harder(spec: StudySpec) -> StudySpec:
    """Round limbs, mixed light, slant, stains and cream, cards, turned files, scars, and two photos swapped.

    Courses, positions and days stay; the same spec gives the same result. Photos are swapped where two
    patients have a photo each.
    """
    rng = np.random.default_rng([spec.seed, 0x4A4D])
    patients = tuple(
        replace(patient, sites=tuple(_series(series, rng) for series in patient.sites))
        for patient in spec.patients
    )
    swapped: tuple[tuple[str, str], ...] = ()
    if len(patients) > 1:
        swapped = ((_last_photo(patients[0]), _last_photo(patients[1])),)
    return replace(spec, title=f"{spec.title}, hard", patients=patients, swapped=swapped)


def _last_photo(patient: PatientSpec) -> str:
    series = patient.sites[0]
    when = patient.treatment_start + timedelta(days=series.visits[-1].day)
    return f"{patient.code}/{when.isoformat()}/{series.site.name}"


def _series(series: SiteSeries, rng: np.random.Generator) -> SiteSeries:
    site = replace(series.site, lesions=tuple(_lesion(lesion, rng) for lesion in series.site.lesions))
    if rng.random() < 0.5:
        site = replace(site, limb_width_mm=None, limb_radius_mm=float(rng.uniform(30, 80)))
    return SiteSeries(site, tuple(_visit(visit, site, rng) for visit in series.visits))


def _lesion(lesion: LesionSpec, rng: np.random.Generator) -> LesionSpec:
    left = ("depigmented", "scar", "")[int(rng.integers(3))]
    return replace(lesion, aftermath=left) if lesion.size in (RESPONDING, RESIDUAL) else lesion


def _visit(visit: VisitSpec, site: SiteSpec, rng: np.random.Generator) -> VisitSpec:
    marks: tuple[MarkSpec, ...] = ()
    if rng.random() < 0.35:
        kind = ("povidone", "cream", "bruise")[int(rng.integers(3))]
        place = (float(rng.uniform(-25, 25)), float(rng.uniform(-14, 14)))
        size = (float(rng.uniform(8, 24)), float(rng.uniform(6, 14)))
        marks = (MarkSpec(kind, place, size, float(rng.uniform(0, 180)), float(rng.uniform(0.5, 1))),)
    cards: tuple[CardSpec, ...] = ()
    if rng.random() < 0.3:
        kind = ("colour", "aruco")[int(rng.integers(2))]
        corner = (float(rng.choice([-36, 4]) + rng.uniform(-3, 3)), float(rng.uniform(-31, -28)))
        cards = (CardSpec(kind, corner, float(rng.normal(0, 4)), side_mm=4.0, apart_mm=(24.0, 10.0)),)
    turned = int(rng.choice([3, 6, 8])) if rng.random() < 0.3 else 1
    return replace(
        visit, camera=_camera(visit.camera, rng), marks=visit.marks + marks, cards=visit.cards + cards,
        exif_orientation=turned,
    )  # fmt: skip


def _camera(camera: CameraSpec, rng: np.random.Generator) -> CameraSpec:
    tilts = np.clip(np.array([camera.tilt_x_deg, camera.tilt_y_deg]) * 2.2, -_MAX_TILT, _MAX_TILT)
    cool = float(rng.uniform(0.1, 0.35)) if rng.random() < 0.5 else 0.0
    return replace(
        camera,
        tilt_x_deg=float(tilts[0]),
        tilt_y_deg=float(tilts[1]),
        exposure=camera.exposure * float(rng.uniform(0.7, 1.15)),
        second_light=(1 - cool, 1.0, 1 + cool),
        blur_px=camera.blur_px + float(rng.gamma(1.5, 0.5)),
        noise=camera.noise * float(rng.uniform(1, 3)),
        jpeg_quality=int(rng.integers(60, 90)),
    )
