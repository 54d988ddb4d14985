"""Curves of one lesion over study days, as SVG for the page: size, ulcer, redness with the expected band, doses."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from lesiontrack.protocol import Band, Protocol

Row = dict[str, Any]

# Okabe and Ito's palette: told apart with any colour vision; mid tones that stand on white and on black.
BLUE, ORANGE, GREEN, PURPLE, GREY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#7f7f7f"
_SD_TO_INTERVAL = 1.96
_STYLE = {"svg.fonttype": "none", "svg.hashsalt": "lesiontrack"}


def lesion_curves(rows: Sequence[Row], flags: Sequence[Row], protocol: Protocol, *, scheduled: bool) -> str:
    """SVG of three panels on one time axis; gaps where a value is missing, and a cross where a visit can't be used.

    `scheduled`: days count from a treatment start, so the expected band can be drawn.
    """
    import matplotlib

    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(8.2, 6.4), layout="constrained")
        FigureCanvasSVG(figure)
        sizes, areas, redness = figure.subplots(3, 1, sharex=True)
        unit = "mm" if any(row["longest_diameter_mm"] is not None for row in rows) else "px"
        squared = "mm2" if unit == "mm" else "px"
        _series(sizes, rows, f"longest_diameter_{unit}", BLUE, "longest diameter", "o-")
        sizes.set_ylabel(f"diameter ({unit})")
        _series(areas, rows, f"area_{squared}", GREEN, "lesion with ulcer", "s-")
        _series(areas, rows, f"ulcer_area_{squared}", ORANGE, "ulcer", "^--")
        areas.set_ylabel("area (mm²)" if unit == "mm" else "area (px²)")
        days = [row["study_day"] for row in rows]
        if scheduled:
            _band(redness, protocol, min(days), max(days))
        _series(redness, rows, "erythema_grade", PURPLE, "erythema grade of the treated field", "D-")
        redness.set_ylabel("erythema grade (0–4)")
        redness.set_ylim(-0.2, 4.2)
        redness.set_xlabel("study day" if scheduled else "days since the first visit")
        for axes in (sizes, areas, redness):
            _dress(axes, rows, flags)
        for axes in (sizes, areas):
            axes.set_ylim(bottom=0)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return _inline(buffer.getvalue())


def _series(axes: Axes, rows: Sequence[Row], column: str, colour: str, label: str, style: str) -> None:
    usable = [row for row in rows if row[column] is not None and row["evaluable"]]
    if not usable:
        return
    x = [row["study_day"] for row in usable]
    y = [row[column] for row in usable]
    spread = [_SD_TO_INTERVAL * (row.get(f"{column}_sd") or 0) for row in usable]
    axes.errorbar(
        x, y, yerr=spread if any(spread) else None, fmt=style, color=colour, label=label, capsize=3, markersize=5
    )


def _band(axes: Axes, protocol: Protocol, first: int, last: int) -> None:
    days = range(first, last + 1, max(1, (last - first) // 400))
    known: list[tuple[int, Band]] = [(d, band) for d in days if (band := protocol.expected_at(d)) is not None]
    if not known:
        return
    x = [day for day, _ in known]
    provisional = ", provisional" if known[0][1].provisional else ""
    axes.fill_between(
        x,
        [band.lower for _, band in known],
        [band.upper for _, band in known],
        color=GREY,
        alpha=0.25,
        linewidth=0,
        label=f"expected band{provisional}",
    )
    axes.plot(x, [band.target for _, band in known], color=GREY, linewidth=1, linestyle=":")


def _dress(axes: Axes, rows: Sequence[Row], flags: Sequence[Row]) -> None:
    for row in rows:
        if not row["evaluable"]:
            axes.plot(row["study_day"], 0.02, "x", color=GREY, transform=axes.get_xaxis_transform(), clip_on=False)
    for flag in flags:
        axes.axvline(flag["study_day"], color=ORANGE, linewidth=0.8, linestyle=(0, (1, 3)))
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(colors=GREY)
    axes.xaxis.label.set_color(GREY)
    axes.yaxis.label.set_color(GREY)
    for spine in axes.spines.values():
        spine.set_color(GREY)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False, fontsize=8, labelcolor=GREY, loc="best")


def _inline(svg: str) -> str:
    """Only the <svg> element, scaling with the page."""
    element = svg[svg.index("<svg") :]
    return re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", element, count=1), count=1)
