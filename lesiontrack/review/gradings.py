"""One visit of a site as a reader grades it: the photos, the order of visits, and the reader's own grades."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lesiontrack.corrections import Entry, Grade
from lesiontrack.report.data import Row, SitePage
from lesiontrack.review.loaded import Loaded
from lesiontrack.review.state import ReviewState

ERYTHEMA = "erythema"


@dataclass(frozen=True)
class OwnGrade:
    """What this reader said. `id`: of the correction; None for a row of clinician.csv."""

    sign: str
    scale_id: str
    grade: float
    when: str
    id: str | None


@dataclass(frozen=True)
class Mark:
    """Where a lesion is in the photo: x and the upper end of it, in its upright pixels."""

    lesion: str
    x: float
    top: float


@dataclass(frozen=True)
class Visit:
    """`graded`: number of grades that this reader has given at this visit of the site."""

    label: str
    study_day: int
    graded: int


@dataclass(frozen=True)
class Grading:
    """What the page of one visit shows. `lesion`: None where the site's skin is graded."""

    site: SitePage
    visit: str
    lesion: str | None
    visits: tuple[Visit, ...]
    photos: tuple[Row, ...]
    shown: Row
    marks: tuple[Mark, ...]
    own: tuple[OwnGrade, ...]

    @property
    def neighbours(self) -> tuple[Visit | None, Visit | None]:
        """The visit before and the one after."""
        at = [visit.label for visit in self.visits].index(self.visit)
        return (
            self.visits[at - 1] if at else None,
            self.visits[at + 1] if at + 1 < len(self.visits) else None,
        )

    @property
    def study_day(self) -> int:
        return next(visit.study_day for visit in self.visits if visit.label == self.visit)

    def own_grade(self, scale_id: str, sign: str) -> OwnGrade | None:
        found = (grade for grade in self.own if (grade.scale_id, grade.sign) == (scale_id, sign))
        return next(found, None)


def grading(
    state: ReviewState, site: SitePage, visit: str, *, lesion: str | None = None, photo: str | None = None
) -> Grading | None:
    """`photo`: sha256 of the view that is to be shown. None where the site has no such visit or lesion."""
    loaded = state.loaded
    rows = [row for row in site.photos if row["sha256"]]
    days = {row["visit"]: row["study_day"] for row in sorted(rows, key=lambda row: row["study_day"])}
    if loaded is None or visit not in days:
        return None
    if lesion is not None and lesion not in {page.lesion for page in site.lesions}:
        return None
    entries = state.work().meant.in_force
    photos = _views(loaded, site, visit, rows)
    shown = next((row for row in photos if row["sha256"] == photo), photos[0])
    mine = [entry for entry in entries if _is_own(state, entry, site)]
    listed = _listed(state, loaded, site)
    visits = [Visit(label, day, _count(mine, listed, label)) for label, day in days.items()]
    own = [*_own(mine, visit, lesion), *(grade for at, of, grade in listed if (at, of) == (visit, lesion))]
    return Grading(
        site, visit, lesion, tuple(visits), tuple(photos), shown, _marks(site, visit, shown), tuple(own)
    )


def automatic_rows(loaded: Loaded, site: SitePage, visit: str) -> list[Row]:
    """Rows of observations that carry the field's automatic grade, which is repeated on its lesions."""
    rows = (row for page in site.lesions for row in page.rows if row["visit"] == visit)
    return [row for row in rows if row["erythema_grade"] is not None]


def _views(loaded: Loaded, site: SitePage, visit: str, rows: Sequence[Row]) -> list[Row]:
    """Photos of the visit, the one that was measured first."""
    measured = {row["photo"] for page in site.lesions for row in page.rows if row["visit"] == visit}
    here = [row for row in rows if row["visit"] == visit]
    return sorted(
        here, key=lambda row: (row["photo"] not in measured, row["modality"] != "clinical", row["view"])
    )


def _marks(site: SitePage, visit: str, shown: Row) -> tuple[Mark, ...]:
    found = []
    for page in site.lesions:
        sighting = page.sightings.get(visit)
        if sighting and sighting.photo == shown["photo"] and sighting.photo_xy is not None:
            found.append(Mark(page.lesion, sighting.photo_xy[0], sighting.photo_xy[1] - sighting.radius_px))
    return tuple(found)


def _is_own(state: ReviewState, entry: Entry, site: SitePage) -> bool:
    value = entry.value
    return (
        isinstance(value, Grade)
        and entry.correction.by == state.reader
        and (value.patient, value.site) == (site.entry.patient, site.entry.site)
    )


def _own(mine: Sequence[Entry], visit: str, lesion: str | None) -> list[OwnGrade]:
    found = []
    for entry in mine:
        value = entry.value
        if isinstance(value, Grade) and (value.visit, value.lesion) == (visit, lesion):
            when = entry.correction.at.date().isoformat()
            found.append(OwnGrade(value.sign, value.scale_id, value.grade, when, entry.id))
    return found


def _listed(state: ReviewState, loaded: Loaded, site: SitePage) -> list[tuple[str, str | None, OwnGrade]]:
    """(visit, lesion, grade) of this reader's rows of clinician.csv, as the last run read them."""
    return [
        (row["visit"], row["lesion"], OwnGrade(row["sign"], row["scale_id"], row["grade"], "", None))
        for row in loaded.cohort.tables.get("grades", [])
        if row["source"] == "clinician.csv"
        and row["rater"] == state.reader
        and (row["patient"], row["site"]) == (site.entry.patient, site.entry.site)
        and not state.blinded
    ]


def _count(mine: Sequence[Entry], listed: Sequence[tuple[str, str | None, OwnGrade]], visit: str) -> int:
    said = sum(isinstance(entry.value, Grade) and entry.value.visit == visit for entry in mine)
    return said + sum(at == visit for at, _, _ in listed)
