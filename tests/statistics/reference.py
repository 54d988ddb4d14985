"""Tables of tests/data/conformance."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

DATA = Path(__file__).parents[1] / "data" / "conformance"


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(DATA / f"{name}.csv")


def sample(dataset: str, group: str | None = None) -> pd.DataFrame:
    """Rows of survival_times.csv."""
    times = table("survival_times").query("dataset == @dataset")
    return times if group is None else times.query("group == @group")
