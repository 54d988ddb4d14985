"""Pages for people: one per lesion, one per patient, one for the cohort; each a single file without network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

import lesiontrack
from lesiontrack.report.curves import lesion_curves
from lesiontrack.report.data import Cohort, PatientPage
from lesiontrack.report.words import DISCLAIMER, NOT_MEASURED, VALIDATION, day_text, number, status_text

__all__ = ["write_report"]


def write_report(
    root: Path | str, *, on_progress: Callable[[str, int, int], None] = lambda stage, done, total: None
) -> Path:
    """Write index.html, patients/*.html and lesions/*.html of a results folder; returns the index's path.

    Raises ResultsError where the folder is not ours or lacks a table.
    """
    cohort = Cohort(root)
    pages = _environment(cohort)
    patients = cohort.patients()
    written = {"index.html"}
    for done, patient in enumerate(patients):
        on_progress("pages", done, len(patients))
        written |= _write_patient(cohort, pages, patient)
    on_progress("pages", len(patients), len(patients))
    index = _page(pages, "index.html", cohort=cohort, patients=patients, depth="")
    path = cohort.results.write("index.html", index)
    cohort.results.remove_pages(keep=written)
    return path


def _write_patient(cohort: Cohort, pages: Environment, patient: PatientPage) -> set[str]:
    for site in patient.sites:
        for lesion in site.lesions:
            scheduled = bool(lesion.rows) and lesion.rows[0]["day_zero"] == "treatment_start"
            curves = lesion_curves(lesion.rows, lesion.flags, cohort.protocol, scheduled=scheduled)
            photos = {row["photo"]: row for row in site.photos}
            content = _page(
                pages, "lesion.html", cohort=cohort, patient=patient, site=site, page=lesion, curves=curves,
                photos=photos, scheduled=scheduled, depth="../",
            )  # fmt: skip
            cohort.results.write(lesion.file, content)
    cohort.results.write(patient.file, _page(pages, "patient.html", cohort=cohort, patient=patient, depth="../"))
    return {patient.file, *(lesion.file for lesion in patient.lesions)}


def _page(pages: Environment, template: str, **values: Any) -> bytes:
    return pages.get_template(template).render(**values).encode("utf-8")


def _environment(cohort: Cohort) -> Environment:
    pages = Environment(
        loader=PackageLoader("lesiontrack.report"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters |= {"number": number, "day": day_text, "status": status_text}
    pages.globals |= {
        "version": lesiontrack.__version__,
        "disclaimer": DISCLAIMER,
        "validation": VALIDATION,
        "not_measured": NOT_MEASURED,
    }
    return pages
