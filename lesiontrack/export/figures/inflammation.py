"""Inflammation of the treated fields over time: cohort quantiles, the expected band, and the counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from lesiontrack.export.figures.model import Drawn, NotDrawn
from lesiontrack.export.figures.reading import value_words
from lesiontrack.export.figures.style import (
    BLACK,
    BLUE,
    DOUBLE_MM,
    GREY,
    LIGHT,
    ORANGE,
    SKY,
    VERMILLION,
    Sheet,
)
from lesiontrack.export.source import Source
from lesiontrack.wording import counted

WEEKLY_UNTIL = 84
"""Days up to which site-visits are gathered by week; later ones by four weeks."""
LEAST = 5
"""Site-visits from which quantiles are drawn; fewer are drawn as points."""
_WORDS = {
    "above": (VERMILLION, "xxxx"),
    "within": (SKY, ""),
    "below": (ORANGE, "////"),
    "not_assessable": ("#FFFFFF", ""),
}


@dataclass(frozen=True)
class Bin:
    """Site-visits of neighbouring days. `day`: their median day; `first` and `last` bound the bin."""

    first: int
    last: int
    rows: pd.DataFrame

    @property
    def day(self) -> float:
        return float(self.rows["study_day"].median())

    def values(self, column: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return self.rows[column].dropna().to_numpy(float)


def inflammation_figures(source: Source) -> Iterator[Drawn | NotDrawn]:
    title = "Inflammation of the treated field"
    rows = site_visits(source)
    if rows["field_delta_a"].notna().sum() == 0:
        yield NotDrawn("inflammation", title, "no redness of a treated field could be measured")
        return
    bins = by_days(rows)
    measured = int(rows["field_delta_a"].notna().sum())
    sheet = Sheet(
        DOUBLE_MM,
        122.0,
        title,
        f"{value_words(source)}; {counted(rows['patient'].nunique(), 'patient')}, "
        f"{counted(len(rows), 'site-visit')}, {measured} with redness; grade: provisional; band: "
        f"{source.protocol.expected_course_words or 'none'}",
    )
    half = (DOUBLE_MM - 3.0) / 2
    delta = sheet.axes(13.0, 5.0, half + 5.0, 68.0)
    grade = sheet.axes(half + 15.0, 5.0, 4.0, 68.0)
    count = sheet.axes(13.0, 71.0, 38.0, 18.0)
    last = float(rows["study_day"].max())
    _quantiles(delta, bins, "field_delta_a")
    delta.set_title("a  redness, measured", loc="left")
    delta.set_ylabel("Δa* against the reference")
    _band(grade, rows)
    _quantiles(grade, bins, "erythema_grade")
    grade.set_title("b  grade (provisional) and expected band", loc="left")
    grade.set_ylabel("erythema grade")
    grade.set_ylim(-0.15, 4.15)
    for axes in (delta, grade):
        axes.set_xlim(0, last * 1.03)
        axes.set_xlabel("study day")
    sizes = [len(one.values("field_delta_a")) for one in bins]
    _key(delta, quantiles=max(sizes) >= LEAST, points=any(0 < size < LEAST for size in sizes))
    _counts(count, bins)
    yield Drawn("inflammation", title, _caption(source, rows), _alt(rows), sheet.figure)


def site_visits(source: Source) -> pd.DataFrame:
    """One row a site and visit after day 0: the field's values are repeated on its lesions."""
    rows = source.tables["observations"]
    later = rows[(rows["study_day"] > 0) & (rows["day_zero"] == "treatment_start")]
    known = later.sort_values(
        ["patient", "site", "study_day", "field_delta_a"], na_position="last", kind="stable"
    )
    return known.drop_duplicates(["patient", "site", "visit"])


def by_days(rows: pd.DataFrame) -> list[Bin]:
    """By week up to day 84, then by four weeks; empty ones left out."""
    edges = [*range(0, WEEKLY_UNTIL + 1, 7)]
    while edges[-1] < int(rows["study_day"].max()):
        edges.append(edges[-1] + 28)
    bins = []
    for low, high in pairwise(edges):
        inside = rows[(rows["study_day"] > low) & (rows["study_day"] <= high)]
        if len(inside):
            bins.append(Bin(low + 1, high, inside))
    return bins


def _quantiles(axes: Axes, bins: Sequence[Bin], column: str) -> None:
    full = [one for one in bins if len(one.values(column)) >= LEAST]
    if full:
        days = [one.day for one in full]
        low, quarter, middle, upper, high = (
            [float(np.quantile(one.values(column), q)) for one in full] for q in (0.1, 0.25, 0.5, 0.75, 0.9)
        )
        axes.fill_between(days, low, high, color=BLUE, alpha=0.15, linewidth=0)
        axes.fill_between(days, quarter, upper, color=BLUE, alpha=0.3, linewidth=0)
        axes.plot(days, middle, color=BLUE, linewidth=1.3, marker="o", markersize=2)
    for one in bins:
        values = one.values(column)
        if 0 < len(values) < LEAST:
            told = one.rows[one.rows[column].notna()]
            axes.plot(
                told["study_day"].astype(float), values, linestyle="none", marker="x", color=BLUE,
                markersize=3, markeredgewidth=0.7,
            )  # fmt: skip


def _band(axes: Axes, rows: pd.DataFrame) -> None:
    """The expected course as the rows carry it, median by day: courses shift with recorded doses."""
    told = rows.dropna(subset=["expected_lower", "expected_target", "expected_upper"])
    if told.empty:
        return
    course = told.groupby("study_day")[["expected_lower", "expected_target", "expected_upper"]].median()
    days = course.index.to_numpy(float)
    lower, target, upper = (course[name].to_numpy(float) for name in course.columns)
    axes.fill_between(days, lower, upper, facecolor=LIGHT, edgecolor=GREY, linewidth=0.5, alpha=0.6, zorder=0)
    axes.plot(days, target, color=GREY, linewidth=0.8, linestyle=(0, (4, 2)), zorder=1)


def _key(axes: Axes, *, quantiles: bool, points: bool) -> None:
    if quantiles:
        axes.plot([], [], color=BLUE, marker="o", markersize=2, label="median")
        axes.fill_between([], [], [], color=BLUE, alpha=0.45, linewidth=0, label="25 to 75 %")
        axes.fill_between([], [], [], color=BLUE, alpha=0.15, linewidth=0, label="10 to 90 %")
    if points:
        axes.plot([], [], linestyle="none", marker="x", color=BLUE, markersize=3, label="single site-visits")
    axes.legend(loc="upper right", ncols=2)


def _counts(axes: Axes, bins: Sequence[Bin]) -> None:
    bottom = np.zeros(len(bins))
    for word, (fill, hatch) in reversed(_WORDS.items()):
        found = np.array([int((one.rows["inflammation"] == word).sum()) for one in bins])
        axes.bar(
            range(len(bins)), found, bottom=bottom, width=0.75, color=fill, hatch=hatch, edgecolor=BLACK,
            linewidth=0.4, label=word.replace("_", " "),
        )  # fmt: skip
        bottom += found
    axes.set_title("c  against the expected band (provisional)", loc="left")
    axes.set_ylabel("site-visits")
    axes.set_xticks(
        range(len(bins)), [f"{one.first}–{one.last}" for one in bins], rotation=45, ha="right", size=5.5
    )
    axes.set_xlabel("study days")
    axes.set_xlim(-0.6, max(len(bins), 4) - 0.4)
    axes.set_ylim(0, max(2.0, 1.08 * float(bottom.max())))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), reverse=True)


def _caption(source: Source, rows: pd.DataFrame) -> str:
    told = rows["inflammation"].fillna("not_assessable").value_counts()
    words = ", ".join(f"{word.replace('_', ' ')} {int(told.get(word, 0))}" for word in reversed(_WORDS))
    text = (
        "Inflammation of the treated field after the first treatment, by site and visit, gathered by week "
        f"up to day {WEEKLY_UNTIL} and by four weeks later ({value_words(source)}). (a) CIELAB Δa* of the "
        "field against its reference: median, quartiles and 10 to 90 % of the cohort where a bin has "
        f"{LEAST} site-visits, single crosses where it has fewer. (b) The same as erythema grade by "
        "provisional cut points, with the expected band (grey; dashed: its middle), median over the "
        "patients of a day and joined between days with visits. "
    )
    course = source.protocol.expected_course_words
    text += f"Expected band: {course}. " if course else "The protocol has no expected course, so no band. "
    missing = int(rows["field_delta_a"].isna().sum())
    text += (
        f"(c) Site-visits against the band: {words}. Left out of (a) and (b), without a measured redness: "
        f"{missing} of {counted(len(rows), 'site-visit')}. Sites of one patient are not independent."
    )
    return text


def _alt(rows: pd.DataFrame) -> str:
    values = rows["field_delta_a"].dropna()
    told = rows["inflammation"].value_counts()
    return (
        "Two charts of redness against study day, and bars. Median Δa* over all site-visits is "
        f"{values.median():.1f}, from {values.min():.1f} to {values.max():.1f}; "
        f"{int(told.get('below', 0))} site-visits lie below the band, {int(told.get('within', 0))} within "
        f"and {int(told.get('above', 0))} above."
    )
