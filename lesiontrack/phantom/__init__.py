"""Rendered serial photographs of skin with exact truth. What is recovered here is recovery, not validity."""

from lesiontrack.phantom.render import RenderedPhoto, render_visit
from lesiontrack.phantom.spec import (
    CameraSpec,
    CoverSpec,
    LesionSpec,
    PatientSpec,
    PenRingSpec,
    RulerSpec,
    SiteSeries,
    SiteSpec,
    StudySpec,
    UlcerSpec,
    VisitSpec,
)
from lesiontrack.phantom.truth import LesionTruth

__all__ = [
    "CameraSpec",
    "CoverSpec",
    "LesionSpec",
    "LesionTruth",
    "PatientSpec",
    "PenRingSpec",
    "RenderedPhoto",
    "RulerSpec",
    "SiteSeries",
    "SiteSpec",
    "StudySpec",
    "UlcerSpec",
    "VisitSpec",
    "render_visit",
]
