"""Whether a tree is a study folder already."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from lesiontrack.intake.cameras import device_name
from lesiontrack.intake.model import Found
from lesiontrack.intake.reading import read_name
from lesiontrack.study.visits import parse_when


def follows_convention(root: Path, photos: Sequence[Found], *, today: date) -> bool:
    """Whether photos lie at PATIENT/VISIT/SITE.jpg, with codes for patients and names for sites.

    True where nine in ten do. People's names in place of codes don't count, nor camera names in place of
    sites.
    """
    fitting = sum(_fits(photo, today) for photo in photos)
    return bool(photos) and fitting >= 0.9 * len(photos)


def _fits(photo: Found, today: date) -> bool:
    if len(photo.folders) != 2 or device_name(photo.stem) is not None:
        return False
    patient, visit = photo.folders
    try:
        parse_when(visit)
    except ValueError:
        return False
    reading = read_name(patient, is_file=False, today=today)
    return reading.code == patient.strip()
