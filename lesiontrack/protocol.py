"""Protocols: phases, expected course, windows, thresholds and response rules, from TOML files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lesiontrack.study.model import Dose


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
    """Expected erythema grade (0..4) of the treated field on one day; `provisional` goes into every output."""

    lower: float
    target: float
    upper: float
    envelope_id: str
    provisional: bool


class Protocol:
    """A validated protocol file (implementation: pydantic models with extra="forbid" behind this face).

    Attributes: id, version, title, hash (sha256 of the file's bytes), treated_margin_mm (float | None),
    and `threshold(key)` for every number that a stage needs.
    """

    id: str
    version: str
    title: str
    hash: str
    treated_margin_mm: float | None

    def threshold(self, key: str) -> float:
        """A number of the file by dotted key ("flags.ulcer_new_mm2"), after the study's own overrides."""
        raise NotImplementedError

    def phase_at(self, study_day: int, doses: Sequence[Dose] = ()) -> PhaseAt | None:
        """None where the protocol has no phases (response-only)."""
        raise NotImplementedError

    def expected_at(self, study_day: int, doses: Sequence[Dose] = ()) -> Band | None:
        """None where the protocol has no expected course, or none for that phase."""
        raise NotImplementedError


def load_protocol(name_or_file: str, overrides: dict[str, float] | None = None) -> Protocol:
    """A shipped protocol by id, or a file. Raises ProtocolError naming the key and the nearest right one."""
    raise NotImplementedError
