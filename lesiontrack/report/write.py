"""A results folder's tables and pictures → its pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment

from lesiontrack.report.cohort import cohort_values, contact_sheets
from lesiontrack.report.data import Cohort, PatientPage
from lesiontrack.report.lesion import BandCache, lesion_values
from lesiontrack.report.pages import environment, render
from lesiontrack.report.patient import patient_values


def write_report(
    root: Path | str, *, on_progress: Callable[[str, int, int], None] = lambda stage, done, total: None
) -> Path:
    """Write index.html, patients/*.html, lesions/*.html and, beyond 50 lesions, sheets/*.html.

    Returns the index's path. Raises ResultsError where the folder is not ours or lacks a part.
    """
    cohort = Cohort(root)
    pages = environment()
    patients = cohort.patients()
    written: set[str] = set()
    for done, patient in enumerate(patients):
        on_progress("pages", done, len(patients))
        written |= _write_patient(cohort, pages, patient)
    sheets = contact_sheets(cohort, patients)
    for sheet in sheets[1:]:
        content = render(pages, "sheet.html", cohort=cohort, sheet=sheet, sheets=sheets, depth="../")
        cohort.results.write(sheet.file, content)
        written.add(sheet.file)
    values = cohort_values(cohort, patients)
    index = render(pages, "index.html", cohort=cohort, sheet=sheets[0], sheets=sheets, depth="", **values)
    path = cohort.results.write("index.html", index)
    on_progress("pages", len(patients), len(patients))
    cohort.results.remove_pages(keep=written | {"index.html"})
    return path


def _write_patient(cohort: Cohort, pages: Environment, patient: PatientPage) -> set[str]:
    bands = BandCache(cohort.protocol, patient.doses)
    for site in patient.sites:
        for lesion in site.lesions:
            values = lesion_values(cohort, patient, site, lesion, bands)
            cohort.results.write(
                lesion.file, render(pages, "lesion.html", cohort=cohort, depth="../", **values)
            )
    content = render(pages, "patient.html", cohort=cohort, depth="../", **patient_values(cohort, patient))
    cohort.results.write(patient.file, content)
    return {patient.file, *(lesion.file for lesion in patient.lesions)}
