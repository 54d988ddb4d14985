"""Response words, and the error for any other word."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

TARGET_WORDS = ("CR", "PR", "SD", "PD", "NE")
NON_TARGET_WORDS = ("CR", "NON-CR/NON-PD", "PD", "NE")
ASSESSMENT_WORDS = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "ND")
BEST_ORDER = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "ND", "MISSING")
"""From best to worst, as admiralonco orders them (derive_param_confirmed_bor, Details)."""


def require_word(value: object, allowed: Sequence[str], what: str) -> str:
    """`value` where it is one of `allowed`; ValueError naming the nearest of them otherwise."""
    if isinstance(value, str) and value in allowed:
        return str(value)
    text = str(value).strip()
    by_fold = {word.casefold(): word for word in allowed}
    near = difflib.get_close_matches(text.casefold(), by_fold, n=1, cutoff=0.3)
    hint = f"; did you mean {by_fold[near[0]]!r}?" if near else ""
    raise ValueError(f"{what} {value!r} is none of {', '.join(allowed)}{hint}")
