"""Texts that lesiontrack wrote about files, visits and lesions, without what would tell them."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping

from lesiontrack.export.pseudonyms.words import DATE
from lesiontrack.study.schema import TABLES as STUDY_FILES

REMOVED = "[removed]"

_QUOTED = re.compile(r"(?<![^\W_])(?:'([^']*)'|\"([^\"]*)\")(?![^\W_])|“([^”]*)”")
_FILE = re.compile(
    r"[^\s,;:()\[\]'\"]+\.(?:jpe?g|png|tiff?|webp|bmp|hei[cf]|csv|toml|xlsx?|txt|onnx)\b", re.I
)
_PATH = re.compile(r"[^\s,;:()\[\]'\"]*[/\\][^\s,;:()\[\]'\"]*")
_HIDDEN = re.compile("[\ue000\ue001]")
_IS_HIDDEN = re.compile("\ue000(\\d+)\ue001")
_NO_PATHS = frozenset({"px/mm", "NON-CR/NON-PD", "NON-iCR/NON-iUPD", "and/or", "/", "n/a", "mg/ml"})


class Wording:
    """Replaces what a study's own files called things.

    Args:
        common: old → new name for every text.
        own: the same by patient, for what only a row of that patient may mean (visit labels, lesion names);
            "" for texts of no patient.
    """

    def __init__(self, common: Mapping[str, str], own: Mapping[str, Mapping[str, str]]) -> None:
        self._common, self._own = dict(common), own
        self._replacements: dict[str, _Replacement] = {}
        self._done: dict[tuple[str, str], str] = {}

    def __call__(self, text: str, patient: str = "") -> str:
        """The text with new names; [date], [file] and […] where there is none; all of it [removed] where an
        old name can't be told from a number or a common word (bare numbers, one or two characters)."""
        if (text, patient) not in self._done:
            if patient not in self._replacements:
                self._replacements[patient] = _Replacement(self._common | dict(self._own.get(patient, {})))
            self._done[text, patient] = _scrubbed(text, self._replacements[patient])
        return self._done[text, patient]


def _scrubbed(text: str, replacement: _Replacement) -> str:
    if replacement.is_unclear(text):
        return REMOVED
    text = replacement.hide(_HIDDEN.sub("", text))
    text = _QUOTED.sub(lambda match: match[0] if _IS_HIDDEN.fullmatch(_inside(match)) else "[…]", text)
    text = DATE.sub("[date]", text)
    text = _PATH.sub(lambda match: _kept(match[0], _NO_PATHS), text)
    text = _FILE.sub(lambda match: _kept(match[0], STUDY_FILES), text)
    return replacement.show(text)


class _Replacement:
    """New names stand as numbers between private characters until the rest of the text is clean."""

    def __init__(self, names: Mapping[str, str]) -> None:
        changed = {old: new for old, new in names.items() if old}
        clear = {old: new for old, new in changed.items() if _is_clear(old)}
        self._new = list(dict.fromkeys(clear.values()))
        index = {new: number for number, new in enumerate(self._new)}
        self._exact = {old: index[new] for old, new in clear.items()}
        self._folded = {old.casefold(): index[new] for old, new in clear.items()}
        self._clear = whole_words(clear, re.IGNORECASE)
        unclear = [old for old, new in changed.items() if old not in clear and old != new]
        self._unclear = whole_words(unclear, re.NOFLAG)

    def is_unclear(self, text: str) -> bool:
        return self._unclear is not None and self._unclear.search(text) is not None

    def hide(self, text: str) -> str:
        return text if self._clear is None else self._clear.sub(self._hidden, text)

    def _hidden(self, match: re.Match[str]) -> str:
        number = self._exact.get(match[0], self._folded.get(match[0].casefold()))
        return REMOVED if number is None else f"\ue000{number}\ue001"

    def show(self, text: str) -> str:
        return _IS_HIDDEN.sub(lambda match: self._new[int(match[1])], text)


def _is_clear(name: str) -> bool:
    return len(name) > 2 and not name.isdigit()


def whole_words(names: Iterable[str], flags: re.RegexFlag) -> re.Pattern[str] | None:
    """Any of the names, standing by itself; None where there are none."""
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    if not longest_first:
        return None
    anyone = "|".join(map(re.escape, longest_first))
    return re.compile(rf"(?<![^\W_])(?<!\d[.,])(?:{anyone})(?![^\W_])(?![.,]\d)", flags)


def _inside(match: re.Match[str]) -> str:
    return next(part for part in match.groups() if part is not None)


def _kept(found: str, known: Container[str]) -> str:
    word = found.rstrip(".")
    return found if word in known or _IS_HIDDEN.fullmatch(word) else "[file]"
