"""Signatures in a data cut: void where the cut reads another value than the one that was signed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from lesiontrack.corrections.signed import differences, values_of
from lesiontrack.tables import frame, records

NOTE = "changed in this data cut: "
_PLACE = ("patient", "site", "lesion", "visit")


def signed_again(cut: Mapping[str, pd.DataFrame], observations: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """observations and reviews with the signatures that hold in the cut.

    Args:
        cut: tables up to the cut, observations as the whole run found them.
        observations: the same rows, read anew.
    """
    changed: dict[tuple[Any, ...], str] = {}
    rows = []
    for before, row in zip(records(cut["observations"]), records(observations), strict=True):
        told = differences(values_of(before, None), values_of(row, None))
        if row["review_status"] == "signed" and told:
            changed[tuple(row[name] for name in _PLACE)] = "; ".join(told)
            row |= {"review_status": "void", "signature_note": NOTE + "; ".join(told)}
        rows.append(row)
    reviews = []
    for row in records(cut["reviews"]):
        told_here = changed.get(tuple(row[name] for name in _PLACE))
        if row["kind"] == "signature" and row["state"] == "in force" and told_here:
            row |= {"state": "void", "why": NOTE + told_here}
        reviews.append(row)
    return {"observations": frame("observations", rows), "reviews": frame("reviews", reviews)}
