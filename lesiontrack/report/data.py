"""What the pages show, gathered once from a results folder: tables, records and pictures."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from lesiontrack.pipeline.record import Picture, SightingRecord, SiteRecord
from lesiontrack.pipeline.siteindex import SiteEntry, picture_path, read_site, read_site_index
from lesiontrack.protocol import Protocol, load_protocol
from lesiontrack.results import ResultsFolder
from lesiontrack.study.names import natural_key, slug
from lesiontrack.tables import TABLES

Row = dict[str, Any]


@dataclass(frozen=True)
class LesionPage:
    """One lesion: its rows by visit, its sightings with crops, its flags and responses."""

    patient: str
    site: str
    lesion: str
    file: str
    entry: SiteEntry
    sightings: dict[str, SightingRecord]
    rows: list[Row]
    flags: list[Row]
    responses: list[Row]

    @property
    def last(self) -> Row:
        return self.rows[-1]

    def last_crop(self) -> Picture | None:
        """Of the latest visit at which the lesion was seen, else the latest crop there is."""
        crops = [(s.measures.get("status"), s.crop) for s in self.sightings.values() if s.crop]
        seen = [crop for status, crop in crops if status in ("present", "new_candidate", "reappeared", "split")]
        known = seen or [crop for _, crop in crops]
        return known[-1] if known else None


@dataclass(frozen=True)
class SitePage:
    """One site of a patient, with its record and its lesions."""

    entry: SiteEntry
    record: SiteRecord
    photos: list[Row]
    lesions: list[LesionPage]


@dataclass(frozen=True)
class PatientPage:
    patient: str
    file: str
    sites: list[SitePage]
    responses: list[Row]
    best: list[Row]
    flags: list[Row]

    @property
    def lesions(self) -> list[LesionPage]:
        return [lesion for site in self.sites for lesion in site.lesions]


class Cohort:
    """A results folder, opened for reading. Raises ResultsError where a part is missing."""

    def __init__(self, root: Path | str) -> None:
        self.results = ResultsFolder(root)
        self.tables: dict[str, list[Row]] = {
            name: _rows(self.results.read_table(name)) for name in TABLES
        }

        settings = json.loads(self.results.settings.read_text("utf-8"))
        self.title: str = settings["title"]
        self.protocol: Protocol = load_protocol(
            str(self.results.protocol), settings["thresholds"], kept=True
        )

    def patients(self) -> list[PatientPage]:
        """Patients with photos, in natural order of their codes."""
        entries = read_site_index(self.results)
        codes = sorted({entry.patient for entry in entries}, key=natural_key)
        return [self.patient(code, [e for e in entries if e.patient == code]) for code in codes]

    def patient(self, code: str, entries: list[SiteEntry]) -> PatientPage:
        return PatientPage(
            patient=code,
            file=f"patients/{slug(code)}.html",
            sites=[self.site(entry) for entry in entries],
            responses=self._of("visit_responses", patient=code),
            best=self._of("best_responses", patient=code),
            flags=self._of("flags", patient=code),
        )

    def site(self, entry: SiteEntry) -> SitePage:
        record = read_site(self.results, entry)
        photos = self._of("photos", patient=entry.patient, site=entry.site)
        lesions = []
        for lesion, track in zip(entry.lesions, record.tracks, strict=True):
            name = {"patient": entry.patient, "lesion": lesion}
            lesions.append(
                LesionPage(
                    patient=entry.patient,
                    site=entry.site,
                    lesion=lesion,
                    file=f"lesions/{slug(f'{entry.patient}-{lesion}')}.html",
                    entry=entry,
                    sightings={s.visit: s for s in track.sightings},
                    rows=self._of("observations", site=entry.site, **name),
                    flags=self._of("flags", **name),
                    responses=self._of("lesion_responses", site=entry.site, **name),
                )
            )
        return SitePage(entry, record, photos, sorted(lesions, key=lambda page: natural_key(page.lesion)))

    def picture(self, entry: SiteEntry, picture: Picture) -> str:
        """A data URI: pages stand alone, without files beside them."""
        content = picture_path(self.results, entry, picture.file).read_bytes()
        return "data:image/jpeg;base64," + base64.b64encode(content).decode()

    def _of(self, table: str, **values: str) -> list[Row]:
        first, *rest = values.items()
        rows = self._index(table, first[0]).get(first[1], [])
        return [row for row in rows if all(row[column] == value for column, value in rest)]

    def _index(self, table: str, column: str) -> dict[str, list[Row]]:
        """Rows by one column's value, so that thousands of lesions don't each scan whole tables."""
        cache = self.__dict__.setdefault("_indices", {})
        if (table, column) not in cache:
            index: dict[str, list[Row]] = {}
            for row in self.tables[table]:
                index.setdefault(row[column], []).append(row)
            cache[table, column] = index
        found: dict[str, list[Row]] = cache[table, column]
        return found


def _rows(table: pd.DataFrame) -> list[Row]:
    return [
        {str(name): None if value is pd.NA else value for name, value in row.items()}
        for row in table.astype(object).to_dict("records")
    ]
