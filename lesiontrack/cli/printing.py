"""Text for terminals."""

from __future__ import annotations


def printable(text: str) -> str:
    """File names may hold characters that steer a terminal, or none at all: show them, don't send them."""
    return "".join(char if char.isprintable() or char == "\n" else repr(char)[1:-1] for char in text)
