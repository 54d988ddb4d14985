"""Visits that a name counts instead of dating: day 14, Woche 2, baseline, visit 3."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lesiontrack.study.visits import parse_when

_B, _E = r"(?<![^\W_])", r"(?![^\W_])"  # word borders, with "_" as a separator
_NUMBER = r"(?P<n>\d{1,3})"
_WEEK = r"(?:weeks?|wks?|wochen?)"
_DAY = r"(?:days?|tag(?:en?)?)"
_AFTER = re.compile(rf"{_B}(?P<unit>{_WEEK}|{_DAY})(?P<gap>[\s_.]*(?P<minus>-)?[\s_.]*){_NUMBER}{_E}", re.I)
_BEFORE = re.compile(
    rf"{_B}{_NUMBER}[\s_.-]*(?P<unit>{_WEEK}|{_DAY}|wo){_E}(?P<before>[\s_-]+(?:before|prior|pre|vor){_E})?",
    re.I,
)
_BASELINE = re.compile(
    rf"{_B}(?:base[\s_-]?line|screening|bl|ausgangsbefund|erstbefund|vor[\s_-]therapie(?:beginn)?"
    rf"|pre[\s_-]?(?:treatment|therapy)|before[\s_-]treatment){_E}",
    re.I,
)
_ORDINAL = re.compile(
    rf"{_B}(?:(?:visite?|besuch|termin|follow[\s_-]?up|fu|kontrolle|verlauf(?:skontrolle)?|timepoint"
    rf"|zeitpunkt|month|monat|mo|cycle|zyklus)[\s_.-]*\d{{1,3}}|v[\s_.-]?\d{{1,2}}|\d{{1,2}}[\s_-]*(?:months?|monate?n?))"
    rf"{_E}",
    re.I,
)
_WEAK = re.compile(rf"{_B}(?P<unit>[dwtmc])[\s_.-]?{_NUMBER}{_E}", re.I)


@dataclass(frozen=True)
class Label:
    """A counted visit in a name.

    Attributes:
        day: days from the treatment start; None where the label is only a number in a row ("visit 3").
        value: "day014", "week02" as the study folder writes it, "" where `day` is None.
        weak: could as well be a patient's code ("M6", "D14").
        doubt: how else it could be read, in words.
    """

    text: str
    span: tuple[int, int]
    day: int | None
    value: str
    weak: bool = False
    doubt: str = ""
    baseline: bool = False


def find_label(text: str) -> Label | None:
    """The first visit label in a name; None where there is none. Never raises.

    "day-007" (three digits, as the study folder writes it) is seven days before the treatment start; in any
    other spelling a hyphen is taken for a separator, and the doubt is named.
    """
    stripped = text.strip()
    if re.fullmatch(r"(?:day-?\d{3}|week-?\d{2})", stripped, re.I):
        when = parse_when(stripped)
        return Label(stripped, (0, len(text)), when.day, stripped.lower())
    for pattern in (_AFTER, _BEFORE):
        match = pattern.search(text)
        if match:
            return _counted(match)
    match = _BASELINE.search(text)
    if match:
        return Label(match[0], match.span(), 0, "day000", baseline=True)
    match = _ORDINAL.search(text)
    if match:
        return Label(match[0], match.span(), None, "")
    match = _WEAK.search(text)
    if match:
        unit, number = match["unit"].lower(), int(match["n"])
        day = {"d": number, "w": 7 * number}.get(unit)
        value = "" if day is None else f"day{number:03d}" if unit == "d" else f"week{number:02d}"
        return Label(match[0], match.span(), day, value, weak=True)
    return None


def _counted(match: re.Match[str]) -> Label:
    number = int(match["n"])
    weeks = match["unit"].lower().startswith("w")
    groups = match.groupdict()
    minus = "-" if groups.get("before") and number else ""
    doubt = ""
    if minus:
        doubt = f"{match[0]!r} is read as before the treatment start"
    elif groups.get("minus") and number:
        what = f"{'week' if weeks else 'day'} {number}"
        doubt = f"{match[0]!r} is read as {what}, not as before the treatment start"
    value = f"week{minus}{number:02d}" if weeks else f"day{minus}{number:03d}"
    day = number * (7 if weeks else 1)
    return Label(match[0], match.span(), -day if minus else day, value, doubt=doubt)
