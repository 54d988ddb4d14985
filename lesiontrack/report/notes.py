"""Notes of a table: a text that several rows share is printed once, with a number at each row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass
class Notes:
    """Numbers texts in the order in which they come up."""

    texts: list[str] = field(default_factory=list)

    def refer(self, *texts: str | None) -> list[int]:
        """Numbers, from 1, of those texts that aren't empty."""
        return [self._number(text) for text in texts if text]

    def _number(self, text: str) -> int:
        if text not in self.texts:
            self.texts.append(text)
        return self.texts.index(text) + 1


def short(text: str | None, most: int = 70) -> str:
    """The head of a long reason, up to its first colon or semicolon: the whole stands in the table."""
    head = (text or "").split(";")[0].split(": ")[0].strip()
    return head if len(head) <= most else head[: most - 1].rstrip() + "…"


def counted(words: Iterable[str]) -> list[tuple[str, int]]:
    """Distinct words with how often each comes up, in order of first appearance."""
    found: dict[str, int] = {}
    for word in words:
        found[word] = found.get(word, 0) + 1
    return list(found.items())
