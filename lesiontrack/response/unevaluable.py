"""Why a patient has no best response although there were visits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lesiontrack.protocol import Protocol
from lesiontrack.response.series import Look, PatientSeries
from lesiontrack.response.sets import Baseline, LesionSets
from lesiontrack.response.sums import AREAS, longest

Row = dict[str, Any]
SHOWN = 3
"""So many visits and lesions are named; the rest is counted."""


def why_not_evaluable(
    series: PatientSeries,
    baseline: Baseline,
    sets: LesionSets,
    analysis: str,
    protocol: Protocol,
    read: Sequence[Row],
) -> list[str]:
    """For a best response of NE: the lesions without a size, at the baseline or at the visits read, and the
    responses that came too early for stable disease."""
    size = AREAS.get(analysis, longest)
    targets = sets.targets[analysis]
    without = [name for name in targets if size(baseline.looks.get(name)) is None]
    if without:
        return [f"no size at the baseline, so no change from it: {_some(without)}"]
    least = int(protocol.threshold("response.min_sd_days"))
    found = []
    for row in read:
        day, word = row["study_day"], row["response"]
        if word != "NE":
            kind = "not confirmed, and " if word in ("CR", "PR", "iCR", "iPR") else ""
            found.append(f"{word} on day {day}: {kind}before day {least}, too early for stable disease")
            continue
        looks = series.looks_at(row["visit"])
        names = sets.targets_at(analysis, day) or sets.non_targets[analysis]
        missing = [
            f"{name} {_state(looks[name])}"
            for name in names
            if not (look := looks[name]) or size(look) is None
        ]
        if missing:
            found.append(f"not evaluable on day {day}: {_some(missing)}")
    rest = len(found) - SHOWN
    return [*found[:SHOWN], *([f"and so at {rest} more visits"] if rest > 0 else [])]


def _state(look: Look | None) -> str:
    if look is None:
        return "not photographed"
    if look.status == "present":
        return "present without a size"
    return (look.status or "not told").replace("_", " ")


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
