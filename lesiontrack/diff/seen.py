"""Causes of changes in the tables of what was recorded and seen: photos, observations, flags."""

from __future__ import annotations

from lesiontrack.diff import causes as of
from lesiontrack.diff import reviewed
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
_FLAGGED = frozenset(
    {
        "study_day", "course", "status", "reason", "evaluable", "merged_into", "inflammation",
        "inflammation_note", "inflammation_probability", "erythema_grade", "expected_lower", "expected_upper",
        "longest_diameter_mm", "longest_diameter_mm_sd", "ulcer_area_mm2", "ulcer_area_mm2_sd",
    }
)  # fmt: skip
"""Columns of observations that flags are raised on."""
_CUT_COLUMNS = ("death_date", "death_day", "last_contact", "last_contact_day", "end_day", "photos")
_REDNESS = ("field_delta_a", "field_delta_a_sd", "ita_deg", "field_fraction", "delta_a", "delta_a_sd")


def patients(row: RowChange, column: str, facts: Facts, up: Upstream) -> list[Cause]:
    if column == "photos":
        found = of.patient_photos(facts, row.patient, ())
        if found:
            return [Cause("photos added or removed", found[0].text.partition(": ")[2])]
    return _recorded(row, column, facts, "patients.csv, study.toml or the photo folders")


def doses(row: RowChange, column: str, facts: Facts, up: Upstream) -> list[Cause]:
    if column == "kind":
        return of.protocol(facts, "agents")
    return _recorded(row, column, facts, "doses.csv")


def events(row: RowChange, column: str, facts: Facts, up: Upstream) -> list[Cause]:
    return _recorded(row, column, facts, "events.csv")


def _recorded(row: RowChange, column: str, facts: Facts, file: str) -> list[Cause]:
    return of.nearest(
        of.cut(facts, row),
        _by_cut(column, facts) if row.kind == "changed" else [],
        [of.plain(f"recorded in the study: {file}")],
    )


def _by_cut(column: str, facts: Facts) -> list[Cause]:
    """Deaths, last contacts, ends of courses and photos after a cut-off are taken out of rows that stay."""
    if facts.a.cut == facts.b.cut or column not in _CUT_COLUMNS:
        return []
    return [of.plain(f"after the data cut of {name}")
            for side, name in ((facts.a, "A"), (facts.b, "B")) if side.cut]  # fmt: skip


def photos(row: RowChange, column: str, facts: Facts, up: Upstream) -> list[Cause]:
    photo = str(row.get("photo"))
    if row.table == "photos" and column in _DAY_COLUMNS and row.kind == "changed":
        return day_zero(row, up)
    patient, site = row.patient, row.get("site")
    if row.table == "acquisition":
        patient, site = next(
            ((r["patient"], r["site"]) for s in (facts.b, facts.a) for r in s.tables.get("photos", ())
             if r["photo"] == photo), (None, None),
        )  # fmt: skip
    through = up.rows("photos", photo=photo) if row.table == "acquisition" else []
    own, others = reviewed.corrections(row, up, [photo], patient, site)
    return of.nearest(
        of.cut(facts, row),
        own if row.kind != "changed" else [],
        of.own_photo(facts, [photo]) if row.kind != "changed" else [],
        up.by_way_of([r for r in through if r.kind != "changed"], lambda _: "photo"),
        [*own, *_picture(facts, patient, site, [photo])],
        others,
        of.read_with_later(facts),
    )


def _picture(facts: Facts, patient: str | None, site: str | None, own: list[str | None]) -> list[Cause]:
    """What may change what is read from pictures, of one photo or of a lesion in it."""
    return [
        *of.nearest(of.own_photo(facts, own), of.site_photos(facts, patient, site, own)),
        *of.model(facts),
        *of.protocol(facts, "treated_margin_mm", "quality"),
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
    words = "dose of {} on day {}"
    return up.once(
        ("doses", row.patient),
        lambda: up.by_way_of(
            up.rows("doses", patient=row.patient),
            lambda dose: words.format(dose.get("agent"), dose.get("start_day")),
        ),
    )


def event_rows(row: RowChange, up: Upstream) -> list[Cause]:
    words = "{} on day {}"
    return up.once(
        ("events", row.patient),
        lambda: up.by_way_of(
            up.rows("events", patient=row.patient),
            lambda event: words.format(event.get("event"), event.get("study_day")),
        ),
    )


def observations(row: RowChange, column: str, facts: Facts, up: Upstream) -> list[Cause]:
    photos = [side.get("photo") for side in (row.old, row.new) if side]
    site = row.get("site")
    by_readers, others = reviewed.corrections(row, up, photos, row.patient, site)
    if row.kind != "changed":
        return of.nearest(
            of.cut(facts, row),
            by_readers,
            of.own_photo(facts, photos),
            [*_picture(facts, row.patient, site, photos), *of.told_of_lesions(facts, row.patient)],
            others,
            of.patient_photos(facts, row.patient, photos),
        )
    if (said := reviewed.own_columns(row, column, up)) is not None:
        return said
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
    graded = column in _GRADE_COLUMNS and (by_readers or row.columns & set(_REDNESS))
    seen = column not in _COURSE_COLUMNS or graded
    if seen:
        found += by_readers + _picture(facts, row.patient, site, photos)
        if column in ("status", "evaluable", "reason", "merged_into") or {"status"} & row.columns:
            found += event_rows(row, up)
        found += of.told_of_lesions(facts, row.patient)
        found = of.nearest(found, others, of.read_with_later(facts))
    if column in _COURSE_COLUMNS:
        found += [*dose_rows(row, up), *day_zero(row, up), *of.protocol(facts, *COURSE)]
        if column in _GRADE_COLUMNS:
            found += of.protocol(facts, "quality", "flags") if not seen else []
            if column == "inflammation_note":  # regressing lesions are told from their sizes
                sizes = up.rows("observations", patient=row.patient, lesion=row.get("lesion"))
                found += up.by_way_of(nearest_first(sizes, row.get("visit")), observation_words)
    return found


def _first_day(row: RowChange) -> int:
    return int(row.get("study_day") or 0)


def flags(row: RowChange, column: str, facts: Facts, up: Upstream) -> list[Cause]:
    """A flag reads its lesion's (or site's) observations up to its day."""
    lesion = row.get("lesion")
    rows = up.rows(
        "observations", patient=row.patient, columns=_FLAGGED, until=int(row.get("study_day") or 0),
        site=row.get("site"), lesion=lesion,
    )  # fmt: skip
    if cut := of.cut(facts, row):
        return cut
    found = up.by_way_of(nearest_first(rows, row.get("visit")), observation_words, _FLAGGED)
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
