"""The form of a whole protocol file. Unknown keys are errors."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from lesiontrack.protocol import defaults
from lesiontrack.protocol.marked import (
    Count,
    Days,
    Degrees,
    Fraction,
    Marked,
    Number,
    Percent,
    Switch,
    Table,
    Text,
)
from lesiontrack.protocol.schedule import Agents, Courses, ExpectedCourse, Phase, Pulses, check_phases


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
    regressing_fall_pct: Percent | None = None
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
        "below_visits", "below_single_visit_day", "regressing_after_day", "regressing_fall_pct",
    ),
    "lesion_growth": ("lesion_growth_pct", "lesion_growth_mm"),
}  # fmt: skip


class Response(Table):
    """Files may lack those with a default, see lesiontrack.protocol.defaults."""

    confirm_days: Days
    min_sd_days: Days
    max_ne: Count
    accept_sd: Switch
    missing_as_ne: Switch
    pr_fall_pct: Percent
    pd_rise_pct: Percent
    pd_rise_mm: Number
    min_target_mm: Number
    max_targets: Count
    max_targets_per_organ: Count
    area_pr_fall_pct: Percent
    area_pd_rise_pct: Percent
    durable_days: Days = defaults.DURABLE_DAYS
    durable_begins_within_days: Days = defaults.DURABLE_BEGINS_WITHIN_DAYS
    missed_visits: Count = defaults.MISSED_VISITS
    visit_interval_days: Days = defaults.VISIT_INTERVAL_DAYS
    irecist_confirm_min_days: Days = defaults.IRECIST_CONFIRM_MIN_DAYS
    irecist_confirm_max_days: Days = defaults.IRECIST_CONFIRM_MAX_DAYS
    irecist_pd_rise_mm: Number = defaults.IRECIST_PD_RISE_MM
    max_injected_targets: Count = defaults.MAX_INJECTED_TARGETS
    max_not_injected_targets: Count = defaults.MAX_NOT_INJECTED_TARGETS
    redraws: Count = defaults.REDRAWS
    bootstrap_draws: Count = defaults.BOOTSTRAP_DRAWS

    @model_validator(mode="after")
    def _window(self) -> Self:
        low, high = self.irecist_confirm_min_days.value, self.irecist_confirm_max_days.value
        if low > high:
            raise ValueError(f"irecist_confirm_min_days ({low}) must be <= irecist_confirm_max_days ({high})")
        return self


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
    """A whole file. Without `phases` there is no expected course, without `treated_margin_mm` no field."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z.]+$")]
    title: Text
    summary: Text
    treated_margin_mm: Number | None = None
    agents: Agents | None = None
    courses: Courses | None = None
    phases: list[Phase] = Field(default_factory=list)
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
            check_phases(self.phases, self.pulses)
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
