"""The face of a validated protocol: phases, expected course and thresholds by study day and key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property

from pydantic import BaseModel

from lesiontrack.errors import ProtocolError
from lesiontrack.protocol.courses import Course, find_courses
from lesiontrack.protocol.envelope import edges_at
from lesiontrack.protocol.marked import Marked
from lesiontrack.protocol.schema import ProtocolFile, Rule
from lesiontrack.protocol.timeline import Timeline, lay_out
from lesiontrack.protocol.values import Band, PhaseAt, Setting
from lesiontrack.study.model import Dose


@dataclass(frozen=True)
class Protocol:
    """A validated protocol file; load_protocol makes it. It can be sent to other processes.

    Attributes:
        file: the file's content after `overrides`.
        hash: sha256 of the file's bytes, hex; overrides don't change it, but see protocol_id.
        origin: "shipped" or the file's name without folders.
        source: the file's bytes, to be kept beside results.
        overrides: thresholds that the study replaced, by dotted key.
    """

    file: ProtocolFile
    hash: str
    origin: str
    source: bytes = field(repr=False)
    overrides: Mapping[str, float] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.file.id

    @property
    def version(self) -> str:
        return self.file.version

    @property
    def title(self) -> str:
        return self.file.title

    @property
    def protocol_id(self) -> str:
        """For tables: id@version#hash8; "+" and 8 hex digits of the overrides follow where there are any."""
        plain = f"{self.id}@{self.version}#{self.hash[:8]}"
        if not self.overrides:
            return plain
        text = json.dumps(dict(sorted(self.overrides.items())))
        return f"{plain}+{hashlib.sha256(text.encode()).hexdigest()[:8]}"

    @property
    def treated_margin_mm(self) -> float | None:
        """Width of the treated skin around a lesion; None where none is treated or nobody knows how wide."""
        margin = self.file.treated_margin_mm
        return None if margin is None else margin.value

    @property
    def has_phases(self) -> bool:
        return bool(self.file.phases)

    @property
    def has_expected_course(self) -> bool:
        return self.file.expected_course is not None

    @property
    def expected_course_words(self) -> str:
        """Mark, id and note of the expected course, as output says them; empty where there is none."""
        course = self.file.expected_course
        return "" if course is None else course.words

    @property
    def cut_points(self) -> tuple[float, float, float, float] | None:
        """CIELAB delta a* between grades 0|1, 1|2, 2|3 and 3|4; None where the protocol has no [grades]."""
        grades = self.file.grades
        if grades is None:
            return None
        return grades.cut_1.value, grades.cut_2.value, grades.cut_3.value, grades.cut_4.value

    def settings(self) -> Iterator[Setting]:
        """Every threshold with its mark and source, in the file's order."""
        for key, value in _leaves(self.file, ""):
            mark: str = value.mark
            source = value.source
            if key in self.overrides:
                mark, source = "study", f"study.toml; the protocol's own source was: {source}"
            yield Setting(key, value.value, mark, source)  # type: ignore[attr-defined]

    def threshold(self, key: str) -> float:
        """A number of the file by dotted key ("flags.ulcer_new_mm2"), after the study's own overrides.

        A switch ("response.accept_sd") is 1.0 or 0.0. Raises ProtocolError for a key that the protocol
        doesn't have, naming the nearest one.
        """
        if key not in self._values:
            raise ProtocolError(f"{self.id}: no threshold {key!r}{nearest(key, self._values)}")
        return self._values[key]

    def has_threshold(self, key: str) -> bool:
        """Whether threshold(key) has an answer: thresholds that no rule of the file needs may be left out."""
        return key in self._values

    @cached_property
    def _values(self) -> dict[str, float]:
        return {setting.key: float(setting.value) for setting in self.settings()}

    def rule(self, rule_id: str) -> Rule | None:
        """A rule of [rules]; None where it is missing or not enabled, so that it raises no flag."""
        rule: Rule | None = getattr(self.file.rules, rule_id)
        return rule if rule is not None and rule.enabled else None

    def phase_at(self, study_day: int, doses: Sequence[Dose] = ()) -> PhaseAt | None:
        """Phase of a study day that counts from the treatment start; None where the protocol has no phases.

        A photo of a course's day 0 counts as taken before its first dose: the day belongs to what was before.

        Args:
            study_day: day 0 is the first treatment. Don't ask where days count from the first visit.
            doses: this patient's recorded doses; without any, the schedule holds. They are taken as complete:
                a recorded last dose ends its phase.

        Raises ValueError for doses of several patients.
        """
        if not self.file.phases:
            return None
        course, line = self._course_at(study_day, doses)
        day = study_day - course.day_zero
        span = line.span_at(day)
        phase = span.phase
        pulse = line.pulse_at(day) if phase.pulses else None
        label = phase.label
        if phase.pulses:
            label = (
                f"pulse {pulse[0]}" if pulse else "between pulses" if _pulses_left(line, day) else phase.label
            )
        recorded = line.recorded_pulses if phase.pulses else line.recorded_phases
        since = line.days_since_treatment(day)
        assert self.file.assessment is not None
        return PhaseAt(
            phase=phase.id,
            label=label,
            course=0 if day <= 0 else course.number,
            course_day=day,
            pulse_day=None if pulse is None else day - pulse[1][0],
            source="recorded doses" if recorded else "schedule",
            inflammation_expected=phase.inflammation_expected and (pulse is not None or not phase.pulses),
            in_assessment_window=since is None or since >= self.file.assessment.quiet_days.value,
        )

    def expected_at(self, study_day: int, doses: Sequence[Dose] = ()) -> Band | None:
        """Expected band of a study day, doses as in phase_at; None where there is no expected course."""
        expected = self.file.expected_course
        if expected is None:
            return None
        course, line = self._course_at(study_day, doses)
        pulse_days = self.file.pulses.length_days if self.file.pulses else None
        lower, target, upper = edges_at(expected, line, study_day - course.day_zero, pulse_days=pulse_days)
        return Band(lower, target, upper, expected.id, expected.mark != "sourced", expected.words)

    def _course_at(self, study_day: int, doses: Sequence[Dose]) -> tuple[Course, Timeline]:
        key = tuple(doses)
        if key not in self._laid_out:
            assert self.file.agents is not None
            assert self.file.courses is not None
            courses = find_courses(doses, self.file.agents, self.file.courses)
            self._laid_out.clear()
            self._laid_out[key] = [(c, lay_out(self.file.phases, self.file.pulses, c)) for c in courses]
        lines = self._laid_out[key]
        begun = [line for line in lines if study_day > line[0].day_zero]
        return begun[-1] if begun else lines[0]

    @cached_property
    def _laid_out(self) -> dict[tuple[Dose, ...], list[tuple[Course, Timeline]]]:
        """Of the doses asked for last: callers go through one patient's days before the next one's."""
        return {}


def nearest(key: str, known: Mapping[str, object] | Sequence[str]) -> str:
    """'; did you mean "flags.ulcer_new_mm2"?' for a misspelt key, or the start of the list of known ones."""
    names = list(known)
    leaf = key.rsplit(".", 1)[-1]
    close = get_close_matches(key, names, 1, 0.6)
    if not close:
        leaves = {name.rsplit(".", 1)[-1]: name for name in names}
        close = [leaves[name] for name in get_close_matches(leaf, leaves, 1, 0.6)]
    if close:
        return f"; did you mean {close[0]!r}?"
    shown = ", ".join(names[:12])
    return f"; known: {shown}{', …' if len(names) > 12 else ''}" if names else ""


def _leaves(table: BaseModel, prefix: str) -> Iterator[tuple[str, Marked]]:
    for name in type(table).model_fields:
        value = getattr(table, name)
        if isinstance(value, Marked) and "value" in type(value).model_fields:
            yield f"{prefix}{name}", value
        elif isinstance(value, BaseModel):
            yield from _leaves(value, f"{prefix}{name}.")


def _pulses_left(line: Timeline, day: int) -> bool:
    return any(start > day for start, _ in line.pulses)
