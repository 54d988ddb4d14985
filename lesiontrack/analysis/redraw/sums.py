"""Which lesions' sizes a sum is made of, told by the rules of `lesiontrack.response.parts` themselves."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

import numpy as np
from numpy.typing import NDArray

from lesiontrack.response.parts import Fragment, add_parts
from lesiontrack.response.series import Look

Keys = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Terms:
    """(lesion, visit) of the sizes that are added up; `evaluable`: they are the whole sum."""

    keys: Keys
    evaluable: bool

    def add(self, sizes: Mapping[tuple[str, str], NDArray[np.int64] | None], draws: int) -> NDArray[np.int64]:
        total = np.zeros(draws, np.int64)
        for key in self.keys:
            size = sizes[key]
            assert size is not None
            total += size
        return total


def terms(
    targets: Collection[str],
    looks: Mapping[str, Look | None],
    day: int,
    fragments: Sequence[Fragment],
    column: str,
) -> Terms:
    """The terms of `add_parts(targets, looks, day, fragments, …)`.

    It is called with a power of two for each lesion's size, so that the sum's binary digits name the terms.
    Which lesions count depends on statuses, and on whether a size is 0 or missing; neither is drawn.
    """
    places = {id(look): place for place, look in enumerate(looks.values()) if look is not None}
    names = list(looks)

    def digit(look: Look | None) -> Decimal | None:
        size = None if look is None else look.longest_mm if column == "longest_diameter_mm" else look.area_mm2
        return size if not size else Decimal(1 << places[id(look)])

    with localcontext() as context:
        context.prec = len(names) + 10
        parts = add_parts(targets, looks, day, fragments, digit)
    digits = int(parts.partial)
    keys = []
    for place, name in enumerate(names):
        look = looks[name]
        if digits >> place & 1 and look is not None:
            keys.append((name, look.visit))
    return Terms(tuple(keys), parts.total is not None)
