"""What is refused: corrections that make no sense with the results as they are now."""

from __future__ import annotations

from collections.abc import Sequence

from lesiontrack.corrections import (
    Assignment,
    Evaluability,
    GoneJudgement,
    Grade,
    Landmarks,
    LesionName,
    LesionPoint,
    MaskEdit,
    NewLesionJudgement,
    RegistrationJudgement,
    SameLesion,
    Signature,
    Value,
)
from lesiontrack.corrections.assigned import refusal_of
from lesiontrack.corrections.located import located
from lesiontrack.corrections.meant import Judged
from lesiontrack.corrections.signed import values_of
from lesiontrack.errors import ResultsError
from lesiontrack.pipeline.identities import read_identities
from lesiontrack.report.data import LesionPage, Row
from lesiontrack.review.loaded import Loaded
from lesiontrack.review.places import next_lesion, seen_places
from lesiontrack.review.refusal import Refusal
from lesiontrack.review.scope import candidate_rows
from lesiontrack.review.state import ReviewState
from lesiontrack.study.names import suggestion


def check_value(state: ReviewState, value: Value) -> None:
    """Raises Refusal."""
    if isinstance(value, Assignment):
        if state.blinded:
            raise Refusal("In a blinded reading photos can't be assigned: no run reads its store.")
        why = refusal_of(state.study_root, value)
        if why is not None:
            raise Refusal(f"{why[:1].upper()}{why[1:]}.")
        return
    loaded = state.loaded
    if loaded is None:
        raise Refusal("This study was not run yet: so far, photos can be assigned only.")
    _Check(state, loaded).value(value)


def filled(state: ReviewState, value: Value) -> Value:
    """The value with what the tables have: where its lesion was seen, and the row's values of a signature."""
    loaded = state.loaded
    if loaded is None or not isinstance(value, Judged) or value.lesion is None:
        return value
    pages = loaded.lesions_called(value.patient, value.lesion)
    if isinstance(value, Evaluability | Grade | Signature):
        pages = [page for page in pages if page.site == value.site]
    told: dict[str, object] = {"seen": seen_places(pages)}
    if isinstance(value, Signature):
        row = loaded.rows[value.patient, value.site, value.lesion, value.visit]
        told["values"] = values_of(row, loaded.photo_names.get(row["photo"]))
    return value.model_copy(update=told)


class _Check:
    """One value against one state of the results."""

    def __init__(self, state: ReviewState, loaded: Loaded) -> None:
        self._state = state
        self._loaded = loaded

    def value(self, value: Value) -> None:
        match value:
            case RegistrationJudgement():
                self._pair(value)
            case Landmarks():
                moving, fixed = self._pair(value)
                if fixed["visit"] != value.reference_visit:
                    raise Refusal(f"The reference photo is of visit {fixed['visit']}.")
                self._inside(moving, [(pair.x, pair.y) for pair in value.pairs])
                self._inside(fixed, [(pair.reference_x, pair.reference_y) for pair in value.pairs])
            case MaskEdit():
                row = self._photo(value.photo_sha256, value.patient, value.site, value.visit)
                if row["photo"] != value.photo:
                    raise Refusal(f"That photo is called {row['photo']!r}.")
                if value.x + value.width > row["width"] or value.y + value.height > row["height"]:
                    raise Refusal("The window reaches beyond the photo.")
            case LesionPoint():
                row = self._photo(value.photo_sha256, value.patient, value.site, value.visit)
                self._inside(row, [(value.x, value.y)])
                self._of_site(value.patient, value.site, value.lesion, or_next=True)
            case SameLesion():
                for lesion in (value.lesion, value.same_as):
                    self._of_site(value.patient, value.site, lesion)
                for place in (*value.places, *value.same_as_places):
                    row = self._photo(place.photo_sha256, value.patient, value.site, place.visit)
                    self._inside(row, [(place.x, place.y)])
            case LesionName():
                self._lesion(value.patient, value.lesion)
            case NewLesionJudgement():
                self._new(value)
            case GoneJudgement():
                self._not_removed(self._rows(value.patient, value.lesion, value.visit))
            case Evaluability():
                self._evaluability(value)
            case Grade():
                self._visit(value.patient, value.site, value.visit)
                if value.lesion is not None:
                    self._lesion(value.patient, value.lesion)
            case Signature():
                self._signature(value)

    def _pair(self, value: RegistrationJudgement | Landmarks) -> tuple[Row, Row]:
        moving = self._photo(value.photo_sha256, value.patient, value.site, value.visit)
        fixed = self._loaded.photos.get(value.reference_sha256)
        if fixed is None or (fixed["patient"], fixed["site"]) != (value.patient, value.site):
            raise Refusal("The reference photo is none of this site.")
        if fixed is moving:
            raise Refusal("This is the reference photo itself.")
        return moving, fixed

    def _photo(self, sha256: str, patient: str, site: str, visit: str) -> Row:
        row = self._loaded.photos.get(sha256)
        if row is None:
            raise Refusal("The results hold no such photo; load the page again.")
        if (row["patient"], row["site"], row["visit"]) != (patient, site, visit):
            raise Refusal(f"That photo is of {row['patient']}, {row['site']}, visit {row['visit']}.")
        try:
            located(self._state.study_root, row["photo"], sha256)
        except ValueError as error:
            raise Refusal(f"{row['photo']}: {error}.") from error
        return row

    @staticmethod
    def _inside(row: Row, points: Sequence[tuple[float, float]]) -> None:
        width, height = row["width"], row["height"]
        for x, y in points:
            if not (-0.5 <= x <= width - 0.5 and -0.5 <= y <= height - 0.5):
                raise Refusal(
                    f"The point {x:.0f}, {y:.0f} is outside of the photo, which is {width} × {height} px."
                )

    def _lesion(self, patient: str, lesion: str) -> list[LesionPage]:
        pages = self._loaded.lesions_called(patient, lesion)
        if not pages:
            page = self._patient(patient)
            known = [found.lesion for found in self._loaded.patient_pages[page].lesions]
            raise Refusal(f"{patient} has no lesion {lesion!r}: {suggestion(lesion, known)}.")
        return pages

    def _of_site(self, patient: str, site: str, lesion: str, *, or_next: bool = False) -> None:
        """Known there, or pointed at; with `or_next`, or the id that the next new one gets."""
        self._patient(patient)
        page = self._loaded.sites.get((patient, site))
        if page is None:
            raise Refusal(f"The results hold no photo of site {site!r} of {patient}.")
        known = {found.lesion for found in page.lesions}
        for entry in self._state.work().in_force.get(patient, ()):
            if isinstance(entry.value, LesionPoint) and entry.value.site == site:
                known.add(entry.value.lesion)
        if lesion in known:
            return
        following = self._next(patient) if or_next else ""
        if lesion != following:
            new = f"; a new one is called {following}" if or_next else ""
            raise Refusal(
                f"{site} of {patient} has no lesion {lesion!r}: {suggestion(lesion, sorted(known))}{new}."
            )

    def _next(self, patient: str) -> str:
        results = self._state.results
        assert results is not None
        named = [page.lesion for page in self._loaded.patient_pages[patient].lesions]
        try:
            return next_lesion(patient, read_identities(results), self._state.pending(), named)
        except ResultsError as error:
            raise Refusal(f"{error}.", code=409) from error

    def _patient(self, patient: str) -> str:
        if patient not in self._loaded.patient_pages:
            known = suggestion(patient, self._loaded.patient_pages)
            raise Refusal(f"The results hold no photo of a patient {patient!r}: {known}.")
        return patient

    def _visit(self, patient: str, site: str, visit: str) -> None:
        self._patient(patient)
        page = self._loaded.sites.get((patient, site))
        if page is None:
            raise Refusal(f"The results hold no photo of site {site!r} of {patient}.")
        if not any(row["visit"] == visit for row in page.photos):
            raise Refusal(f"The results hold no photo of {site} of {patient} at visit {visit!r}.")

    def _rows(self, patient: str, lesion: str, visit: str) -> list[Row]:
        found = [row for page in self._lesion(patient, lesion) for row in page.rows if row["visit"] == visit]
        if not found:
            raise Refusal(f"There is no row of {lesion} of {patient} at visit {visit!r}.")
        return found

    @staticmethod
    def _not_removed(rows: Sequence[Row]) -> None:
        for row in rows:
            if row["status"] == "removed":
                why = f" ({row['reason']})" if row["reason"] else ""
                raise Refusal(f"{row['lesion']} was taken away before visit {row['visit']}{why}.")

    def _new(self, value: NewLesionJudgement) -> None:
        pages = self._lesion(value.patient, value.lesion)
        judged = self._states_said("new_lesion", value.patient, value.lesion)
        if not judged and not value.new and not any(candidate_rows(page.rows) for page in pages):
            raise Refusal(f"{value.lesion} is no candidate for a new lesion.")
        first = min((row["visit"] for row in self._first_visit_rows(value.patient)), default="")
        if value.new and any(row["visit"] == first for page in pages for row in page.rows[:1]):
            raise Refusal(f"{value.lesion} is there at the first visit of {value.patient}, {first}.")

    def _first_visit_rows(self, patient: str) -> list[Row]:
        photos = [row for row in self._loaded.cohort.tables["photos"] if row["patient"] == patient]
        first = min((row["study_day"] for row in photos), default=None)
        return [row for row in photos if row["study_day"] == first]

    def _evaluability(self, value: Evaluability) -> None:
        self._visit(value.patient, value.site, value.visit)
        if value.lesion is not None:
            rows = self._rows(value.patient, value.lesion, value.visit)
            own = [row for row in rows if row["site"] == value.site]
            if not own:
                raise Refusal(f"{value.lesion} is not seen from {value.site}.")
            self._not_removed(own)
        about = ("evaluability", value.patient, value.site, value.visit, value.lesion or "")
        if value.evaluable and not self._states_said(*about):
            raise Refusal("No reader said that it is not evaluable, so there is nothing to take back.")

    def _signature(self, value: Signature) -> None:
        row = self._loaded.rows.get((value.patient, value.site, value.lesion, value.visit))
        if row is None:
            raise Refusal(f"There is no row of {value.lesion} of {value.patient} at visit {value.visit!r}.")
        if self._state.running():
            raise Refusal("The results are being made again; sign when that is done.", code=409)
        states = self._state.rows()
        assert states is not None
        now = states.of(row)
        if now.obstacle:
            raise Refusal(now.obstacle, code=409 if now.pending else 400)
        if now.signed and now.by == self._state.reader:
            raise Refusal("You have signed these values already.")

    def _states_said(self, *about: str) -> bool:
        states = self._state.rows()
        return states is not None and states.said(*about) is not None
