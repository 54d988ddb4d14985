"""Rows of pairs.csv and disagreements.csv."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lesiontrack.corrections import Corrections
from lesiontrack.readers.comparison import Comparison
from lesiontrack.readers.model import QUESTIONS, Pair, Said
from lesiontrack.readers.settled import MainStore

Row = dict[str, Any]


def pair_rows(pairs: Sequence[Pair], main: Corrections) -> list[Row]:
    """A row a pair: both answers, what the main store says, and whether a third reader is needed."""
    store = MainStore(main)
    return [_row(pair, store) for pair in pairs]


def disagreement_rows(rows: Sequence[Row]) -> list[Row]:
    """Rows of pairs that they do not agree on. A row that one of them signed alone is no disagreement."""
    return [
        row
        for row in rows
        if row["state"] != "agree"
        and not (row["question"] == QUESTIONS["signature"] and row["state"] != "differ")
    ]


def _row(pair: Pair, main: MainStore) -> Row:
    subject = pair.subject
    found = main.settled(pair)
    grade = subject.detail if subject.question == "grade" else (None, None)
    drawn = subject.detail[0] if subject.question == "mask" else None
    lesion = subject.lesion or pair.measures.get("lesions")
    if subject.question == "same_lesion":
        lesion = f"{subject.lesion}; {subject.other}"
    return {
        "question": QUESTIONS[subject.question],
        "patient": pair.patient or None,
        "site": subject.site or None,
        "visit": subject.visit or None,
        "lesion": lesion or None,
        "sign": grade[0],
        "scale_id": grade[1],
        "class": drawn or None,
        "photo": subject.photo or None,
        "state": pair.state,
        "answer_a": pair.first.words if pair.first else None,
        "answer_b": pair.second.words if pair.second else None,
        "implied_a": pair.first.implied if pair.first else None,
        "implied_b": pair.second.implied if pair.second else None,
        "left_open": not pair.agree and not found.how and subject.question != "signature",
        "main_store": found.words or None,
        "ids_a": _ids(pair.first),
        "ids_b": _ids(pair.second),
        "note": "; ".join(filter(None, (pair.note, _measured(pair)))) or None,
    }


def _measured(pair: Pair) -> str:
    """How far apart they are, so that the list can be read by itself."""
    dice, far = pair.measures.get("dice"), pair.measures.get("distance_mm")
    if dice is not None:
        return f"overlap (Dice) {dice:.2f}"
    if far is not None:
        return f"{far:.1f} mm apart"
    pixels = pair.measures.get("distance_px")
    return "" if pixels is None else f"{pixels:.0f} px apart"


def _ids(said: Said | None) -> str | None:
    return "; ".join(said.ids) if said else None


def open_count(comparison: Comparison) -> tuple[int, int]:
    """(differ, read by one only) that nobody has settled."""
    rows = [row for row in pair_rows(comparison.pairs, comparison.main) if row["left_open"]]
    differ = sum(row["state"] == "differ" for row in rows)
    return differ, len(rows) - differ
