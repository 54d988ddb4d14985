"""One folder or file name, read into dates, visit label, patient code, body site and the words left over."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date

from lesiontrack.intake.cameras import DeviceName, copy_name, device_name, is_camera_folder
from lesiontrack.intake.dates import MONTH_NAMES, DateText, find_dates, find_month
from lesiontrack.intake.labels import Label, find_label
from lesiontrack.intake.sitewords import SiteText, find_site
from lesiontrack.intake.vocabulary import GENERIC, LESION_WORDS, SIDES, SITES, fold

_KNOWN_CODE = re.compile(
    r"(?<![^\W_])(?:(?:patient(?:in)?|pat|pt|p|subject|subj|sub|proband|id|case|fall|nr|no)[\s_.-]*#?\d{1,6}"
    r"|(?:patient(?:in)?|subject|proband|case|fall)[\s_-]+[a-z])(?![^\W_])",
    re.I,
)
_CODE = re.compile(r"(?<![^\W_])[A-Z]{1,4}[-_]?\d{1,6}(?:-\d{1,4})?(?![^\W_])")
_SITE_SUBJECT = re.compile(r"(?<!\d)\d{2,3}-\d{3,4}(?!\d)")
_NO_CODE = re.compile(r"(?:V|IMG|DSC|DSCN|DSCF|WA|IL|L|US|CM|MM|KW|NO)[-_]?\d+", re.I)
_WORD = re.compile(r"[^\W\d_]+")
_NO_NAMES = GENERIC | LESION_WORDS
_FREE_WORD = re.compile(r"(?<!\d)[^\W\d_]{2,}|(?<![^\W_])[^\W\d_](?![^\W_])")


@dataclass(frozen=True)
class Reading:
    """What one name says.

    Attributes:
        text: the name, NFC, without the file's extension.
        device: set where a device named the file.
        code: a patient's code, as written; "" where there is none.
        code_is_label: the code could as well be a visit ("M6", "01").
        words: what is left: a person's name, a nickname of a lesion, or nothing that is known.
        number: of "left leg (2)" or "left leg 2"; None where there is none.
        partial_date: a month without a day.
    """

    text: str
    dates: tuple[DateText, ...] = ()
    label: Label | None = None
    device: DeviceName | None = None
    code: str = ""
    code_is_label: bool = False
    site: SiteText = field(default_factory=SiteText)
    words: tuple[str, ...] = ()
    number: int | None = None
    partial_date: bool = False

    @property
    def visit_dates(self) -> tuple[DateText, ...]:
        return tuple(found for found in self.dates if not found.birth)


def read_name(name: str, *, is_file: bool, today: date) -> Reading:
    """Read one name; never raises. Files: without their extension."""
    text = unicodedata.normalize("NFC", name).strip()
    number = None
    if is_file:
        device = device_name(text)
        copy = copy_name(text)
        if device is None and copy is not None:
            number = copy.number
            device = device_name(copy.base)
        if device is not None:
            return Reading(text, device=device, number=number)
        body = copy.base if copy is not None else text
    else:
        if is_camera_folder(text):
            return Reading(text)
        body = text
    dates = find_dates(body, today=today)
    rest = _blank(body, [found.span for found in dates])
    month = None if dates else find_month(rest)
    rest = _blank(rest, [month] if month is not None else [])
    code, is_label, span = _code(rest, whole=not is_file)
    without_code = _blank(rest, [span])
    label = find_label(without_code)
    if is_label:
        label = find_label(rest)
    rest = _blank(without_code, [label.span] if label is not None else [])
    site, unused = find_site(_spaced(rest))
    if number is None and is_file:
        trailing = re.search(r"(?<!\d)(\d{1,2})\s*$", unused.rstrip(" -_.)"))
        number = int(trailing[1]) if trailing else None
    return Reading(
        text, dates, label, None, code, is_label, site, _left_over(unused), number, month is not None
    )


def _code(text: str, *, whole: bool) -> tuple[str, bool, tuple[int, int]]:
    """(code, could be a visit label, span). In file names the code leads, as other numbers follow."""
    known = _KNOWN_CODE.search(text)
    if known and (whole or not text[: known.start()].strip(" _-.")):
        return re.sub(r"\s+", " ", known[0]).strip(), False, known.span()
    for match in _CODE.finditer(text):
        letters = fold("".join(_WORD.findall(match[0])))
        if letters in SITES or letters in SIDES or letters in MONTH_NAMES or _NO_CODE.fullmatch(match[0]):
            continue
        if device_name(match[0]) is not None:
            continue
        if not whole and text[: match.start()].strip(" _-."):
            break
        label = find_label(match[0])
        if label is not None and (not whole or not label.weak):
            continue
        return match[0], label is not None, match.span()
    numbered = _SITE_SUBJECT.search(text) if whole else _SITE_SUBJECT.match(text.strip())
    if numbered:
        at = text.find(numbered[0])
        return numbered[0], False, (at, at + len(numbered[0]))
    stripped = text.strip()
    if whole and re.fullmatch(r"[0-9]{1,8}", stripped) and not _is_year(stripped):
        at = text.find(stripped)
        return stripped, len(stripped) in (1, 2, 6, 8), (at, at + len(stripped))
    return "", False, (0, 0)


def _is_year(digits: str) -> bool:
    return len(digits) == 4 and 1980 <= int(digits) <= 2100


def _left_over(text: str) -> tuple[str, ...]:
    words = [word for word in _FREE_WORD.findall(text) if fold(word) not in _NO_NAMES]
    initials = [word for word in words if len(word) == 1]
    if len(initials) == len(words):
        return tuple(words) if len(words) > 1 and all(word.isupper() for word in words) else ()
    return tuple(word for word in words if len(word) > 1)


def _blank(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _spaced(text: str) -> str:
    """leftCalf → left Calf."""
    return re.sub(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])", " ", text)
