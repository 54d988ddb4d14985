"""The form of a protocol's time: agents, phases, pulses, courses and the expected course."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from lesiontrack.protocol.marked import Days, Marked, Table, Text

AgentKind = Literal["injection", "topical"]
Knot = Annotated[list[float], Field(min_length=4, max_length=4)]


class Agents(Marked):
    """Names in doses.csv of the agents that drive the phases; others are recorded and nothing more."""

    injection: list[Text] = Field(default_factory=list)
    topical: list[Text] = Field(default_factory=list)
    clock: AgentKind


class Phase(Marked):
    """A stretch of days of the schedule, both ends included. The first has no start, the last no end.

    `ends_with`: where doses are recorded, the phase ends with the last dose of that kind instead.
    """

    id: Text
    label: Text
    start_day: int | None = None
    end_day: int | None = None
    treatment: list[AgentKind] = Field(default_factory=list)
    inflammation_expected: bool
    ends_with: AgentKind | None = None
    pulses: bool = False


class Pulses(Marked):
    """Pulse k = 1..count begins `every_days * k` after the end of the phase with ends_with = "topical"."""

    every_days: Annotated[int, Field(gt=0)]
    length_days: Annotated[int, Field(gt=0)]
    count: Annotated[int, Field(gt=0)]

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.length_days >= self.every_days:
            raise ValueError(
                f"length_days ({self.length_days}) must be below every_days ({self.every_days}), "
                "else pulses run into each other"
            )
        return self


class Courses(Table):
    """How recorded doses are told apart where doses.csv gives no course number."""

    gap_days: Days
    topical_gap_days: Days


class ExpectedCourse(Marked):
    """Piecewise linear band of the erythema grade; a knot is [day, lower, target, upper].

    `knots` run over course days, `pulse_knots` over days since a pulse began, `resting` is
    [lower, target, upper] before treatment. All stay within 0..4. `note` is printed with every use of the
    band; notes of a table's row are joined by ";", so it has none.
    """

    id: Text
    note: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^;\n]+$")] | None = None
    knots: Annotated[list[Knot], Field(min_length=1)]
    pulse_knots: list[Knot] = Field(default_factory=list)
    resting: Annotated[list[float], Field(min_length=3, max_length=3)]

    @property
    def words(self) -> str:
        """What output says of the band: its mark, its id, its note."""
        return ", ".join(part for part in (self.mark, self.id, self.note) if part)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for name, knots in (("knots", self.knots), ("pulse_knots", self.pulse_knots)):
            days = [knot[0] for knot in knots]
            if days and days[0] != 0:
                raise ValueError(f"{name}: the first knot is day {days[0]:g}; it must be day 0")
            for before, after in pairwise(days):
                if after <= before:
                    raise ValueError(f"{name}: day {after:g} follows day {before:g}; days must rise")
            for day, *band in knots:
                _check_band(f"{name}, day {day:g}", band)
        _check_band("resting", self.resting)
        return self


def _check_band(where: str, band: list[float]) -> None:
    lower, target, upper = band
    if not 0 <= lower <= target <= upper <= 4:
        raise ValueError(
            f"{where}: {lower:g}, {target:g}, {upper:g} must be lower <= target <= upper within 0..4"
        )


def check_phases(phases: list[Phase], pulses: Pulses | None) -> None:
    first, last = phases[0], phases[-1]
    if len(phases) < 2 or first.start_day is not None or first.treatment or last.end_day is not None:
        raise ValueError(
            "phases: give two or more; the first, before treatment, has no start_day, the last no end_day"
        )
    if first.end_day != 0:
        raise ValueError(f"phase {first.id}: end_day must be 0, the day of the first treatment")
    for before, after in pairwise(phases):
        if before.end_day is None or after.start_day != before.end_day + 1:
            raise ValueError(
                f"phase {after.id}: start_day ({after.start_day}) must be the day after phase {before.id} "
                f"ends ({before.end_day})"
            )
        if after.end_day is not None and after.start_day is not None and after.end_day < after.start_day:
            raise ValueError(
                f"phase {after.id}: end_day {after.end_day} is before start_day {after.start_day}"
            )
    ids = [phase.id for phase in phases]
    if len(set(ids)) != len(ids):
        raise ValueError(f"phases: ids must differ, these are {', '.join(ids)}")
    for kind in ("injection", "topical"):
        if sum(phase.ends_with == kind for phase in phases) > 1:
            raise ValueError(f'phases: at most one may have ends_with = "{kind}"')
    if pulses is None:
        if any(phase.pulses for phase in phases):
            raise ValueError("a phase with pulses = true needs [pulses]")
        return
    holder = [phase for phase in phases if phase.pulses]
    anchor = [phase for phase in phases if phase.ends_with == "topical"]
    if len(holder) != 1 or len(anchor) != 1 or ids.index(anchor[0].id) >= ids.index(holder[0].id):
        raise ValueError(
            '[pulses] need one phase with pulses = true, after the one with ends_with = "topical"'
        )
    start, end = holder[0].start_day, holder[0].end_day
    anchor_end = anchor[0].end_day or 0
    if start is None or end is None or start > anchor_end + pulses.every_days:
        raise ValueError(
            f"phase {holder[0].id} must hold the first pulse, day {anchor_end + pulses.every_days}"
        )
    if end < anchor_end + pulses.every_days * pulses.count + pulses.length_days - 1:
        raise ValueError(f"phase {holder[0].id} ends on day {end}, before its last pulse does")
