"""Forest plot of response rates with their limits, and bounds for patients who could not be evaluated."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
from matplotlib.lines import Line2D

from lesiontrack.export.figures.model import Drawn, NotDrawn
from lesiontrack.export.figures.reading import CONFIRMED, PRIMARY, SIGNED_BASIS, each, readings, review_words
from lesiontrack.export.figures.style import BLACK, BLUE, DOUBLE_MM, ORANGE, Sheet, short
from lesiontrack.export.source import Source
from lesiontrack.study.model import ALL_ARMS
from lesiontrack.wording import counted

_NAMES = {
    "ORR": "objective response",
    "CR": "complete response",
    "DCR": "disease control",
    "DRR": "durable response",
}
_ROW_MM = 4.6
_MOST_ARMS = 4
"""With one arm, or with more, only the rates of all patients are drawn; the table has the others."""


def forests(source: Source) -> Iterator[Drawn | NotDrawn]:
    for reading in readings(source):
        name, title = f"rates{reading.suffix}", f"Response rates ({reading.words})"
        rows = rate_rows(source, reading.visits)
        if rows.empty:
            yield NotDrawn(name, title, "the table of rates has no row of this reading")
            continue
        yield _draw(source, rows, name, title)


def rate_rows(source: Source, visits: str) -> pd.DataFrame:
    """Confirmed rates of the protocol's targets, all patients first, then by arm; with a denominator."""
    rates = source.tables["rates"]
    mine = rates[
        (rates["analysis"] == PRIMARY)
        & (rates["visits"] == visits)
        & (rates["confirmation"] == CONFIRMED)
        & (rates["denominator"] > 0)
    ].copy()
    mine["arm"] = mine["arm"].fillna(ALL_ARMS)
    if not 2 <= mine.loc[mine["arm"] != ALL_ARMS, "arm"].nunique() <= _MOST_ARMS:
        mine = mine[mine["arm"] == ALL_ARMS]
    mine["whole"] = mine["arm"] != ALL_ARMS
    mine["order"] = mine["endpoint"].map({word: i for i, word in enumerate(_NAMES)})
    return mine.sort_values(["order", "whole", "arm", "basis"], kind="stable")


def _draw(source: Source, rows: pd.DataFrame, name: str, title: str) -> Drawn:
    groups = list(rows.groupby(["order", "whole", "arm"], sort=False))
    sheet = Sheet(
        DOUBLE_MM,
        24.0 + _ROW_MM * len(rows) + 1.2 * len(groups),
        title,
        f"cutaneous, photo-visible; {_bases(rows)} basis; denominator: every enrolled patient "
        f"({int(rows['denominator'].max())}), up to {int(rows['not_evaluable'].max())} of them not evaluable",
    )
    axes = sheet.axes(52.0, 7.0, 46.0, 11.0)
    y, places, labels = 0.0, [], []
    for _, mine in groups:
        for row in each(mine):
            signed = row.basis == "signed"
            colour = ORANGE if signed else BLUE
            axes.plot(
                [row.worst_case, row.best_case], [y, y], color="#C8C8C8", linewidth=4.0, solid_capstyle="butt"
            )
            axes.plot([row.lower, row.upper], [y, y], color=colour, linewidth=1.1)
            for end in (row.lower, row.upper):
                axes.plot([end, end], [y - 0.16, y + 0.16], color=colour, linewidth=1.1)
            axes.plot(
                row.rate, y, marker="D" if signed else "s", color=colour, markersize=4, markeredgecolor=BLACK,
                markeredgewidth=0.4, clip_on=False,
            )  # fmt: skip
            limits = f"{_percent(row.rate)} ({_percent(row.lower)} to {_percent(row.upper)})"
            for x, text in ((1.03, f"{row.numerator}/{row.denominator}"), (1.15, limits)):
                axes.annotate(
                    text, (x, y), xycoords=("axes fraction", "data"), va="center", size=5.5,
                    annotation_clip=False,
                )  # fmt: skip
            places.append(y)
            who = "" if row.arm == ALL_ARMS else f", {short(str(row.arm), 18)}"
            labels.append(f"{row.endpoint}{who}, {row.basis}")
            y += 1.0
        y += 0.35
    axes.set_yticks(places, labels, size=6)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(y - 0.6, -0.7)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1], ["0", "20", "40", "60", "80", "100"])
    axes.set_xlabel("rate, %")
    axes.legend(handles=_legend(rows), loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3)
    return Drawn(name, title, _caption(source, rows, title), _alt(rows), sheet.figure)


def _bases(rows: pd.DataFrame) -> str:
    return " and ".join(sorted(set(rows["basis"])))


def _legend(rows: pd.DataFrame) -> list[Line2D]:
    handles = [
        Line2D([], [], color=colour, marker=marker, markersize=4, markeredgecolor=BLACK, label=basis)
        for basis, colour, marker in (("automatic", BLUE, "s"), ("signed", ORANGE, "D"))
        if basis in set(rows["basis"])
    ]
    return [*handles, Line2D([], [], color="#C8C8C8", linewidth=4, label="worst to best case")]


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _caption(source: Source, rows: pd.DataFrame, title: str) -> str:
    names = ", ".join(f"{word} {name}" for word, name in _NAMES.items() if word in set(rows["endpoint"]))
    return (
        f"{title}, confirmed by a second reading: {names}; cutaneous, photo-visible. Denominator: every "
        f"enrolled patient, those without photographs included. {_marks(rows, source)}{SIGNED_BASIS} "
        "Bars: 95 % Clopper-Pearson limits. Grey: "
        "from the rate were none of the patients without an evaluable response responders, to the rate "
        "were all of them. Not validated on this population."
    )


def _marks(rows: pd.DataFrame, source: Source) -> str:
    both = rows["basis"].nunique() > 1
    return f"Squares: {review_words(source)}; diamonds: on the signed basis. " if both else ""


def _alt(rows: pd.DataFrame) -> str:
    told = [
        f"{row.endpoint} {row.basis}: {row.numerator} of {counted(int(row.denominator), 'patient')}, limits "
        f"{_percent(row.lower)} to {_percent(row.upper)}"
        for row in each(rows[rows["arm"] == ALL_ARMS])
    ]
    return f"Forest plot. {'; '.join(told)}."
