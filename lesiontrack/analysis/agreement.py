"""How far the photos' sizes are from those of other methods (Bland and Altman)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from lesiontrack.protocol import Protocol
from lesiontrack.statistics import bland_altman
from lesiontrack.study.names import natural_key

Row = dict[str, Any]

FEW_PATIENTS = 20
"""Percentiles over drawn patients are too narrow with fewer, see `statistics.cluster_bootstrap`."""
FEWEST_DRAWS = 100


def agreement_rows(comparison: Sequence[Row], protocol: Protocol) -> list[Row]:
    """Rows of agreement: photo - method, for each method and column of observations.

    `comparison`: rows of measurements, as `comparison_rows` gives them. Pairs of a patient belong together:
    the standard deviation joins that between and within patients (Bland and Altman 2007), and the limits of
    the bias come from patients drawn with replacement where a patient has several pairs. What compares with
    no column (an unknown quantity) has a row with `compared_with` empty, so that every row of
    measurements.csv is counted once. Order of the rows doesn't matter.
    """
    groups: dict[tuple[str, str | None], list[Row]] = {}
    for row in comparison:
        groups.setdefault((row["method"], row.get("compared_with")), []).append(row)
    return [
        {
            "method": method,
            "compared_with": column,
            **_agreement(groups[method, column], protocol),
            "protocol_id": protocol.protocol_id,
        }
        for method, column in sorted(groups, key=lambda key: (key[0], key[1] is None, key[1] or ""))
    ]


def _agreement(rows: Sequence[Row], protocol: Protocol) -> Row:
    pairs = [row for row in rows if row.get("difference") is not None]
    # The draws of patients depend on their order, which must not be that of a file.
    pairs.sort(key=lambda row: (natural_key(row["patient"]), row["difference"]))
    patients = list(dict.fromkeys(row["patient"] for row in pairs))
    counts: Row = {"pairs": len(pairs), "patients": len(patients), "unpaired": len(rows) - len(pairs)}
    if not pairs:
        return {**counts, "note": "no photo value beside any of them"}
    found = bland_altman(
        [row["difference"] for row in pairs],
        [row["patient"] for row in pairs],
        draws=max(FEWEST_DRAWS, int(protocol.threshold("response.bootstrap_draws"))),
    )
    names = ("bias", "bias_lower", "bias_upper", "sd", "loa_lower", "loa_upper")
    values = {name: getattr(found, name) for name in names}
    return {
        **counts,
        **{name: None if math.isnan(value) else value for name, value in values.items()},
        "note": "; ".join(_notes(len(pairs), len(patients))) or None,
    }


def _notes(pairs: int, patients: int) -> list[str]:
    if pairs == 1:
        return ["one pair: no limits"]
    if patients == 1:
        return ["one patient: nothing tells how far patients differ, so there are no limits"]
    notes = []
    if pairs > patients:
        notes.append("several pairs of a patient: sd is between and within patients together")
        if patients < FEW_PATIENTS:
            notes.append(f"limits of the bias from {patients} patients drawn with replacement are too narrow")
    return notes
