"""What every page, export and figure says of itself."""

from __future__ import annotations

DISCLAIMER = (
    "Research software. Not a medical device; not cleared or approved by any authority. Not for diagnosis, "
    "treatment, dosing or monitoring of an individual patient. Output needs review by a qualified clinician; "
    "flags mean “outside the configured research envelope”, not “toxicity” or “treatment failure”."
)
VALIDATION = (
    "Not validated on this population: no site has yet compared these values with its own clinicians."
)
