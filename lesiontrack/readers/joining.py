"""One correction out of two that say the same."""

from __future__ import annotations

from lesiontrack.corrections import (
    Evaluability,
    Landmarks,
    LesionName,
    LesionPoint,
    SameLesion,
    Value,
)
from lesiontrack.study.names import natural_key

MOST_PAIRS = 200  # as corrections.Landmarks takes
MOST_PLACES = 2000  # as corrections.LesionPoint takes


def joined(one: Value | None, other: Value | None) -> Value | None:
    """The correction that stands for both; the same whichever comes first. None where neither is one.

    Where they say the same in other words (a reason, a name in capitals, a place a pixel away) both count:
    reasons side by side, the place midway, all landmarks of both.
    """
    if one is None or other is None:
        return one or other
    one, other = sorted((one, other), key=lambda value: value.model_dump_json())
    match one, other:
        case Evaluability(), Evaluability():
            reasons = list(dict.fromkeys(" ".join(value.reason.split()) for value in (one, other)))
            return one.model_copy(update={"reason": "; ".join(filter(None, reasons))[:2000]})
        case LesionPoint(), LesionPoint():
            seen = tuple(dict.fromkeys((*one.seen, *other.seen)))[:MOST_PLACES]
            middle = {"x": (one.x + other.x) / 2, "y": (one.y + other.y) / 2}
            return one.model_copy(update={**middle, "seen": seen})
        case Landmarks(), Landmarks():
            pairs = tuple(dict.fromkeys((*one.pairs, *other.pairs)))
            return one.model_copy(update={"pairs": pairs[:MOST_PAIRS]})
        case SameLesion(), SameLesion():
            return min((one, other), key=lambda value: natural_key(value.same_as))
        case LesionName(), LesionName():
            return one.model_copy(update={"name": " ".join(one.name.split())})
        case _:
            return one
