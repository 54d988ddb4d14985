"""One thing that is wrong, or may be wrong, with a study folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Problem:
    """`severity`: "error" where the folder can't be what was meant, "warning" where it may not be.

    `where`: file, patient or site; `message`: what is wrong, by which rule, and the remedy.
    """

    severity: Severity
    where: str
    message: str


def error(where: str, message: str) -> Problem:
    return Problem("error", where, message)


def warning(where: str, message: str) -> Problem:
    return Problem("warning", where, message)


def some(names: list[str], most: int = 3) -> str:
    """A few of the names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
