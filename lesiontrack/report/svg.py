"""A small SVG writer for curves over study days; colours and fonts come from the page's style sheet.

Matplotlib took 0.3 s for what this does in a few ms, and its SVG carries fixed colours and ids that collide
between figures in one page. No element here has an id.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

Point = tuple[float, float]
Interval = tuple[float, float]

MARK_RADIUS = 4.0


def tag(name: str, content: str | Markup | None = None, /, **attributes: str | float | None) -> Markup:
    """One element; text and values are escaped.

    Numbers are given to 0.1, `class_` is "class", any other underscore is "-", and None is left out.
    """
    parts = [
        f' {key.rstrip("_").replace("_", "-")}="{escape(_plain(value))}"'
        for key, value in attributes.items()
        if value is not None
    ]
    head = f"<{name}{''.join(parts)}"
    return Markup(f"{head}/>" if content is None else f"{head}>{escape(content)}</{name}>")


def _plain(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")


def join(elements: Iterable[Markup]) -> Markup:
    return Markup("\n").join(elements)


def path_data(polygons: Iterable[Sequence[Point]], *, closed: bool = True) -> str:
    """Outlines as the `d` of one <path>."""
    end = "Z" if closed else ""
    return "".join("M" + "L".join(f"{x:g},{y:g}" for x, y in points) + end for points in polygons if points)


def nice_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """At most about `most` round values within low..high, steps of 1, 2 or 5 times a power of ten."""
    span = high - low
    if not span > 0 or not math.isfinite(span):
        return [low]
    raw = span / most
    power = 10.0 ** math.floor(math.log10(raw))
    step = next((m * power for m in (1, 2, 5) if m * power >= raw * (1 - 1e-9)), 10 * power)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [index * step for index in range(first, last + 1)]


def tick_text(value: float) -> str:
    return f"{value:g}".replace("-", "−")


@dataclass(frozen=True)
class Panel:
    """A plot area in px of the drawing, with the values at its edges."""

    left: float
    top: float
    width: float
    height: float
    x: Interval
    y: Interval

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    def px(self, x: float) -> float:
        return self.left + self.width * (x - self.x[0]) / (self.x[1] - self.x[0])

    def py(self, y: float) -> float:
        return self.bottom - self.height * (y - self.y[0]) / (self.y[1] - self.y[0])

    def holds(self, x: float) -> bool:
        return self.x[0] <= x <= self.x[1]


def grid(panel: Panel, *, most: int = 4) -> Iterator[Markup]:
    """Lines across the panel at round values of its y axis, with their labels."""
    for value in nice_ticks(*panel.y, most=most):
        y = panel.py(value)
        yield tag("line", class_="grid", x1=panel.left, x2=panel.right, y1=y, y2=y)
        yield tag("text", tick_text(value), class_="tick", x=panel.left - 7, y=y + 4, text_anchor="end")


def frame(panel: Panel, *, day_labels: bool) -> Iterator[Markup]:
    """Grid, axes and tick labels."""
    yield from grid(panel)
    for value in nice_ticks(*panel.x, most=9):
        x = panel.px(value)
        yield tag("line", class_="axis", x1=x, x2=x, y1=panel.bottom, y2=panel.bottom + 4)
        if day_labels:
            yield tag("text", tick_text(value), class_="tick", x=x, y=panel.bottom + 17, text_anchor="middle")
    yield tag(
        "path",
        class_="axis",
        d=path_data(
            [((panel.left, panel.top), (panel.left, panel.bottom), (panel.right, panel.bottom))], closed=False
        ),
    )


def marker(shape: str, x: float, y: float, class_: str, title: str | None = None) -> Markup:
    """`shape` is circle, square, triangle, diamond, up, down or cross: series differ without colour too."""
    r = MARK_RADIUS
    hint = None if title is None else tag("title", title)
    class_ = f"mark {class_}"
    if shape == "circle":
        return tag("circle", hint, class_=class_, cx=x, cy=y, r=r)
    corners = {
        "square": [(-r, -r), (r, -r), (r, r), (-r, r)],
        "triangle": [(0, -r - 1), (r + 1, r), (-r - 1, r)],
        "diamond": [(0, -r - 1), (r + 1, 0), (0, r + 1), (-r - 1, 0)],
        "up": [(0, -r - 2), (r + 2, r), (-r - 2, r)],
        "down": [(-r - 2, -r), (r + 2, -r), (0, r + 2)],
    }
    if shape == "cross":
        return tag(
            "path",
            hint,
            class_=class_,
            d=f"M{x - r:.1f},{y - r:.1f}l{2 * r},{2 * r}m{-2 * r},0l{2 * r},{-2 * r}",
        )
    points = [(round(x + dx, 1), round(y + dy, 1)) for dx, dy in corners[shape]]
    return tag("path", hint, class_=class_, d=path_data([points]))


def polyline(points: Sequence[Point], class_: str) -> Markup:
    rounded = [(round(x, 1), round(y, 1)) for x, y in points]
    return tag("path", class_=f"line {class_}", d=path_data([rounded], closed=False))


def error_bar(panel: Panel, x: float, low: float, high: float, class_: str) -> Markup:
    centre, top, bottom = panel.px(x), panel.py(min(high, panel.y[1])), panel.py(max(low, panel.y[0]))
    ends = f"M{centre - 3:.1f},{top:.1f}h6m-3,0V{bottom:.1f}m-3,0h6"
    return tag("path", class_=f"bar95 {class_}", d=ends)


def drawing(
    elements: Iterable[Markup], *, width: float, height: float, label: str, linked: bool = False
) -> Markup:
    """The <svg> element; `label` is what a screen reader says instead of the picture.

    `linked`: there are links in it, which a picture as a whole would hide from a screen reader.
    """
    role = "group" if linked else "img"
    size = f"0 0 {width:g} {height:g}"
    return tag("svg", join(elements), class_="plot", viewBox=size, role=role, aria_label=label)
