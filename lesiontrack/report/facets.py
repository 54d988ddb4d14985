"""By what the contact sheet can be filtered and sorted: short keys on each card, the words in the menus."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lesiontrack.report.reviewed import STATES
from lesiontrack.report.summary import Card
from lesiontrack.report.words import status_text

NONE = "none"


@dataclass(frozen=True)
class Facet:
    """One menu: `choices` are (words, number of lesions), by the number that cards carry in `keys`."""

    name: str
    label: str
    choices: tuple[tuple[str, int], ...]
    keys: tuple[str, ...]


def facets_of(cards: Sequence[Card]) -> list[Facet]:
    """Menus for patient, status, response, flag and review; a card has one or more values of each.

    Cards carry numbers instead of the words, so that nothing that users wrote acts as a name in a script, and
    a thousand cards stay small.
    """
    return [
        _facet("patient", "Patient", cards, lambda card: (card.patient,), sort=False),
        _facet("status", "Status", cards, lambda card: (_status(card),)),
        _facet("response", "Response", cards, lambda card: (card.response or NONE,)),
        _facet("flag", "Flag", cards, lambda card: card.flags or (NONE,)),
        _facet("review", "Review", cards, lambda card: (card.review,), order=STATES),
    ]


def _status(card: Card) -> str:
    text = status_text(card.row["status"])
    usable = card.row["evaluable"] or card.row["status"] is None
    return text if usable else f"{text}, not evaluable"


def _facet(
    name: str,
    label: str,
    cards: Sequence[Card],
    values: Callable[[Card], Sequence[str]],
    *,
    sort: bool = True,
    order: Sequence[str] = (),
) -> Facet:
    counts: dict[str, int] = {}
    for card in cards:
        for value in values(card):
            counts[value] = counts.get(value, 0) + 1
    words = list(counts)
    if order:
        words.sort(key=order.index)
    elif sort:
        words.sort(key=lambda word: (word == NONE, word))
    number = {word: index for index, word in enumerate(words)}
    keys = tuple(" ".join(str(number[value]) for value in values(card)) for card in cards)
    return Facet(name, label, tuple((word, counts[word]) for word in words), keys)
