"""Which reading of the responses the figures show, and the words for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from lesiontrack.export.source import Source
from lesiontrack.study.names import natural_key

PRIMARY = "protocol_targets"
CONFIRMED = "confirmed"
SIGNED_BASIS = (
    "On the signed basis a complete response that no reader has signed is not evaluable; partial responses, "
    "stable disease and progression by size count as they were read automatically."
)
CORRECTING = (
    "assignment", "registration", "landmarks", "mask", "lesion_point", "same_lesion", "new_lesion", "gone",
    "evaluability",
)  # fmt: skip
"""Kinds of reviews that change values."""
_NAMES = {
    "protocol_targets": "protocol targets",
    "recist_2_per_organ": "RECIST 1.1, two per organ",
    "all_lesion_area": "all lesions, by area",
}


@dataclass(frozen=True)
class Reading:
    """`visits` as in the tables: assessment_window or all_visits."""

    visits: str
    analysis: str = PRIMARY
    confirmation: str = CONFIRMED

    @property
    def suffix(self) -> str:
        """Of file names: the protocol's own reading has none."""
        return "-all-visits" if self.visits == "all_visits" else ""

    @property
    def words(self) -> str:
        where = "assessment window" if self.visits == "assessment_window" else "all visits"
        return f"{_NAMES.get(self.analysis, self.analysis)}, {where}"


def readings(source: Source) -> tuple[Reading, ...]:
    """In the assessment window and at all visits; once where the protocol has no windows."""
    window = Reading("assessment_window")
    return (window, Reading("all_visits")) if source.protocol.has_phases else (window,)


def basis_words(source: Source) -> str:
    """What figures must say of all that they show."""
    return f"cutaneous, photo-visible; {value_words(source)}"


def value_words(source: Source) -> str:
    """Who stands behind sizes and words that are shown as they are."""
    return "signed by a reader" if source.signed_only else review_words(source)


def estimate_words(source: Source) -> str:
    """The same of rates and times to events: on the signed basis, not all that counts is signed."""
    signed = "signed basis" if source.signed_only else review_words(source)
    return f"cutaneous, photo-visible; {signed}"


def review_words(source: Source) -> str:
    """What readers did to values that are not filtered by signature: "automatic, unsigned" for nothing."""
    reviews = source.tables.get("reviews")
    said = [] if reviews is None else reviews["kind"][reviews["state"].eq("in force")].tolist()
    corrected = any(kind in CORRECTING for kind in said)
    how = "automatic with readers' corrections" if corrected else "automatic"
    return f"{how}, {'in part signed' if 'signature' in said else 'unsigned'}"


def patient_codes(source: Source) -> list[str]:
    """Every enrolled patient in natural order, those without photos too."""
    codes: set[str] = set()
    for name in ("patients", "best_responses", "photos"):
        if name in source.tables:
            codes |= set(source.tables[name]["patient"].dropna())
    return sorted(codes, key=natural_key)


def visit_rows(source: Source, reading: Reading) -> pd.DataFrame:
    """visit_responses of a reading, in order of patient and day; in the window alone where it says so."""
    table = source.tables["visit_responses"]
    rows = table[table["analysis"] == reading.analysis]
    if reading.visits == "assessment_window":
        rows = rows[rows["in_assessment_window"].fillna(False)]
    return rows.sort_values(["patient", "study_day"], kind="stable")


def best_responses(source: Source, reading: Reading) -> dict[str, tuple[str, str]]:
    """Patient → (best response, note); MISSING counts as NE."""
    table = source.tables["best_responses"]
    mine = table[
        (table["analysis"] == reading.analysis)
        & (table["visits"] == reading.visits)
        & (table["confirmation"] == reading.confirmation)
    ]
    found: dict[str, tuple[str, str]] = {}
    for row in each(mine):
        word = "NE" if row.response in ("NE", "ND", "MISSING") else str(row.response)
        found[str(row.patient)] = (word, "" if pd.isna(row.note) else str(row.note))
    return found


def each(table: pd.DataFrame) -> Iterator[Any]:
    """Rows with their columns as attributes."""
    yield from table.itertuples(index=False)


def listed(names: list[str], most: int = 40) -> str:
    """Names, separated by commas; how many more there are beyond `most`."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
