"""What makes a row of a table the same row in two runs, and which tables matter most."""

from __future__ import annotations

from collections.abc import Mapping

KEYS: Mapping[str, tuple[str, ...]] = {
    "best_responses": ("patient", "analysis", "visits", "confirmation"),
    "rates": ("analysis", "visits", "confirmation", "basis", "arm", "endpoint"),
    "rate_differences": ("analysis", "visits", "confirmation", "basis", "endpoint", "arm_1", "arm_2"),
    "time_to_event": ("patient", "analysis", "visits", "confirmation", "basis", "handling", "endpoint"),
    "survival": ("analysis", "visits", "confirmation", "basis", "handling", "endpoint", "arm"),
    "flags": ("patient", "site", "lesion", "visit", "rule"),
    "visit_responses": ("patient", "visit", "analysis"),
    "lesion_responses": ("patient", "lesion", "visit"),
    "lesion_rates": ("visits", "basis", "arm", "lesions_of", "endpoint"),
    "observations": ("patient", "site", "lesion", "visit"),
    "measurements": ("patient", "visit", "lesion", "method", "quantity", "study_day"),
    "agreement": ("method", "compared_with"),
    "refusals": ("by", "value"),
    "grades": ("patient", "site", "visit", "lesion", "sign", "scale_id", "rater", "source"),
    "reviews": ("id",),
    "patients": ("patient",),
    "doses": ("patient", "agent", "lesion", "start_day"),
    "events": ("patient", "study_day", "event", "lesion"),
    "photos": ("photo",),
    "failures": ("file", "stage", "reason"),
    "acquisition": ("photo",),
    "survival_curves": (
        "analysis", "visits", "confirmation", "basis", "handling", "endpoint", "arm", "time_days",
    ),
}  # fmt: skip
"""Table → columns that name a row; in the order of what matters most. Visits and lesions are taken by their
names: a renamed one is a row removed and a row added."""

IGNORED = ("protocol_id",)
"""Stands in every row; protocols are compared once for the whole folder."""

STUDY_TABLES = ("patients", "doses", "events", "grades", "reviews")
"""What the study recorded: a change there is no result, it is a cause."""
