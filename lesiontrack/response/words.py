"""Response words of RECIST and iRECIST, and the error for any other word."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

TARGET_WORDS = ("CR", "PR", "SD", "PD", "NE")
NON_TARGET_WORDS = ("CR", "NON-CR/NON-PD", "PD", "NE")
ASSESSMENT_WORDS = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "ND")
BEST_ORDER = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "ND", "MISSING")
"""From best to worst, as admiralonco orders them (derive_param_confirmed_bor, Details)."""

IRECIST_WORDS = ("iCR", "iPR", "iSD", "NON-iCR/NON-iUPD", "iUPD", "iCPD", "NE")

_AS_RECIST: Mapping[str, str] = {
    "iCR": "CR",
    "iPR": "PR",
    "iSD": "SD",
    "NON-iCR/NON-iUPD": "NON-CR/NON-PD",
    "iUPD": "PD",
    "iCPD": "PD",
}
_AS_IRECIST: Mapping[str, str] = {
    "CR": "iCR",
    "PR": "iPR",
    "SD": "iSD",
    "NON-CR/NON-PD": "NON-iCR/NON-iUPD",
    "PD": "iUPD",
}


def as_recist(word: str) -> str:
    """The RECIST word of an iRECIST one; other words are returned as they are.

    For one word by itself, such as a best response: iUPD that was never confirmed and that nothing better
    followed is PD (iRECIST leaves it as the best response: PMC5648544, table 3, example 8). In a series of
    time points, what iUPD counts as depends on those that follow: `settled`.
    """
    return _AS_RECIST.get(word, word)


def as_irecist(word: str) -> str:
    """The iRECIST word of a category's RECIST word; PD is iUPD. NE and other words stay as they are."""
    return _AS_IRECIST.get(word, word)


def settled(words: Sequence[str]) -> list[str]:
    """RECIST words for a patient's iRECIST time points in time order, each iUPD settled by what follows.

    An iUPD that iCR, iPR, iSD or NON-iCR/NON-iUPD follows before any iCPD is disregarded: NE, so that it
    neither ends a response nor dates a progression. One that iCPD confirms is PD, on its own date. So is
    one that nothing but iUPD and NE follows: whether that patient could not be seen again, died or stayed
    unconfirmed, iRECIST dates the progression there (Seymour 2017, "statistical and data considerations",
    recalled). RECIST words pass unchanged.
    """
    found: list[str] = []
    disregarded = False
    for word in reversed(words):
        if word == "iUPD":
            found.append("NE" if disregarded else "PD")
            continue
        if word != "NE":
            disregarded = as_recist(word) != "PD"
        found.append(as_recist(word))
    return found[::-1]


def require_word(value: object, allowed: Sequence[str], what: str) -> str:
    """`value` where it is one of `allowed`; ValueError naming the nearest of them otherwise."""
    if isinstance(value, str) and value in allowed:
        return str(value)
    text = str(value).strip()
    by_fold = {word.casefold(): word for word in allowed}
    near = difflib.get_close_matches(text.casefold(), by_fold, n=1, cutoff=0.3)
    hint = f"; did you mean {by_fold[near[0]]!r}?" if near else ""
    raise ValueError(f"{what} {value!r} is none of {', '.join(allowed)}{hint}")
