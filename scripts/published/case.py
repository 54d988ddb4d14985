"""A case, and how numbers are printed in it."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

DATA = Path(__file__).parents[2] / "tests" / "data" / "conformance"


class Case(NamedTuple):
    """`known` explains a disagreement that lies in the print."""

    name: str
    published: str
    ours: str
    known: str = ""

    @property
    def agrees(self) -> bool:
        return self.published == self.ours


def percent(value: float, like: str) -> str:
    """In percent, rounded half up to the decimals of the printed text."""
    return rounded(100 * Decimal(value), like)


def rounded(value: float | Decimal, like: str) -> str:
    """Rounded half up to the decimals of the printed text."""
    decimals = len(like.partition(".")[2])
    return str(Decimal(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def typed_rows(name: str) -> list[dict[str, Any]]:
    """Rows of a table of numbers in tests/data/conformance."""
    rows = pd.read_csv(DATA / f"{name}.csv").to_dict("records")
    return [{str(key): value for key, value in row.items()} for row in rows]


def text_table(name: str) -> pd.DataFrame:
    """A table of texts in tests/data/conformance; nothing is read as a number or as missing."""
    return pd.read_csv(DATA / f"{name}.csv", dtype=str, keep_default_na=False)
