"""Study folders: reading and checking them."""

from __future__ import annotations

from pathlib import Path

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


def read_study(root: Path | str) -> Study:
    raise NotImplementedError
