"""What the pages show, gathered once from a results folder: tables, records and settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from lesiontrack.errors import ResultsError
from lesiontrack.pipeline.record import Picture, SightingRecord, SiteRecord
from lesiontrack.pipeline.siteindex import SiteEntry, picture_path, read_site, read_site_index
from lesiontrack.protocol import Protocol, load_protocol
from lesiontrack.report.kept import kept_doses, read_object
from lesiontrack.report.method import Method, method_of
from lesiontrack.report.missed import Missed, find_missed
from lesiontrack.report.reviewed import ReviewState, is_about
from lesiontrack.results import ResultsFolder
from lesiontrack.study.model import Dose
from lesiontrack.study.names import natural_key, slug
from lesiontrack.tables import TABLES, records

Row = dict[str, Any]
SEEN = ("present", "new_candidate", "reappeared", "split")
MAIN_ANALYSIS = "protocol_targets"


@dataclass(frozen=True)
class LesionPage:
    """One lesion: its rows by visit, its sightings with crops, its flags and responses.

    `missed` are visits of the patient after the lesion's first at which this site has no row: photos that
    could not be read, and visits without a photo of the site. `reviews` and `grades` are what readers said of
    this lesion, or of its whole site.
    """

    patient: str
    site: str
    lesion: str
    file: str
    entry: SiteEntry
    sightings: dict[str, SightingRecord]
    rows: list[Row]
    flags: list[Row]
    responses: list[Row]
    missed: list[Missed]
    reviews: list[Row] = field(default_factory=list)
    grades: list[Row] = field(default_factory=list)

    @property
    def last(self) -> Row:
        return self.rows[-1]

    @property
    def name(self) -> str:
        """What readers call it; empty where nobody has named it."""
        return self.last.get("lesion_name") or ""

    @property
    def review(self) -> ReviewState:
        return ReviewState(self.rows)

    @property
    def last_sized(self) -> Row | None:
        """The latest visit with an evaluable size."""
        return next((row for row in reversed(self.rows) if row["evaluable"]), None)

    def response(self, visit: str) -> Row | None:
        return next((row for row in self.responses if row["visit"] == visit), None)

    def shown_crop(self) -> tuple[Row, Picture] | None:
        """Of the latest visit at which the lesion was seen, else the latest crop there is, with its row."""
        crops = [
            (row, s.crop)
            for row in self.rows
            if (s := self.sightings.get(row["visit"])) is not None and s.crop is not None
        ]
        seen = [found for found in crops if found[0]["status"] in SEEN]
        known = seen or crops
        return known[-1] if known else None


@dataclass(frozen=True)
class SitePage:
    """One site of a patient, with its record, lesions and, from its first visit, missed visits."""

    entry: SiteEntry
    record: SiteRecord
    photos: list[Row]
    lesions: list[LesionPage]
    missed: list[Missed]


@dataclass(frozen=True)
class PatientPage:
    patient: str
    file: str
    sites: list[SitePage]
    responses: list[Row]
    best: list[Row]
    flags: list[Row]
    doses: tuple[Dose, ...]
    scheduled: bool
    reviews: list[Row] = field(default_factory=list)

    @property
    def lesions(self) -> list[LesionPage]:
        return sorted(
            (page for site in self.sites for page in site.lesions), key=lambda p: natural_key(p.lesion)
        )

    @property
    def analyses(self) -> list[tuple[str, list[Row]]]:
        """Visit responses by target set, the protocol's own first."""
        names = dict.fromkeys(row["analysis"] for row in self.responses)
        ordered = sorted(names, key=lambda name: name != MAIN_ANALYSIS)
        return [(name, [row for row in self.responses if row["analysis"] == name]) for name in ordered]

    def main_best(self, confirmation: str) -> Row | None:
        """Best overall response by the protocol's targets over all visits."""
        wanted = (MAIN_ANALYSIS, "all_visits", confirmation)
        rows = (r for r in self.best if (r["analysis"], r["visits"], r["confirmation"]) == wanted)
        return next(rows, None)


class Cohort:
    """A results folder, opened for reading.

    `facts` is what provenance.json will hold, for a run that writes it last; else that file is read.

    Raises ResultsError where a part is missing or damaged, ProtocolError where the kept protocol can't be
    read.
    """

    def __init__(self, root: Path | str, *, facts: Mapping[str, Any] | None = None) -> None:
        self.results = ResultsFolder(root)
        self.tables: dict[str, list[Row]] = {name: records(self.results.read_table(name)) for name in TABLES}
        settings = read_object(self.results.settings)
        kept = self.results.provenance
        self.provenance = facts if facts is not None else read_object(kept) if kept.is_file() else {}
        self.title: str = settings.get("title") or "Cohort"
        self.outlines: str = settings.get("outlines") or ""
        self.doses = kept_doses(settings.get("doses", []))
        self.protocol: Protocol = load_protocol(
            str(self.results.protocol), settings.get("thresholds", {}), kept=True
        )
        self._indices: dict[tuple[str, tuple[str, ...]], dict[tuple[Any, ...], list[Row]]] = {}

    @cached_property
    def method(self) -> Method:
        return method_of(self.protocol, self.provenance)

    @cached_property
    def sites(self) -> dict[str, list[SiteEntry]]:
        """Patients with photos in natural order of their codes, with their sites."""
        by_patient: dict[str, list[SiteEntry]] = {}
        for entry in read_site_index(self.results):
            by_patient.setdefault(entry.patient, []).append(entry)
        return {code: by_patient[code] for code in sorted(by_patient, key=natural_key)}

    def patients(self) -> list[PatientPage]:
        """Patients with photos, in natural order of their codes."""
        return [self.patient(code) for code in self.sites]

    def patient(self, code: str) -> PatientPage:
        """Raises ResultsError where the record of a site is missing or damaged."""
        rows = self._of("photos", patient=code) + self._of("observations", patient=code)
        days = {row["visit"]: row["study_day"] for row in rows}
        return PatientPage(
            patient=code,
            file=f"patients/{slug(code)}.html",
            sites=_own_files([self._site(entry, days) for entry in self.sites[code]]),
            responses=self._of("visit_responses", patient=code),
            best=self._of("best_responses", patient=code),
            flags=self._of("flags", patient=code),
            doses=tuple(dose for dose in self.doses if dose.patient == code),
            scheduled=any(row["day_zero"] == "treatment_start" for row in rows),
            reviews=self._of("reviews", patient=code),
        )

    def _site(self, entry: SiteEntry, days: Mapping[str, int]) -> SitePage:
        record = read_site(self.results, entry)
        photos = self._of("photos", patient=entry.patient, site=entry.site)
        missed = find_missed(record.failures, {row["visit"] for row in photos}, days)
        lesions = []
        said = {table: self._of(table, patient=entry.patient) for table in ("reviews", "grades")}
        for lesion, track in zip(entry.lesions, record.tracks, strict=True):
            name = {"patient": entry.patient, "lesion": lesion}
            rows = self._of("observations", site=entry.site, **name)
            lesions.append(
                LesionPage(
                    patient=entry.patient,
                    site=entry.site,
                    lesion=lesion,
                    file=f"lesions/{slug(f'{entry.patient}-{lesion}')}.html",
                    entry=entry,
                    sightings={s.visit: s for s in track.sightings},
                    rows=rows,
                    flags=self._of("flags", **name),
                    responses=self._of("lesion_responses", site=entry.site, **name),
                    missed=[m for m in missed if m.day is None or (rows and m.day > rows[0]["study_day"])],
                    reviews=[row for row in said["reviews"] if is_about(row, entry.site, lesion)],
                    grades=[row for row in said["grades"] if is_about(row, entry.site, lesion)],
                )
            )
        shown = [page for page in lesions if page.rows]
        return SitePage(entry, record, photos, sorted(shown, key=lambda p: natural_key(p.lesion)), missed)

    def jpeg(self, entry: SiteEntry, picture: Picture) -> bytes:
        """Bytes of a kept picture. Raises ResultsError."""
        path = picture_path(self.results, entry, picture.file)
        try:
            return path.read_bytes()
        except OSError as error:
            raise ResultsError(
                f"{path} can't be read ({error.strerror}); run `lesiontrack run` again"
            ) from error

    def _of(self, table: str, **values: str) -> list[Row]:
        """Rows with these values, by an index: thousands of lesions must not each scan whole tables."""
        columns = tuple(values)
        if (table, columns) not in self._indices:
            index: dict[tuple[Any, ...], list[Row]] = {}
            for row in self.tables[table]:
                index.setdefault(tuple(row[column] for column in columns), []).append(row)
            self._indices[table, columns] = index
        return self._indices[table, columns].get(tuple(values.values()), [])


def _own_files(sites: list[SitePage]) -> list[SitePage]:
    """A lesion that is seen from two sites has a page for each; the first site's has the plain name."""
    taken: set[str] = set()
    found = []
    for site in sites:
        lesions = []
        for page in site.lesions:
            file = page.file
            if file in taken:
                file = f"lesions/{slug(f'{page.patient}-{page.lesion}-{page.site}')}.html"
            taken.add(file)
            lesions.append(replace(page, file=file))
        found.append(replace(site, lesions=lesions))
    return found
