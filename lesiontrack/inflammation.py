"""Redness of the treated field as a provisional grade, and that grade against the expected course."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from lesiontrack.protocol import Band, PhaseAt, Protocol

SCALE_ID = "delta-a-provisional"
ENVELOPE_NOTE = "expected course:"  # begins the part of a note that says what the band rests on
REGRESSING = "below, lesion regressing"
OUTSIDE_TREATMENT = "inflammation outside a treatment phase: clinician review"
WORDS = ("below", "within", "above", "not_assessable")
MAX_GRADE = 4.0


@dataclass(frozen=True)
class Grade:
    """Erythema grade of a region.

    Attributes:
        value: 0..4, continuous; None where it can't be graded.
        sd: standard deviation that the grade would have if the scale went on beyond its ends, from that of
            delta a*; None where that is unknown. It doesn't shrink where the grade is held at 0 or 4: there a
            probability from it is nearer to a coin's than the true one, never surer. The cut points' own
            error is not in it: nobody knows it before calibration.
        scale_id: what the grade means; goes into every table with it.
        reason: why there is no grade, in plain words; empty where there is one.
    """

    value: float | None
    sd: float | None
    scale_id: str = SCALE_ID
    reason: str = ""


@dataclass(frozen=True)
class Assessment:
    """A grade against the expected band of its day.

    Attributes:
        inflammation: below, within, above or not_assessable; of this visit alone.
        probability: of that word, given the grade's error (normal); None where the error is unknown.
        distance: grades outside the band, negative below it; 0 within; None where not assessable.
        note: variants and reasons in plain words, parts joined by "; "; for the tables.
    """

    inflammation: str
    probability: float | None
    distance: float | None
    note: str


def grade(
    delta_a: float | None, delta_a_sd: float | None, ita_deg: float | None, protocol: Protocol
) -> Grade:
    """Delta a* (CIELAB, D65 2 degrees) → erythema grade 0..4.

    Piecewise linear: delta a* 0 is grade 0, the protocol's four cut points are 0.5, 1.5, 2.5 and 3.5, so that
    the rounded grade is the category between cut points; the last slope goes on to 4. The shipped cut points
    (2, 5, 9, 14) are placeholders until they are calibrated against a site's graders.

    Args:
        delta_a: redness of the region minus that of the reference.
        delta_a_sd: its standard deviation.
        ita_deg: individual typology angle of the reference, degrees. Below the protocol's limit (10) or
            unknown, nothing is graded: no published mapping from colour to grade holds there.
        protocol: where cut points and limit come from.
    """
    cuts = protocol.cut_points
    reason = _no_grade(delta_a, ita_deg, protocol)
    if reason or delta_a is None or cuts is None:
        return Grade(None, None, reason=reason)
    value = min(MAX_GRADE, max(0.0, _unbounded(delta_a, cuts)))
    if delta_a_sd is None or not math.isfinite(delta_a_sd) or delta_a_sd < 0:
        return Grade(value, None)
    spread = _unbounded(delta_a + delta_a_sd, cuts) - _unbounded(delta_a - delta_a_sd, cuts)
    return Grade(value, spread / 2)


def assess(
    grade: float | None,
    grade_sd: float | None,
    band: Band | None,
    phase: PhaseAt | None,
    *,
    protocol: Protocol,
    reason: str = "",
    field_fraction: float | None = None,
    shrinkage_pct: float | None = None,
) -> Assessment:
    """A grade of the treated field against the expected band of its day.

    Args:
        grade: 0..4, or None where there is none.
        grade_sd: its standard deviation.
        band: expected band of the day; None where the protocol, or the day, has none (days that count from
            the first visit: pass None).
        phase: phase of the day.
        protocol: for its thresholds.
        reason: why there is no grade.
        field_fraction: 0..1, share of the treated field in frame; too little of it is not assessable.
        shrinkage_pct: how much shorter the lesion's longest diameter is than at baseline, per cent, for the
            variant "below, lesion regressing": falling inflammation after week 3 can mean clearance
            (Schiessl 2007). Only where the protocol has the thresholds flags.regressing_*.
    """
    reason = _not_assessable(grade, band, field_fraction, protocol, reason)
    if reason or grade is None or band is None:
        return Assessment("not_assessable", None, None, reason)
    if grade < band.lower:
        word, distance = "below", grade - band.lower
    elif grade > band.upper:
        word, distance = "above", grade - band.upper
    else:
        word, distance = "within", 0.0
    notes = []
    if word == "below" and _regressing(phase, shrinkage_pct, protocol):
        notes.append(REGRESSING)
    if word == "above" and phase is not None and not phase.inflammation_expected:
        notes.append(OUTSIDE_TREATMENT)
    if band.provisional:
        notes.append(f"{ENVELOPE_NOTE} {band.words or f'provisional, {band.envelope_id}'}")
    return Assessment(word, _probability(word, grade, grade_sd, band), distance, "; ".join(notes))


def _no_grade(delta_a: float | None, ita_deg: float | None, protocol: Protocol) -> str:
    if delta_a is None or not math.isfinite(delta_a):
        return "redness was not measured"
    if protocol.cut_points is None:
        return f"protocol {protocol.id} has no grades"
    if ita_deg is None or not math.isfinite(ita_deg):
        return "skin tone of the reference is unknown (no ITA), so redness is not graded"
    limit = protocol.threshold("grades.min_ita_deg")
    if ita_deg < limit:
        return f"ITA {ita_deg:.0f}° is below {limit:g}°: not graded there without calibration at the site"
    return ""


def _unbounded(delta_a: float, cuts: tuple[float, float, float, float]) -> float:
    """Grade on a scale whose first and last slope go on below 0 and above 4."""
    if delta_a < 0:
        return 0.5 * delta_a / cuts[0]
    if delta_a > cuts[3]:
        return 3.5 + (delta_a - cuts[3]) / (cuts[3] - cuts[2])
    return float(np.interp(delta_a, (0.0, *cuts), (0.0, 0.5, 1.5, 2.5, 3.5)))


def _not_assessable(
    grade: float | None, band: Band | None, field_fraction: float | None, protocol: Protocol, reason: str
) -> str:
    if not protocol.has_expected_course:
        return f"protocol {protocol.id} has no expected course"
    if band is None:
        return reason or "no expected course on that day: days don't count from a treatment start"
    if grade is None or not math.isfinite(grade):
        return reason or "redness of the treated field was not measured"
    if field_fraction is not None:
        least = protocol.threshold("quality.min_field_fraction")
        if field_fraction < least:
            return f"{field_fraction:.1%} of the treated field is in frame; at least {least:.1%} is needed"
    return ""


def _regressing(phase: PhaseAt | None, shrinkage_pct: float | None, protocol: Protocol) -> bool:
    """A protocol without these thresholds (no rule inflammation_below) has no such variant."""
    after, fall = "flags.regressing_after_day", "flags.regressing_fall_pct"
    if phase is None or shrinkage_pct is None or not math.isfinite(shrinkage_pct):
        return False
    if not protocol.has_threshold(after) or not protocol.has_threshold(fall):
        return False
    return phase.course_day > protocol.threshold(after) and shrinkage_pct >= protocol.threshold(fall)


def _probability(word: str, grade: float, sd: float | None, band: Band) -> float | None:
    """The grade ends at 0 and 4: nothing lies below a lower edge of 0, or above an upper edge of 4."""
    if sd is None or not math.isfinite(sd) or sd < 0:
        return None
    if sd == 0:
        return 1.0
    below = 0.0 if band.lower <= 0 else float(norm.cdf((band.lower - grade) / sd))
    above = 0.0 if band.upper >= MAX_GRADE else float(norm.sf((band.upper - grade) / sd))
    return {"below": below, "above": above, "within": max(0.0, 1.0 - below - above)}[word]
