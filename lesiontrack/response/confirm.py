"""Which assessments are confirmed by a later one.

The rules are those documented for `derive_param_confirmed_bor` of pharmaverse/admiralonco
(Apache-2.0), restated.
"""

from __future__ import annotations

from collections.abc import Sequence

from lesiontrack.response.assessments import Assessment


def is_confirmed(
    assessments: Sequence[Assessment], index: int, *, confirm_days: int, max_ne: int, accept_sd: bool
) -> bool:
    """Whether the CR or PR at `index` has a confirming assessment.

    CR: a CR at least `confirm_days` later, with nothing but CR and at most `max_ne` NE between.
    PR: a CR or PR at least `confirm_days` later; between only CR, PR, at most `max_ne` NE and, where
    `accept_sd`, one SD; and no PR after a CR, the confirming assessment included.
    Only the first candidate is tried: what forbids it lies before every later one, too.
    """
    first = assessments[index]
    confirming = ("CR",) if first.response == "CR" else ("CR", "PR")
    between: list[str] = []
    for later in assessments[index + 1 :]:
        between.append(later.response)
        if later.response in confirming and later.day - first.day >= confirm_days:
            return _allowed(first.response, between, max_ne, accept_sd)
    return False


def _allowed(first: str, between: Sequence[str], max_ne: int, accept_sd: bool) -> bool:
    if between.count("NE") > max_ne:
        return False
    if first == "CR":
        return set(between) <= {"CR", "NE"}
    if not set(between) <= {"CR", "PR", "SD", "NE"} or between.count("SD") > int(accept_sd):
        return False
    return "CR" not in between or "PR" not in between[between.index("CR") :]


def check_options(confirm_days: int | None, max_ne: int, accept_sd: bool) -> None:
    """Raises ValueError for intervals and counts that are no whole numbers from 0."""
    if confirm_days is not None:
        require_count(confirm_days, "confirm_days")
    require_count(max_ne, "max_ne")
    if not isinstance(accept_sd, bool):
        raise ValueError(f"accept_sd {accept_sd!r} must be True or False")


def require_count(value: object, name: str) -> None:
    if isinstance(value, bool) or not hasattr(value, "__index__") or value < 0:  # type: ignore[operator]
        raise ValueError(f"{name} {value!r} must be a whole number from 0")
