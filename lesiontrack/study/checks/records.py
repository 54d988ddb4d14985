"""Tables against each other: patients, sites, lesions and events that go by names found nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lesiontrack.study.checks.problem import Problem, error, some, warning
from lesiontrack.study.model import ClinicianGrade, Dose, Event, OutsideMeasurement, Study
from lesiontrack.study.names import nearest
from lesiontrack.study.schema import EVENTS, NOTED_EVENTS, REMOVING_EVENTS

_ACTING = f"{' and '.join(REMOVING_EVENTS)} remove the lesion, {' and '.join(NOTED_EVENTS)} is only noted"
_RUNS = re.compile(r"[0-9]+|[^\W\d_]+")


def patient_problems(study: Study, enrolled: set[str]) -> Iterator[Problem]:
    """Codes that are likely one patient, and patients whom patients.csv, where there is one, doesn't have."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for patient in study.patients:
        alike.setdefault(_runs(patient.code), []).append(patient.code)
    for key, codes in alike.items():
        if key and len(codes) > 1:
            yield error(
                some(codes), "differ in case, separators or leading zeros only: one patient under two codes?"
            )
    if not enrolled:
        return
    missing = [patient.code for patient in study.patients if patient.code not in enrolled]
    if missing:
        yield warning(some(missing), "photos, but no row in patients.csv; counted as patients all the same")


def _runs(code: str) -> tuple[str, ...]:
    """PT1, pt-001 → ("pt", "1")"""
    return tuple(run.lstrip("0") or "0" for run in _RUNS.findall(code.casefold()))


def record_problems(study: Study) -> Iterator[Problem]:
    yield from _graded_sites(study)
    yield from _lesion_names(study)
    unknown = dict.fromkeys(event.event for event in study.events if event.event not in EVENTS)
    if unknown:
        yield warning(
            "events.csv",
            f"{some(list(unknown))}: recorded, but with no effect on tracking; known events are "
            f"{', '.join(EVENTS)}, of which {_ACTING}",
        )
    for code in dict.fromkeys(
        e.patient for e in study.events if e.lesion is None and e.event in REMOVING_EVENTS
    ):
        yield warning(
            "events.csv",
            f"{code} has a removal that names no lesion: it acts only where the patient has one lesion in "
            f"all, else it is a doubt about each; of the events {_ACTING}. Give the lesion",
        )


def _graded_sites(study: Study) -> Iterator[Problem]:
    sites = {patient.code: {photo.site for photo in patient.photos} for patient in study.patients}
    for code, site in dict.fromkeys((grade.patient, grade.site) for grade in study.clinician):
        if site not in sites[code]:
            yield warning("clinician.csv", f"{code} has no photo of site {site!r}{_meant(site, sites[code])}")


def _lesion_names(study: Study) -> Iterator[Problem]:
    """Only for patients with rows in lesions.csv: elsewhere lesions get their names from the first run."""
    seeded: dict[str, set[str]] = {}
    for seed in study.lesions:
        seeded.setdefault(seed.patient, set()).add(seed.lesion)
    tables: dict[str, Sequence[Dose | Event | OutsideMeasurement | ClinicianGrade]] = {
        "doses.csv": study.doses,
        "events.csv": study.events,
        "measurements.csv": study.measurements,
        "clinician.csv": study.clinician,
    }
    for file, rows in tables.items():
        for code, lesion in dict.fromkeys((row.patient, row.lesion) for row in rows):
            if lesion is not None and code in seeded and lesion not in seeded[code]:
                yield warning(
                    file, f"lesion {lesion!r} of {code} is not in lesions.csv{_meant(lesion, seeded[code])}"
                )


def _meant(name: str, known: set[str]) -> str:
    close = nearest(name, sorted(known))
    return f"; did you mean {close!r}?" if close else ""
