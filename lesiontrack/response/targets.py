"""Which lesions of the baseline are the targets."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from lesiontrack.protocol import Protocol
from lesiontrack.response.baseline import Baseline
from lesiontrack.response.series import LesionSeries
from lesiontrack.study.names import natural_key


def two_per_organ(
    chosen: list[LesionSeries], organs: Mapping[str, str], protocol: Protocol
) -> list[LesionSeries]:
    """The first `response.max_targets_per_organ` of each organ; "skin" where `organs` names none."""
    limit = int(protocol.threshold("response.max_targets_per_organ"))
    counts: dict[str, int] = {}
    kept = []
    for lesion in chosen:
        organ = organs.get(lesion.lesion, "skin")
        counts[organ] = counts.get(organ, 0) + 1
        if counts[organ] <= limit:
            kept.append(lesion)
    return kept


def protocol_targets(there: list[LesionSeries], baseline: Baseline, protocol: Protocol) -> list[LesionSeries]:
    """Those that a person chose, else the largest, up to `response.max_targets`."""
    eligible, chosen_by_hand = _eligible(there, baseline, protocol)
    return eligible if chosen_by_hand else eligible[: int(protocol.threshold("response.max_targets"))]


def injected_targets(
    there: list[LesionSeries], baseline: Baseline, protocol: Protocol
) -> dict[str, tuple[str, ...]]:
    """Of itRECIST: up to 5 lesions that were injected by the baseline and 5 that were not."""
    eligible, chosen_by_hand = _eligible(there, baseline, protocol)
    sides = {
        "injected": [lesion for lesion in eligible if _by_then(lesion, baseline)],
        "not_injected": [lesion for lesion in eligible if not _by_then(lesion, baseline)],
    }
    if not chosen_by_hand:
        sides = {
            side: lesions[: int(protocol.threshold(f"response.max_{side}_targets"))]
            for side, lesions in sides.items()
        }
    chosen = [lesion for lesion in eligible if any(lesion in lesions for lesions in sides.values())]
    return {"itrecist_combined": names_of(chosen)} | {
        f"itrecist_{side}": names_of(lesions) for side, lesions in sides.items()
    }


def _by_then(lesion: LesionSeries, baseline: Baseline) -> bool:
    """Injected by the baseline's day, on which a first treatment follows the photo."""
    return lesion.injected_from is not None and lesion.injected_from <= baseline.day


def _eligible(
    there: list[LesionSeries], baseline: Baseline, protocol: Protocol
) -> tuple[list[LesionSeries], bool]:
    """Lesions that can be targets, the largest first, and whether a person chose them."""

    def largest_first(lesion: LesionSeries) -> tuple[Decimal, object]:
        return -(baseline.looks[lesion.lesion].longest_mm or Decimal(0)), natural_key(lesion.lesion)

    marked = [lesion for lesion in there if lesion.role == "target"]
    if marked:
        return sorted(marked, key=largest_first), True
    eligible = [
        lesion
        for lesion in there
        if lesion.role != "non_target"
        and (baseline.looks[lesion.lesion].longest_mm or 0) >= smallest_target(protocol)
    ]
    return sorted(eligible, key=largest_first), False


def smallest_target(protocol: Protocol) -> Decimal:
    """In mm; a lesion below it is not measurable and can only be non-target."""
    return Decimal(str(protocol.threshold("response.min_target_mm")))


def names_of(lesions: list[LesionSeries]) -> tuple[str, ...]:
    return tuple(lesion.lesion for lesion in lesions)
