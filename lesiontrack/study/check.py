"""Whether a study folder can be what was meant, before hours of work are spent on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lesiontrack.errors import ProtocolError, StudyError
from lesiontrack.study.checks.files import (
    assignment_problems,
    content_problems,
    failure_problems,
    leftover_problems,
)
from lesiontrack.study.checks.problem import Problem, error
from lesiontrack.study.checks.records import patient_problems, record_problems
from lesiontrack.study.checks.sites import site_problems
from lesiontrack.study.checks.timing import course_problems, timing_problems
from lesiontrack.study.model import Study
from lesiontrack.study.read import read_study
from lesiontrack.study.tables import read_table

__all__ = ["Problem", "check_study"]


def check_study(root: Path | str) -> list[Problem]:
    """Everything that is wrong with a study folder, errors first. Empty: nothing was found.

    An error says that the folder can't be what was meant; a study with warnings only may be run as it is.
    Reads photos only where two have one size, to compare their bytes. Raises nothing for a bad study.
    """
    root = Path(root)
    try:
        study = read_study(root)
        enrolled = {row["patient"] for row in read_table(root, "patients.csv")}
    except StudyError as refusal:
        return [error("study folder", str(refusal))]
    problems = [
        *failure_problems(study),
        *assignment_problems(study),
        *timing_problems(study),
        *site_problems(study),
        *patient_problems(study, enrolled),
        *record_problems(study),
        *_protocol_problems(study),
        *content_problems(study),
        *leftover_problems(study),
    ]
    return sorted(problems, key=lambda problem: problem.severity != "error")


def _protocol_problems(study: Study) -> Iterator[Problem]:
    from lesiontrack.protocol import load_protocol  # a later stage: only checked against

    try:
        protocol = load_protocol(study.protocol, dict(study.thresholds), folder=study.root)
    except ProtocolError as refusal:
        yield error("study.toml", str(refusal))
        return
    if protocol.has_expected_course:
        yield from course_problems(study)
