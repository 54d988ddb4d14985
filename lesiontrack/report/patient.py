"""What a patient's page shows: sites with numbered lesions, the sum of diameters, responses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from lesiontrack.pipeline.record import PhotoRecord
from lesiontrack.report.curves import sum_curve
from lesiontrack.report.data import MAIN_ANALYSIS, Cohort, PatientPage, Row, SitePage
from lesiontrack.report.reviewed import ReviewState
from lesiontrack.report.summary import baseline_day
from lesiontrack.report.thumbs import data_uri, fitted
from lesiontrack.report.words import response_text

REFERENCE_BYTES, GALLERY_BYTES = 500_000, 550_000
"""Of all photos of a page, before base64, which adds a third; a page is to stay below 2 MB."""


@dataclass(frozen=True)
class Shot:
    """One photo of a site as it is shown; `uri` None where the page had no room for it."""

    record: PhotoRecord
    row: Row | None
    uri: str | None


@dataclass(frozen=True)
class SiteView:
    """A site with the photo that its visits are brought into, and all its photos."""

    page: SitePage
    reference: Shot | None
    gallery: list[Shot]


def patient_values(cohort: Cohort, patient: PatientPage) -> dict[str, Any]:
    """Values of patient.html."""
    return {
        "patient": patient,
        "sites": _sites(cohort, patient),
        "sums": _sums(cohort, patient),
        "main_analysis": MAIN_ANALYSIS,
        "review": ReviewState([row for page in patient.lesions for row in page.rows]),
        "legend": _legend(patient),
        "failed": [(site, missed) for site in patient.sites for missed in site.missed if missed.failed],
    }


def _sites(cohort: Cohort, patient: PatientPage) -> list[SiteView]:
    references = [_reference(site) for site in patient.sites]
    shown = [(site, record) for site, record in zip(patient.sites, references, strict=True) if record]
    large = iter(_shots(cohort, shown, REFERENCE_BYTES))
    everything = [(site, r) for site in patient.sites for r in site.record.photos if r.overview]
    small = iter(_shots(cohort, everything, GALLERY_BYTES))
    return [
        SiteView(
            site,
            next(large) if record else None,
            [next(small) for photo in site.record.photos if photo.overview],
        )
        for site, record in zip(patient.sites, references, strict=True)
    ]


def _reference(site: SitePage) -> PhotoRecord | None:
    wanted = site.record.reference_photo
    return next((r for r in site.record.photos if r.photo == wanted and r.overview), None)


def _shots(cohort: Cohort, photos: Sequence[tuple[SitePage, PhotoRecord]], budget: int) -> list[Shot]:
    pictures = [(site, record, record.overview) for site, record in photos if record.overview is not None]
    side = max((max(picture.width, picture.height) for _, _, picture in pictures), default=1)
    jpegs = fitted([cohort.jpeg(site.entry, picture) for site, _, picture in pictures], budget, side=side)
    return [
        Shot(
            record,
            next((row for row in site.photos if row["photo"] == record.photo), None),
            data_uri(jpeg) if jpeg else None,
        )
        for (site, record, _), jpeg in zip(pictures, jpegs, strict=True)
    ]


def _sums(cohort: Cohort, patient: PatientPage) -> Markup | None:
    """Curve of the protocol's targets; its first point is the baseline."""
    rows = [row for row in patient.responses if row["analysis"] == MAIN_ANALYSIS]
    start = baseline_day(patient)
    if not rows or start is None:
        return None
    later = ((row["study_day"], row["sum_mm"], row["target_response"] or "") for row in rows)
    return sum_curve(
        [(start, rows[0]["baseline_sum_mm"], ""), *later],
        fall_pct=cohort.protocol.threshold("response.pr_fall_pct"),
        scheduled=patient.scheduled,
        doses=patient.doses,
        flags=patient.flags,
    )


def _legend(patient: PatientPage) -> list[str]:
    """What the response codes of the page say, a complete response by whether a reader signed it."""
    found = [(row["response"], bool(row["signed"])) for row in patient.best]
    found += [(row["response"], row["review_status"] == "signed") for row in patient.responses]
    return list(dict.fromkeys(response_text(code, signed=signed) for code, signed in found))
