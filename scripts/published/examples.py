"""Examples of statistics papers with their data: survival, agreement of methods and of raters."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from lesiontrack.statistics import (
    Kappa,
    bland_altman,
    cohen_kappa,
    intraclass_correlation,
    kaplan_meier,
    logrank,
)
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


def raters() -> Iterator[Case]:
    """Kappa of two raters, and the intraclass correlation of four judges."""
    diagnosis = _answers("diagnosis")
    yield Case("Cohen 1968 kappa, no weights", ".492", _bare(cohen_kappa(*diagnosis).kappa, ".492"))
    for weights, printed, what in (
        ([[0, 1, 3], [1, 0, 6], [3, 6, 0]], ".348", "weighted kappa"),
        ([[0, 6, 3], [6, 0, 1], [3, 1, 0]], ".574", "weighted kappa, weights 6 and 1 interchanged"),
    ):
        found = cohen_kappa(*diagnosis, weights=1 - np.array(weights) / 6)
        yield Case(f"Cohen 1968 {what}", printed, _bare(found.kappa, printed))
    plain = cohen_kappa(*_answers("fleiss_cohen_everitt"))
    yield Case("Fleiss, Cohen and Everitt 1969 kappa", ".429", _bare(plain.kappa, ".429"))
    yield Case("Fleiss, Cohen and Everitt 1969 variance", ".002885", _bare(plain.se**2, ".002885"))
    for weighing, printed in ((None, "0.4842 (0.2137 to 0.7547)"), ("linear", "0.4701 (0.1845 to 0.7558)")):
        found = cohen_kappa(*_answers("sas"), weights=weighing)
        yield Case(f"SAS kappa, {weighing or 'no'} weights", printed, _with_limits(found, "0.0000"))
    found = cohen_kappa(*_answers("radiologists"), weights="linear")
    yield Case("Two radiologists weighted kappa", "0.57 (0.44 to 0.70)", _with_limits(found, "0.00"))
    judges = pd.DataFrame(typed_rows("judges")).drop(columns="subject").to_numpy()
    for model, printed in (("2,1", ".29"), ("3,1", ".71")):
        icc = intraclass_correlation(judges, model=model).icc
        yield Case(f"Shrout and Fleiss 1979 ICC({model})", printed, _bare(icc, printed))


def _answers(dataset: str) -> tuple[list[int], list[int]]:
    rows = pd.DataFrame(typed_rows("rater_tables")).query("dataset == @dataset")
    return rows["first"].repeat(rows["count"]).tolist(), rows["second"].repeat(rows["count"]).tolist()


def _with_limits(found: Kappa, like: str) -> str:
    kappa, lower, upper = (rounded(x, like) for x in (found.kappa, found.lower, found.upper))
    return f"{kappa} ({lower} to {upper})"


def _bare(value: float, like: str) -> str:
    """Without the zero before the point, as psychologists print it."""
    return rounded(value, like).removeprefix("0")
