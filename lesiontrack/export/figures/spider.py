"""Spider: change from baseline over time, of each patient's sum and of each target lesion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.collections import LineCollection

from lesiontrack.export.figures.model import Drawn, NotDrawn
from lesiontrack.export.figures.reading import (
    PRIMARY,
    Reading,
    basis_words,
    best_responses,
    each,
    listed,
    patient_codes,
    readings,
)
from lesiontrack.export.figures.style import (
    BLACK,
    DOUBLE_MM,
    GREY,
    Sheet,
    line_colour,
    response_lines,
    short,
)
from lesiontrack.export.source import Source
from lesiontrack.wording import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TOP = 100.0
_NAMED = 8
_MARKERS = {"CR": "o", "PR": "s", "SD": "^", "NON-CR/NON-PD": "D", "PD": "X", "NE": "o"}


@dataclass(frozen=True)
class Line:
    """`points`: study day → change in per cent, None where that visit is not evaluable; day 0 is baseline."""

    name: str
    patient: str
    points: tuple[tuple[int, float | None], ...]


def spiders(source: Source) -> Iterator[Drawn | NotDrawn]:
    title = "Change from baseline over time"
    patients, lesions = patient_lines(source), lesion_lines(source)
    if not patients and not lesions:
        yield NotDrawn("spider", title, "no size after the baseline can be compared with it")
        return
    reading = readings(source)[-1]  # all visits, as the lines are
    best = {patient: word for patient, (word, _) in best_responses(source, reading).items()}
    sheet = Sheet(
        DOUBLE_MM,
        76.0,
        title,
        f"{basis_words(source)}; {counted(len(patients), 'patient')} of {len(patient_codes(source))}, "
        f"{counted(len(lesions), 'target lesion')}; all visits",
    )
    half = (DOUBLE_MM - 3.0) / 2
    left = sheet.axes(13.0, 8.0, half + 5.0, 11.0)
    right = sheet.axes(half + 16.0, 8.0, 4.0, 11.0)
    pr = -source.protocol.threshold("response.pr_fall_pct")
    cut = _draw(left, patients, best, pr, named=len(patients) <= _NAMED)
    cut += _draw(right, lesions, best, pr, named=False)
    left.set_ylabel("change from baseline, %")
    left.set_title("a  sum of target diameters, by patient", loc="left")
    right.set_title("b  longest diameter, by target lesion", loc="left")
    drawn = {best.get(line.patient, "NE") for line in (*patients, *lesions)}
    left.legend(
        handles=response_lines(sorted(drawn), _MARKERS), loc="upper left", bbox_to_anchor=(0, 1.0), ncols=5
    )
    yield Drawn(
        "spider", title, _caption(source, reading, patients, lesions, cut), _alt(patients), sheet.figure
    )


def patient_lines(source: Source) -> list[Line]:
    """A line for each patient with an evaluable sum after the baseline; all visits, in the window or not."""
    table = source.tables["visit_responses"]
    rows = table[(table["analysis"] == PRIMARY)].sort_values("study_day", kind="stable")
    return [
        line
        for patient, mine in rows.groupby("patient")
        if (
            line := _line(
                str(patient),
                str(patient),
                [(int(row.study_day), _change(row.sum_mm, row.baseline_sum_mm)) for row in each(mine)],
            )
        )
    ]


def lesion_lines(source: Source) -> list[Line]:
    """A line for each target lesion with an evaluable diameter after the baseline."""
    table = source.tables["lesion_responses"]
    rows = table[table["role"] == "target"].sort_values("study_day", kind="stable")
    lines = []
    for (patient, lesion), mine in rows.groupby(["patient", "lesion"]):
        points = [
            (int(row.study_day), _change(row.longest_diameter_mm, row.baseline_longest_diameter_mm))
            for row in each(mine)
            if row.visit != row.baseline_visit
        ]
        line = _line(f"{patient} {lesion}", str(patient), points)
        lines += [line] if line else []
    return lines


def _line(name: str, patient: str, points: Sequence[tuple[int, float | None]]) -> Line | None:
    later = [(day, change) for day, change in points if day > 0]
    if not any(change is not None for _, change in later):
        return None
    return Line(name, patient, ((0, 0.0), *later))


def _change(now: float, baseline: float) -> float | None:
    if pd.isna(now) or pd.isna(baseline) or not baseline:
        return None
    return 100.0 * (float(now) / float(baseline) - 1.0)


def _draw(axes: Axes, lines: Sequence[Line], best: dict[str, str], pr: float, *, named: bool) -> int:
    """Draws the lines; how many points were cut at the upper edge."""
    few = len(lines) <= 60
    for word in _MARKERS:
        mine = [line for line in lines if best.get(line.patient, "NE") == word]
        seen = [[(d, min(c, _TOP)) for d, c in line.points if c is not None] for line in mine]
        stretches = [
            (line, pair) for line, points in zip(mine, seen, strict=True) for pair in pairwise(points)
        ]
        solid = [pair for line, pair in stretches if (pair[0][0], pair[1][0]) not in _gaps(line.points)]
        dotted = [pair for line, pair in stretches if (pair[0][0], pair[1][0]) in _gaps(line.points)]
        for segments, dash in ((solid, "solid"), (dotted, (0, (1.5, 1.5)))):
            axes.add_collection(
                LineCollection(
                    segments, colors=line_colour(word), linewidths=0.9 if few else 0.5, linestyles=[dash]
                )
            )
        after = [point for points in seen for point in points[1:]]
        axes.plot(
            [day for day, _ in after], [change for _, change in after], linestyle="none",
            marker=_MARKERS[word], markersize=2.2 if few else 1.3, markerfacecolor=line_colour(word),
            markeredgecolor=BLACK, markeredgewidth=0.25,
        )  # fmt: skip
        for line, points in zip(mine, seen, strict=True) if named else ():
            axes.annotate(
                short(line.name, 10), points[-1], xytext=(3, 0), textcoords="offset points",
                size=5, va="center", annotation_clip=False,
            )  # fmt: skip
    axes.axhline(0, color=BLACK, linewidth=0.5)
    axes.axhline(pr, color=GREY, linewidth=0.5, linestyle=(0, (4, 2)), zorder=0)
    axes.set_ylim(-106, _TOP + 30)
    cut = sum(change is not None and change > _TOP for line in lines for _, change in line.points)
    ticks = [-100, -75, -50, -25, 0, 25, 50, 75, 100]
    top = "≥ 100" if cut else "100"
    axes.set_yticks(ticks, [*(f"{tick}".replace("-", "−") for tick in ticks[:-1]), top])
    axes.set_xlim(left=0)
    axes.set_xlabel("study day")
    return cut


def _gaps(points: Sequence[tuple[int, float | None]]) -> set[tuple[int, int]]:
    """Neighbouring evaluable days with a visit between them that is not evaluable."""
    gaps: set[tuple[int, int]] = set()
    last: int | None = None
    missed = False
    for day, change in points:
        if change is None:
            missed = True
            continue
        if last is not None and missed:
            gaps.add((last, day))
        last, missed = day, False
    return gaps


def _caption(
    source: Source, reading: Reading, patients: Sequence[Line], lesions: Sequence[Line], cut: int
) -> str:
    without = [code for code in patient_codes(source) if code not in {line.patient for line in patients}]
    text = (
        "Change from baseline over time, in per cent: (a) sum of longest diameters of target lesions "
        f"(protocol targets) of {counted(len(patients), 'patient')}; (b) longest diameter of "
        f"{counted(len(lesions), 'target lesion')} ({basis_words(source)}). Baseline is drawn at day 0. All "
        "visits are shown, those in treatment weeks too, when swelling and crust may look like growth or "
        "response. A dotted stretch spans visits that are not evaluable. Colour and marker: best overall "
        f"response of the patient ({reading.words}, confirmed by a second reading). "
    )
    if cut:
        text += f"{counted(cut, 'point')} above +{_TOP:.0f} % drawn at +{_TOP:.0f} %. "
    if without:
        text += f"Without a line in (a), as no sum after the baseline is evaluable: {listed(without)}. "
    return text.strip()


def _alt(patients: Sequence[Line]) -> str:
    last = [[change for _, change in line.points if change is not None][-1] for line in patients]
    fell = sum(change < 0 for change in last)
    return (
        f"Two line charts against study day. Of {counted(len(last), 'patient')}, {fell} end below their "
        f"baseline sum and {len(last) - fell} at it or above."
    )
