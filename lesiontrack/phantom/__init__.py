"""Rendered serial photographs of skin with exact truth. What is recovered here is recovery, not validity."""

from lesiontrack.phantom.harder import harder
from lesiontrack.phantom.props import (
    AreaSpec,
    BackdropSpec,
    Capsule,
    CardSpec,
    GloveSpec,
    MarkSpec,
    OverlaySpec,
    WoundSpec,
)
from lesiontrack.phantom.randomised import random_study
from lesiontrack.phantom.render import RenderedPhoto, render_visit
from lesiontrack.phantom.scenes import sample_study
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
from lesiontrack.phantom.study import MASK_BITS, TRUTH_VERSION, render_study, statuses
from lesiontrack.phantom.truth import LesionTruth
from lesiontrack.phantom.varied import random_photos

__all__ = [
    "MASK_BITS",
    "TRUTH_VERSION",
    "AreaSpec",
    "BackdropSpec",
    "CameraSpec",
    "Capsule",
    "CardSpec",
    "CoverSpec",
    "GloveSpec",
    "LesionSpec",
    "LesionTruth",
    "MarkSpec",
    "OverlaySpec",
    "PatientSpec",
    "PenRingSpec",
    "RenderedPhoto",
    "RulerSpec",
    "SiteSeries",
    "SiteSpec",
    "StudySpec",
    "UlcerSpec",
    "VisitSpec",
    "WoundSpec",
    "harder",
    "random_photos",
    "random_study",
    "render_study",
    "render_visit",
    "sample_study",
    "statuses",
]
