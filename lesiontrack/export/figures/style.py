"""How figures look: sizes of print columns, fonts, colours that colour-blind readers can tell, files."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SINGLE_MM, DOUBLE_MM = 85.0, 175.0
"""Widths of one and of two columns of a journal page."""
MAX_HEIGHT_MM = 235.0
DPI = 300

BLACK, GREY, LIGHT = "#000000", "#6E6E6E", "#D9D9D9"
ORANGE, SKY, GREEN, YELLOW = "#E69F00", "#56B4E9", "#009E73", "#F0E442"
BLUE, VERMILLION, PURPLE = "#0072B2", "#D55E00", "#CC79A7"
"""Okabe and Ito 2008, Color Universal Design."""
SERIES = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE)
DASHES: tuple[str | tuple[int, tuple[float, ...]], ...] = (
    "solid", (0, (4, 1.5)), (0, (1, 1)), (0, (5, 1, 1, 1)), (0, (2, 1)),
)  # fmt: skip

RESPONSES = {
    "CR": (GREEN, ""),
    "PR": (SKY, "////"),
    "SD": (YELLOW, "...."),
    "NON-CR/NON-PD": (PURPLE, "----"),
    "PD": (VERMILLION, "xxxx"),
    "NE": ("#FFFFFF", ""),
}
"""Best response → fill and hatch: the hatch tells them apart in grey."""

_RC: dict[str, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # comes with matplotlib: the same on every machine
    "font.size": 6.5,
    "axes.titlesize": 7,
    "axes.labelsize": 6.5,
    "xtick.labelsize": 6,
    "ytick.labelsize": 6,
    "legend.fontsize": 6,
    "legend.frameon": False,
    "legend.handlelength": 1.6,
    "legend.borderaxespad": 0.2,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "lines.linewidth": 1.0,
    "hatch.linewidth": 0.4,
    "patch.linewidth": 0.5,
    "text.parse_math": False,  # a patient code may hold a dollar sign
    "svg.fonttype": "path",
    "svg.hashsalt": "lesiontrack",
    "figure.dpi": DPI,
    "savefig.dpi": DPI,
}
_FOOTER = "Research use. Not validated on this population."
_LINE_MM = 2.9
_CHARACTERS_PER_MM = 0.9


@contextmanager
def house_style() -> Iterator[None]:
    """Matplotlib's settings for the figures, and its own again afterwards."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_RC)  # type: ignore[arg-type]
        yield


class Sheet:
    """A figure of given size in mm with a title, lines that say what it shows, and axes placed in mm.

    `title` stands in bold at the top, `told` below it; `top` is how far down (mm) the axes may begin.
    """

    def __init__(self, width_mm: float, height_mm: float, title: str, told: str) -> None:
        width = int((width_mm - 4) * _CHARACTERS_PER_MM)
        titles, lines = textwrap.wrap(title, int(width * 0.66)), textwrap.wrap(told, width)
        self.top = 2.5 + _LINE_MM * (len(titles) * 1.12 + len(lines)) + 1.5
        self.width, self.height = width_mm, height_mm + self.top
        self.figure = Figure(figsize=(self.width / 25.4, self.height / 25.4), facecolor="white")
        FigureCanvasAgg(self.figure)
        down = 2.0
        for line in titles:
            self.text(2, down, line, size=7, weight="bold")
            down += _LINE_MM * 1.12
        for line in lines:
            self.text(2, down, line, size=6, colour=GREY)
            down += _LINE_MM
        self.text(2, self.height - 0.8, _FOOTER, size=5, colour=GREY, vertical="bottom")

    def text(
        self, x: float, y: float, text: str, *, size: float = 6, weight: str = "normal",
        colour: str = BLACK, vertical: str = "top", horizontal: str = "left",
    ) -> None:  # fmt: skip
        """Text at mm from the left and the top."""
        self.figure.text(
            x / self.width, 1 - y / self.height, text,
            size=size, weight=weight, color=colour, va=vertical, ha=horizontal,
        )  # fmt: skip

    def axes(self, left: float, top: float, right: float, bottom: float) -> Axes:
        """Axes by their distance (mm) from the sheet's edges; `top` counts from below the head."""
        bounds = (
            left / self.width,
            bottom / self.height,
            (self.width - left - right) / self.width,
            (self.height - self.top - top - bottom) / self.height,
        )
        return self.figure.add_axes(bounds)


def svg_bytes(figure: Figure) -> bytes:
    """The same bytes for the same figure: no date, ids from a fixed salt."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": "lesiontrack"})
    return buffer.getvalue()


def png_bytes(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
    return buffer.getvalue()


def response_handles(words: Sequence[str]) -> list[Patch]:
    """Legend entries of best responses, in the order from best to worst."""
    return [
        Patch(facecolor=fill, hatch=hatch, edgecolor=BLACK, label=word)
        for word, (fill, hatch) in RESPONSES.items()
        if word in words
    ]


def short(text: str, most: int = 14) -> str:
    """A code as an axis has room for it, without line breaks."""
    plain = " ".join(text.split())
    return plain if len(plain) <= most else plain[: most - 1] + "…"


def response_lines(words: Sequence[str], markers: Mapping[str, str]) -> list[Line2D]:
    """Legend entries of lines by best response."""
    return [
        Line2D(
            [], [], color=line_colour(word), marker=markers[word], markersize=3, markeredgecolor=BLACK,
            markeredgewidth=0.25, label=word,
        )
        for word in RESPONSES
        if word in words
    ]  # fmt: skip


def line_colour(word: str) -> str:
    """Of a line by best response: the palette's yellow is too light for one, and white is for bars."""
    return {"SD": "#B8A400", "NE": GREY}.get(word, RESPONSES.get(word, RESPONSES["NE"])[0])
