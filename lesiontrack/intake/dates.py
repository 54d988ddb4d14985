"""Dates as people and cameras write them in names; what can be read in two ways is returned in both."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

DAY_FIRST, MONTH_FIRST, YEAR_FIRST = "day-first", "month-first", "year-first"
EARLIEST = date(1980, 1, 1)  # before: a date of birth or a clock that was never set, not a photograph's date

_MONTHS = {
    1: "january januar jan jänner jaenner", 2: "february februar feb", 3: "march märz maerz mar mär mrz",
    4: "april apr", 5: "may mai", 6: "june juni jun", 7: "july juli jul", 8: "august aug",
    9: "september sept sep", 10: "october oktober oct okt", 11: "november nov",
    12: "december dezember dec dez",
}  # fmt: skip
MONTH_NAMES = {name: number for number, names in _MONTHS.items() for name in names.split()}
_MONTH = "(?P<month>" + "|".join(sorted(MONTH_NAMES, key=len, reverse=True)) + ")"
_GAP = r"[\s._,-]*"

_YEAR_FIRST = re.compile(
    r"(?<!\d)(?P<y>\d{4})(?:(?P<s>[-._/])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})(?!\d)"
    r"|(?P<m2>\d{2})(?P<d2>\d{2})(?=\D|$|\d{4,9}(?!\d)))"
)
_WRITTEN = (
    re.compile(rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.)?{_GAP}{_MONTH}{_GAP}(?P<y>\d{{4}})(?!\d)", re.I),
    re.compile(
        rf"(?<![^\W\d_]){_MONTH}{_GAP}(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s._,-]+(?P<y>\d{{4}})(?!\d)", re.I
    ),
    re.compile(rf"(?<!\d)(?P<y>\d{{4}}){_GAP}{_MONTH}{_GAP}(?P<d>\d{{1,2}})(?!\d)", re.I),
)
_NUMERIC = re.compile(r"(?<![\d.])(?P<a>\d{1,2})(?P<s>[-._/])(?P<b>\d{1,2})(?P=s)(?P<c>\d{4}|\d{2})(?!\d)")
_COMPACT = re.compile(r"(?<!\d)(?P<a>\d{2})(?P<b>\d{2})(?P<c>\d{4})(?!\d)")
_BORN = re.compile(r"(?:\*|\bgeb(?:oren|\.)?|\bborn|\bdob|\bd\.o\.b\.?|\bbirth\w*)[\s:.(am]*$", re.I)
_PARTIAL = re.compile(
    rf"(?<!\d)(?:\d{{4}}[-._]\d{{1,2}}(?![-._]?\d)|{_MONTH}{_GAP}\d{{4}}|\d{{4}}{_GAP}"
    + _MONTH.replace("?P<month>", "?:")
    + r")",
    re.I,
)


@dataclass(frozen=True)
class DateText:
    """A date in a name.

    Attributes:
        text, span: what was read, and where.
        readings: (order, date): one, or two and more where the text can be read in several ways.
        numeric: written as numbers with "-", "_" or "/", where the order differs by country.
        birth: marked as a date of birth; not a visit.
    """

    text: str
    span: tuple[int, int]
    readings: tuple[tuple[str, date], ...]
    numeric: bool = False
    birth: bool = False

    @property
    def ambiguous(self) -> bool:
        return len(self.readings) > 1

    def settled(self, order: str) -> DateText:
        """Only the reading of this order, where there is one."""
        readings = tuple(reading for reading in self.readings if reading[0] == order)
        return DateText(self.text, self.span, readings or self.readings, self.numeric, self.birth)


def find_dates(text: str, *, today: date) -> tuple[DateText, ...]:
    """Every date in a name, in order. Never raises.

    2024-03-04, 2024.3.4, 20240304, 04.03.2024 (with dots: day first, as German and most of Europe write),
    4 March 2024, Mar 4 2024, 4. März 2024. 03-04-2024, 03_04_2024, 03-04-24 and 03042024 have every reading
    that the calendar allows, one where the days of both are equal. Dates before 1980 or after `today` are
    not returned: they are no visits.
    """
    found: list[DateText] = []
    for reading in _all(text, today):
        if all(reading.span[1] <= other.span[0] or reading.span[0] >= other.span[1] for other in found):
            found.append(reading)
    return tuple(sorted(found, key=lambda item: item.span))


def find_month(text: str) -> tuple[int, int] | None:
    """Where a name gives a month without the day ("2024-03", "March 2024"); None where it doesn't."""
    match = _PARTIAL.search(text)
    return None if match is None else match.span()


def _all(text: str, today: date) -> Iterator[DateText]:
    year_first_ends = []
    for match in _YEAR_FIRST.finditer(text):
        day = _day(match["y"], match["m"] or match["m2"], match["d"] or match["d2"], today)
        if day is not None:
            year_first_ends.append(match.end())
            yield _one(text, match, (YEAR_FIRST, day))
    for pattern in _WRITTEN:
        for match in pattern.finditer(text):
            day = _day(match["y"], str(MONTH_NAMES[match["month"].casefold()]), match["d"], today)
            if day is not None:
                yield _one(text, match, (DAY_FIRST, day))
    for match in _NUMERIC.finditer(text):
        if any(0 <= match.start() - end <= 5 for end in year_first_ends) and len(match["c"]) == 2:
            continue  # the time of "2024-03-04 at 10.12.13"
        readings = _readings(match["a"], match["b"], match["c"], today)
        dotted = match["s"] == "."
        if dotted:
            readings = readings[:1]
        if readings:
            yield _one(text, match, *readings, numeric=not dotted)
    for match in _COMPACT.finditer(text):
        readings = _readings(match["a"], match["b"], match["c"], today)
        if readings:
            yield _one(text, match, *readings, numeric=True)


def _one(text: str, match: re.Match[str], *readings: tuple[str, date], numeric: bool = False) -> DateText:
    return DateText(match[0], match.span(), readings, numeric, bool(_BORN.search(text[: match.start()])))


def _readings(a: str, b: str, c: str, today: date) -> tuple[tuple[str, date], ...]:
    """Each different day that a-b-c can mean; day first comes first."""
    orders = [(DAY_FIRST, c, b, a), (MONTH_FIRST, c, a, b)]
    if len(a) == 2 and len(c) == 2:
        orders.append((YEAR_FIRST, a, b, c))
    days: dict[date, str] = {}
    for order, year, month, day in orders:
        read = _day(year, month, day, today)
        if read is not None:
            days.setdefault(read, order)
    return tuple((order, day) for day, order in days.items())


def _day(year: str, month: str, day: str, today: date) -> date | None:
    full = int(year) if len(year) == 4 else 2000 + int(year)
    try:
        read = date(full, int(month), int(day))
    except ValueError:
        return None
    return read if EARLIEST <= read <= today else None
