"""Waterfall: the best change of each patient's sum from baseline, with those who have none beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
from matplotlib.lines import Line2D

from lesiontrack.export.figures.model import Drawn, NotDrawn
from lesiontrack.export.figures.reading import (
    Reading,
    basis_words,
    best_responses,
    each,
    listed,
    patient_codes,
    readings,
    visit_rows,
)
from lesiontrack.export.figures.style import (
    BLACK,
    DOUBLE_MM,
    GREY,
    RESPONSES,
    SINGLE_MM,
    Sheet,
    response_handles,
    short,
)
from lesiontrack.export.source import Source
from lesiontrack.wording import counted

_TOP = 100.0
_NAMED = 60
_ONE_COLUMN = 16


@dataclass(frozen=True)
class Bar:
    """`change`: per cent of the baseline sum; None where there is none, `why` then says so."""

    patient: str
    change: float | None
    response: str
    new_lesion: bool
    why: str = ""


def waterfalls(source: Source) -> Iterator[Drawn | NotDrawn]:
    for reading in readings(source):
        bars = waterfall_bars(source, reading)
        name = f"waterfall{reading.suffix}"
        title = f"Best change of the sum of longest diameters ({reading.words})"
        if not any(bar.change is not None for bar in bars):
            yield NotDrawn(name, title, "no patient has an evaluable sum after the baseline in this reading")
            continue
        yield _draw(source, reading, bars, name, title)


def waterfall_bars(source: Source, reading: Reading) -> list[Bar]:
    """Every enrolled patient, from the largest rise to the largest fall; patients without a sum are last.

    The change is that of the smallest evaluable sum after the baseline, (sum / baseline - 1) * 100.
    """
    visits, best = visit_rows(source, reading), best_responses(source, reading)
    smallest: dict[str, float] = {}
    fresh: set[str] = set()
    for row in each(visits):
        if row.new_lesion in ("candidate", "signed"):
            fresh.add(row.patient)
        if pd.isna(row.sum_mm) or pd.isna(row.baseline_sum_mm) or not row.baseline_sum_mm:
            continue
        change = 100.0 * (row.sum_mm / row.baseline_sum_mm - 1.0)
        smallest[row.patient] = min(change, smallest.get(row.patient, change))
    bars = []
    for patient in patient_codes(source):
        response, _ = best.get(patient, ("NE", ""))
        why = "" if patient in smallest else _why(source, patient, visits, reading)
        bars.append(Bar(patient, smallest.get(patient), response, patient in fresh, why))
    return sorted(bars, key=lambda bar: (bar.change is None, -(bar.change or 0.0)))


def _why(source: Source, patient: str, visits: pd.DataFrame, reading: Reading) -> str:
    if patient not in set(source.tables["photos"]["patient"]):
        return "no photographs"
    if patient in set(visits["patient"]):
        return "no evaluable sum"
    every = source.tables["visit_responses"]
    if patient in set(every["patient"]):
        return "no visit in the assessment window" if reading.suffix == "" else "no later visit"
    return "no target lesion or no later visit"


def _draw(source: Source, reading: Reading, bars: list[Bar], name: str, title: str) -> Drawn:
    shown = [bar for bar in bars if bar.change is not None]
    without = [bar for bar in bars if bar.change is None]
    wide = len(bars) > _ONE_COLUMN
    sheet = Sheet(
        DOUBLE_MM if wide else SINGLE_MM,
        72.0 if wide else 66.0,
        title,
        f"{basis_words(source)}; {len(shown)} of {counted(len(bars), 'patient')}"
        + (f", {len(without)} not evaluable" if without else ""),
    )
    named = len(bars) <= _NAMED
    axes = sheet.axes(13.0, 5.0, 9.0, 15.0 if named else 8.0)
    clipped = [bar for bar in shown if (bar.change or 0.0) > _TOP]
    for x, bar in enumerate(bars):
        fill, hatch = RESPONSES.get(bar.response, RESPONSES["NE"])
        if bar.change is None:
            if named:
                axes.text(x, 2, "NE", ha="center", va="bottom", rotation=90 if len(bars) > 30 else 0, size=5)
            continue
        height = min(bar.change, _TOP)
        axes.bar(
            x, height, width=0.8, color=fill, hatch=hatch, edgecolor=BLACK, linewidth=0.4 if named else 0.15
        )
        if abs(height) < 0.5:
            axes.plot([x - 0.4, x + 0.4], [0, 0], color=BLACK, linewidth=2.0, solid_capstyle="butt")
        if bar.new_lesion:
            axes.plot(x, max(height, 0.0) + 5, marker="*", color=BLACK, markersize=3.5, linestyle="none")
        if bar in clipped:
            axes.text(x, _TOP - 2, f"+{bar.change:.0f}", ha="center", va="top", rotation=90, size=5)
    pr = -source.protocol.threshold("response.pr_fall_pct")
    pd_ = source.protocol.threshold("response.pd_rise_pct")
    for level in (pr, pd_):
        axes.axhline(level, color=GREY, linewidth=0.6, linestyle=(0, (4, 2)), zorder=0)
        axes.annotate(
            f" {level:+.0f} %".replace("-", "−"), (1, level), xycoords=("axes fraction", "data"),
            ha="left", va="center", size=5.5, color=GREY, annotation_clip=False,
        )  # fmt: skip
    axes.axhline(0, color=BLACK, linewidth=0.6)
    if without and shown:
        axes.axvline(len(shown) - 0.5, color=GREY, linewidth=0.6)
        if not named:
            middle = len(shown) - 0.5 + len(without) / 2
            axes.text(middle, 4, f"NE\n{len(without)}", ha="center", va="bottom", size=5.5)
    spare = max(0.0, (6 - len(bars)) / 2)  # a few bars are not stretched
    axes.set_xlim(-0.7 - spare, len(bars) - 0.3 + spare)
    axes.set_ylim(-108, max(50.0, min(_TOP, max(bar.change or 0.0 for bar in shown)) + 12))
    axes.set_ylabel("change from baseline, %")
    axes.spines["bottom"].set_visible(False)
    if named:
        axes.set_xticks(range(len(bars)), [short(bar.patient, 11) for bar in bars], rotation=90, size=5)
        axes.tick_params(axis="x", length=0)
    else:
        axes.set_xticks([])
        axes.set_xlabel("patients")
    handles: list[object] = list(response_handles([bar.response for bar in shown]))
    if any(bar.new_lesion for bar in shown):
        handles.append(
            Line2D(
                [], [], marker="*", color=BLACK, linestyle="none", markersize=4, label="new-lesion candidate"
            )
        )
    axes.legend(handles=handles, loc="lower left", bbox_to_anchor=(0, 0.99), ncols=len(handles))
    return Drawn(name, title, _caption(source, reading, bars, clipped), _alt(bars), sheet.figure)


def _caption(source: Source, reading: Reading, bars: list[Bar], clipped: list[Bar]) -> str:
    without = [bar for bar in bars if bar.change is None]
    text = (
        "Best percentage change from baseline of the sum of longest diameters of target lesions "
        f"({reading.words}), one bar a patient, {len(bars) - len(without)} of "
        f"{counted(len(bars), 'patient')} ({basis_words(source)}). It is the smallest evaluable sum after "
        "the baseline, whatever came later. Colour and hatch: best overall response, confirmed by a "
        "second reading; white: not evaluable. Lines: thresholds of partial response and progression; the "
        "latter counts from the nadir, not from baseline. "
    )
    if not source.signed_only:
        text += "CR, no visible lesion among those counted, is unconfirmed by a reader. "
    if any(bar.new_lesion for bar in bars):
        text += (
            "Star: a candidate for a new lesion, which a reader has yet to judge, or one that was signed. "
        )
    if clipped:
        text += f"{counted(len(clipped), 'bar')} cut at +{_TOP:.0f} %, with the value. "
    if without:
        text += f"Without a bar (NE): {listed([f'{bar.patient} ({bar.why})' for bar in without])}. "
    return text.strip()


def _alt(bars: list[Bar]) -> str:
    changes = [bar.change for bar in bars if bar.change is not None]
    fell = sum(change < 0 for change in changes)
    return (
        f"Bar chart of {counted(len(changes), 'patient')}, from {max(changes):+.0f} % to "
        f"{min(changes):+.0f} %; the sum fell in {fell} and rose or stayed in {len(changes) - fell}. "
        f"{counted(len(bars) - len(changes), 'patient')} without a bar."
    )
