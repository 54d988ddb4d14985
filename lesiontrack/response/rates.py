"""Response rates of the cohort, automatic and signed, with bounds for what could not be evaluated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lesiontrack.protocol import Protocol
from lesiontrack.response.patients import CONFIRMATIONS, READINGS
from lesiontrack.response.sets import ANALYSES
from lesiontrack.response.words import BEST_ORDER
from lesiontrack.statistics import proportion_interval

Row = dict[str, Any]
ENDPOINTS: Mapping[str, tuple[str, ...]] = {"ORR": ("CR", "PR"), "CR": ("CR",), "DCR": ("CR", "PR", "SD")}
"""ORR = (CR + PR) / N, DCR = (CR + PR + SD of the minimum duration) / N; NON-CR/NON-PD is in neither."""


def rate_rows(best: Sequence[Row], patients: Sequence[str], protocol: Protocol) -> list[Row]:
    """Rows of rates. The denominator is every enrolled patient.

    On the signed basis a complete response counts only when a reader has signed what it rests on; until then
    that patient is not evaluable. (Progression by a new lesion needs a signature on either basis; it is in
    no numerator.)
    Bounds: none, or all, of the patients without an evaluable response have the endpoint.
    """
    total = len(patients)
    rows: list[Row] = []
    for analysis in ANALYSES:
        for which in READINGS:
            for confirmation in CONFIRMATIONS:
                mine = [
                    row
                    for row in best
                    if (row["analysis"], row["visits"], row["confirmation"])
                    == (analysis, which, confirmation)
                ]
                for basis in ("automatic", "signed"):
                    words = [_counted(row, basis) for row in mine]
                    unknown = sum(BEST_ORDER.index(word) >= BEST_ORDER.index("NE") for word in words)
                    for endpoint, counting in ENDPOINTS.items():
                        k = sum(word in counting for word in words)
                        lower, upper = proportion_interval(k, total) if total else (None, None)
                        rows.append(
                            {
                                "analysis": analysis,
                                "visits": which,
                                "confirmation": confirmation,
                                "basis": basis,
                                "endpoint": endpoint,
                                "numerator": k,
                                "denominator": total,
                                "rate": k / total if total else None,
                                "lower": lower,
                                "upper": upper,
                                "not_evaluable": unknown,
                                "worst_case": k / total if total else None,
                                "best_case": (k + unknown) / total if total else None,
                                "protocol_id": protocol.protocol_id,
                            }
                        )
    return rows


def _counted(row: Row, basis: str) -> str:
    unsigned_complete = row["response"] == "CR" and not row["signed"]
    return "NE" if basis == "signed" and unsigned_complete else str(row["response"])
