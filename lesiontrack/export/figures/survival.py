"""Kaplan-Meier curves of progression-free and overall survival and of the duration of response."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from lesiontrack.export.figures.model import Drawn, NotDrawn
from lesiontrack.export.figures.reading import SIGNED_BASIS, Reading, estimate_words, readings
from lesiontrack.export.figures.style import BLACK, DASHES, GREY, SERIES, SINGLE_MM, Sheet, short
from lesiontrack.export.source import Source
from lesiontrack.study.model import ALL_ARMS
from lesiontrack.wording import counted

_ENDPOINTS = {
    "PFS": ("km-pfs", "Progression-free survival", "progression-free"),
    "OS": ("km-os", "Overall survival", "alive"),
    "DOR": ("km-dor", "Duration of response", "still responding"),
}
_HANDLING = "new_therapy_censors"
_MOST_ARMS = len(SERIES)


def survival_curves(source: Source) -> Iterator[Drawn | NotDrawn]:
    reading = readings(source)[0]
    for endpoint, (name, title, _) in _ENDPOINTS.items():
        if "survival" not in source.tables or "survival_curves" not in source.tables:
            yield NotDrawn(name, title, "the run made no table of survival")
            continue
        summary, points = (
            _of(source, "survival", endpoint, reading),
            _of(source, "survival_curves", endpoint, reading),
        )
        if points.empty:
            notes = summary["note"].dropna().unique()
            yield NotDrawn(name, title, str(notes[0]) if len(notes) else "no patient has this endpoint")
            continue
        yield _draw(source, endpoint, reading, summary, points)


def _of(source: Source, table: str, endpoint: str, reading: Reading) -> pd.DataFrame:
    rows = source.tables[table]
    basis = "signed" if source.signed_only else "automatic"
    return rows[
        (rows["analysis"] == reading.analysis)
        & (rows["visits"] == reading.visits)
        & (rows["confirmation"] == reading.confirmation)
        & (rows["basis"] == basis)
        & (rows["handling"] == _HANDLING)
        & (rows["endpoint"] == endpoint)
    ]


def _draw(
    source: Source, endpoint: str, reading: Reading, summary: pd.DataFrame, points: pd.DataFrame
) -> Drawn:
    name, title, word = _ENDPOINTS[endpoint]
    there = [arm for arm in dict.fromkeys(points["arm"]) if arm != ALL_ARMS]
    arms = there if 1 < len(there) <= _MOST_ARMS else [ALL_ARMS]
    whole = summary[summary["arm"] == ALL_ARMS].iloc[0]
    told = (
        f"{estimate_words(source)}; {reading.words}; " if endpoint != "OS" else "as recorded by the study; "
    )
    told += f"{counted(int(whole.patients), 'patient')}, {counted(int(whole.events), 'event')}"
    told += f", {int(whole.left_out)} left out" if whole.left_out else ""
    sheet = Sheet(SINGLE_MM, 66.0 + 3.0 * len(arms), title, told)
    bottom = 19.0 + 3.0 * len(arms)
    axes = sheet.axes(14.0, 3.0 + 3.0 * len(arms), 3.0, bottom)
    longest = int(points[points["arm"].isin(arms)]["time_days"].max())
    for index, arm in enumerate(arms):
        mine = points[points["arm"] == arm].sort_values("time_days")
        colour = BLACK if arm == ALL_ARMS else SERIES[index]
        days = [0.0, *mine["time_days"].astype(float)]
        share = [1.0, *mine["survival"].astype(float)]
        axes.step(
            days, share, where="post", color=colour, linestyle=DASHES[index], label=_label(arm, summary)
        )
        if len(arms) <= 2:
            lower = [1.0, *mine["lower"].astype("Float64").to_numpy(float, na_value=float("nan"))]
            upper = [1.0, *mine["upper"].astype("Float64").to_numpy(float, na_value=float("nan"))]
            axes.fill_between(
                np.repeat(days, 2)[1:], np.repeat(lower, 2)[:-1], np.repeat(upper, 2)[:-1],
                color=colour, alpha=0.13, linewidth=0,
            )  # fmt: skip
        censored = mine[mine["censored"] > 0]
        axes.plot(
            censored["time_days"].astype(float), censored["survival"].astype(float), linestyle="none",
            marker="|", color=colour, markersize=4, markeredgewidth=0.7,
        )  # fmt: skip
    axes.set_xlim(0, longest * 1.04)
    axes.set_ylim(0, 1.03)
    axes.set_ylabel(f"share {word}")
    axes.set_xlabel("days")
    axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 1.0))
    axes.xaxis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 2.5, 5, 10], integer=True))
    ticks = [tick for tick in axes.get_xticks() if 0 <= tick <= longest * 1.04]
    axes.set_xticks(ticks)
    _at_risk(sheet, points, arms, ticks, longest * 1.04, bottom)
    return Drawn(
        name,
        title,
        _caption(source, endpoint, reading, summary, arms),
        _alt(title, summary, arms),
        sheet.figure,
    )


def _label(arm: str, summary: pd.DataFrame) -> str:
    row = summary[summary["arm"] == arm].iloc[0]
    name = "All patients" if arm == ALL_ARMS else short(str(arm), 26)
    return f"{name}: {counted(int(row.patients), 'patient')}, {counted(int(row.events), 'event')}"


def _at_risk(
    sheet: Sheet,
    points: pd.DataFrame,
    arms: Sequence[str],
    ticks: Sequence[float],
    span: float,
    bottom: float,
) -> None:
    """The number at risk at each tick, below the axes: patients whose time is that long or longer."""
    width = sheet.width - 17.0
    down = sheet.height - bottom + 8.5
    sheet.text(2, down, "at risk", size=5.5, colour=GREY)
    for index, arm in enumerate(arms):
        mine = points[points["arm"] == arm].sort_values("time_days")
        colour = BLACK if arm == ALL_ARMS else SERIES[index]
        row = down + 3.0 * (index + (arm != ALL_ARMS))
        if arm != ALL_ARMS:
            sheet.text(2, row, short(str(arm), 8), size=5.5, colour=colour)
        for tick in ticks:
            later = mine[mine["time_days"] >= tick]
            left = int(later["at_risk"].iloc[0]) if len(later) else 0
            sheet.text(14 + width * tick / span, row, str(left), size=5.5, colour=colour, horizontal="center")


def _median(row: pd.Series) -> str:
    def day(value: object) -> str:
        return "not reached" if pd.isna(value) else f"{value:.0f}"  # type: ignore[call-overload]

    if pd.isna(row.median_days):
        return "median not reached"
    return (
        f"median {day(row.median_days)} days (95 % limits {day(row.median_lower)} to {day(row.median_upper)})"
    )


def _caption(
    source: Source, endpoint: str, reading: Reading, summary: pd.DataFrame, arms: Sequence[str]
) -> str:
    title = _ENDPOINTS[endpoint][1]
    where = f"{reading.words}; {estimate_words(source)}"
    rest = {
        "PFS": f"Progression ({where}) and death count as events. A new therapy censors at the last "
        "assessment before it. ",
        "OS": "Deaths and last contacts are as the study recorded them. ",
        "DOR": f"Responders only ({where}; confirmed by a second reading); ends with progression or death. ",
    }[endpoint]
    start = "first day of the response" if endpoint == "DOR" else "treatment start"
    text = f"{title}, Kaplan-Meier estimate. {rest}Days count from the {start}"
    text += ". Ticks: censored."
    text += f" {SIGNED_BASIS}" if source.signed_only and endpoint != "OS" else ""
    text += " Shaded: 95 % limits (log-log)." if len(arms) <= 2 else ""
    for arm in arms:
        row = summary[summary["arm"] == arm].iloc[0]
        text += f" {_label(arm, summary)}, {_median(row)}."
    whole = summary[summary["arm"] == ALL_ARMS].iloc[0]
    if not pd.isna(whole.logrank_p) and arms != [ALL_ARMS]:
        text += f" Log-rank p = {whole.logrank_p:.2g}."
    if whole.left_out:
        text += f" Left out: {counted(int(whole.left_out), 'patient')} for whom it can't be given."
    if isinstance(whole.note, str) and whole.note:
        text += f" Note: {whole.note}."
    return text


def _alt(title: str, summary: pd.DataFrame, arms: Sequence[str]) -> str:
    told = "; ".join(
        f"{_label(arm, summary)}, {_median(summary[summary['arm'] == arm].iloc[0])}" for arm in arms
    )
    return f"Step curve of {title.lower()}. {told}."
