"""Figures for print, drawn from the tables alone: SVG, PNG and captions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from lesiontrack.errors import MissingExtraError
from lesiontrack.export.source import Source

if TYPE_CHECKING:
    from lesiontrack.export.figures.model import Drawn, NotDrawn

NEEDED = (
    "patients",
    "photos",
    "observations",
    "visit_responses",
    "best_responses",
    "lesion_responses",
    "rates",
)


def files(source: Source) -> dict[str, bytes]:
    """File name → content: each figure as SVG and PNG, and captions.txt, which names what was not drawn.

    Raises ExportError where the run did not go as far as responses, MissingExtraError without matplotlib.
    """
    from lesiontrack.export import ExportError

    missing = [name for name in NEEDED if name not in source.tables]
    if missing:
        raise ExportError(
            f"figures need the tables {', '.join(missing)}, which this run did not make: use `lesiontrack "
            "run`"
        )
    try:
        from lesiontrack.export.figures.captions import captions_text
        from lesiontrack.export.figures.style import house_style, png_bytes, svg_bytes
    except ImportError as error:
        raise MissingExtraError(
            f"figures need matplotlib ({error}); install it: pip install matplotlib"
        ) from error
    made: dict[str, bytes] = {}
    told: list[Drawn | NotDrawn] = []
    with house_style():
        for one in figures(source):
            told.append(one)
            if hasattr(one, "figure"):
                made[f"{one.name}.svg"] = svg_bytes(one.figure)
                made[f"{one.name}.png"] = png_bytes(one.figure)
    made["captions.txt"] = captions_text(source, told).encode()
    return made


def figures(source: Source) -> Iterator[Drawn | NotDrawn]:
    """Every figure, or why it can't be drawn, within `style.house_style`."""
    from lesiontrack.export.figures.inflammation import inflammation_figures
    from lesiontrack.export.figures.rates import forests
    from lesiontrack.export.figures.spider import spiders
    from lesiontrack.export.figures.survival import survival_curves
    from lesiontrack.export.figures.swimmer import swimmers
    from lesiontrack.export.figures.waterfall import waterfalls

    makers: tuple[Callable[[Source], Iterator[Drawn | NotDrawn]], ...]
    makers = (waterfalls, spiders, swimmers, survival_curves, inflammation_figures, forests)
    for make in makers:
        yield from make(source)
