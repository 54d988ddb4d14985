"""What a protocol says about one study day."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PhaseAt:
    """Where a study day lies in the protocol.

    Attributes:
        phase: id, e.g. "P3"; label: for people, e.g. "plateau".
        course: number of the treatment course, from 1; 0 before treatment.
        course_day: days since that course's day 0.
        pulse_day: days since the current pulse began; None outside pulses.
        source: "recorded doses" or "schedule".
        inflammation_expected: False in phases without treatment (baseline, recovery, follow-up).
        in_assessment_window: responses are read on such days.
    """

    phase: str
    label: str
    course: int
    course_day: int
    pulse_day: int | None
    source: str
    inflammation_expected: bool
    in_assessment_window: bool


@dataclass(frozen=True)
class Band:
    """Expected erythema grade (0..4) of the treated field on one day.

    `provisional`: any mark but "sourced". `words`: mark, id and note of the expected course, for all output.
    """

    lower: float
    target: float
    upper: float
    envelope_id: str
    provisional: bool
    words: str = ""


@dataclass(frozen=True)
class Setting:
    """One value of a protocol file, for tables of a protocol.

    `mark` is the file's own, or "study" where study.toml replaced the value; `source` then says what it was.
    """

    key: str
    value: float | bool
    mark: str
    source: str
