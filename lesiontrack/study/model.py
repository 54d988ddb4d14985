"""What a study is, after reading: plain frozen values, no file access."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

ALL_ARMS, NO_ARM = "all", "no arm recorded"
NO_ARMS = (ALL_ARMS, NO_ARM)
"""Words that stand in place of an arm in the output tables; no arm may be called so."""

MODALITIES = ("clinical", "cross_polarised", "dermoscopic", "woods_lamp")


@dataclass(frozen=True)
class Failure:
    """One row of failures.csv: what could not be used, at which stage, and why, in plain words."""

    file: str
    stage: str
    reason: str


@dataclass(frozen=True)
class Visit:
    """One visit. `study_day` is relative to the treatment start (day 0), else to the first visit."""

    label: str
    study_day: int
    date: date | None = None


@dataclass(frozen=True)
class PhotoEntry:
    """One photograph of the study, not yet opened.

    `relative` is the posix path below the study folder: the photo's name in every table.
    `view` counts the views of one site and visit from 1.
    """

    path: Path
    relative: str
    patient: str
    visit: str
    site: str
    view: int = 1
    modality: str = "clinical"
    px_per_mm: float | None = None
    relative_to_injection: str | None = None
    device: str | None = None


@dataclass(frozen=True)
class Patient:
    """`day_zero` says what study days count from: "treatment_start" or "first_visit".

    `zero_date` is the date of day 0: the treatment start or the first visit; None where visits are labelled
    dayNNN or weekNN and no date is known. `attributes` are the cells of patients.csv but for patient and
    treatment_start, empty ones left out; enrolled, death_date and last_contact are ISO dates.
    """

    code: str
    slug: str
    treatment_start: date | None
    day_zero: str
    visits: tuple[Visit, ...] = ()
    photos: tuple[PhotoEntry, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    zero_date: date | None = None


def arms_of(patients: Iterable[Patient]) -> dict[str, str | None]:
    """Patient code → arm, None where patients.csv tells none."""
    return {patient.code: patient.attributes.get("arm") for patient in patients}


@dataclass(frozen=True)
class LesionSeed:
    patient: str
    site: str
    lesion: str
    x: float
    y: float
    visit: str | None = None
    role: str | None = None
    injected_from: int | None = None  # study day of the first injection; None: never, or not told
    organ: str | None = None
    depth: str | None = None


@dataclass(frozen=True)
class Dose:
    """One recorded dose or course of doses; `start_day` and `end_day` are study days."""

    patient: str
    agent: str
    start_day: int
    end_day: int | None = None
    lesion: str | None = None
    amount: float | None = None
    unit: str | None = None
    frequency: str | None = None
    occlusion: str | None = None
    margin_mm: float | None = None
    course: int | None = None


@dataclass(frozen=True)
class Event:
    patient: str
    study_day: int
    event: str
    lesion: str | None = None


@dataclass(frozen=True)
class OutsideMeasurement:
    """A row of measurements.csv: a size that was not taken from a photo.

    `visit` is the label of the photos' visit of that day, where there is one.
    """

    patient: str
    visit: str
    lesion: str
    method: str
    quantity: str
    value: float
    unit: str
    study_day: int | None = None


@dataclass(frozen=True)
class ClinicianGrade:
    patient: str
    visit: str
    site: str
    sign: str
    scale_id: str
    grade: float
    rater: str
    lesion: str | None = None
    study_day: int | None = None
    source: str = "clinician.csv"  # or "review": graded in `lesiontrack review`


@dataclass(frozen=True)
class Landmark:
    """`photo_sha256`: the photo that a reader put it on; None for landmarks.csv, which names visits only."""

    patient: str
    site: str
    visit: str
    point: str
    x: float
    y: float
    photo_sha256: str | None = None


@dataclass(frozen=True)
class ReaderAssignment:
    """What became of a reader's assignment of a photo (`lesiontrack review`).

    Attributes:
        id: of the correction.
        photo: path below the study folder, as it was assigned.
        excluded: the reader took the photo out of the study.
        refused: why it has no effect, in words; empty where it acts.
    """

    id: str
    photo: str
    by: str
    at: datetime
    excluded: bool = False
    refused: str = ""


@dataclass(frozen=True)
class Study:
    """A study folder, read and checked.

    `patients` is in natural order of the codes and includes patients without photos (from patients.csv).
    `failures` are the files and rows that could not be used; the rest of the study goes on.
    `protocol` is a protocol's id, or a path relative to the study that ends in .toml.
    `thresholds` overrides protocol thresholds by dotted key.
    `assignments` are the readers' assignments in force; those that act are in `patients` already.
    """

    root: Path
    title: str
    protocol: str
    patients: tuple[Patient, ...]
    thresholds: Mapping[str, float] = field(default_factory=dict)
    lesions: tuple[LesionSeed, ...] = ()
    doses: tuple[Dose, ...] = ()
    events: tuple[Event, ...] = ()
    measurements: tuple[OutsideMeasurement, ...] = ()
    clinician: tuple[ClinicianGrade, ...] = ()
    landmarks: tuple[Landmark, ...] = ()
    failures: tuple[Failure, ...] = ()
    assignments: tuple[ReaderAssignment, ...] = ()

    def patient(self, code: str) -> Patient:
        return next(patient for patient in self.patients if patient.code == code)

    @property
    def excluded(self) -> tuple[str, ...]:
        """Paths of the photos that a reader took out of the study."""
        return tuple(item.photo for item in self.assignments if item.excluded and not item.refused)

    def sites(self) -> tuple[tuple[str, str], ...]:
        """(patient, site) of every site with a photo: the units of work, in natural order."""
        return tuple(
            dict.fromkeys(
                (photo.patient, photo.site) for patient in self.patients for photo in patient.photos
            )
        )
