"""What a lesion's page shows: its visits as columns, its course, notes that rows share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lesiontrack.pipeline.record import Picture
from lesiontrack.protocol import Protocol
from lesiontrack.report.curves import expected_band, lesion_curves
from lesiontrack.report.data import Cohort, LesionPage, PatientPage, Row, SitePage
from lesiontrack.report.missed import Missed
from lesiontrack.report.notes import Notes
from lesiontrack.report.plots import BandAt
from lesiontrack.report.thumbs import data_uri, fitted
from lesiontrack.study.model import Dose

PICTURE_BYTES = 1_100_000
"""Of all crops of a page, before base64: 1.5 MB after it, which leaves room below 2 MB."""

LAYERS = ("lesion", "ulcer", "erythema", "depigmentation", "obstruction", "skin")
"""Masks that can be shown on crops, in the order of their switches."""


@dataclass(frozen=True)
class Column:
    """One visit in time order: either `row` or `missed` is there. `refs` are numbers of shared notes."""

    visit: str | None
    day: int | None
    row: Row | None = None
    response: Row | None = None
    photo: Row | None = None
    crop: Picture | None = None
    uri: str | None = None
    missed: Missed | None = None
    refs: tuple[int, ...] = ()

    @property
    def usable(self) -> bool:
        return self.row is not None and bool(self.row["evaluable"])


class BandCache:
    """The expected band of one patient, laid out once for lesions that span the same days."""

    def __init__(self, protocol: Protocol, doses: tuple[Dose, ...]) -> None:
        self._protocol, self._doses = protocol, doses
        self._known: dict[tuple[int, int], list[BandAt]] = {}

    def __call__(self, first: int, last: int) -> list[BandAt]:
        if (first, last) not in self._known:
            self._known[first, last] = expected_band(self._protocol, first, last, self._doses)
        return self._known[first, last]


def lesion_values(
    cohort: Cohort, patient: PatientPage, site: SitePage, page: LesionPage, bands: BandCache
) -> dict[str, Any]:
    """Values of lesion.html."""
    scheduled = page.rows[0]["day_zero"] == "treatment_start"
    notes = Notes()
    columns = _columns(cohort, site, page, notes)
    doses = [dose for dose in patient.doses if dose.lesion in (None, page.lesion)]
    return {
        "patient": patient,
        "site": site,
        "page": page,
        "scheduled": scheduled,
        "columns": columns,
        "aligned": [column for column in columns if column.uri and column.crop and column.crop.aligned],
        "unusable": [column for column in columns if not column.usable],
        "notes": notes.texts,
        "layers": [name for name in LAYERS if any(c.crop and c.crop.outlines.get(name) for c in columns)],
        "phase": _phase(cohort.protocol, page.last),
        "method": cohort.method,
        "graded": any(row["scale_id"] for row in page.rows),
        "baseline": next((r for r in page.responses if r["baseline_visit"] is not None), None),
        "doses_drawn": bool(doses),
        "curves": lesion_curves(
            page.rows,
            page.flags,
            cohort.protocol,
            scheduled=scheduled,
            doses=doses,
            band=bands,
            missed=[missed.day for missed in page.missed if missed.day is not None],
        ),
    }


def _columns(cohort: Cohort, site: SitePage, page: LesionPage, notes: Notes) -> list[Column]:
    photos = {row["photo"]: row for row in site.photos}
    crops = [s.crop if (s := page.sightings.get(row["visit"])) else None for row in page.rows]
    pictures = [cohort.jpeg(page.entry, crop) for crop in crops if crop is not None]
    side = max((max(crop.width, crop.height) for crop in crops if crop is not None), default=1)
    jpegs = iter(fitted(pictures, PICTURE_BYTES, side=side))
    columns = []
    for row, crop in zip(page.rows, crops, strict=True):
        jpeg = next(jpegs) if crop is not None else b""
        columns.append(
            Column(
                visit=row["visit"],
                day=row["study_day"],
                row=row,
                response=page.response(row["visit"]),
                photo=photos.get(row["photo"]),
                crop=crop,
                uri=data_uri(jpeg) if jpeg else None,
                refs=tuple(notes.refer(_against(row), *(row["inflammation_note"] or "").split("; "))),
            )
        )
    columns += [Column(missed.visit, missed.day, missed=missed) for missed in page.missed]
    return sorted(columns, key=lambda column: (column.day is None, column.day or 0))


def _phase(protocol: Protocol, row: Row) -> str:
    """ "P6, monthly pulses"; empty where there is no phase."""
    label = next((phase.label for phase in protocol.file.phases if phase.id == row["phase"]), None)
    return f"{row['phase']}, {label}" if label else row["phase"] or ""


def _against(row: Row) -> str | None:
    reference = row["erythema_reference"]
    return f"Redness against: {reference}" if reference else None
