"""The words of the pages: fixed sentences, and numbers as people read them."""

from __future__ import annotations

from typing import Any

DISCLAIMER = (
    "Research software. Not a medical device; not cleared or approved by any authority. Not for diagnosis, "
    "treatment, dosing or monitoring of an individual patient. Output needs review by a qualified clinician; "
    "flags mean “outside the configured research envelope”, not “toxicity” or “treatment failure”."
)
VALIDATION = "Not validated on this population: no site has yet compared these values with its own clinicians."
NOT_MEASURED = (
    "Depigmentation over time and the signs that a photo can't show (swelling, pain, induration) are not measured by "
    "this version. Outlines come from colour and edges, not from a trained network."
)

_STATUS = {
    "present": "present",
    "not_visible": "not visible",
    "obscured": "obscured",
    "removed": "removed",
    "out_of_frame": "out of frame",
    "new_candidate": "candidate for a new lesion",
    "reappeared": "reappeared",
    "merged": "merged",
    "split": "split",
    None: "not evaluable",
}


def number(value: Any, digits: int = 1) -> str:
    """A number with its digits; an empty place for a missing one, so that it can't be read as 0."""
    if value is None:
        return "–"
    return f"{value:.{digits}f}" if isinstance(value, float) else str(value)


def day_text(value: Any) -> str:
    """Study day with its sign where it is before day 0."""
    return "–" if value is None else f"day {value}" if value >= 0 else f"day −{abs(value)}"


def status_text(value: str | None) -> str:
    return _STATUS.get(value, str(value))
