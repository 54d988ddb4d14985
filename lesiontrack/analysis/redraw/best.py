"""Best overall response over many draws at once, by the rules of `lesiontrack.response.best`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lesiontrack.analysis.redraw.rules import CR, MISSING, NE, NON, PD, PR, SD, Flags, Words
from lesiontrack.protocol import Protocol


@dataclass(frozen=True)
class Options:
    """As `best_overall_response`; `confirm_days` is used where confirmation is asked for."""

    confirm_days: int
    min_sd_days: int
    max_ne: int
    accept_sd: bool
    missing_as_ne: bool

    @classmethod
    def of(cls, protocol: Protocol) -> Options:
        return cls(
            confirm_days=int(protocol.threshold("response.confirm_days")),
            min_sd_days=int(protocol.threshold("response.min_sd_days")),
            max_ne=int(protocol.threshold("response.max_ne")),
            accept_sd=bool(protocol.threshold("response.accept_sd")),
            missing_as_ne=bool(protocol.threshold("response.missing_as_ne")),
        )


@dataclass(frozen=True, eq=False)
class Best:
    """(draws,) best words, and the row of the assessments that each rests on; -1 where there is none."""

    words: Words
    rows: NDArray[np.intp]


def best_words(words: Words, days: Sequence[int], options: Options, *, confirmed: bool) -> Best:
    """`best_overall_response` of every draw.

    Args:
        words: (assessments, draws) in time order, one a day.
        days: their study days; day 0 is the reference.
    """
    draws = words.shape[1]
    best = np.full(draws, NE if options.missing_as_ne else MISSING, np.int8)
    rows = np.full(draws, -1, np.intp)
    counts = up_to_first_progression(words)
    for index, day in enumerate(days):
        word = words[index]
        fallback = SD if day >= options.min_sd_days else NE
        value = word.copy()
        if fallback == NE:
            value[(word == SD) | (word == NON)] = NE
        if confirmed:
            responds = (word == CR) | (word == PR)
            holds = responds & confirmed_at(words, counts, days, index, options)
            value[responds & ~holds] = fallback
        better = counts[index] & ((rows < 0) | (value < best))
        best[better] = value[better]
        rows[better] = index
    return Best(best, rows)


def up_to_first_progression(words: Words) -> Flags:
    """(assessments, draws) whether none before is PD."""
    progressed = np.cumsum(words == PD, axis=0) - (words == PD)
    counts: Flags = progressed == 0
    return counts


def confirmed_at(words: Words, counts: Flags, days: Sequence[int], index: int, options: Options) -> Flags:
    """`response.confirm.is_confirmed` of the assessment at `index`, for draws in which it is CR or PR."""
    first = words[index]
    is_complete = first == CR
    draws = len(first)
    open_still = counts[index] & (is_complete | (first == PR))
    confirmed = np.zeros(draws, bool)
    forbidden = np.zeros(draws, bool)
    complete_seen = np.zeros(draws, bool)
    not_evaluable = np.zeros(draws, np.int32)
    stable = np.zeros(draws, np.int32)
    for later in range(index + 1, len(days)):
        if not open_still.any():
            break
        word = words[later]
        open_still = open_still & counts[later]
        partial = word == PR
        not_evaluable += word == NE
        stable += word == SD
        forbidden |= (word == PD) | (word == NON)
        forbidden |= is_complete & (partial | (word == SD))
        forbidden |= complete_seen & partial
        complete_seen |= word == CR
        if days[later] - days[index] < options.confirm_days:
            continue
        reached = open_still & ((word == CR) | (~is_complete & partial))
        allowed = ~forbidden & (not_evaluable <= options.max_ne) & (stable <= int(options.accept_sd))
        confirmed |= reached & allowed
        open_still = open_still & ~reached
    return confirmed
