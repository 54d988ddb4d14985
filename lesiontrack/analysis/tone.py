"""Skin tone of a lesion's reference skin before treatment, as a class of its typology angle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from statistics import median
from typing import Any

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
    observations: Sequence[Row], baseline_visits: Mapping[str, frozenset[str]]
) -> dict[tuple[str, str], str]:
    """(patient, lesion) → class of its reference skin at the baseline, never on inflamed or bleached skin.

    The last angle of the lesion at a visit of the baseline; without one the median of its site's lesions
    there; "unknown" without any. An angle depends on light unless the photo is
    colour-calibrated, so a class can be off by one or two.

    Args:
        observations: rows of observations (patient, site, lesion, visit, study_day, ita_deg).
        baseline_visits: patient → labels of visits that responses are not read at.
    """
    own: dict[tuple[str, str], tuple[int, float]] = {}
    by_site: dict[tuple[str, str | None], list[float]] = {}
    places: dict[tuple[str, str], str | None] = {}
    for row in observations:
        key = row["patient"], row["lesion"]
        places.setdefault(key, row["site"])
        angle = row["ita_deg"]
        if angle is None or row["visit"] not in baseline_visits.get(row["patient"], frozenset()):
            continue
        if key not in own or row["study_day"] >= own[key][0]:
            own[key] = row["study_day"], angle
        by_site.setdefault((row["patient"], row["site"]), []).append(angle)
    tones = {}
    for key, site in places.items():
        beside = by_site.get((key[0], site))
        angle = own[key][1] if key in own else median(beside) if beside else None
        tones[key] = tone_class(angle)
    return tones
