"""Waterfall and spider of the sum of the protocol's target lesions: one bar and one line a patient."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from lesiontrack.protocol import Protocol
from lesiontrack.report.plots import day_range
from lesiontrack.report.summary import PatientLine
from lesiontrack.report.svg import Panel, drawing, frame, grid, marker, polyline, tag
from lesiontrack.report.words import change, day_text

WIDTH, LEFT, RIGHT, TOP, HEIGHT = 900.0, 52.0, 14.0, 34.0, 260.0
LOWEST, LEAST_TOP, MOST_TOP = -100.0, 25.0, 200.0
_LABEL_ROOM, _CODE_ROOM, _CODE_LETTERS = 26.0, 13.0, 14
_LINE_LABELS, _LINE_HEIGHT, _NAME_ROOM, _LETTER = 15, 12.0, 80.0, 6.4
RESPONSES = ("CR", "PR", "SD", "PD", "NE")


@dataclass(frozen=True)
class _Bar:
    line: PatientLine
    day: int
    value: float

    @property
    def unsigned(self) -> bool:
        """A complete response that no reader has signed is none yet."""
        return self.line.course.response == "CR" and not self.line.course.signed

    @property
    def style(self) -> str:
        response = self.line.course.response
        known = f"r-{response}" if response in RESPONSES else "r-NE"
        return f"{known} unsigned" if self.unsigned else known

    @property
    def spoken(self) -> str:
        course = self.line.course
        parts = [f"{self.line.patient}: best {change(self.value)} at {day_text(self.day)}"]
        parts.append(f"best response {course.response or 'none'}{' unsigned' if self.unsigned else ''}")
        if course.candidate:
            parts.append("candidate for a new lesion, unsigned")
        return ", ".join(parts)


def waterfall(lines: Sequence[PatientLine], protocol: Protocol) -> Markup | None:
    """Best change of each patient's sum from its baseline, largest rise first; None where there is none."""
    bars = [_Bar(line, *best) for line in lines if (best := line.course.best) and not line.course.why_not]
    if not bars:
        return None
    bars.sort(key=lambda bar: (-bar.value, bar.line.patient))
    slot = min(90.0, (WIDTH - LEFT - RIGHT) / len(bars))
    codes = slot >= _CODE_ROOM
    y = LOWEST, _highest([bar.value for bar in bars])
    panel = Panel(LEFT, TOP, WIDTH - LEFT - RIGHT, HEIGHT, (0.0, 1.0), y)
    elements = [*grid(panel, most=8), *_levels(panel, protocol)]
    for index, bar in enumerate(bars):
        elements.append(_bar(bar, panel, LEFT + slot * index, slot, codes=codes))
    zero = panel.py(0.0)
    elements.append(tag("line", class_="axis", x1=panel.left, x2=panel.right, y1=zero, y2=zero))
    label = (
        f"Best change of the sum of target lesions from baseline, {len(bars)} patients, largest rise first, "
        f"in percent; links lead to the patients. {'; '.join(bar.spoken for bar in bars[:40])}"
        f"{' …' if len(bars) > 40 else ''}."
    )
    foot = 64.0 if codes else 12.0
    return drawing(elements, width=WIDTH, height=panel.bottom + foot, label=label, linked=True)


def spider(lines: Sequence[PatientLine], protocol: Protocol) -> Markup | None:
    """Change of each patient's sum over study days; None where there is none."""
    shown = [line for line in lines if line.course.best and not line.course.why_not]
    if not shown:
        return None
    named = len(shown) <= _LINE_LABELS
    days = [day for line in shown for day in (line.course.start, *(d for d, _ in line.course.changes))]
    first, last = day_range(days, scheduled=any(line.scheduled for line in shown))
    pad = 0.02 * (last - first)
    values = [value for line in shown for _, value in line.course.changes if value is not None]
    panel = Panel(
        LEFT, TOP, WIDTH - LEFT - (90 if named else RIGHT), HEIGHT, (first - pad, last + pad),
        (LOWEST, _highest(values)),
    )  # fmt: skip
    elements = [*frame(panel, day_labels=True), *_levels(panel, protocol)]
    elements += [_line(line, panel) for line in shown]
    if named:
        elements += _line_names(shown, panel)
    scheduled = all(line.scheduled for line in shown)
    words = "study day, from the first treatment" if scheduled else "days from each patient's day 0"
    elements.append(tag("text", words, class_="tick", x=LEFT, y=panel.bottom + 33))
    label = (
        f"Change of the sum of target lesions from baseline over study days, {len(shown)} patients. "
        "The values stand in the table below."
    )
    return drawing(elements, width=WIDTH, height=panel.bottom + 40, label=label, linked=True)


def _highest(values: Sequence[float]) -> float:
    top = max(LEAST_TOP, *values, 0.0)
    return min(MOST_TOP, 25.0 * -(-top // 25.0))


def _levels(panel: Panel, protocol: Protocol) -> Iterator[Markup]:
    fall = protocol.threshold("response.pr_fall_pct")
    rise = protocol.threshold("response.pd_rise_pct")
    x = panel.left
    for value, text in (
        (rise, f"+{rise:g} %: PD threshold, which counts from the smallest sum"),
        (-fall, f"−{fall:g} %: PR threshold"),
    ):
        y = panel.py(value)
        yield tag("line", class_="level", x1=panel.left, x2=panel.right, y1=y, y2=y)
        yield tag("line", class_="level", x1=x, x2=x + 18, y1=12, y2=12)
        yield tag("text", text, class_="name", x=x + 24, y=16)
        x += 50 + _LETTER * len(text)


def _bar(bar: _Bar, panel: Panel, left: float, slot: float, *, codes: bool) -> Markup:
    gap = min(4.0, 0.15 * slot)
    zero, end = panel.py(0.0), panel.py(min(bar.value, panel.y[1]))
    middle = left + slot / 2
    parts = [
        tag("title", bar.spoken),
        tag("rect", class_="hit", x=left, y=panel.top, width=slot, height=panel.height),
        tag(
            "rect", class_=f"wbar {bar.style}", x=left + gap, y=min(zero, end), width=slot - 2 * gap,
            height=max(1.5, abs(end - zero)),
        ),
    ]  # fmt: skip
    if slot >= _LABEL_ROOM:
        above = end - 6 if bar.value > 0 else min(panel.bottom - 3, end + 13)
        said = f"{bar.line.course.response or '–'}{'*' if bar.unsigned else ''}"
        parts.append(tag("text", said, class_="word", x=middle, y=above, text_anchor="middle"))
    if bar.line.course.candidate:
        parts.append(marker("up", middle, zero + (10 if bar.value > 0 else -10), "candidate"))
    if codes:
        code = bar.line.patient
        code = code if len(code) <= _CODE_LETTERS else code[: _CODE_LETTERS - 1] + "…"
        turned = f"rotate(-40 {middle:.1f} {panel.bottom + 14:.1f})" if slot < 60 else None
        anchor = "end" if turned else "middle"
        place = {"x": middle, "y": panel.bottom + 14}
        parts.append(tag("text", code, class_="code", text_anchor=anchor, transform=turned, **place))
    return tag("a", Markup("").join(parts), href=bar.line.file, aria_label=bar.spoken)


def _line(line: PatientLine, panel: Panel) -> Markup:
    """Dashed where a visit without a sum lies between two with one."""
    course = line.course
    bar = _Bar(line, *(course.best or (0, 0.0)))
    parts = [tag("title", bar.spoken)]
    last, skipped = (panel.px(course.start), panel.py(0.0)), False
    for day, value in course.changes:
        if value is None:
            skipped = True
            continue
        here = panel.px(day), panel.py(min(value, panel.y[1]))
        parts.append(polyline([last, here], f"{bar.style} over" if skipped else bar.style))
        shape = {"CR": "square", "PR": "circle", "PD": "up"}.get(course.response or "", "diamond")
        hint = f"{line.patient}, {day_text(day)}: {change(value)}"
        parts.append(marker(shape, *here, f"spot {bar.style}", hint))
        last, skipped = here, False
    # The waterfall's bars lead to the same pages, so that these links need not be stepped through again.
    name = f"course of {line.patient}"
    return tag("a", Markup("").join(parts), href=line.file, tabindex="-1", aria_label=name)


def _line_names(lines: Sequence[PatientLine], panel: Panel) -> Iterator[Markup]:
    """Codes beside the last points, moved down where they would lie on each other."""
    ends = []
    for line in lines:
        day, last = [(day, value) for day, value in line.course.changes if value is not None][-1]
        ends.append((panel.py(min(last, panel.y[1])), panel.px(day) + 9, line.patient))
    placed: list[tuple[float, float]] = []
    for y, x, code in sorted(ends):
        while any(abs(x - there) < _NAME_ROOM and abs(y - height) < _LINE_HEIGHT for height, there in placed):
            y += 1.0
        placed.append((y, x))
        text = code if len(code) <= _CODE_LETTERS - 2 else code[: _CODE_LETTERS - 3] + "…"
        yield tag("text", text, class_="code", x=x, y=y + 4)
