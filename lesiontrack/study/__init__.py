"""Study folders: reading and checking them."""

from __future__ import annotations

from lesiontrack.study.model import (
    ClinicianGrade,
    Dose,
    Event,
    Failure,
    Landmark,
    LesionSeed,
    OutsideMeasurement,
    Patient,
    PhotoEntry,
    Study,
    Visit,
)
from lesiontrack.study.read import read_study

__all__ = [
    "ClinicianGrade",
    "Dose",
    "Event",
    "Failure",
    "Landmark",
    "LesionSeed",
    "OutsideMeasurement",
    "Patient",
    "PhotoEntry",
    "Study",
    "Visit",
    "read_study",
]
