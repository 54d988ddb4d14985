"""Measure a candidate row of ticks in its unrolled strip: where each tick is, and how sure it is a comb."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lesiontrack.arrays import AnyArray, Points
from lesiontrack.scale.alignment import fit_positions, level, tick_direction
from lesiontrack.scale.strip import COLUMNS, ROWS, Pyramid, Strip, Track, unroll

SEEN_CORRELATION = 0.6
"""Correlation with the mean tick from which a tick counts as seen."""
MAX_TICKS = 400
"""Of a longer ruler only the middle is read; more ticks add nothing to the precision."""
_ROUNDS = 3
_HALF = COLUMNS // 2


@dataclass(frozen=True, eq=False)
class Comb:
    """A measured row of ticks.

    Attributes:
        track: fitted to the ticks seen.
        seen: (N,) tick numbers seen, ascending.
        residual: rms of the ticks about the fit, in tick spacings.
        periodicity: 0..1, share of the band's variation that one repeated tick explains.
        alternation: 0..1, correlation of the mean even with the mean odd tick.
        correlation: median correlation of the seen ticks with the mean tick.
        depth: grey levels between the lightest and darkest of the mean tick, light and shade removed.
        points: (N, 2) x, y of the seen ticks in the photo, as measured.
        width: of a tick at half its depth, in tick spacings; at most 0.5 (then of the gap).
        evenness: spread of the ticks' contrast, relative to its median (interquartile / median).
        band: (low, high) heights of the rows used, in tick spacings.
        fill: ticks seen, of those between the first and the last that lie in the picture.
        on_gaps: the tick numbers fall on the wider of the two phases, which are the gaps.
    """

    track: Track
    seen: AnyArray
    residual: float
    periodicity: float
    alternation: float
    correlation: float
    depth: float
    points: Points
    width: float
    evenness: float
    band: tuple[float, float]
    fill: float
    on_gaps: bool

    @property
    def spacing(self) -> float:
        """px between ticks at the middle of the row."""
        return self.track.spacing(self.track.middle)


def measure(pyramid: Pyramid, track: Track) -> Comb | None:
    """Fit a track to the ticks in the picture and judge them; None when there is nothing periodic."""
    track = _true_period(pyramid, track.cropped(MAX_TICKS)).cropped(MAX_TICKS)
    comb: Comb | None = None
    for _ in range(_ROUNDS):
        comb = _measure_once(unroll(pyramid, track), track)
        if comb is None or comb.periodicity < 0.5 or comb.correlation < 0.9:
            return None
        track = comb.track.cropped(MAX_TICKS)
        if comb.on_gaps:
            track = track.rescaled(1.0, 0.5)
    return comb


def high_pass(strip: Strip) -> AnyArray:
    """(rows, columns) grey minus its mean over one tick spacing; 0 outside the picture."""
    kernel = COLUMNS
    inside = strip.inside.astype(np.float64)
    total = np.cumsum(np.pad(strip.grey * inside, ((0, 0), (kernel // 2 + 1, kernel // 2))), axis=1)
    count = np.cumsum(np.pad(inside, ((0, 0), (kernel // 2 + 1, kernel // 2))), axis=1)
    total, count = total[:, kernel:] - total[:, :-kernel], count[:, kernel:] - count[:, :-kernel]
    total, count = total[:, : strip.grey.shape[1]], count[:, : strip.grey.shape[1]]
    return np.asarray((strip.grey - total / np.maximum(count, 1)) * inside)


def _lag_correlation(signal: AnyArray, lag: int) -> AnyArray:
    """(rows,) correlation of each row with itself, `lag` columns later."""
    a, b = signal[:, :-lag], signal[:, lag:]
    return np.asarray((a * b).sum(axis=1) / np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1) + 1e-9))


def _true_period(pyramid: Pyramid, track: Track) -> Track:
    """Divide a track that follows every 2nd, 4th, 5th or 10th tick only."""
    strip = unroll(pyramid, track, margin=0, reach=2.5)
    signal = high_pass(strip)
    whole = _lag_correlation(signal, COLUMNS)
    for factor in (10, 5, 4, 3, 2):
        part = _lag_correlation(signal, round(COLUMNS / factor))
        # Half that lag must be out of step, else the rows are only smooth.
        between = _lag_correlation(signal, round(COLUMNS / factor / 2))
        # Three rows in a run: a tick is at least that long.
        good = (part > 0.6) & (part > 0.8 * whole) & (between < 0.3)
        if np.any(good[:-2] & good[1:-1] & good[2:]):
            return track.rescaled(factor)
    return track


def tick_windows(signal: AnyArray, strip: Strip) -> tuple[AnyArray, AnyArray]:
    """Cut (rows, columns) into (ticks, rows, COLUMNS + 1) windows centred on whole tick numbers."""
    numbers = np.arange(np.ceil(strip.n[0] + 0.5), np.floor(strip.n[-1] - 0.5) + 1)
    centre = np.rint((numbers - strip.n[0]) * COLUMNS).astype(int)
    columns = centre[:, None] + np.arange(-_HALF, _HALF + 1)[None, :]
    return numbers.astype(int), signal[:, columns].transpose(1, 0, 2)


def _band(windows: AnyArray, inner: AnyArray, height: AnyArray) -> tuple[int, int] | None:
    """Rows in which the ticks repeat: the run with the largest periodic energy."""
    cut = windows[inner]
    fold = np.median(cut, axis=0)
    energy = (fold * fold).mean(axis=1)
    total = (cut * cut).mean(axis=(0, 2)) + 1e-6
    share = energy / total
    near = np.abs(height) <= 2.0
    lead = int(np.argmax(np.where(near, energy * share, -1)))
    likeness = (fold * fold[lead]).sum(axis=1) / np.sqrt(
        (fold * fold).sum(axis=1) * (fold[lead] * fold[lead]).sum() + 1e-9
    )
    amplitude = np.sqrt(energy / max(energy[lead], 1e-9))
    good = (likeness > 0.7) & (share > 0.45) & (amplitude > 0.4)
    if not good[lead]:
        return None
    low = high = lead
    while low > 0 and good[low - 1]:
        low -= 1
    while high < len(good) - 1 and good[high + 1]:
        high += 1
    return (low, high + 1) if high - low + 1 >= 3 else None


def _shifted(
    signal: AnyArray, numbers: AnyArray, strip: Strip, template: AnyArray
) -> tuple[AnyArray, AnyArray]:
    """Place (in tick spacings, relative to n) and height of the best correlation of each tick."""
    reach = int(0.25 * COLUMNS)
    shape = template - template.mean()
    shape /= np.sqrt((shape * shape).sum()) + 1e-9
    centre = np.rint((numbers - strip.n[0]) * COLUMNS).astype(int)
    columns = (
        centre[:, None, None] + np.arange(-reach, reach + 1)[None, :, None] + np.arange(-_HALF, _HALF + 1)
    )
    cut = signal[np.clip(columns, 0, len(signal) - 1)]
    cut = cut - cut.mean(axis=2, keepdims=True)
    score = (cut * shape).sum(axis=2) / (np.sqrt((cut * cut).sum(axis=2)) + 1e-6)
    best = score.argmax(axis=1)
    rows = np.arange(len(numbers))
    at = np.clip(best, 1, 2 * reach - 1)
    left, mid, right = score[rows, at - 1], score[rows, at], score[rows, at + 1]
    bend = left - 2 * mid + right
    fine = np.where(
        np.abs(bend) > 1e-9, np.clip(0.5 * (left - right) / np.where(bend == 0, 1, bend), -1, 1), 0
    )
    return (at - reach + fine) / COLUMNS, score[rows, best]


def _measure_once(strip: Strip, track: Track) -> Comb | None:
    signal = high_pass(strip)
    numbers, windows = tick_windows(signal, strip)
    inner = (numbers >= track.first) & (numbers <= track.last)
    rows = _band(windows, inner, strip.height)
    if rows is None:
        return None
    band = slice(*rows)
    line = signal[band].mean(axis=0)
    present = strip.inside[band].mean(axis=0)
    cut = windows[:, band].mean(axis=1)
    template = np.median(cut[inner], axis=0)
    offset, score = _shifted(line, numbers, strip, template)
    column = np.rint((numbers - strip.n[0]) * COLUMNS).astype(int)
    in_picture = np.minimum(present[column - _HALF // 2], present[column + _HALF // 2]) > 0.7
    share = (cut * template).sum(axis=1) / ((template * template).sum() + 1e-9)
    tick = (score > SEEN_CORRELATION) & in_picture & (share > 0.3) & (np.abs(offset) < 0.24)
    tick = _contiguous(numbers, tick, track)
    if tick.sum() < 4:
        return None
    n = numbers[tick].astype(np.float64)
    place = n + offset[tick]
    fitted, miss = fit_positions(track, n, place)
    good = np.abs(miss) < max(0.08, 3 * 1.4826 * float(np.median(np.abs(miss))))
    if good.sum() < 4:
        return None
    seen = numbers[tick][good]
    fitted = replace(
        fitted,
        first=int(seen[0]),
        last=int(seen[-1]),
        across=tick_direction(track, strip, signal[band], strip.height[band]),
        shift=level(track, strip, n[good], windows[tick][good], template, rows),
    )
    between = (numbers >= seen[0]) & (numbers <= seen[-1])
    whole = cut[between]
    fold = np.median(whole, axis=0)
    even, odd = (np.median(whole[k::2], axis=0) for k in (0, 1))
    dark = float((fold[:-1] < (fold.min() + fold.max()) / 2).mean())
    depths = share[np.isin(numbers, seen)]
    quartiles = np.quantile(depths, [0.25, 0.5, 0.75])
    return Comb(
        fitted,
        seen,
        float(np.sqrt(np.mean(miss[good] ** 2))),
        float((fold * fold).mean() / ((whole * whole).mean() + 1e-9)),
        float((even * odd).sum() / np.sqrt((even * even).sum() * (odd * odd).sum() + 1e-9)),
        float(np.median(score[np.isin(numbers, seen)])),
        float(np.ptp(fold)),
        track.points(place[good]),
        min(dark, 1 - dark),
        float((quartiles[2] - quartiles[0]) / max(quartiles[1], 1e-6)),
        (float(strip.height[rows[0]]), float(strip.height[rows[1] - 1]) + 1 / ROWS),
        float(len(seen) / max(1, (between & in_picture).sum())),
        # At a tie both may be the ticks; it does not matter for the spacing.
        min(dark, 1 - dark) < 0.42 and (fold[_HALF] < (fold.min() + fold.max()) / 2) != (dark < 0.5),
    )


def _contiguous(numbers: AnyArray, tick: AnyArray, track: Track, *, gap: int = 3) -> AnyArray:
    """Keep the run of ticks around the track's middle; a run goes on over up to `gap` missing ticks."""
    at = np.flatnonzero(tick)
    if at.size == 0:
        return tick
    runs = np.split(at, np.flatnonzero(np.diff(at) > gap + 1) + 1)
    inside = [np.sum((numbers[r] >= track.first) & (numbers[r] <= track.last)) for r in runs]
    kept = np.zeros_like(tick)
    kept[runs[int(np.argmax(inside))]] = True
    return kept
