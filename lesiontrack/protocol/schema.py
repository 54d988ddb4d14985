"""The form of a protocol file. Unknown keys are errors; every value carries its mark and its source.

Units stand in the key: _mm, _mm2, _days, _pct (per cent), _deg (degrees); `fraction` is 0..1.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

MARKS = ("sourced", "inferred", "provisional", "recalled")
AGENT_KINDS = ("injection", "topical")

Mark = Literal["sourced", "inferred", "provisional", "recalled"]
AgentKind = Literal["injection", "topical"]
Text = Annotated[str, Field(min_length=1)]
Knot = Annotated[list[float], Field(min_length=4, max_length=4)]


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Marked(Table):
    """sourced: read in the source named. inferred: our reading or proposal on such sources. provisional: awaits
    data. recalled: standard knowledge that was not found again in a source.
    """

    mark: Mark
    source: Text


class Number(Marked):
    value: Annotated[float, Field(ge=0)]


class Days(Marked):
    value: Annotated[int, Field(ge=0)]


class Count(Marked):
    value: Annotated[int, Field(ge=0)]


class Percent(Marked):
    value: Annotated[float, Field(gt=0)]


class Fraction(Marked):
    value: Annotated[float, Field(ge=0, le=1)]


class Degrees(Marked):
    value: Annotated[float, Field(ge=-90, le=90)]


class Switch(Marked):
    value: bool


class Agents(Marked):
    """Names by which doses.csv calls the agents that drive the phases; others are recorded and nothing more."""

    injection: list[Text] = []
    topical: list[Text] = []
    clock: AgentKind


class Phase(Marked):
    """A stretch of days of the schedule, both ends included. The first has no start, the last no end.

    `ends_with`: where doses are recorded, the phase ends with the last dose of that kind instead.
    """

    id: Text
    label: Text
    start_day: int | None = None
    end_day: int | None = None
    treatment: list[AgentKind] = []
    inflammation_expected: bool
    ends_with: AgentKind | None = None
    pulses: bool = False


class Pulses(Marked):
    """Pulse k = 1..count begins `every_days * k` after the last day of the phase with ends_with = "topical"."""

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

    `knots` run over course days, `pulse_knots` over days since a pulse began, `resting` is [lower, target, upper]
    before treatment. All stay within 0..4.
    """

    id: Text
    knots: Annotated[list[Knot], Field(min_length=1)]
    pulse_knots: list[Knot] = []
    resting: Annotated[list[float], Field(min_length=3, max_length=3)]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for name, knots in (("knots", self.knots), ("pulse_knots", self.pulse_knots)):
            days = [knot[0] for knot in knots]
            if days and days[0] != 0:
                raise ValueError(f"{name}: the first knot is day {days[0]:g}; it must be day 0")
            for before, after in zip(days, days[1:], strict=False):
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


class Assessment(Table):
    quiet_days: Days


class Grades(Table):
    """cut_1..cut_4: CIELAB delta a* between neighbouring grades 0|1, 1|2, 2|3, 3|4."""

    cut_1: Number
    cut_2: Number
    cut_3: Number
    cut_4: Number
    min_ita_deg: Degrees

    @model_validator(mode="after")
    def _rising(self) -> Self:
        cuts = [self.cut_1.value, self.cut_2.value, self.cut_3.value, self.cut_4.value]
        if not all(low < high for low, high in zip([0.0, *cuts], cuts, strict=False)):
            raise ValueError(f"cut_1 to cut_4 are {cuts}; they must rise from above 0")
        return self


class Flags(Table):
    """Thresholds of the rules; each rule of [rules] names those that it needs in RULE_THRESHOLDS."""

    ulcer_none_mm2: Number | None = None
    ulcer_new_mm2: Number | None = None
    ulcer_growth_pct: Percent | None = None
    ulcer_growth_mm2: Number | None = None
    ulcer_rapid_pct: Percent | None = None
    ulcer_rapid_mm2: Number | None = None
    ulcer_rapid_days: Days | None = None
    ulcer_relative_min_mm2: Number | None = None
    ulcer_large_mm: Number | None = None
    below_visits: Count | None = None
    below_single_visit_day: Days | None = None
    regressing_after_day: Days | None = None
    regressing_decrease_pct: Percent | None = None
    lesion_growth_pct: Percent | None = None
    lesion_growth_mm: Number | None = None


class Rule(Marked):
    enabled: bool = True
    text: Text


class Rules(Table):
    """A rule that is not there, or not enabled, raises no flag."""

    ulcer_new: Rule | None = None
    ulcer_growth: Rule | None = None
    ulcer_rapid: Rule | None = None
    ulcer_large: Rule | None = None
    inflammation_below: Rule | None = None
    inflammation_above: Rule | None = None
    inflammation_outside_treatment: Rule | None = None
    lesion_growth: Rule | None = None
    new_lesion: Rule | None = None
    lesion_obscured: Rule | None = None


RULE_THRESHOLDS: dict[str, tuple[str, ...]] = {
    "ulcer_new": ("ulcer_none_mm2", "ulcer_new_mm2"),
    "ulcer_growth": ("ulcer_none_mm2", "ulcer_growth_pct", "ulcer_growth_mm2", "ulcer_relative_min_mm2"),
    "ulcer_rapid": (
        "ulcer_none_mm2", "ulcer_rapid_pct", "ulcer_rapid_mm2", "ulcer_rapid_days", "ulcer_relative_min_mm2",
    ),
    "ulcer_large": ("ulcer_large_mm",),
    "inflammation_below": (
        "below_visits", "below_single_visit_day", "regressing_after_day", "regressing_decrease_pct",
    ),
    "lesion_growth": ("lesion_growth_pct", "lesion_growth_mm"),
}  # fmt: skip


class Response(Table):
    confirm_days: Days
    min_sd_days: Days
    max_ne: Count
    accept_sd: Switch
    missing_as_ne: Switch
    pr_decrease_pct: Percent
    pd_increase_pct: Percent
    pd_increase_mm: Number
    min_target_mm: Number
    max_targets: Count
    max_targets_per_organ: Count
    area_pr_decrease_pct: Percent
    area_pd_increase_pct: Percent
    durable_days: Days


class Quality(Table):
    """All but `min_field_fraction` are the keywords of quality.assess_quality, by the same names."""

    min_side: Number
    max_blur: Fraction
    soft_blur: Fraction
    min_contrast: Number
    max_clipped: Fraction
    some_clipped: Fraction
    dark: Number
    some_glare: Fraction
    little_skin: Fraction
    min_px_per_mm: Number
    min_field_fraction: Fraction


class ProtocolFile(Table):
    """A whole file. Without `phases` there is no expected course; without `treated_margin_mm` no treated field."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z.]+$")]
    title: Text
    summary: Text
    treated_margin_mm: Number | None = None
    agents: Agents | None = None
    courses: Courses | None = None
    phases: list[Phase] = []
    pulses: Pulses | None = None
    assessment: Assessment | None = None
    expected_course: ExpectedCourse | None = None
    grades: Grades | None = None
    flags: Flags
    rules: Rules
    response: Response
    quality: Quality

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.phases:
            _check_phases(self.phases, self.pulses)
            for name in ("agents", "courses", "assessment"):
                if getattr(self, name) is None:
                    raise ValueError(f"a protocol with phases needs [{name}]")
        elif self.pulses or self.expected_course:
            raise ValueError("[pulses] and [expected_course] need [[phases]]")
        if self.expected_course:
            if self.grades is None or self.treated_margin_mm is None:
                raise ValueError("[expected_course] needs [grades] and treated_margin_mm")
            if bool(self.pulses) != bool(self.expected_course.pulse_knots):
                raise ValueError("[pulses] and expected_course.pulse_knots need each other")
        for rule, thresholds in RULE_THRESHOLDS.items():
            missing = [f"flags.{key}" for key in thresholds if getattr(self.flags, key) is None]
            if getattr(self.rules, rule) is not None and missing:
                raise ValueError(f"rules.{rule} needs {', '.join(missing)}")
        return self


def _check_phases(phases: list[Phase], pulses: Pulses | None) -> None:
    first, last = phases[0], phases[-1]
    if len(phases) < 2 or first.start_day is not None or first.treatment or last.end_day is not None:
        raise ValueError(
            "phases: give two or more; the first, before treatment, has no start_day, the last no end_day"
        )
    if first.end_day != 0:
        raise ValueError(f"phase {first.id}: end_day must be 0, the day of the first treatment")
    for before, after in zip(phases, phases[1:], strict=False):
        if before.end_day is None or after.start_day != before.end_day + 1:
            raise ValueError(
                f"phase {after.id}: start_day ({after.start_day}) must be the day after phase {before.id} ends "
                f"({before.end_day})"
            )
        if after.end_day is not None and after.start_day is not None and after.end_day < after.start_day:
            raise ValueError(
                f"phase {after.id}: end_day {after.end_day} is before start_day {after.start_day}"
            )
    ids = [phase.id for phase in phases]
    if len(set(ids)) != len(ids):
        raise ValueError(f"phases: ids must differ, these are {', '.join(ids)}")
    for kind in AGENT_KINDS:
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
