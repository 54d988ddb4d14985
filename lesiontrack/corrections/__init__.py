"""Readers' corrections and signatures: what they can say, and the append-only files that hold it."""

from lesiontrack.corrections.model import (
    Assignment,
    Correction,
    Evaluability,
    GoneJudgement,
    Grade,
    Landmarks,
    LesionName,
    LesionPoint,
    MaskEdit,
    NewLesionJudgement,
    Place,
    PointPair,
    RegistrationJudgement,
    SameLesion,
    Signature,
    Value,
    Withdrawal,
)
from lesiontrack.corrections.store import Corrections, Entry, Store

__all__ = [
    "Assignment", "Correction", "Corrections", "Entry", "Evaluability", "GoneJudgement", "Grade", "Landmarks",
    "LesionName", "LesionPoint", "MaskEdit", "NewLesionJudgement", "Place", "PointPair",
    "RegistrationJudgement", "SameLesion", "Signature", "Store", "Value", "Withdrawal",
]  # fmt: skip
