"""A figure with what must be said about it, and a figure that can't be drawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False)
class Drawn:
    """`name`: of the files; `caption` for print; `alt`: what a reader who can't see it is told."""

    name: str
    title: str
    caption: str
    alt: str
    figure: Figure = field(repr=False)


@dataclass(frozen=True)
class NotDrawn:
    name: str
    title: str
    reason: str
