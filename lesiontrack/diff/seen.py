"""Causes of changes in the tables of what was recorded and seen: photos, observations, flags."""

from __future__ import annotations

from lesiontrack.diff import causes as of
from lesiontrack.diff.causes import Cause
from lesiontrack.diff.compare import RowChange
from lesiontrack.diff.facts import Facts
from lesiontrack.diff.upstream import Upstream, nearest_first, observation_words

COURSE = ("treated_margin_mm", "phases", "pulses", "courses", "agents", "expected_course", "grades")
"""Sections of a protocol that set phase, expected band and grade."""
WINDOW = ("assessment", "phases", "pulses", "courses", "agents")

_COURSE_COLUMNS = frozenset(
    {
        "phase", "course", "erythema_grade", "scale_id", "expected_lower", "expected_target",
        "expected_upper", "envelope_id", "inflammation", "inflammation_probability", "inflammation_note",
    }
)  # fmt: skip
_GRADE_COLUMNS = frozenset(
    {"erythema_grade", "inflammation", "inflammation_probability", "inflammation_note"}
)
_DAY_COLUMNS = frozenset({"study_day", "day_zero", "lesion_day", "injected"})
_REDNESS = ("field_delta_a", "field_delta_a_sd", "ita_deg", "field_fraction", "delta_a", "delta_a_sd")


def patients(row: RowChange, column: str, facts: Facts, up: Upstream) -> list[Cause]:
    if column == "photos":
        found = of.patient_photos(facts, row.patient, ())
        if found:
            return [Cause("photos added or removed", found[0].text.partition(": ")[2])]
    return _recorded(row, facts, "patients.csv, study.toml or the photo folders")


def doses(row: RowChange, column: str, facts: Facts, up: Upstream) -> list[Cause]:
    if column == "kind":
        return of.protocol(facts, "agents")
    return _recorded(row, facts, "doses.csv")


def events(row: RowChange, column: str, facts: Facts, up: Upstream) -> list[Cause]:
    return _recorded(row, facts, "events.csv")


def _recorded(row: RowChange, facts: Facts, file: str) -> list[Cause]:
    return of.cut(facts, row) or _by_cut(row, facts) or [of.plain(f"recorded in the study: {file}")]


def _by_cut(row: RowChange, facts: Facts) -> list[Cause]:
    """Deaths, last contacts and ends of courses after a cut-off are taken out of rows that stay."""
    found = []
    for side, name in ((facts.a, "A"), (facts.b, "B")):
        days = [value for value in (row.old or {}).values() if isinstance(value, int)]
        days += [value for value in (row.new or {}).values() if isinstance(value, int)]
        last = side.cut_day(row.patient or "")
        if facts.a.cut != facts.b.cut and last is not None and max(days, default=last) > last:
            found.append(of.plain(f"after the data cut of {name}"))
    return found


def photos(row: RowChange, column: str, facts: Facts, up: Upstream) -> list[Cause]:
    photo = str(row.get("photo"))
    if row.table == "photos" and column in _DAY_COLUMNS and row.kind == "changed":
        return day_zero(row, up)
    patient, site = row.patient, row.get("site")
    found = facts.photos.get(photo)
    if row.table == "acquisition":
        patient, site = next(
            ((r["patient"], r["site"]) for s in (facts.b, facts.a) for r in s.tables.get("photos", ())
             if r["photo"] == photo), (None, None),
        )  # fmt: skip
    own = of.cut(facts, row) or of.own_photo(facts, [photo])
    if row.table == "acquisition" and found and found.what in ("added", "removed"):
        own = up.by_way_of(up.rows("photos", photo=photo), lambda _: "photo") or own
    return [
        *own,
        *of.site_photos(facts, patient, site, [photo]),
        *of.model(facts),
        *of.protocol(facts, "quality"),
    ]


def day_zero(row: RowChange, up: Upstream) -> list[Cause]:
    """Day 0 of the patient was moved: every study day of theirs is another."""
    moved = up.rows(
        "patients", patient=row.patient, columns=("zero_date", "day_zero", "treatment_start")
    )  # fmt: skip
    return [Cause("day 0 of the patient", f"day 0 of {one.patient} {_zero(one)}") for one in moved]


def _zero(row: RowChange) -> str:
    old, new = (
        f"{side.get('zero_date') or 'unknown'} ({side.get('day_zero')})" if side else "(none)"
        for side in (row.old, row.new)
    )
    return f"{old} -> {new}"


def dose_rows(row: RowChange, up: Upstream) -> list[Cause]:
    rows = up.rows("doses", patient=row.patient)
    return up.by_way_of(rows, lambda dose: f"dose of {dose.get('agent')} on day {dose.get('start_day')}")


def event_rows(row: RowChange, up: Upstream) -> list[Cause]:
    rows = up.rows("events", patient=row.patient)
    return up.by_way_of(rows, lambda event: f"{event.get('event')} on day {event.get('study_day')}")


def observations(row: RowChange, column: str, facts: Facts, up: Upstream) -> list[Cause]:
    photos = [side.get("photo") for side in (row.old, row.new) if side]
    site = row.get("site")
    if row.kind != "changed":
        return [
            *(of.cut(facts, row)),
            *of.own_photo(facts, photos),
            *of.site_photos(facts, row.patient, site, photos),
            *of.model(facts),
            *of.told_of_lesions(facts, row.patient),
            *of.patient_photos(facts, row.patient, [*photos, *_of_site(facts, row.patient, site)]),
        ]
    if column == "review_status":
        return [of.plain("a reader's signature")]
    if column in _DAY_COLUMNS:
        return [*day_zero(row, up), *dose_rows(row, up), *of.told_of_lesions(facts, row.patient)]
    if column == "role":
        before = up.rows("observations", patient=row.patient, until=max(0, _first_day(row)))
        return [
            *of.told_of_lesions(facts, row.patient),
            *of.protocol(facts, "response"),
            *day_zero(row, up),
            *up.by_way_of(nearest_first(before, row.get("visit")), observation_words),
        ]
    found = []
    seen = column not in _COURSE_COLUMNS or (column in _GRADE_COLUMNS and row.columns & set(_REDNESS))
    if seen:
        found += [
            *of.own_photo(facts, photos),
            *of.site_photos(facts, row.patient, site, photos),
            *of.model(facts),
            *of.protocol(facts, "treated_margin_mm", "quality"),
        ]
        if column in ("status", "evaluable", "reason", "merged_into") or {"status"} & row.columns:
            found += event_rows(row, up)
        found += of.told_of_lesions(facts, row.patient)
    if column in _COURSE_COLUMNS:
        found += [*dose_rows(row, up), *day_zero(row, up), *of.protocol(facts, *COURSE)]
        if column in _GRADE_COLUMNS:
            found += of.protocol(facts, "quality", "flags") if not seen else []
            if column == "inflammation_note":  # regressing lesions are told from their sizes
                sizes = up.rows("observations", patient=row.patient, lesion=row.get("lesion"))
                found += up.by_way_of(nearest_first(sizes, row.get("visit")), observation_words)
    return found


def _of_site(facts: Facts, patient: str | None, site: str | None) -> list[str]:
    return [fact.photo for fact in facts.site_photos(patient, site)]


def _first_day(row: RowChange) -> int:
    return int(row.get("study_day") or 0)


def flags(row: RowChange, column: str, facts: Facts, up: Upstream) -> list[Cause]:
    """A flag reads its lesion's (or site's) observations up to its day."""
    lesion = row.get("lesion")
    rows = up.rows(
        "observations", patient=row.patient, site=row.get("site"), lesion=lesion,
        until=int(row.get("study_day") or 0),
    )  # fmt: skip
    found = [
        *of.cut(facts, row),
        *up.by_way_of(nearest_first(rows, row.get("visit")), observation_words),
    ]
    if str(row.get("rule")).startswith("inflammation"):
        found += [*dose_rows(row, up), *of.protocol(facts, *COURSE)]
    return [*found, *of.protocol(facts, "flags", "rules")]


def failures(row: RowChange, column: str, facts: Facts, up: Upstream) -> list[Cause]:
    file = str(row.get("file"))
    found = of.own_photo(facts, [file])
    if not found and not file.endswith(".csv"):
        patient, _, _ = file.partition("/")
        found = of.patient_photos(facts, patient, ())
    told = [of.plain(f"recorded in the study: {file}")] if file.endswith(".csv") else []
    return [*found, *told, *of.model(facts), *of.protocol(facts, "quality")]
