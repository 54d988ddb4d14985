"""Bring a track into line with the ticks in its strip: their places, their direction, the run of the edge."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lesiontrack.arrays import AnyArray
from lesiontrack.scale.strip import ROWS, Strip, Track, robust_polyfit

_REACH_ROWS = 6
"""Search range for the height of a tick: 6 rows are three quarters of a tick spacing."""


def fit_positions(track: Track, n: AnyArray, place: AnyArray) -> tuple[Track, AnyArray]:
    """Refit positions to ticks measured at track parameter `place` for tick n; residuals in tick spacings."""
    polyval = np.polynomial.polynomial.polyval
    along = polyval(place, track.position)
    degree = 3 if len(n) >= 16 else 2 if len(n) >= 7 else 1
    weight = np.ones_like(n)
    coef = track.position
    spacing = track.spacing(track.middle)
    miss = np.zeros_like(n)
    for _ in range(5):
        coef = np.polynomial.polynomial.polyfit(n, along, degree, w=np.sqrt(weight))
        miss = (along - polyval(n, coef)) / spacing
        limit = max(0.02, 2.5 * 1.4826 * float(np.median(np.abs(miss))))
        weight = np.where(np.abs(miss) <= limit, 1.0, (limit / np.maximum(np.abs(miss), 1e-9)) ** 2)
    return replace(track, position=coef), miss


def tick_direction(track: Track, strip: Strip, signal: AnyArray, height: AnyArray) -> AnyArray:
    """Direction of the ticks: along it, the phase of the comb does not change from row to row."""
    inner = (strip.n >= track.first - 0.5) & (strip.n <= track.last + 0.5)
    wave = signal[:, inner] @ np.exp(-2j * np.pi * strip.n[inner])
    lead = int(np.argmax(np.abs(wave)))
    lag = -np.angle(wave * np.conj(wave[lead])) / (2 * np.pi)
    weight = np.abs(wave)
    h = height - (weight @ height) / weight.sum()
    slope = float((weight * h) @ lag / ((weight * h) @ h + 1e-9))
    turned = track.across + float(np.clip(slope, -0.3, 0.3)) * track.along
    return np.asarray(turned / np.hypot(*turned))


def level(
    track: Track, strip: Strip, n: AnyArray, windows: AnyArray, template: AnyArray, rows: tuple[int, int]
) -> AnyArray:
    """Coefficients of `Track.shift` that keep the track at one height of the ticks.

    A track that runs askew to the ruler's edge makes the distance of ticks too long by half the square of its
    slope. Each tick's profile along itself (ruler edge, ends of the tick) is laid over the median profile.

    Args:
        track: as unrolled.
        strip: of the track.
        n: (N,) tick numbers seen.
        windows: (N, rows, columns) of these ticks.
        template: (columns,) mean tick.
        rows: (first, past last) rows of the band.
    """
    profile = windows @ (template / np.sqrt((template * template).sum() + 1e-9))
    low, high = max(_REACH_ROWS, rows[0] - ROWS), min(profile.shape[1] - _REACH_ROWS, rows[1] + ROWS)
    degree = 2 if len(n) >= 9 else 1 if len(n) >= 5 else 0
    lift: AnyArray = np.zeros(len(n))
    for _ in range(3):
        at = np.arange(low, high)[None, :] + np.rint(lift * ROWS).astype(int)[:, None]
        typical = np.median(np.take_along_axis(profile, np.clip(at, 0, profile.shape[1] - 1), axis=1), axis=0)
        moves = np.arange(-_REACH_ROWS, _REACH_ROWS + 1)
        cuts = profile[:, np.clip(np.arange(low, high)[None, :] + moves[:, None], 0, profile.shape[1] - 1)]
        cost = np.abs(cuts - typical).mean(axis=2)
        best = np.clip(cost.argmin(axis=1), 1, 2 * _REACH_ROWS - 1)
        pick = np.arange(len(n))
        left, mid, right = cost[pick, best - 1], cost[pick, best], cost[pick, best + 1]
        bend = np.maximum(left - 2 * mid + right, 1e-6)
        raw = (best - _REACH_ROWS + np.clip(0.5 * (left - right) / bend, -0.5, 0.5)) / ROWS
        lift = np.polynomial.polynomial.polyval(n, robust_polyfit(n, raw, degree))
    spacing = track.spacing(track.middle)
    height = np.polynomial.polynomial.polyval(n, track.shift) + lift * spacing
    return np.polynomial.polynomial.polyfit(n, height, max(degree, len(track.shift) - 1 if len(n) > 3 else 0))
