"""Names that people write: natural order, nearest right name, slugs for files and URLs."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

_DIGITS = re.compile(r"([0-9]+)")
_SLUG_READABLE = 40
_SLUG_HEX = 6

NaturalKey = tuple[tuple[tuple[int, int, str], ...], str]


def clean(name: str) -> str:
    """NFC without outer blanks: macOS stores "ä" in two code points, a table has it in one."""
    return unicodedata.normalize("NFC", name).strip()


def natural_key(name: str) -> NaturalKey:
    """Sort key by which "PT2" comes before "PT10"; equal only for equal names."""
    parts = tuple(
        (0, int(part), "") if index % 2 else (1, 0, part.casefold())
        for index, part in enumerate(_DIGITS.split(name))
        if part
    )
    return parts, name


def slug(code: str, hex_digits: int = _SLUG_HEX) -> str:
    """Readable ASCII + "-" + the first digits of sha256(code): safe in file names and URLs of any system."""
    folded = unicodedata.normalize("NFKD", code.replace("ß", "ss"))
    ascii_only = folded.encode("ascii", "ignore").decode().lower()
    readable = re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:_SLUG_READABLE].strip("-")
    digest = hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{readable or 'patient'}-{digest[:hex_digits]}"


def slugs(codes: Iterable[str]) -> dict[str, str]:
    """code → slug, unique: where two short digests collide, the later code gets a longer one."""
    chosen: dict[str, str] = {}
    taken: set[str] = set()
    for code in codes:
        length = _SLUG_HEX
        while (candidate := slug(code, length)) in taken:
            length += 6
        chosen[code] = candidate
        taken.add(candidate)
    return chosen


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate that was most likely meant, or None where none is near."""
    by_key = {_loose(candidate): candidate for candidate in candidates}
    key = _loose(name)
    if key in by_key:
        return by_key[key]
    found = get_close_matches(key, by_key, n=1, cutoff=0.6)
    return by_key[found[0]] if found else None


def suggestion(name: str, candidates: Iterable[str], most: int = 12) -> str:
    """End of an error message: the nearest right name, else the right names."""
    known = list(candidates)
    close = nearest(name, known)
    if close is not None:
        return f"did you mean {close!r}?"
    if not known:
        return "there are none"
    more = f" and {len(known) - most} more" if len(known) > most else ""
    return f"the right ones are {', '.join(known[:most])}{more}"


def near_miss(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` is a likely misspelling of; None where it equals one or is far from all.

    One edit away, two for names of six letters and more; or equal but for case, blanks, "-" and "_".
    """
    known = list(known)
    if name in known:
        return None
    for other in known:
        limit = 2 if len(other) >= 6 else 1
        if _loose(name) == _loose(other) or edit_distance(name.lower(), other.lower()) <= limit:
            return other
    return None


def edit_distance(a: str, b: str) -> int:
    """Insertions, deletions, substitutions and swaps of neighbours from a to b (optimal string alignment)."""
    before: list[int] = []
    previous = list(range(len(b) + 1))
    for i, char in enumerate(a, start=1):
        current = [i]
        for j, other in enumerate(b, start=1):
            cost = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (char != other))
            if i > 1 and j > 1 and char == b[j - 2] and a[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        before, previous = previous, current
    return previous[-1]


def _loose(name: str) -> str:
    """Without case, blanks, "-", "_" and leading zeros, which spreadsheets drop."""
    return re.sub(r"(?<![0-9])0+(?=[0-9])", "", re.sub(r"[\s_-]+", "", clean(name).casefold()))
