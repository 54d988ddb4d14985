"""Response rates of the cohort, automatic and signed, with bounds for what could not be evaluated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations, product
from typing import Any

from lesiontrack.protocol import Protocol
from lesiontrack.response.patients import CONFIRMATIONS, READINGS
from lesiontrack.response.sets import ANALYSES
from lesiontrack.response.words import BEST_ORDER, as_recist
from lesiontrack.statistics import difference_interval, fisher_exact, proportion_interval
from lesiontrack.study.model import ALL_ARMS, NO_ARM
from lesiontrack.study.names import natural_key

Row = dict[str, Any]
BASES = ("automatic", "signed")
ENDPOINTS: Mapping[str, tuple[str, ...]] = {"ORR": ("CR", "PR"), "CR": ("CR",), "DCR": ("CR", "PR", "SD")}
"""ORR = (CR + PR) / N, DCR = (CR + PR + SD of the minimum duration) / N; NON-CR/NON-PD is in neither."""

DURABLE = "DRR"
"""Stands for the patients without an arm where others have one, so that no patient drops out unseen."""


def arm_groups(patients: Sequence[str], arms: Mapping[str, str | None]) -> dict[str, tuple[str, ...]]:
    """Arm → its patients: "all" first, then the recorded arms in natural order, then NO_ARM.

    `arms`: patient code → arm; patients that it does not name have none. Where nobody has one, only "all".
    """
    groups = {ALL_ARMS: tuple(patients)}
    told = {code: arms.get(code) for code in patients}
    for arm in sorted({arm for arm in told.values() if arm}, key=natural_key):
        groups[arm] = tuple(code for code in patients if told[code] == arm)
    rest = tuple(code for code in patients if not told[code])
    return {**groups, NO_ARM: rest} if len(groups) > 1 and rest else groups


def rate_rows(
    best: Sequence[Row],
    patients: Sequence[str],
    protocol: Protocol,
    *,
    arms: Mapping[str, str | None] | None = None,
) -> list[Row]:
    """Rows of rates. The denominator is every enrolled patient of the arm, photo-less ones included.

    Args:
        best: rows of best_responses. A target set without any row has no rates; a patient without a row in
            one that others have counts as MISSING there. DRR is given where the rows tell `durable`.
        patients: codes of every enrolled patient.
        arms: patient code → arm, from patients.csv.

    On the signed basis a complete response counts only when a reader has signed what it rests on; until then
    that patient is not evaluable. (Progression by a new lesion needs a signature on either basis; it is in
    no numerator.)
    Intervals: Clopper-Pearson (exact) and Wilson. Bounds: none, or all, of the patients without an evaluable
    response have the endpoint.
    """
    groups = arm_groups(patients, arms or {})
    by_key: dict[tuple[str, str, str], dict[str, Row]] = {}
    for row in best:
        key = row["analysis"], row["visits"], row["confirmation"]
        by_key.setdefault(key, {})[row["patient"]] = row
    analyses = list(dict.fromkeys(row["analysis"] for row in best)) or ANALYSES
    rows: list[Row] = []
    for analysis, which, confirmation in product(analyses, READINGS, CONFIRMATIONS):
        mine = by_key.get((analysis, which, confirmation), {})
        for basis, (arm, codes) in product(BASES, groups.items()):
            for endpoint, has_it in _counts([mine.get(code) for code in codes], basis):
                rows.append(
                    {
                        "analysis": analysis,
                        "visits": which,
                        "confirmation": confirmation,
                        "basis": basis,
                        "arm": arm,
                        "endpoint": endpoint,
                        **rate_columns(has_it),
                        "protocol_id": protocol.protocol_id,
                    }
                )
    return rows


def rate_columns(has_it: Sequence[bool | None]) -> Row:
    """Numerator to Wilson limits from one entry a patient; None: not evaluable."""
    total, k = len(has_it), sum(value is True for value in has_it)
    unknown = sum(value is None for value in has_it)
    row: Row = {"numerator": k, "denominator": total, "not_evaluable": unknown}
    if not total:
        return row
    return row | {
        "rate": k / total,
        "worst_case": k / total,
        "best_case": (k + unknown) / total,
        **_limits(k, total),
    }


@lru_cache(maxsize=4096)
def _limits(k: int, total: int) -> Mapping[str, float]:
    lower, upper = proportion_interval(k, total)
    wilson_lower, wilson_upper = proportion_interval(k, total, method="wilson")
    return {"lower": lower, "upper": upper, "wilson_lower": wilson_lower, "wilson_upper": wilson_upper}


def counted_word(response: str, signed: bool, basis: str) -> str:
    """The RECIST word that a rate counts; on the signed basis NE for a CR that no reader has signed.

    iRECIST words count as `response.words.as_recist` says: iCR as CR, iUPD as PD.
    """
    word = as_recist(response)
    return "NE" if basis == "signed" and word == "CR" and not signed else word


def has_endpoint(word: str, counting: Sequence[str]) -> bool | None:
    """Whether a best response is among `counting`; None for NE and what is ranked below it."""
    if BEST_ORDER.index(word) >= BEST_ORDER.index("NE"):
        return None
    return word in counting


def _counts(best: Sequence[Row | None], basis: str) -> Iterator[tuple[str, list[bool | None]]]:
    words = [
        "MISSING" if row is None else counted_word(str(row["response"]), bool(row["signed"]), basis)
        for row in best
    ]
    for endpoint, counting in ENDPOINTS.items():
        yield endpoint, [has_endpoint(word, counting) for word in words]
    if any(row is not None and "durable" in row for row in best):
        yield (
            DURABLE,
            [
                _durable(row) if has_endpoint(word, ()) is not None else None
                for row, word in zip(best, words, strict=True)
            ],
        )


def _durable(row: Row | None) -> bool | None:
    value = None if row is None else row.get("durable")
    return None if value is None else bool(value)


def rate_difference_rows(rates: Sequence[Row], protocol: Protocol) -> list[Row]:
    """Rows of rate_differences: arm_1 - arm_2 for every two recorded arms, in natural order of their names.

    Newcombe's hybrid score interval (1998) with continuity correction, as OPTiM printed, and without; p of
    Fisher's exact test, two-sided. Bounds: none of the patients of arm_1 that could not be evaluated have
    the endpoint and all of those of arm_2 do, and the other way round. No correction for several endpoints,
    target sets or pairs of arms.
    """
    named = ("analysis", "visits", "confirmation", "basis", "endpoint")
    by_key: dict[tuple[str, ...], dict[str, Row]] = {}
    for row in rates:
        if row["arm"] not in (ALL_ARMS, NO_ARM):
            by_key.setdefault(tuple(row[name] for name in named), {})[row["arm"]] = row
    rows: list[Row] = []
    for key, arms in by_key.items():
        for one, two in combinations(sorted(arms, key=natural_key), 2):
            rows.append(
                {
                    **dict(zip(named, key, strict=True)),
                    "arm_1": one,
                    "arm_2": two,
                    **_difference(arms[one], arms[two]),
                    "protocol_id": protocol.protocol_id,
                }
            )
    return rows


def _difference(one: Row, two: Row) -> Row:
    counts = one["numerator"], one["denominator"], two["numerator"], two["denominator"]
    lower, upper = difference_interval(*counts)
    uncorrected_lower, uncorrected_upper = difference_interval(*counts, method="newcombe")
    return {
        "numerator_1": one["numerator"],
        "denominator_1": one["denominator"],
        "numerator_2": two["numerator"],
        "denominator_2": two["denominator"],
        "difference": one["rate"] - two["rate"],
        "lower": lower,
        "upper": upper,
        "uncorrected_lower": uncorrected_lower,
        "uncorrected_upper": uncorrected_upper,
        "fisher_p": fisher_exact(*counts),
        "worst_case": one["worst_case"] - two["best_case"],
        "best_case": one["best_case"] - two["worst_case"],
    }
