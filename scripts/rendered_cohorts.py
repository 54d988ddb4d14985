"""Cohorts with published counts and dates of our own, run through the whole chain of responses.

A paper that prints "stable disease in 8 of 17, median 12 weeks" gives no dates. These cohorts are rendered:
the counts are the paper's, sizes and dates are ours, chosen so that the published median follows if response,
time to event and survival work together. They show that the chain counts as the paper does, and say nothing
about its patients.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from lesiontrack.analysis.survival import survival_rows
from lesiontrack.analysis.time_to_event import time_to_event_rows
from lesiontrack.protocol import load_protocol
from lesiontrack.response import respond
from lesiontrack.study.model import Patient, PhotoEntry, Visit
from lesiontrack.tables import frame

START = date(2006, 3, 6)
EVERY_DAYS = 14
BASELINE_MM, STABLE_MM, GROWN_MM = 20.0, 21.0, 26.0

STABLE_DAYS = (58, 70, 78, 84, 84, 99, 113, 141)
"""Durations of stable disease in days, first day counted: ours, with a median of 84 days = 12 weeks."""

PROGRESSED_DAYS = (15, 15, 22, 29, 29, 36, 36, 40)
"""Days to the progression of those without stable disease, before the protocol's 42 days: ours."""

PATIENTS = 17


class Outcome(NamedTuple):
    """What the chain gave for a cohort. `stable_median_days` is the Kaplan-Meier median."""

    responders: int
    stable: int
    patients: int
    stable_median_days: float | None


def il2_imatinib() -> Outcome:
    """IL-2 + imatinib: published 0/17 responses and 8/17 with stable disease of 12 weeks in the median.

    The patient who is neither stable nor progressed has no photographs and stays in the denominator.
    """
    protocol = load_protocol("response-only")
    days = (*STABLE_DAYS, *PROGRESSED_DAYS)
    patients, rows = [], []
    for number in range(PATIENTS):
        code, start = f"P{number + 1:02d}", START + timedelta(days=19 * number)
        sizes = _sizes(days[number] - 1) if number < len(days) else {}
        visits = tuple(Visit(str(start + timedelta(days=d)), d, start + timedelta(days=d)) for d in sizes)
        photos = tuple(
            PhotoEntry(Path("p.jpg"), f"{code}/{v.label}/leg.jpg", code, v.label, "leg") for v in visits
        )
        patients.append(Patient(code, code, start, "treatment_start", visits, photos, {}, start))
        rows += [_observation(code, visit, sizes[visit.study_day]) for visit in visits]
    responses = respond(frame("observations", rows), patients, protocol)
    survival, _ = survival_rows(time_to_event_rows(responses, patients, [], protocol), protocol)
    reading = {"analysis": "protocol_targets", "visits": "all_visits", "confirmation": "confirmed"}
    words = [row["response"] for row in responses["best_responses"] if reading.items() <= row.items()]
    reading |= {"basis": "automatic", "handling": "new_therapy_censors", "arm": "all"}
    stable = next(row for row in survival if {**reading, "endpoint": "SD_DURATION"}.items() <= row.items())
    return Outcome(
        sum(word in ("CR", "PR") for word in words), words.count("SD"), len(words), stable["median_days"]
    )


def _sizes(progression: int) -> dict[int, float]:
    """Study day → longest diameter: stable every two weeks until the day of progression."""
    stable = {day: STABLE_MM if day else BASELINE_MM for day in range(0, progression, EVERY_DAYS)}
    return {**stable, progression: GROWN_MM}


def _observation(code: str, visit: Visit, size: float) -> dict[str, Any]:
    return {
        "patient": code,
        "site": "leg",
        "lesion": "L01",
        "visit": visit.label,
        "study_day": visit.study_day,
        "status": "present",
        "evaluable": True,
        "longest_diameter_mm": size,
        "area_mm2": size * size,
        "review_status": "unreviewed",
    }
