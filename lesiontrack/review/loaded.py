"""One state of a results folder, read once, with what the review pages look up in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from lesiontrack.errors import ResultsError
from lesiontrack.pipeline.record import Picture
from lesiontrack.report.data import Cohort, LesionPage, PatientPage, Row, SitePage
from lesiontrack.results import ResultsFolder
from lesiontrack.study.names import slug

RowKey = tuple[str, str, str, str]
"""(patient, site, lesion, visit)"""
Stamp = tuple[int, int]


@dataclass(frozen=True)
class Loaded:
    """Tables and pages of a finished run.

    Attributes:
        run: when that run ended, as provenance.json has it: pages carry it, so that a page made before the
            last run is told apart.
        stamp: modification time and size of provenance.json.
    """

    cohort: Cohort
    run: str
    stamp: Stamp
    patients: tuple[PatientPage, ...] = field(repr=False)

    @cached_property
    def sites(self) -> Mapping[tuple[str, str], SitePage]:
        """(patient, site) → site."""
        return {(p.patient, s.entry.site): s for p in self.patients for s in p.sites}

    @cached_property
    def site_slugs(self) -> Mapping[tuple[str, str], SitePage]:
        """(patient slug, site slug) of URLs → site."""
        return {(slug(patient), slug(site)): page for (patient, site), page in self.sites.items()}

    @cached_property
    def patient_pages(self) -> Mapping[str, PatientPage]:
        return {page.patient: page for page in self.patients}

    @cached_property
    def lesions(self) -> Mapping[tuple[str, str, str], LesionPage]:
        """(patient, site, lesion) → lesion, in the order of the report."""
        return {(p.patient, p.site, p.lesion): p for patient in self.patients for p in patient.lesions}

    def lesions_called(self, patient: str, lesion: str) -> list[LesionPage]:
        """The lesion at each site that it is seen from."""
        page = self.patient_pages.get(patient)
        return [found for found in page.lesions if found.lesion == lesion] if page else []

    @cached_property
    def lesion_slugs(self) -> Mapping[str, LesionPage]:
        """Slug of URLs → lesion."""
        return {lesion_slug(page): page for page in self.lesions.values()}

    @cached_property
    def rows(self) -> Mapping[RowKey, Row]:
        """(patient, site, lesion, visit) → row of observations."""
        return {row_key(row): row for row in self.cohort.tables["observations"]}

    @cached_property
    def photos(self) -> Mapping[str, Row]:
        """sha256 → row of photos."""
        return {row["sha256"]: row for row in self.cohort.tables["photos"] if row["sha256"]}

    @cached_property
    def photo_names(self) -> Mapping[str, Row]:
        """Path below the study folder → row of photos."""
        return {row["photo"]: row for row in self.cohort.tables["photos"]}

    def lesion_url(self, row: Row) -> str:
        """The page of a lesion at a visit, from any row that tells patient, site, lesion and visit."""
        page = self.lesions.get((row["patient"], row["site"], row["lesion"]))
        return f"/lesion/{lesion_slug(page)}#{visit_anchor(row['visit'])}" if page else photo_url(row)

    @cached_property
    def told_new(self) -> frozenset[tuple[str, str]]:
        """(patient, lesion) that lesions.csv calls new; roles in the tables are derived."""
        told: Any = _object(self.cohort.results.settings).get("lesions", [])
        return frozenset((row["patient"], row["lesion"]) for row in told if row.get("role") == "new")

    @cached_property
    def reviews(self) -> Mapping[str, Row]:
        """Id of a correction → its row of reviews: what the last run knew."""
        return {row["id"]: row for row in self.cohort.tables.get("reviews", [])}


def row_key(row: Row) -> RowKey:
    return row["patient"], row["site"], row["lesion"], row["visit"]


def lesion_slug(page: LesionPage) -> str:
    """Name of the lesion's report page without its suffix."""
    return PurePosixPath(page.file).stem


def crop_url(page: LesionPage, picture: Picture) -> str:
    """A crop of a lesion, as the lesion's page shows it."""
    return f"/lesion/{lesion_slug(page)}/{picture.file}"


def photo_url(row: Row) -> str:
    """The page of a visit of a site, from any row that tells patient, site and visit."""
    return f"/site/{slug(row['patient'])}/{slug(row['site'])}/{quote(row['visit'], safe='')}"


def visit_anchor(visit: str) -> str:
    return f"v-{slug(visit)}"


def load(results: ResultsFolder) -> Loaded:
    """Raises ResultsError, ProtocolError where the folder can't be read, or is not finished."""
    stamp = stamp_of(results)
    if stamp is None:
        results.require()
        raise ResultsError(f"{results.provenance} can't be read")
    cohort = Cohort(results.root)
    return Loaded(cohort, _finished(results), stamp, tuple(cohort.patients()))


def stamp_of(results: ResultsFolder) -> Stamp | None:
    """None while a run is under way: it takes provenance.json away first and writes it last."""
    try:
        found = results.provenance.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _finished(results: ResultsFolder) -> str:
    return str(_object(results.provenance).get("finished", ""))


def _object(path: Path) -> dict[str, Any]:
    try:
        facts: Any = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path} can't be read ({error}); run `lesiontrack run` again") from error
    return facts if isinstance(facts, dict) else {}
