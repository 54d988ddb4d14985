"""Examples of statistics papers with their data: survival, agreement."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from lesiontrack.statistics import bland_altman, kaplan_meier, logrank
from published.case import Case, rounded, typed_rows


def survival() -> Iterator[Case]:
    """Remission in acute leukaemia, Freireich et al. 1963, in textbooks the example of these methods."""
    rows = pd.DataFrame(typed_rows("survival_times")).query("dataset == 'leukaemia'")
    for group, printed in (("6-MP", "23"), ("placebo", "8")):
        mine = rows[rows["group"] == group]
        median = kaplan_meier(mine["time"], mine["event"]).median
        ours = f"{rounded(median, printed)} weeks"
        yield Case(f"Freireich 1963 median remission, {group}", f"{printed} weeks", ours)
    test = logrank(rows["time"], rows["event"], rows["group"].tolist())
    yield Case("Freireich 1963 log-rank chi-squared", "16.79", rounded(test.statistic, "16.79"))


def agreement() -> Iterator[Case]:
    """Peak flow by two meters, Bland and Altman 1986."""
    rows = pd.DataFrame(typed_rows("peak_flow"))
    found = bland_altman(rows["wright_1"] - rows["mini_1"])
    for name, printed, value in (
        ("mean difference", "-2.1", found.bias),
        ("standard deviation", "38.8", found.sd),
        ("lower limit of the mean", "-22.0", found.bias_lower),
        ("upper limit of the mean", "17.8", found.bias_upper),
    ):
        yield Case(f"Bland and Altman 1986 peak flow, {name}", printed, rounded(value, printed))
