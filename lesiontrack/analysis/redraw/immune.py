"""iRECIST over many draws: its rules for single patients, applied where a draw has a progression at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lesiontrack.analysis.redraw.best import Best, Options, best_words
from lesiontrack.analysis.redraw.durable import Durability, durable_flags
from lesiontrack.analysis.redraw.rules import PD, SEVERITY, Flags, Words, overall_words
from lesiontrack.analysis.redraw.sizes import Drawn
from lesiontrack.analysis.redraw.targets import TargetDraws
from lesiontrack.protocol import Protocol
from lesiontrack.response.irecist import TimePoint, read_irecist
from lesiontrack.response.irecistbest import best_immune_response
from lesiontrack.response.newlesions import NewLook, follow_new
from lesiontrack.response.series import LesionSeries, PatientSeries
from lesiontrack.response.sets import LesionSets
from lesiontrack.response.sums import diameter_rule
from lesiontrack.response.words import BEST_ORDER, IRECIST_WORDS, as_irecist, as_recist, settled

Row = dict[str, Any]

_AS_RECIST = np.array([BEST_ORDER.index(as_recist(word)) for word in IRECIST_WORDS], np.int8)
_FROM_RECIST = np.array(
    [IRECIST_WORDS.index(w) if (w := as_irecist(word)) in IRECIST_WORDS else -1 for word in BEST_ORDER],
    np.int8,
)
_ICPD = IRECIST_WORDS.index("iCPD")
IMMUNE_SEVERITY = 2 * SEVERITY[_AS_RECIST].astype(int) + (np.arange(len(IRECIST_WORDS)) == _ICPD)
"""For `rules.one_per_day`: iCPD is worse than iUPD."""


def immune_words(
    series: PatientSeries, sets: LesionSets, targets: TargetDraws, drawn: Drawn, protocol: Protocol
) -> Words:
    """(visits, draws) places in IRECIST_WORDS, as `read_irecist` has them with the signed new lesions.

    `targets`: of recist_2_per_organ, whose targets and non-targets are those of iRECIST. Without a
    progression of any kind the word is that of RECIST; such draws need no history.
    """
    found = np.empty_like(targets.words)
    has_target = targets.has_target
    for place, row in enumerate(targets.rows):
        word = targets.words[place] if has_target[place] else None
        found[place] = _FROM_RECIST[
            overall_words(word, row["non_target_response"], False, draws=targets.draws)
        ]
    new = [lesion for lesion in series.lesions if lesion.lesion in sets.candidates and lesion.signed_there]
    progressed = (targets.words == PD) & np.array(has_target, bool)[:, None]
    anyway = bool(new) or any(row["non_target_response"] == "PD" for row in targets.rows)
    for draw in range(targets.draws):
        if not anyway and not progressed[:, draw].any():
            continue
        followed = _follow(series, sets, targets.rows, [_with_sizes(x, drawn, draw) for x in new], protocol)
        readings = read_irecist(
            [
                TimePoint(
                    day=row["study_day"],
                    target=BEST_ORDER[targets.words[place, draw]] if has_target[place] else None,
                    non_target=row["non_target_response"],
                    sum_mm=None if total is None else int(total[draw]) * drawn.unit,
                    least_mm=int(targets.partial[place][draw]) * drawn.unit,
                    new=followed[place],
                )
                for place, (row, total) in enumerate(zip(targets.rows, targets.sums, strict=True))
            ],
            confirm_min_days=int(protocol.threshold("response.irecist_confirm_min_days")),
            rise_mm=Decimal(str(protocol.threshold("response.irecist_pd_rise_mm"))),
            thresholds=diameter_rule(protocol),
        )
        found[:, draw] = [IRECIST_WORDS.index(reading.response) for reading in readings]
    return found


def _follow(
    series: PatientSeries,
    sets: LesionSets,
    rows: Sequence[Row],
    new: Sequence[LesionSeries],
    protocol: Protocol,
) -> list[tuple[NewLook, ...]]:
    if not new:
        return [()] * len(rows)
    by_label = {visit.label: visit for visit in series.visits}
    return follow_new(new, [by_label[row["visit"]] for row in rows], sets.organs, protocol)


def _with_sizes(lesion: LesionSeries, drawn: Drawn, draw: int) -> LesionSeries:
    looks = []
    for look in lesion.looks:
        size = drawn.sizes[lesion.lesion, look.visit]
        looks.append(replace(look, longest_mm=None if size is None else int(size[draw]) * drawn.unit))
    return replace(lesion, looks=tuple(looks))


def immune_best(
    words: Words, days: Sequence[int], options: Options, durability: Durability, *, confirmed: bool
) -> tuple[Best, Flags]:
    """`best_immune_response` of every draw as RECIST words, and whether a response was durable.

    Draws with a progression are read one by one, those with the same words once; the others by RECIST's
    rules, which are the same there.
    """
    plain = _AS_RECIST[words]
    best = best_words(plain, days, options, confirmed=confirmed)
    durable = durable_flags(plain, days, options, durability, confirmed=confirmed)
    progressed = np.flatnonzero((plain == PD).any(axis=0))
    if len(progressed):
        unique, which = np.unique(words[:, progressed], axis=1, return_inverse=True)
        names = [[IRECIST_WORDS[word] for word in column] for column in unique.T]
        counted, rows = _best_of(names, days, options, confirmed=confirmed)
        best.words[progressed], best.rows[progressed] = counted[which.ravel()], rows[which.ravel()]
        after = [[BEST_ORDER.index(word) for word in settled(column)] for column in names]
        lasting = durable_flags(np.array(after, np.int8).T, days, options, durability, confirmed=confirmed)
        durable[progressed] = lasting[which.ravel()]
    return best, durable


def _best_of(
    names: Sequence[Sequence[str]], days: Sequence[int], options: Options, *, confirmed: bool
) -> tuple[Words, NDArray[np.intp]]:
    best = best_immune_response(
        pd.DataFrame(
            [(i, day, word) for i, mine in enumerate(names) for day, word in zip(days, mine, strict=True)],
            columns=["subject", "date", "response"],
        ),
        dict.fromkeys(range(len(names)), 0),
        confirm_days=options.confirm_days if confirmed else None,
        min_sd_days=options.min_sd_days,
        max_ne=options.max_ne,
        accept_sd=options.accept_sd,
        missing_as_ne=options.missing_as_ne,
    )
    place = {day: index for index, day in enumerate(days)}
    counted = np.array([BEST_ORDER.index(as_recist(word)) for word in best["response"]], np.int8)
    rows = np.array([-1 if pd.isna(day) else place[int(day)] for day in best["date"]], np.intp)
    return counted, rows
