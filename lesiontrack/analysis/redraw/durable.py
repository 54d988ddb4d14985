"""Durable response over many draws at once, by the rules of `lesiontrack.response.durable`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lesiontrack.analysis.redraw.best import Options, confirmed_at, up_to_first_progression
from lesiontrack.analysis.redraw.rules import CR, NON, PD, PR, SD, Flags, Words
from lesiontrack.protocol import Protocol


@dataclass(frozen=True)
class Durability:
    """When a response is durable, in days."""

    days: int
    begins_within: int

    @classmethod
    def of(cls, protocol: Protocol) -> Durability:
        return cls(
            int(protocol.threshold("response.durable_days")),
            int(protocol.threshold("response.durable_begins_within_days")),
        )


def durable_flags(
    words: Words, days: Sequence[int], options: Options, durability: Durability, *, confirmed: bool
) -> Flags:
    """(draws,) whether `durable_response`, up to the first PD, says True.

    `words`: (assessments, draws) in time order, one a day; day 0 is the reference.
    """
    draws = words.shape[1]
    counts = up_to_first_progression(words)
    durable = np.zeros(draws, bool)
    going = np.zeros(draws, bool)
    first = np.zeros(draws, np.int64)
    last = np.zeros(draws, np.int64)
    passed = np.zeros(draws, np.int64)
    for index, day in enumerate(days):
        word = words[index]
        responds = counts[index] & ((word == CR) | (word == PR))
        begins = responds & ~going
        if confirmed:
            begins &= confirmed_at(words, counts, days, index, options)
        first = np.where(begins, day, first)
        going |= begins
        seen = responds & going
        last = np.where(seen, day, last)
        passed = np.where(seen, 0, passed)
        durable |= seen & (first <= durability.begins_within) & (last - first >= durability.days)
        breaks = counts[index] & going & ((word == SD) | (word == NON) | (word == PD))
        passed = passed + breaks
        let_pass = breaks & options.accept_sd & (word == SD) & (passed == 1)
        going &= ~breaks | let_pass
        passed = np.where(going, passed, 0)
    return durable
