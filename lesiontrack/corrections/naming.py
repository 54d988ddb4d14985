"""What a name may hold: of a person, a lesion, a patient, a place."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field

_TURNS = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))


def visible(text: str) -> str:
    """The text itself.

    Raises ValueError for control characters, and for those that turn the order in which what follows is read
    (bidirectional embeddings, overrides and isolates, Unicode Standard Annex 9): with them a name can look
    like another one.
    """
    for letter in text:
        if unicodedata.category(letter) == "Cc" or letter in _TURNS:
            raise ValueError(f"a name can't hold the invisible character U+{ord(letter):04X}")
    return text


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("a name can't be blank")
    return text


Name = Annotated[
    str, Field(min_length=1, max_length=200), AfterValidator(_not_blank), AfterValidator(visible)
]
