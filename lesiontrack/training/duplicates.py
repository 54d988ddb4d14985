"""Photographs that show the same skin: copies, one session, or one wound at several visits.

What is missed leaks from training into the test; what is joined wrongly only makes the split coarser.
Hence candidates are many (nearest by thumbnail and by words of skin features), and a pair is joined on few
features, so long as they agree on one similarity map; on fewer still where the photos are among each
other's nearest by thumbnail, which says as much for clinic photos as for dermoscopy, where all look alike.

By eye on FUSeg: of the pairs joined on 5 features 8 in 10 show one person, on more nearly all, on 3 or 4 of
nearest neighbours 9 in 10. Rooms and date stamps join nobody, as only skin gives features.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from lesiontrack.registration.geometry import apply_matrix, fit_similarity
from lesiontrack.training.dataset import Sample
from lesiontrack.training.looks import Look, look_at
from lesiontrack.training.split import Pair

COPY = 0.99  # correlation of thumbnails; encoding anew, resizing and exposure keep above it
NEIGHBOURS = 100  # by each of the two measures; of pairs that the full search joins, 98 % are among them
MIN_AGREEING = 5
MIN_OF_NEAREST = 3  # for photos that are each among the other's NEAREST by thumbnail
NEAREST = 10
_RATIO = 0.85  # nearest over second nearest descriptor distance (Lowe 2004: 0.8)
_TOLERANCE = 8.0  # of 512: skin moves and turns out of the plane
_SPREAD = 6.0  # of 512, standard deviation across the narrow way: a line of print is narrower
_WORDS, _TRAINING_FEATURES, _ROUNDS = 2000, 30_000, 4

Progress = Callable[[int, int], None]


def near_duplicates(samples: Sequence[Sample], *, on_progress: Progress | None = None) -> list[Pair]:
    """Pairs of samples, of all sets together, that must stay on one side of a split.

    Args:
        samples: each is decoded once.
        on_progress: called with steps done and steps in all; a step is a photo or its comparisons.

    Raises DataSetError for a photo that can't be decoded.
    """
    total = 2 * len(samples)
    looks = []
    for done, sample in enumerate(samples, 1):
        looks.append(look_at(sample.pixels()))
        if on_progress is not None:
            on_progress(done, total)
    pairs = []
    for first, others in enumerate(candidates(looks)):
        for second, nearest in others.items():
            why = same_skin(looks[first], looks[second], nearest=nearest)
            if why:
                pairs.append(Pair(samples[first].id, samples[second].id, why))
        if on_progress is not None:
            on_progress(len(samples) + first + 1, total)
    return pairs


def same_skin(a: Look, b: Look, *, nearest: bool = False) -> str:
    """Why two photos must stay together; "" where nothing says so.

    `nearest`: each is among the other's nearest of all photos, by thumbnail.
    """
    alike = thumb_correlation(a, b)
    if alike >= COPY:
        return f"the same picture: thumbnails correlate {alike:.3f}"
    count = agreeing(a, b)
    if count >= MIN_AGREEING:
        return f"the same skin: {count} features agree on one map"
    if nearest and count >= MIN_OF_NEAREST:
        return f"the same skin: {count} features agree on one map, and the photos are alike ({alike:.2f})"
    return ""


def thumb_correlation(a: Look, b: Look) -> float:
    """Highest correlation -1..1 over the quarter turns and mirrorings of one of them."""
    turned = [np.rot90(view, turns) for view in (b.thumb, b.thumb[:, ::-1]) for turns in range(4)]
    return max(float((a.thumb * view).sum()) for view in turned)


def agreeing(a: Look, b: Look) -> int:
    """Number of features on one similarity map from a to b; 0 below 3, or on a line or in a clump."""
    i, j = _matches(a.descriptors, b.descriptors)
    if len(i) < MIN_OF_NEAREST:
        return 0
    p, q = a.points[i], b.points[j]
    inside = _consensus(p, q, b.log_sizes[j] - a.log_sizes[i], b.angles[j] - a.angles[i])
    for _ in range(2):
        if inside.sum() < MIN_OF_NEAREST or not np.ptp(p[inside], axis=0).any():
            return 0
        matrix = fit_similarity(p[inside], q[inside], np.ones(int(inside.sum())))
        inside = np.hypot(*(apply_matrix(matrix, p) - q).T) < _TOLERANCE
    if inside.sum() < MIN_OF_NEAREST or min(_width(p[inside]), _width(q[inside])) < _SPREAD:
        return 0
    return int(inside.sum())


def candidates(looks: Sequence[Look], *, neighbours: int = NEIGHBOURS) -> list[dict[int, bool]]:
    """Per photo, the later photos that are worth comparing, and whether each is among the other's NEAREST.

    Worth comparing are the nearest by thumbnail and by words of features, and copies however turned.
    """
    count = len(looks)
    if count < 2:
        return [{} for _ in looks]
    thumbs = np.stack([look.thumb for look in looks])
    flat = thumbs.reshape(count, -1)
    words = _word_vectors(looks)
    near: list[set[int]] = [set() for _ in looks]
    nearest: list[set[int]] = [set() for _ in looks]
    for first in range(count):
        views = [
            np.rot90(view, turns) for view in (thumbs[first], thumbs[first][:, ::-1]) for turns in range(4)
        ]
        alike = flat @ np.stack(views).reshape(8, -1).T
        alike[first] = -2
        shared = words @ words[first]
        shared[first] = -2
        near[first] |= _largest(alike[:, 0], neighbours) | _largest(shared, neighbours)
        near[first] |= set(np.flatnonzero(alike.max(axis=1) >= COPY).tolist())
        nearest[first] = _largest(alike[:, 0], NEAREST)
    return [
        {
            second: second in nearest[first] and first in nearest[second]
            for second in range(first + 1, count)
            if second in near[first] or first in near[second]
        }
        for first in range(count)
    ]


def _largest(scores: NDArray[np.float32], count: int) -> set[int]:
    """Indices of the `count` largest, without the photo itself (-2)."""
    count = min(count, len(scores) - 1)
    return set(np.argpartition(-scores, count - 1)[:count].tolist())


def _matches(a: NDArray[np.float32], b: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Features that are each other's nearest and pass the ratio test."""
    if min(len(a), len(b)) < MIN_OF_NEAREST:
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    similarity = a @ b.T
    j = similarity.argmax(axis=1)
    i = np.flatnonzero(similarity.argmax(axis=0)[j] == np.arange(len(a)))
    rows = similarity[i]
    j = j[i]
    best = rows[np.arange(len(i)), j]
    rows[np.arange(len(i)), j] = -1
    distinct = 1 - best < _RATIO**2 * (1 - rows.max(axis=1))
    return i[distinct], j[distinct]


def _consensus(
    p: NDArray[np.float64],
    q: NDArray[np.float64],
    log_scales: NDArray[np.float64],
    turns: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Each match alone gives a map (place, size, turn): the matches that agree with the best of them."""
    zp, zq = p @ np.array([1, 1j]), q @ np.array([1, 1j])
    ahead = zq[:, None] + np.exp(log_scales + 1j * turns)[:, None] * (zp[None, :] - zp[:, None])
    # size and orientation of one feature are rough, so the far ones may be further off
    agree = np.abs(ahead - zq[None, :]) < 12 + 0.2 * np.abs(ahead - zq[:, None])
    agree &= np.abs(log_scales[:, None] - log_scales[None, :]) < 0.4
    agree &= np.cos(turns[:, None] - turns[None, :]) > np.cos(np.radians(25))
    return np.asarray(agree[agree.sum(axis=1).argmax()])


def _width(points: NDArray[np.float64]) -> float:
    """Standard deviation across the narrowest direction."""
    return float(np.sqrt(max(0.0, np.linalg.eigvalsh(np.cov(points.T)).min())))


def _word_vectors(looks: Sequence[Look]) -> NDArray[np.float32]:
    """(N, words): weighted counts of visual words, unit length (Sivic and Zisserman 2003)."""
    every = np.concatenate([look.descriptors for look in looks])
    rng = np.random.default_rng(0)
    if len(every) <= _WORDS:
        return np.zeros((len(looks), 1), np.float32)
    centres = every[rng.choice(len(every), _WORDS, replace=False)].copy()
    chosen = every[rng.choice(len(every), min(_TRAINING_FEATURES, len(every)), replace=False)]
    for _ in range(_ROUNDS):
        word = _nearest(chosen, centres)
        sums = np.zeros_like(centres)
        np.add.at(sums, word, chosen)
        used = np.bincount(word, minlength=_WORDS) > 0
        centres[used] = sums[used] / np.linalg.norm(sums[used], axis=1, keepdims=True)
    counts = np.stack([np.bincount(_nearest(look.descriptors, centres), minlength=_WORDS) for look in looks])
    rarity = np.log(len(looks) / np.maximum(1, (counts > 0).sum(axis=0)))
    vectors = np.sqrt(counts) * rarity
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), np.float32)


def _nearest(descriptors: NDArray[np.float32], centres: NDArray[np.float32]) -> NDArray[np.intp]:
    """Index of the nearest centre, in batches that stay small."""
    if not len(descriptors):
        return np.zeros(0, np.intp)
    parts = [
        (part @ centres.T).argmax(axis=1)
        for part in np.array_split(descriptors, len(descriptors) // 4096 + 1)
    ]
    return np.concatenate(parts)
