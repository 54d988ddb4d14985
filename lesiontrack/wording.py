"""Numbers in sentences."""

from __future__ import annotations


def counted(number: int, one: str, many: str = "") -> str:
    """ "1 photo", "2 photos"; `many` where the plural takes more than an s."""
    return f"{number} {one if number == 1 else many or one + 's'}"
