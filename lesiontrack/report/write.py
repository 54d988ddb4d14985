"""A results folder's tables and pictures → its pages."""

from __future__ import annotations

import functools
import logging
import multiprocessing
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from jinja2 import Environment

from lesiontrack.report.cohort import cohort_values, thumb_files
from lesiontrack.report.data import Cohort
from lesiontrack.report.lesion import BandCache, lesion_values
from lesiontrack.report.pages import environment, render
from lesiontrack.report.patient import patient_values
from lesiontrack.report.summary import PatientLine, summary_of

Facts = Mapping[str, Any] | None

PATIENTS_A_PROCESS = 8
"""A process takes about as long to start as the pages of so many patients."""

_pages = functools.cache(environment)


def write_report(
    root: Path | str,
    *,
    jobs: int = 1,
    facts: Facts = None,
    on_progress: Callable[[str, int, int], None] = lambda stage, done, total: None,
) -> Path:
    """Write index.html, patients/*.html, lesions/*.html and, for many lesions, their thumbs in sheets/.

    Args:
        root: a results folder.
        jobs: most processes; above 1 they are spawned, so that a script needs the usual `__main__` guard.
            A cohort of few patients is written by this process alone.
        facts: what provenance.json will hold, for a run that writes it last; else it is read.
        on_progress: called with ("pages", patients done, patients).

    Returns the index's path. Raises ResultsError where the folder is not ours or lacks a part.
    """
    cohort = Cohort(root, facts=facts)
    patients: list[PatientLine] = []
    total = len(cohort.sites)
    on_progress("pages", 0, total)
    for line in _written(cohort, jobs, facts):
        patients.append(line)
        on_progress("pages", len(patients), total)
    pages = _pages()
    values = cohort_values(cohort, patients)
    thumbs, files = thumb_files(values["cards"])
    for file, jpeg in files.items():
        cohort.results.write(file, jpeg)
    index = render(pages, "index.html", cohort=cohort, depth="", thumbs=thumbs, beside=bool(files), **values)
    path = cohort.results.write("index.html", index)
    own = {line.file for line in patients} | {card.file for card in values["cards"]}
    cohort.results.remove_pages(keep=own | {"index.html"})
    for left in (cohort.results.root / "sheets").glob("*.jpg"):
        name = left.relative_to(cohort.results.root).as_posix()
        if name not in files:
            cohort.results.remove(name)
    return path


def _written(cohort: Cohort, jobs: int, facts: Facts) -> Iterator[PatientLine]:
    """Writes every patient's pages, and says what the index needs of each, in the cohort's order."""
    jobs = min(jobs, len(cohort.sites) // PATIENTS_A_PROCESS)
    if jobs <= 1:
        pages = _pages()
        for code in cohort.sites:
            yield _write_patient(cohort, pages, code)
        return
    context = multiprocessing.get_context("spawn")
    arguments = str(cohort.results.root), facts, logging.getLogger("lesiontrack").getEffectiveLevel()
    with ProcessPoolExecutor(jobs, context, initializer=_begin_worker, initargs=arguments) as pool:
        yield from pool.map(_work, cohort.sites)


_worker: tuple[Cohort, Environment]


def _begin_worker(root: str, facts: Facts, level: int) -> None:
    global _worker
    import cv2

    cv2.setNumThreads(1)
    logging.getLogger("lesiontrack").setLevel(level)
    _worker = Cohort(root, facts=facts), _pages()


def _work(code: str) -> PatientLine:
    return _write_patient(*_worker, code)


def _write_patient(cohort: Cohort, pages: Environment, code: str) -> PatientLine:
    patient = cohort.patient(code)
    bands = BandCache(cohort.protocol, patient.doses)
    for site in patient.sites:
        for lesion in site.lesions:
            values = lesion_values(cohort, patient, site, lesion, bands)
            content = render(pages, "lesion.html", cohort=cohort, depth="../", **values)
            cohort.results.write(lesion.file, content)
    content = render(pages, "patient.html", cohort=cohort, depth="../", **patient_values(cohort, patient))
    cohort.results.write(patient.file, content)
    return summary_of(cohort, patient)
