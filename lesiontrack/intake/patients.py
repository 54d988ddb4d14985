"""Which patient each photo belongs to: codes in folder names, else people's names, else file names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lesiontrack.intake.model import Decision, KeyRow
from lesiontrack.intake.reading import Reading
from lesiontrack.intake.vocabulary import fold
from lesiontrack.study.names import natural_key


@dataclass(frozen=True)
class Named:
    """A photo's names, read: folders from the outside in, then the file."""

    folders: tuple[Reading, ...]
    file: Reading


@dataclass(frozen=True)
class Hint:
    """What may be a patient in one name.

    `level`: index of the folder, -1 for the file. `key`: equal for all spellings of one patient. `weak`: a
    code that could be a visit, or words that could be anything.
    """

    level: int
    key: str
    text: str
    is_code: bool
    weak: bool = False


@dataclass(frozen=True)
class Patients:
    """`chosen`: a decision per photo, None where there is no hint; `levels`: the folder it was read from."""

    chosen: tuple[Decision | None, ...]
    levels: tuple[int | None, ...]
    key: tuple[KeyRow, ...]
    notes: tuple[str, ...]


def tells_patient(name: Named) -> bool:
    """Whether any folder or the file name could name a patient."""
    folders = (hint for level, reading in enumerate(name.folders) for hint in _folder_hints(level, reading))
    return next(folders, None) is not None or _file_hint(name.file) is not None


def find_patients(photos: Sequence[Named], root: Reading, known: Mapping[str, str]) -> Patients:
    """Choose a patient per photo.

    The outermost folder with a code, else the outermost with words that look like a name, else the file name.
    Folders that hold every photo are passed over where something deeper says who it is. `root` is the name of
    the tree's own folder, used where nothing below names anybody. `known`: original → code of an earlier run;
    those codes are given again. Codes in names are kept; other names become P001, P002, …
    """
    hints = [_hint(photo, _shared(photos)) for photo in photos]
    once = Counter(hint.key for hint in hints if hint is not None)
    hints = [
        None if hint and hint.weak and not hint.is_code and once[hint.key] == 1 else hint for hint in hints
    ]
    notes: list[str] = []
    if not any(hints):
        return _one_patient(photos, root, known)
    plain = {hint.level for hint in hints if hint is not None and hint.is_code and not hint.weak}
    hints = [
        replace(hint, weak=False) if hint is not None and hint.is_code and hint.level in plain else hint
        for hint in hints
    ]
    spellings = _spellings([hint for hint in hints if hint is not None])
    notes += _spelling_notes(spellings)
    codes = _codes(spellings, known)
    often = Counter(hint.key for hint in hints if hint is not None)
    chosen = [
        _decide(photo, hint, codes, 0 if hint is None else often[hint.key])
        for photo, hint in zip(photos, hints, strict=True)
    ]
    rows = {
        codes[hint.key]: KeyRow(codes[hint.key], " / ".join(spellings[hint.key]), hint.is_code)
        for hint in hints
        if hint is not None
    }
    notes += _alike_notes(list(rows.values()))
    return Patients(
        tuple(chosen),
        tuple(None if hint is None else hint.level for hint in hints),
        tuple(sorted(rows.values(), key=lambda row: natural_key(row.code))),
        tuple(notes),
    )


def _shared(photos: Sequence[Named]) -> int:
    """Number of outer folders that hold every photo."""
    paths = [tuple(reading.text for reading in photo.folders) for photo in photos]
    depth = min(map(len, paths), default=0)
    return next((level for level in range(depth) if len({path[level] for path in paths}) > 1), depth)


def _hint(photo: Named, shared: int) -> Hint | None:
    folders = [hint for level, reading in enumerate(photo.folders) for hint in _folder_hints(level, reading)]
    in_file = _file_hint(photo.file)
    inner = [hint for hint in folders if hint.level >= shared]
    if any(hint.is_code and not hint.weak for hint in folders) and not any(hint.is_code for hint in inner):
        inner = []
    if not inner and in_file is not None and not any(hint.is_code for hint in folders):
        inner = [in_file]
    candidates = inner or folders or ([in_file] if in_file is not None else [])
    if not candidates and photo.file.words:
        candidates = [Hint(-1, _name_key(photo.file.words), " ".join(photo.file.words), False, weak=True)]
    codes = [hint for hint in candidates if hint.is_code and not hint.weak]
    spelled = [hint for hint in codes if not hint.text.isdigit()]
    people = [hint for hint in candidates if not hint.is_code]
    return next(iter([*spelled, *people, *codes, *candidates]), None)


def _folder_hints(level: int, reading: Reading) -> list[Hint]:
    if reading.code:
        return [Hint(level, _code_key(reading.code), reading.code, True, reading.code_is_label)]
    if reading.words:
        return [Hint(level, _name_key(reading.words), " ".join(reading.words), False)]
    return []


def _file_hint(reading: Reading) -> Hint | None:
    if reading.code and not reading.code_is_label:
        return Hint(-1, _code_key(reading.code), reading.code, True)
    named = reading.words and all(word[0].isupper() for word in reading.words)
    if named and (reading.visit_dates or reading.label is not None or reading.site.slug):
        return Hint(-1, _name_key(reading.words), " ".join(reading.words), False)
    return None


def _code_key(code: str) -> str:
    return "code:" + re.sub(r"[\s_.#-]+", "", code).casefold()


def _name_key(words: Sequence[str]) -> str:
    """Equal for "Meier, Hans" and "Hans Meier"."""
    return "name:" + " ".join(sorted(fold(word) for word in words))


def _spellings(hints: Sequence[Hint]) -> dict[str, list[str]]:
    """key → its spellings, the most frequent first."""
    counts: dict[str, Counter[str]] = {}
    for hint in hints:
        counts.setdefault(hint.key, Counter())[hint.text] += 1
    return {
        key: sorted(found, key=lambda text: (-found[text], natural_key(text)))
        for key, found in counts.items()
    }


def _spelling_notes(spellings: Mapping[str, list[str]]) -> list[str]:
    return [
        f"taken for one patient: {', '.join(repr(text) for text in found)}"
        for found in spellings.values()
        if len(found) > 1
    ]


def _codes(spellings: Mapping[str, list[str]], known: Mapping[str, str]) -> dict[str, str]:
    """key → code: as written, as in the earlier run, or the next free P-number in natural order."""
    codes = {key: found[0] for key, found in spellings.items() if key.startswith("code:")}
    earlier = {
        _name_key(re.findall(r"[^\W\d_]+", part)): code
        for text, code in known.items()
        for part in text.split(" / ")
    }
    names = sorted(
        (key for key in spellings if key.startswith("name:")), key=lambda key: natural_key(spellings[key][0])
    )
    codes |= {key: earlier[key] for key in names if key in earlier}
    taken = {_number(code) for code in (*codes.values(), *known.values())}
    number = 0
    for key in names:
        if key not in codes:
            number = next(n for n in range(number + 1, number + len(taken) + 2) if n not in taken)
            codes[key] = f"P{number:03d}"
    return codes


def _number(code: str) -> int | None:
    """7 for "P007", "p7", "PT7", "Patient 7": numbers that a new P-code could be mixed up with."""
    match = re.fullmatch(r"[^\W\d]*[\s_.#-]*(\d+)", code)
    return int(match[1]) if match else None


def _decide(photo: Named, hint: Hint | None, codes: Mapping[str, str], photos: int) -> Decision | None:
    if hint is None:
        return None
    where = "the file name" if hint.level < 0 else f"folder {photo.folders[hint.level].text!r}"
    doubts = []
    other = _file_hint(photo.file)
    if hint.level >= 0 and other is not None and other.key != hint.key and other.key in codes:
        doubts.append(f"the file name says {other.text!r}, the folder {hint.text!r}")
    if hint.is_code:
        if hint.weak:
            doubts.append(f"{hint.text!r} could also be a visit")
        certainty = "guess" if doubts else "sure" if hint.level >= 0 else "likely"
        return Decision(codes[hint.key], certainty, f"code in {where}", tuple(doubts))
    deeper = [
        reading.words for reading in photo.folders[hint.level + 1 :] if hint.level >= 0 and reading.words
    ]
    if deeper:
        doubts.append(f"folder {' '.join(deeper[0])!r} inside could be the patient instead")
    if hint.level < 0 and (photos == 1 or hint.weak):
        doubts.append(f"{hint.text!r} in its file name is taken for a person's name")
    certainty = "guess" if doubts else "likely"
    return Decision(codes[hint.key], certainty, f"name in {where}", tuple(doubts))


def _alike_notes(rows: Sequence[KeyRow]) -> list[str]:
    """Patients that may be one: P3 and P03; Meier and Meier Hans."""
    notes = []
    for index, a in enumerate(rows):
        for b in rows[index + 1 :]:
            if a.kept != b.kept:
                continue
            numbers = a.kept and _stripped(a.code) == _stripped(b.code)
            words = not a.kept and _nested(_name_key(a.original.split()), _name_key(b.original.split()))
            if numbers or words:
                notes.append(f"could be one patient: {a.original!r} ({a.code}) and {b.original!r} ({b.code})")
    return notes


def _stripped(code: str) -> str:
    return re.sub(r"(?<!\d)0+(?=\d)", "", _code_key(code))


def _nested(a: str, b: str) -> bool:
    first, second = set(a[5:].split()), set(b[5:].split())
    return first < second or second < first


def _one_patient(photos: Sequence[Named], root: Reading, known: Mapping[str, str]) -> Patients:
    if root.code and not root.code_is_label:
        decision = Decision(root.code, "likely", f"code in the name of the folder itself, {root.text!r}")
        row = KeyRow(root.code, root.code, True)
    else:
        taken = {_number(code) for code in known.values()}
        free = next(f"P{number:03d}" for number in range(1, len(taken) + 2) if number not in taken)
        code = known.get(root.text, free)
        doubt = "no name says who it is: all photos are taken for one patient"
        decision = Decision(code, "guess", "the only patient", (doubt,))
        row = KeyRow(code, root.text, False)
    count = len(photos)
    return Patients((decision,) * count, (None,) * count, (row,), decision.doubts)


def renamed(decision: Decision, *doubts: str) -> Decision:
    """The same decision with further doubts, and so a guess."""
    return replace(decision, certainty="guess", doubts=(*decision.doubts, *doubts)) if doubts else decision
