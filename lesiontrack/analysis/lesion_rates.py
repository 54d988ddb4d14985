"""Response rates of lesions, with what their clustering in patients does to the interval."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import pandas as pd

from lesiontrack.protocol import Protocol
from lesiontrack.response.patients import READINGS
from lesiontrack.response.rates import BASES, ENDPOINTS, arm_groups, counted_word, has_endpoint
from lesiontrack.response.words import BEST_ORDER
from lesiontrack.statistics import cluster_bootstrap, cluster_rate, proportion_interval
from lesiontrack.study.names import natural_key

Row = dict[str, Any]

ALL_LESIONS, INJECTED, NOT_INJECTED = "all", "injected", "not_injected"
_PATIENT_LEVEL = {
    ALL_LESIONS: "protocol_targets",
    INJECTED: "itrecist_injected",
    NOT_INJECTED: "itrecist_not_injected",
}
FEWEST_DRAWS = 100


@dataclass(frozen=True)
class LesionBest:
    """Best response of one lesion of the baseline over the visits read; `signed`: a reader has signed it."""

    patient: str
    lesion: str
    word: str
    signed: bool


def lesion_rate_rows(
    lesion_responses: Sequence[Row],
    observations: pd.DataFrame,
    rates: Sequence[Row],
    patients: Sequence[str],
    protocol: Protocol,
    *,
    arms: Mapping[str, str | None] | None = None,
) -> list[Row]:
    """Rows of lesion_rates.

    Args:
        lesion_responses, rates: rows as `respond` gives them.
        observations: tells which lesions were injected.
        patients: codes of every enrolled patient; arms: patient code → arm.

    Counted are the lesions of the baseline, targets and non-targets, each with its best response by its own
    diameter: unconfirmed, SD from `response.min_sd_days` on, and not cut at a progression, since a lesion
    may shrink after it has grown or a new one has come. The patient-level rate beside it is the unconfirmed
    one of the protocol's targets (of injected or not injected lesions: of itRECIST). Lesions count as
    injected from their first recorded injection on, and as not injected where injections into other lesions
    of that patient are recorded.

    Limits: `naive_*` as if lesions were independent; `lower` and `upper` at the effective number of lesions
    (`statistics.cluster_rate`); `bootstrap_*` from patients drawn with replacement. Limits that nothing
    tells (one patient; for the bootstrap also where all patients agree) are empty.
    """
    of = _lesions_of(lesion_responses, observations)
    groups = arm_groups(sorted(patients, key=natural_key), arms or {})
    beside = {_key(row): row.get("rate") for row in rates}
    rows: list[Row] = []
    best = {which: list(best_of_lesions(lesion_responses, which, protocol)) for which in READINGS}
    for which, (arm, codes), (lesions_of, names) in product(READINGS, groups.items(), of.items()):
        mine = [
            one for one in best[which] if one.patient in set(codes) and (one.patient, one.lesion) in names
        ]
        for basis, endpoint in product(BASES, ENDPOINTS):
            rows.append(
                {
                    "visits": which,
                    "basis": basis,
                    "arm": arm,
                    "lesions_of": lesions_of,
                    "endpoint": endpoint,
                    **_columns(mine, codes, basis, endpoint, protocol),
                    "patient_rate": beside.get((_PATIENT_LEVEL[lesions_of], which, basis, arm, endpoint)),
                    "protocol_id": protocol.protocol_id,
                }
            )
    return rows


def best_of_lesions(lesion_responses: Sequence[Row], which: str, protocol: Protocol) -> Iterator[LesionBest]:
    """Best response of every lesion of the baseline, MISSING where no visit was read.

    `which`: assessment_window or all_visits. A complete response is signed where one of the visits that show
    it is.
    """
    earliest = protocol.threshold("response.min_sd_days")
    found: dict[tuple[str, str], list[tuple[str, bool]]] = {}
    for row in lesion_responses:
        if row["role"] not in ("target", "non_target"):
            continue
        words = found.setdefault((row["patient"], row["lesion"]), [])
        if row.get("response") is None or (which != "all_visits" and not row["in_assessment_window"]):
            continue
        early = row["response"] == "SD" and row["study_day"] < earliest
        words.append(("NE" if early else row["response"], row["review_status"] == "signed"))
    for (patient, lesion), words in found.items():
        best = min((word for word, _ in words), key=BEST_ORDER.index, default="MISSING")
        yield LesionBest(patient, lesion, best, any(signed for word, signed in words if word == best))


def _columns(
    lesions: Sequence[LesionBest], codes: Sequence[str], basis: str, endpoint: str, protocol: Protocol
) -> Row:
    has_it = [
        (one.patient, has_endpoint(counted_word(one.word, one.signed, basis), ENDPOINTS[endpoint]))
        for one in lesions
    ]
    lesions_of: dict[str, list[bool | None]] = {}
    for patient, value in has_it:
        lesions_of.setdefault(patient, []).append(value)
    by_patient = [lesions_of[code] for code in codes if code in lesions_of]
    total, k = len(has_it), sum(value is True for _, value in has_it)
    unknown = sum(value is None for _, value in has_it)
    row: Row = {
        "numerator": k,
        "denominator": total,
        "patients": len(by_patient),
        "not_evaluable": unknown,
    }
    if not total:
        return row
    counts = [sum(value is True for value in values) for values in by_patient]
    sizes = [len(values) for values in by_patient]
    clustered = cluster_rate(counts, sizes)
    draws = max(FEWEST_DRAWS, int(protocol.threshold("response.bootstrap_draws")))
    naive = proportion_interval(k, total)
    bootstrap = cluster_bootstrap(counts, sizes, draws=draws)
    values = {
        "rate": k / total,
        "naive_lower": naive[0],
        "naive_upper": naive[1],
        "icc": clustered.icc,
        "design_effect": clustered.design_effect,
        "lower": clustered.lower,
        "upper": clustered.upper,
        "bootstrap_lower": bootstrap[0],
        "bootstrap_upper": bootstrap[1],
        "worst_case": k / total,
        "best_case": (k + unknown) / total,
    }
    return row | {name: None if math.isnan(value) else value for name, value in values.items()}


def _lesions_of(
    lesion_responses: Sequence[Row], observations: pd.DataFrame
) -> dict[str, frozenset[tuple[str, str]]]:
    """all, and where injections are recorded by lesion, injected and not_injected → (patient, lesion)."""
    every = frozenset((row["patient"], row["lesion"]) for row in lesion_responses)
    told = observations.loc[observations["injected"].notna(), ["patient", "lesion", "injected"]]
    if told.empty:
        return {ALL_LESIONS: every}
    known = set(told["patient"])
    injected = set(
        told.loc[told["injected"].astype(bool), ["patient", "lesion"]].itertuples(index=False, name=None)
    )
    return {
        ALL_LESIONS: every,
        INJECTED: every & frozenset(injected),
        NOT_INJECTED: frozenset(key for key in every if key[0] in known and key not in injected),
    }


def _key(rate: Row) -> tuple[str, ...] | None:
    """Where a patient-level rate stands beside a lesion-level one; None for a confirmed rate."""
    if rate["confirmation"] != "unconfirmed":
        return None
    return rate["analysis"], rate["visits"], rate["basis"], rate["arm"], rate["endpoint"]
