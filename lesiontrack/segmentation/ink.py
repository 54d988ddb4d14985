"""Pen ink: dark strokes of near-constant width, and the ring that a pen drew around a lesion.

A stroke is told from a lesion by shape: it is many times longer than wide. The threshold between ink and skin
is the one whose strokes enclose the largest, most convex piece of skin with the most complete border, so that
hair and skin lines, which enclose nothing convex, do not set it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.morphology import skeletonize

from lesiontrack.arrays import AnyArray, Mask, Plane
from lesiontrack.segmentation.canvas import (
    Canvas,
    Lab,
    blur,
    closed,
    components,
    disc,
    grow,
    opened,
    resize_mask,
    shrink,
)

CONTRASTS = (6.0, 8.0, 10.0, 12.5, 16.0, 20.0, 25.0, 31.0, 39.0)  # L* of a stroke below the skin beside it
WIDEST = 0.05  # half width of the broadest stroke, as a share of the long side
DISCS = 4.0  # area of a stroke, in areas of the largest disc inside it
ENCLOSED = 0.6  # share of directions in which an enclosed point meets ink
SEEN_THROUGH_PAPER = 0.5  # what a direction counts for that ends at a ruler or frame
DIRECTIONS = 36
MARK_CONTRAST = 9.0  # L* of other ink below skin, where a ring says that there was a pen
BARE_MARK_CONTRAST = 20.0  # and where there is none


@dataclass(frozen=True, eq=False)
class Ring:
    """A pen ring. strokes: all ink found at its contrast; inside: what it encloses, without ink and paper."""

    strokes: Mask
    inside: Mask
    contrast: float
    closure: float
    solidity: float

    def resized(self, shape: tuple[int, int]) -> Ring:
        return replace(self, strokes=resize_mask(self.strokes, shape), inside=resize_mask(self.inside, shape))

    def own_stroke(self) -> Mask:
        """The ring itself, without digits and without dark texture of the lesion."""
        size = max(self.inside.shape)
        labels, stats = components(self.strokes)
        rim = self.inside & ~shrink(self.inside, 0.035 * size)
        share = np.bincount(labels[rim], minlength=len(stats)).astype(float)
        share[0] = 0
        of_ring = share > 0.08 * share.sum()
        own: Mask = of_ring[labels] & ~shrink(self.inside, 0.05 * size)
        return own

    def skin(self, hidden: Mask) -> Mask:
        """The largest piece of skin inside, clear of the ring's own stroke; other ink within it is kept."""
        size = max(self.inside.shape)
        free = self.inside & ~grow(self.own_stroke(), 0.014 * size) & ~hidden
        labels, stats = components(opened(free, 0.01 * size))
        if len(stats) < 2:
            return free
        largest: Mask = labels == 1 + int(np.argmax(stats[1:, 4]))
        return largest


def darkness(view: Canvas, hidden: Mask) -> Plane:
    """Black-hat of lightness (L*): how much darker a point is than both sides of a stroke across it."""
    lightness: AnyArray = blur(view.lab[..., 0], 0.003 * view.size)
    lightness = cv2.morphologyEx(lightness, cv2.MORPH_CLOSE, disc(0.0055 * view.size))
    lightness = np.where(hidden, np.median(lightness[~hidden]), lightness).astype(np.float32)
    hat = cv2.morphologyEx(lightness, cv2.MORPH_CLOSE, disc(WIDEST * view.size)) - lightness
    hat[hidden] = 0
    plane: Plane = hat.astype(np.float32)
    return plane


def strokes(dark: Plane, contrast: float) -> Mask:
    """Connected dark regions that are long for their width; round parts of them are left out."""
    size = max(dark.shape)
    found = opened(closed(dark > contrast, 0.005 * size), 0.005 * size)
    out = np.zeros(dark.shape, bool)
    labels, stats = components(found)
    for label, (x, y, width, height, area) in enumerate(stats):
        if label == 0 or area < 0.0008 * dark.size or np.hypot(width, height) < 0.06 * size:
            continue
        window = slice(y, y + height), slice(x, x + width)
        out[window] |= _stroke(labels[window] == label)
    return out


def find_ring(view: Canvas, hidden: Mask) -> Ring | None:
    """The pen ring, or None. `hidden` is frame and paper, where nothing can be seen."""
    if hidden.mean() > 0.9:
        return None
    dark = darkness(view, hidden)
    rated: list[tuple[float, Ring]] = []
    for contrast in CONTRASTS:
        ink = strokes(dark, contrast)
        if ink.any():
            candidate, score = _enclosed(ink, hidden, contrast)
            if candidate is not None:
                rated.append((score, candidate))
    rated.sort(key=lambda item: -item[0])
    return next((ring for _, ring in rated if _is_drawn(view, ring, hidden)), None)


def find_marks(view: Canvas, hidden: Mask, ring: Ring | None) -> Mask:
    """All pen ink: the ring, and with a ring the other strokes that are dark without being redder than skin.

    Without a ring there is no sure sign of a pen: strokes count only where they are as dark and cold as ink.
    """
    seen = ~hidden
    if not seen.any():
        return np.zeros(view.shape, bool)
    found = strokes(darkness(view, hidden), MARK_CONTRAST if ring is not None else BARE_MARK_CONTRAST)
    skin = np.median(view.lab[ring.skin(hidden) if ring is not None else seen], axis=0)
    labels, stats = components(found)
    marks = ring.own_stroke() if ring is not None else np.zeros(view.shape, bool)
    for label in range(1, len(stats)):
        stroke = labels == label
        lighter, redder, yellower = np.median(view.lab[stroke], axis=0) - skin
        if lighter < -MARK_CONTRAST and redder + yellower < 0.3 * abs(lighter):
            marks |= stroke
    return marks


def _is_drawn(view: Canvas, ring: Ring, hidden: Mask) -> bool:
    """Whether a ring is drawn on skin: the same colour on both sides of a stroke darker than either.

    The edge of a foot or of a wound encloses too, but its two sides differ. Medians over 16 sectors.
    """
    size = view.size
    own = ring.own_stroke()
    clear = grow(own, 0.006 * size)
    beside = grow(clear, 0.02 * size) & ~clear & ~hidden
    rows, columns = np.nonzero(ring.inside)
    middle = rows.mean(), columns.mean()
    parts = [
        _by_sector(view.lab, part, middle)
        for part in (beside & ring.inside, beside & ~ring.inside & ~ring.strokes, own)
    ]
    sides, depths = [], []
    for here in zip(*parts, strict=True):
        if min(map(len, here)) > 8:
            inner, outer, stroke = (np.median(colours, axis=0) for colours in here)
            sides.append(float(np.linalg.norm(inner - outer)))
            depths.append(float(min(inner[0], outer[0]) - stroke[0]))
    if len(sides) < 7 or np.quantile(depths, 0.2) < 5:
        return False
    alike = float(np.median(sides) / np.median(depths))
    if ring.inside.mean() < 0.08:
        return alike < 0.3 and ring.closure > 0.8
    return alike < 0.42


def _by_sector(lab: Lab, part: Mask, middle: tuple[float, float]) -> list[Lab]:
    """Colours (N, 3) of a mask's pixels in each of 16 sectors around (y, x) `middle`."""
    y, x = np.nonzero(part)
    sector = (np.arctan2(y - middle[0], x - middle[1]) / (2 * np.pi) * 16).astype(int) % 16
    colours = lab[part]
    return [colours[sector == k] for k in range(16)]


def _middle_line(region: Mask) -> Mask:
    line: Mask = skeletonize(region)  # type: ignore[no-untyped-call]
    return line


def _stroke(region: Mask) -> Mask:
    reach: AnyArray = cv2.distanceTransform(np.pad(region.astype(np.uint8), 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    widest = float(reach.max())
    if region.sum() < DISCS * np.pi * widest**2:
        return np.zeros_like(region)
    half_width = float(np.quantile(reach[_middle_line(region)], 0.7))
    if widest > 2.6 * half_width:
        rest = region & ~grow(reach > 2 * half_width + 1, 2 * half_width + 2)
        return rest if rest.sum() >= 0.5 * region.sum() else np.zeros_like(region)
    return region


def _enclosed(ink: Mask, hidden: Mask, contrast: float) -> tuple[Ring | None, float]:
    size = max(ink.shape)
    meets = _directions_met(ink, hidden)
    labels, stats = components(opened((meets > ENCLOSED) & ~ink & ~hidden, 0.014 * size))
    near_ink = grow(ink, 0.016 * size)
    open_edge = grow(np.pad(hidden, 1, constant_values=True), 0.016 * size)[1:-1, 1:-1]
    best: Ring | None = None
    best_score = 0.0
    for label in range(1, len(stats)):
        if stats[label, 4] < 0.008 * ink.size:
            continue
        inside: Mask = ndimage.binary_fill_holes(labels == label)
        edge = inside & ~ndimage.binary_erosion(inside)
        free = edge & ~open_edge
        closure = float((near_ink & edge).sum() / edge.sum())
        free_closure = float((near_ink & free).sum() / max(free.sum(), 1))
        hull = _hull(inside)
        solidity = float(inside.sum() / hull.sum())
        score = float(np.maximum(meets[inside] - ENCLOSED, 0).sum()) / ink.size
        score *= (closure * free_closure) ** 1.5 * solidity**4 * (1 + 0.15 * np.log2(contrast / CONTRASTS[0]))
        if score > best_score and free_closure > 0.6 and solidity > 0.85:
            whole = _hull(inside | (ink & grow(inside, 0.03 * size)))
            best_score = score
            best = Ring(ink, whole & ~hidden, contrast, closure, solidity)
    return best, best_score


def _hull(mask: Mask) -> Mask:
    outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    out = np.zeros(mask.shape, np.uint8)
    cv2.fillConvexPoly(out, cv2.convexHull(np.concatenate(outlines)), 1)
    hull: Mask = out > 0
    return hull


def _directions_met(ink: Mask, hidden: Mask, step: int = 3) -> Plane:
    """Share of directions in which a straight line from each point meets ink before paper or frame."""
    height, width = ink.shape
    cell = np.ones((step, step), np.uint8)
    code = np.where(hidden, 2, 0).astype(np.uint8)
    code = np.where(cv2.dilate(ink.astype(np.uint8), cell) > 0, 1, code)[::step, ::step]
    rows, columns = code.shape
    side = int(np.hypot(rows, columns)) + 4
    met: AnyArray = np.zeros((rows, columns), np.float32)
    for k in range(DIRECTIONS):
        turn = cv2.getRotationMatrix2D((columns / 2, rows / 2), 360 * k / DIRECTIONS, 1)
        turn[:, 2] += side / 2 - columns / 2, side / 2 - rows / 2
        turned = cv2.warpAffine(code, turn, (side, side), flags=cv2.INTER_NEAREST)
        last: NDArray[np.int64] = np.maximum.accumulate(np.where(turned > 0, np.arange(side), 0), axis=1)
        first_met = np.take_along_axis(turned, last, axis=1)
        value = np.select([first_met == 1, first_met == 2], [1.0, SEEN_THROUGH_PAPER]).astype(np.float32)
        met += cv2.warpAffine(
            value, turn, (columns, rows), flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
        ).astype(np.float32)
    full = cv2.resize(met / DIRECTIONS, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(full, np.float32)
