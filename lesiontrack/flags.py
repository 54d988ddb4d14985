"""Flags: what lies outside the configured research envelope, with the numbers behind it. Never advice.

The rules and their ids stand in the protocol file ([rules]), their thresholds in [flags]. Rules on sizes read
evaluable rows in mm only: without a scale none of them fires.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from lesiontrack.inflammation import ENVELOPE_NOTE, OUTSIDE_TREATMENT, REGRESSING
from lesiontrack.protocol import Protocol
from lesiontrack.study.model import Dose

Row = dict[str, Any]

FLAG_WORDS = {
    "ulcer_new": "skin loss, new",
    "ulcer_growth": "skin loss, growing",
    "ulcer_rapid": "skin loss, growing rapidly",
    "ulcer_large": "skin loss, large",
    "inflammation_below": "inflammation below the expected course",
    "inflammation_above": "inflammation above the expected course",
    "inflammation_outside_treatment": "inflammation outside a treatment phase",
    "lesion_growth": "lesion growing since its nadir",
    "new_lesion": "new lesion candidate",
    "lesion_obscured": "lesion obscured",
}
ASSESSABLE = ("below", "within", "above")
COVERAGE = 1.96  # 95 % of the difference of two measurements without change lie within this many of its sd

_NEEDED = (
    "patient", "site", "lesion", "visit", "study_day", "course", "status", "evaluable", "reason",
    "longest_diameter_mm", "longest_diameter_mm_sd", "ulcer_area_mm2", "ulcer_area_mm2_sd",
    "erythema_grade", "expected_lower", "expected_upper", "inflammation", "inflammation_probability",
    "inflammation_note", "merged_into",
)  # fmt: skip


@dataclass(frozen=True)
class _Size:
    """One evaluable size of a lesion. A size of 0 without an error counts as exact."""

    row: Row
    day: int
    value: float
    sd: float | None

    def text(self, unit: str) -> str:
        error = "" if self.sd is None else f" ± {self.sd:.3g}"
        return f"{self.value:.4g}{error} {unit}"

    def when(self) -> str:
        return f"visit {self.row['visit']}, day {self.day}"


def find_flags(
    observations: pd.DataFrame, protocol: Protocol, doses: Sequence[Dose] = ()
) -> list[dict[str, Any]]:
    """Rows of the flags table (columns of tables.FLAGS), in order of patient, site, day and lesion.

    Args:
        observations: the observations table, fresh or read back from CSV; rows without a study day are left out.
        protocol: rules and thresholds.
        doses: recorded doses of any patients, for the day within a re-treatment course; without them, "below" in
            a second or later course needs as many visits as early in the first.

    Raises ValueError naming the columns that `observations` lacks.
    """
    missing = [name for name in _NEEDED if name not in observations.columns]
    if missing:
        raise ValueError(f"observations lack {', '.join(missing)}")
    rows = [row for row in map(_plain, observations.to_dict("records")) if row["study_day"] is not None]
    rows.sort(key=lambda row: (row["study_day"], str(row["visit"])))
    found: list[Row] = []
    for lesion_rows in _groups(rows, ("patient", "site", "lesion")):
        found += _ulcer_flags(lesion_rows, protocol)
        found += _growth_flags(lesion_rows, rows, protocol)
        found += _status_flags(lesion_rows, protocol)
    for site_rows in _groups(rows, ("patient", "site")):
        found += _inflammation_flags(site_rows, protocol, doses)
    order = ("patient", "site")
    return sorted(
        found,
        key=lambda f: (*(str(f[k]) for k in order), f["study_day"], str(f["visit"]), str(f["lesion"] or "")),
    )


def minimal_detectable_change(sd_1: float, sd_2: float) -> float:
    """1.96 sqrt(sd1² + sd2²): what two measurements of one thing stay within, 95 times in 100."""
    return COVERAGE * math.hypot(sd_1, sd_2)


def _ulcer_flags(rows: Sequence[Row], protocol: Protocol) -> Iterable[Row]:
    sizes = _sizes(rows, "ulcer_area_mm2", "ulcer_area_mm2_sd")
    for index, now in enumerate(sizes):
        earlier = [size for size in sizes[:index] if size.day < now.day]
        if protocol.rule("ulcer_large"):
            yield from _large(now, protocol)
        if not earlier:
            continue
        none = protocol.threshold("flags.ulcer_none_mm2") if _relative_rules(protocol) else 0.0
        empty = [i for i, size in enumerate(earlier) if size.value <= none]
        episode = earlier[empty[-1] + 1 :] if empty else earlier
        if protocol.rule("ulcer_new") and empty:
            yield from _new(now, earlier[empty[-1]], episode, protocol)
        if protocol.rule("ulcer_growth") and episode:
            yield from _grown(now, episode, "ulcer_growth", protocol)
        if protocol.rule("ulcer_rapid"):
            days = protocol.threshold("flags.ulcer_rapid_days")
            recent = [size for size in episode if now.day - size.day <= days]
            if recent:
                yield from _grown(now, recent, "ulcer_rapid", protocol)


def _relative_rules(protocol: Protocol) -> bool:
    return any(protocol.rule(rule) for rule in ("ulcer_new", "ulcer_growth", "ulcer_rapid"))


def _new(now: _Size, last_empty: _Size, since: Sequence[_Size], protocol: Protocol) -> Iterable[Row]:
    least = protocol.threshold("flags.ulcer_new_mm2")
    if now.value < least or any(size.value >= least for size in since):
        return
    change = _beyond_error(last_empty, now)
    if change is None:
        return
    evidence = (
        f"skin loss {now.text('mm²')}; {last_empty.text('mm²')} at {last_empty.when()}; rule: at least {least:g} mm² "
        f"where there was none; {change}"
    )
    yield _flag(now.row, "ulcer_new", now.value, least, evidence, protocol)


def _grown(now: _Size, earlier: Sequence[_Size], rule: str, protocol: Protocol) -> Iterable[Row]:
    """Against the lowest earlier area of this episode of skin loss, in mm² and in per cent."""
    if now.value < protocol.threshold("flags.ulcer_relative_min_mm2"):
        return
    lowest = min(earlier, key=lambda size: size.value)
    by_mm2 = _difference(now.value, lowest.value)
    percent = protocol.threshold(f"flags.{rule}_pct")
    least = protocol.threshold(f"flags.{rule}_mm2")
    if by_mm2 < _decimal(least) or not _at_least_pct(now.value, lowest.value, percent):
        return
    change = _beyond_error(lowest, now)
    if change is None:
        return
    within = f" within {now.day - lowest.day} days" if rule == "ulcer_rapid" else ""
    evidence = (
        f"skin loss {now.text('mm²')}, lowest earlier {lowest.text('mm²')} at {lowest.when()}: larger by "
        f"{by_mm2:.4g} mm² ({100 * by_mm2 / _decimal(lowest.value):.0f} %){within}; rule: at least {least:g} mm² "
        f"and {percent:g} %; {change}"
    )
    yield _flag(now.row, rule, float(by_mm2), least, evidence, protocol)


def _large(now: _Size, protocol: Protocol) -> Iterable[Row]:
    diameter = 2 * math.sqrt(now.value / math.pi)
    least = protocol.threshold("flags.ulcer_large_mm")
    if diameter >= least:
        evidence = (
            f"skin loss {now.text('mm²')}, equivalent diameter {diameter:.3g} mm; rule: at least {least:g} mm; "
            "a size, not a CTCAE grade: depth is not visible"
        )
        yield _flag(now.row, "ulcer_large", diameter, least, evidence, protocol)


def _growth_flags(rows: Sequence[Row], every: Sequence[Row], protocol: Protocol) -> Iterable[Row]:
    if not protocol.rule("lesion_growth"):
        return
    percent, least = (protocol.threshold(f"flags.lesion_growth_{unit}") for unit in ("pct", "mm"))
    sizes = _sizes(rows, "longest_diameter_mm", "longest_diameter_mm_sd")
    for index, now in enumerate(sizes):
        earlier = [size for size in sizes[:index] if size.day < now.day]
        if not earlier:
            continue
        nadir = min(earlier, key=lambda size: size.value)
        by_mm = _difference(now.value, nadir.value)
        if by_mm < _decimal(least) or not _at_least_pct(now.value, nadir.value, percent):
            continue
        share = f" ({100 * by_mm / _decimal(nadir.value):.0f} %)" if nadir.value > 0 else ""
        evidence = (
            f"longest diameter {now.text('mm')}, nadir {nadir.text('mm')} at {nadir.when()}: longer by "
            f"{by_mm:.3g} mm{share}; rule: at least {least:g} mm and {percent:g} %; "
            f"{_error_text(nadir, now, 'mm')}{_merged(now.row, every)}"
        )
        yield _flag(now.row, "lesion_growth", float(by_mm), least, evidence, protocol)


def _merged(row: Row, every: Sequence[Row]) -> str:
    here = ("patient", "visit")
    others = sorted(
        {
            str(other["lesion"])
            for other in every
            if other["merged_into"] == row["lesion"] and all(other[k] == row[k] for k in here)
        }
    )
    return f"; {', '.join(others)} merged into it, which lengthens it without growth" if others else ""


def _status_flags(rows: Sequence[Row], protocol: Protocol) -> Iterable[Row]:
    candidates = [row for row in rows if row["status"] == "new_candidate"]
    if candidates and protocol.rule("new_lesion"):
        row = candidates[0]
        size = row["longest_diameter_mm"] if row["evaluable"] else None
        seen = f"longest diameter {size:.3g} mm; " if size is not None else ""
        why = f"{row['reason']}; " if row["reason"] else ""
        evidence = f"{seen}{why}seen first at visit {row['visit']}; counts as new only when a reader says so"
        yield _flag(row, "new_lesion", size, None, evidence, protocol)
    if protocol.rule("lesion_obscured"):
        for row in rows:
            if row["status"] == "obscured":
                why = row["reason"] or "something hides the skin there"
                evidence = f"{why}; size not evaluable at this visit, and obscured is not gone"
                yield _flag(row, "lesion_obscured", None, None, evidence, protocol)


def _inflammation_flags(rows: Sequence[Row], protocol: Protocol, doses: Sequence[Dose]) -> Iterable[Row]:
    """Of the site: its field is one, and its values are repeated on its lesions."""
    visits = [
        list(group)
        for group in _groups(
            [row for row in rows if row["inflammation"] in ASSESSABLE], ("study_day", "visit")
        )
    ]
    run = 0
    course = None
    for group in visits:
        row = group[0]
        run = 0 if row["course"] != course else run
        course = row["course"]
        word, note = row["inflammation"], str(row["inflammation_note"] or "")
        run = run + 1 if word == "below" else 0
        if word == "below" and protocol.rule("inflammation_below"):
            needed = int(protocol.threshold("flags.below_visits"))
            from_day = protocol.threshold("flags.below_single_visit_day")
            day = _course_day(row, protocol, doses)
            late = day is not None and day >= from_day
            if run >= needed or late:
                why = (
                    f"on day {day:g} of the course (one visit is enough from day {from_day:g} on)"
                    if late
                    else ""
                )
                why = why or f"on {run} consecutive assessable visits (rule: {needed})"
                evidence = _grade_text(row, "below the lower edge", "expected_lower", why) + _regressing(
                    group
                )
                yield _site_flag(row, "inflammation_below", "expected_lower", evidence, protocol)
        elif word == "above":
            outside = OUTSIDE_TREATMENT in note
            rule = "inflammation_outside_treatment" if outside else "inflammation_above"
            if protocol.rule(rule):
                why = "outside a treatment phase: clinician review" if outside else "in a treatment phase"
                evidence = _grade_text(row, "above the upper edge", "expected_upper", why)
                yield _site_flag(row, rule, "expected_upper", evidence, protocol)


def _course_day(row: Row, protocol: Protocol, doses: Sequence[Dose]) -> int | None:
    own = [dose for dose in doses if dose.patient == row["patient"]]
    if own:
        phase = protocol.phase_at(row["study_day"], own)
        return None if phase is None else phase.course_day
    return row["study_day"] if row["course"] in (None, 0, 1) else None


def _grade_text(row: Row, where: str, edge: str, why: str) -> str:
    grade, limit, probability = row["erythema_grade"], row[edge], row["inflammation_probability"]
    values = f"erythema grade {grade:.2f}" if grade is not None else "erythema grade"
    bound = f" {limit:.2f}" if limit is not None else ""
    chance = "" if probability is None else f"; probability {probability:.2f}, given the measurement's error"
    provisional = f"; {ENVELOPE_NOTE}" if ENVELOPE_NOTE in str(row["inflammation_note"] or "") else ""
    return f"{values} is {where}{bound}, {why}{chance}{provisional}"


def _regressing(group: Sequence[Row]) -> str:
    lesions = sorted(str(row["lesion"]) for row in group if REGRESSING in str(row["inflammation_note"] or ""))
    if not lesions:
        return ""
    return f"; {', '.join(lesions)} regressing: falling inflammation can go with clearance"


def _site_flag(row: Row, rule: str, edge: str, evidence: str, protocol: Protocol) -> Row:
    return _flag({**row, "lesion": None}, rule, row["erythema_grade"], row[edge], evidence, protocol)


def _flag(
    row: Row, rule: str, value: float | None, threshold: float | None, evidence: str, protocol: Protocol
) -> Row:
    return {
        **{name: row[name] for name in ("patient", "site", "lesion", "visit", "study_day")},
        "flag": FLAG_WORDS[rule],
        "value": value,
        "threshold": threshold,
        "evidence": evidence,
        "rule": rule,
        "protocol_id": protocol.protocol_id,
    }


def _sizes(rows: Sequence[Row], value: str, sd: str) -> list[_Size]:
    sizes = []
    for row in rows:
        if row["evaluable"] and row[value] is not None:
            error = 0.0 if row[value] == 0 and row[sd] is None else row[sd]
            sizes.append(_Size(row, row["study_day"], row[value], error))
    return sizes


def _beyond_error(before: _Size, now: _Size) -> str | None:
    """By how much a growth exceeds the minimal detectable change; None where it doesn't, or nobody knows."""
    if before.sd is None or now.sd is None:
        return None
    detectable = minimal_detectable_change(before.sd, now.sd)
    excess = now.value - before.value - detectable
    if excess <= 0:
        return None
    return f"minimal detectable change {detectable:.3g} mm², exceeded by {excess:.3g} mm²"


def _error_text(before: _Size, now: _Size, unit: str) -> str:
    if before.sd is None or now.sd is None:
        return "minimal detectable change unknown"
    detectable = minimal_detectable_change(before.sd, now.sd)
    excess = now.value - before.value - detectable
    verdict = f"exceeded by {excess:.3g} {unit}" if excess > 0 else "not exceeded"
    return f"minimal detectable change {detectable:.3g} {unit}, {verdict}"


def _decimal(value: float) -> Decimal:
    return Decimal(str(value))


def _difference(now: float, before: float) -> Decimal:
    return _decimal(now) - _decimal(before)


def _at_least_pct(now: float, before: float, percent: float) -> bool:
    """Compared as decimals, unrounded: 25.5 → 30.6 is 20 % exactly. From 0, any growth is."""
    return 100 * _difference(now, before) >= _decimal(percent) * _decimal(before)


def _groups(rows: Sequence[Row], keys: tuple[str, ...]) -> Iterable[list[Row]]:
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[key] for key in keys), []).append(row)
    return groups.values()


def _plain(row: dict[Any, Any]) -> Row:
    """Missing values → None; numbers → float; study day → int; evaluable → bool, also from CSV text."""
    plain = {name: None if _missing(row[name]) else row[name] for name in _NEEDED}
    for name in _NEEDED:
        if plain[name] is not None and name in _NUMBERS:
            plain[name] = _NUMBERS[name](plain[name])
    plain["evaluable"] = str(plain["evaluable"]).casefold() == "true"
    return plain


def _missing(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)) or value == ""


_NUMBERS: dict[str, Callable[[Any], float]] = {
    "study_day": int, "course": int,
    **dict.fromkeys(
        (
            "longest_diameter_mm", "longest_diameter_mm_sd", "ulcer_area_mm2", "ulcer_area_mm2_sd",
            "erythema_grade", "expected_lower", "expected_upper", "inflammation_probability",
        ),
        float,
    ),
}  # fmt: skip
