"""Skin tone of a lesion's reference skin before treatment, as a class of its typology angle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from math import inf
from statistics import median
from typing import Any

from lesiontrack.redness import BASELINE, BEYOND

Row = dict[str, Any]

ITA_CLASSES: Mapping[str, float] = {
    "very light": 55.0, "light": 41.0, "intermediate": 28.0, "tan": 10.0, "brown": -30.0, "dark": -inf,
}  # fmt: skip
"""Name → angle in degrees above which it holds (Chardon et al. 1991; Del Bino and Bernerd 2013)."""

UNKNOWN = "unknown"


def tone_class(ita_deg: float | None) -> str:
    """The class of an angle in degrees; "unknown" for None."""
    if ita_deg is None:
        return UNKNOWN
    return next((name for name, above in ITA_CLASSES.items() if ita_deg > above), UNKNOWN)


def lesion_tones(
    observations: Sequence[Row], baseline_visits: Mapping[str, Set[str]]
) -> dict[tuple[str, str], str]:
    """(patient, lesion) → class of its reference skin, never of treated skin: that may be red or bleached.

    The median of the lesion's angles that are of skin before treatment (at a visit of the baseline, or at any
    visit whose reference is the site's own registered baseline) or of untreated skin beyond the margin;
    without any the same of all lesions of the site; else "unknown". An angle depends on light unless the
    photo is colour-calibrated, so a class can be off by one or two.

    Args:
        observations: rows of observations (patient, site, lesion, visit, ita_deg, erythema_reference).
        baseline_visits: patient → labels of the visits up to the baseline.
    """
    own: dict[tuple[str, str], list[float]] = {}
    by_site: dict[tuple[str, str | None], list[float]] = {}
    places: dict[tuple[str, str], str | None] = {}
    for row in observations:
        key = row["patient"], row["lesion"]
        places.setdefault(key, row["site"])
        angle = row["ita_deg"]
        before = row["visit"] in baseline_visits.get(row["patient"], ())
        untreated = str(row["erythema_reference"] or "").startswith((BASELINE, BEYOND))
        if angle is not None and (before or untreated):
            own.setdefault(key, []).append(float(angle))
            by_site.setdefault((row["patient"], row["site"]), []).append(float(angle))
    tones = {}
    for key, site in places.items():
        angles = own.get(key) or by_site.get((key[0], site))
        tones[key] = tone_class(median(angles) if angles else None)
    return tones
