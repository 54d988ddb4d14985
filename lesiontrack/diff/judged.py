"""Causes of changes in the tables of response of a patient, by way of the rows that they stand on."""

from __future__ import annotations

from typing import Any

from lesiontrack.diff import causes as of
from lesiontrack.diff.causes import Cause
from lesiontrack.diff.compare import RowChange
from lesiontrack.diff.facts import Facts
from lesiontrack.diff.seen import WINDOW, day_zero, dose_rows, event_rows
from lesiontrack.diff.upstream import SIZES, Upstream, nearest_first, observation_words

_WORDS = frozenset(
    {"response", "response_if_candidates_are_new", "in_assessment_window", "review_status", "new_lesion"}
)


def _window(row: RowChange, facts: Facts, up: Upstream) -> list[Cause]:
    return [*dose_rows(row, up), *day_zero(row, up), *of.protocol(facts, *WINDOW)]


def lesion_responses(row: RowChange, column: str, facts: Facts, up: Upstream) -> list[Cause]:
    if column == "in_assessment_window" and row.kind == "changed":
        return _window(row, facts, up)
    if cut := of.cut(facts, row):
        return cut
    own = frozenset({str(row.get("lesion"))})
    rows = up.rows("observations", patient=row.patient, columns=SIZES, until=_day(row))
    if column == "role":
        found = of.told_of_lesions(facts, row.patient)
    else:
        found = []
        rows = [r for r in rows if str(r.get("lesion")) in own or "merged_into" in r.columns] or rows
        if column in ("longest_diameter_mm", "area_mm2", "review_status", "study_day"):
            rows = [r for r in rows if r.get("visit") == row.get("visit")] or rows
    return [
        *found,
        *up.by_way_of(nearest_first(rows, row.get("visit"), own), observation_words, SIZES),
        *(day_zero(row, up) if column in ("study_day", "baseline_valid") else []),
        *(of.protocol(facts, "response") if column in ("response", "role") or row.kind != "changed" else []),
    ]


def visit_responses(row: RowChange, column: str, facts: Facts, up: Upstream) -> list[Cause]:
    if column == "in_assessment_window" and row.kind == "changed":
        return _window(row, facts, up)
    if cut := of.cut(facts, row):
        return cut
    targets = frozenset(
        name for side in (row.old, row.new) if side for name in str(side.get("targets") or "").split(", ")
    )
    rows = up.rows("observations", patient=row.patient, columns=SIZES, until=_day(row))
    rows = nearest_first(rows, row.get("visit"), targets)
    of_sum = [r for r in rows if str(r.get("lesion")) in targets]
    now = [r for r in of_sum if r.get("visit") == row.get("visit")]
    if row.kind == "changed" and column.startswith("sum_"):
        rows = now or of_sum or rows
    elif row.kind == "changed" and column.startswith(("baseline_", "nadir_")):
        rows = [r for r in of_sum if r.get("visit") != row.get("visit")] or rows
    elif row.kind == "changed" and column in ("non_target_response", "new_lesion"):
        rows = [r for r in rows if str(r.get("lesion")) not in targets] or rows
    elif row.kind == "changed" and column == "target_response":
        rows = of_sum or rows
    rules = column not in ("sum_mm", "sum_mm2") or "targets" in row.columns
    return [
        *up.by_way_of(rows, observation_words, SIZES),
        *(_photos_of_visit(row, facts) if not rows else []),
        *(of.told_of_lesions(facts, row.patient) if "targets" in row.columns else []),
        *(day_zero(row, up) if row.kind != "changed" or column == "study_day" else []),
        *(of.protocol(facts, "response") if rules else []),
    ]


def _photos_of_visit(row: RowChange, facts: Facts) -> list[Cause]:
    visit = row.get("visit")
    photos = [f.photo for f in facts.site_photos(row.patient, None) if f.visit == visit]
    return of.own_photo(facts, photos)


def best_responses(row: RowChange, column: str, facts: Facts, up: Upstream) -> list[Cause]:
    rows = up.rows("visit_responses", patient=row.patient, columns=_WORDS, analysis=row.get("analysis"))
    words = _WORDS
    if not rows:  # a note names lesions
        rows = up.rows("lesion_responses", patient=row.patient)
        words = frozenset()
    rows = nearest_first(rows, None)
    same_day = [r for r in rows if r.get("study_day") in _days(row)]
    ordered = [*same_day, *(r for r in rows if r not in same_day)]
    return [
        *_patient(row, up),
        *up.by_way_of(ordered, lambda r: f"response at day {r.get('study_day')}", words or None),
        *of.told_of_lesions(facts, row.patient),
        *of.protocol(facts, "response"),
    ]


def _patient(row: RowChange, up: Upstream) -> list[Cause]:
    """The whole patient is in one of the two only."""
    rows = [r for r in up.rows("patients", patient=row.patient) if r.kind != "changed"]
    return up.by_way_of(rows, lambda r: f"patient {r.patient}") if row.kind != "changed" else []


def time_to_event(row: RowChange, column: str, facts: Facts, up: Upstream) -> list[Cause]:
    overall = row.get("endpoint") == "OS"
    reading = tuple(row.get(name) for name in ("analysis", "visits", "confirmation"))
    responses = up.once(
        ("responses", row.patient, *reading), lambda: _responses(row.patient, *reading, up=up)
    )  # fmt: skip
    columns = {"arm", "death_date", "death_day", "zero_date", "treatment_start", "day_zero"}
    columns |= {"last_contact", "last_contact_day"} if overall else set()
    told = up.rows("patients", patient=row.patient, columns=columns)
    found = up.by_way_of(told, lambda r: f"record of {r.patient}")
    if column == "arm" or (overall and found):
        return found
    censoring = event_rows(row, up) if row.get("handling") == "new_therapy_censors" else []
    return [*found, *responses, *censoring, *of.protocol(facts, "response")]


def _responses(
    patient: str | None, analysis: Any, visits: Any, confirmation: Any, *, up: Upstream
) -> list[Cause]:
    rows = up.rows("visit_responses", patient=patient, columns=_WORDS, analysis=analysis)
    rows += up.rows(
        "best_responses", patient=patient, columns={"response", "study_day", "signed"},
        analysis=analysis, visits=visits, confirmation=confirmation,
    )  # fmt: skip
    names = {"visit_responses": "response", "best_responses": "best response"}
    return up.by_way_of(
        sorted(rows, key=lambda r: int(r.get("study_day") or 0)),
        lambda r: f"{names[r.table]} at day {r.get('study_day')}",
    )


def measurements(row: RowChange, column: str, facts: Facts, up: Upstream) -> list[Cause]:
    photo = {"photo_value", "photo_sd", "difference", "note"}
    rows = up.rows("observations", patient=row.patient, lesion=row.get("lesion"), visit=row.get("visit"))
    found = up.by_way_of(rows, observation_words)
    if row.kind == "changed" and column in photo and (found or not (row.columns - photo)):
        return found
    return of.cut(facts, row) or [of.plain("recorded in the study: measurements.csv")]


def _day(row: RowChange) -> int:
    return max(_days(row), default=10**9)


def _days(row: RowChange) -> list[int]:
    return [s["study_day"] for s in (row.old, row.new) if s and s.get("study_day") is not None]
