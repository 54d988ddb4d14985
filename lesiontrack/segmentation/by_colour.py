"""The segmenter without a network: colour and edges, with the context that a pen ring gives."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from lesiontrack.arrays import Mask, Pixels, Plane
from lesiontrack.segmentation import ink, obstruction
from lesiontrack.segmentation.canvas import (
    Canvas,
    canvas,
    grow,
    opened,
    resize_mask,
    resize_plane,
    shrink,
)
from lesiontrack.segmentation.deviation import Deviation, from_rim, from_surroundings, smooth
from lesiontrack.segmentation.layers import Layer, Segmentation
from lesiontrack.segmentation.outline import Candidate, candidates
from lesiontrack.segmentation.shades import erythema_and_depigmentation
from lesiontrack.segmentation.skin import find_skin
from lesiontrack.segmentation.ulcer import find_ulcers

MODEL = "colour-edge-1"
CONTEXT_LIMIT = 448  # px, long side, for ring, ink, paper
HAIR_LIMIT = 640  # px, long side, for hair
SEARCH_LIMIT = 1024  # px, long side, for lesions
SURE_STRENGTH = 8.0  # skin sd at which a candidate counts as certain
RING_STRENGTH = 2.6  # weakest lesion inside a ring, skin sd: the ring says that there is one
OPEN_STRENGTH = 5.0  # weakest lesion on open skin
# Weaker places keep a probability below 0.5: not outlined, but "nothing is left" can't be said of them. On
# rendered photos, skin where a lesion had gone had 1.1 to 1.4, pale nodules in inflamed skin 3.6 to 6.6.
TRACE_STRENGTH = 2.5
TRACE_PROBABILITY = 0.45
SHADOW = 1.0  # least sharpness of what meets the frame's edge: dark corners and shadows have 0.4 to 0.8
SKIN_REACH = 0.25  # of the long side: what open skin is compared with; lesions are smaller
COMPACT = 4.5  # most areas of its largest inner disc that a lesion covers
STROKE_LIKE = 2.5  # the same for what has the colour of ink, inside a ring
STROKE_LIKE_OPEN = 3.5  # and on open skin, where black crust is likelier than a digit
BESIDES = 0.2  # least share of the main lesion's weight in a ring that a second one has
SMALLEST = 4.0e-4  # of the frame, inside a ring; 50 px in a 428 x 285 photo
SMALLEST_OPEN = 4.0e-5


@dataclass(frozen=True, eq=False)
class _Scene:
    """What hides skin, at working size."""

    paper: Mask
    frame: Mask
    ring: ink.Ring | None
    marks: Mask  # pen ink
    lines: Mask  # hair and glare: small, filled in before looking

    @property
    def hidden(self) -> Mask:
        return self.paper | self.frame


def segment_by_colour(pixels: Pixels) -> Segmentation:
    """(H, W, 3) uint8 sRGB → independent soft masks. See `lesiontrack.segmentation.segment`."""
    view = canvas(pixels, SEARCH_LIMIT)
    return _segment(view, (int(pixels.shape[0]), int(pixels.shape[1])))


def segment_in_ring(pixels: Pixels) -> Segmentation | None:
    """The same where a pen ring is found; None where there is none, which is known early."""
    view = canvas(pixels, SEARCH_LIMIT)
    _, _, hidden, small = _edges(view)
    if ink.find_ring(small, hidden) is None:
        return None
    return _segment(view, (int(pixels.shape[0]), int(pixels.shape[1])))


def _segment(view: Canvas, shape: tuple[int, int]) -> Segmentation:
    scene = _look(view)
    notes: list[str] = []
    if scene.ring is not None:
        open_skin = scene.ring.skin(scene.hidden)
        lesion, found = _inside_ring(view, scene, scene.ring, notes)
    else:
        open_skin = find_skin(view, scene.hidden)
        lesion, found = _on_open_skin(view, scene, open_skin, notes)
    ulcer = find_ulcers(view, open_skin)
    inside = (lesion >= 0.5) | (ulcer >= 0.5)
    near_skin = scene.ring is not None or grow(open_skin, 0.02 * view.size)
    hides = (scene.hidden | (scene.lines & near_skin) | _ink(view, scene, found)) & ~inside
    # A pen ring is drawn on skin and photographed from near: what hides nothing is skin there.
    skin = ~hides if scene.ring is not None else (open_skin | inside) & ~hides
    erythema, depigmentation = erythema_and_depigmentation(view, skin & ~grow(inside, 0.006 * view.size))
    planes = {
        "skin": skin.astype(np.float32),
        "lesion": lesion,
        "erythema": erythema,
        "ulcer": ulcer,
        "depigmentation": depigmentation,
        "obstruction": hides.astype(np.float32),
    }
    layers = {}
    for name, plane in planes.items():
        layer = Layer.crop(resize_plane(plane, shape))
        if layer is not None:
            layers[name] = layer
    return Segmentation(shape, layers, MODEL, tuple(notes))


def _edges(view: Canvas) -> tuple[Mask, Mask, Mask, Canvas]:
    """The frame, paper, both grown, and the small canvas that they were found on."""
    small = canvas(view.pixels, CONTEXT_LIMIT)
    edge = obstruction.frame(small)
    sheet = obstruction.paper(small, edge)
    return edge, sheet, grow(edge | sheet, 0.008 * small.size), small


def _look(view: Canvas) -> _Scene:
    edge, sheet, hidden, small = _edges(view)
    ring = ink.find_ring(small, hidden)
    marks = ink.find_marks(small, hidden, ring)
    if ring is not None and view.shape != small.shape:
        ring = ring.resized(view.shape)
    return _Scene(
        paper=resize_mask(grow(sheet, 0.008 * small.size), view.shape),
        frame=resize_mask(edge, view.shape),
        ring=ring,
        marks=resize_mask(marks, view.shape),
        lines=resize_mask(obstruction.hair(canvas(view.pixels, HAIR_LIMIT)), view.shape)
        | obstruction.glare(view),
    )


def _inside_ring(
    view: Canvas, scene: _Scene, ring: ink.Ring, notes: list[str]
) -> tuple[Plane, list[Candidate]]:
    area = ring.skin(scene.hidden)
    lab = smooth(view, scene.lines | (ring.strokes & ~area))
    deviation = from_rim(lab, area)
    depth = cv2.distanceTransform(np.pad(area.astype(np.uint8), 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    depth = np.minimum(depth / depth.max(), 0.5)

    def weight(candidate: Candidate) -> float:
        return candidate.strength * float(depth[candidate.whole(area.shape)].sum())

    seen = [
        c
        for c in candidates(deviation, area, low=2.5, high=4, smallest=SMALLEST * area.size)
        if c.strength >= RING_STRENGTH and c.discs < COMPACT and not (c.cold and c.discs > STROKE_LIKE)
    ]
    empty = np.zeros(view.shape, np.float32)
    if not seen:
        notes.append("pen ring without a visible lesion inside")
        return empty, []
    seen.sort(key=weight, reverse=True)
    first = seen[0]
    kept = [
        c
        for c in seen
        if weight(c) >= BESIDES * weight(first)
        and c.strength >= 2 * BESIDES * first.strength
        and (not c.cold or first.cold)
    ]
    notes.append("looked inside the pen ring only")
    if kept[0].strength < SURE_STRENGTH / 2:
        notes.append(f"faint lesion: {kept[0].strength:.1f} sd of the skin beside it")
    return _paint(kept, empty), kept


def _on_open_skin(view: Canvas, scene: _Scene, skin: Mask, notes: list[str]) -> tuple[Plane, list[Candidate]]:
    empty = np.zeros(view.shape, np.float32)
    if skin.mean() < 0.02:
        notes.append("no skin found")
        return empty, []
    lab = smooth(view, scene.lines & skin)
    deviation = from_surroundings(lab, skin, SKIN_REACH * view.size)
    inner = shrink(skin, 0.01 * view.size)
    kept = [
        c
        for c in candidates(deviation, inner, low=3.0, high=6.0, smallest=SMALLEST_OPEN * skin.size)
        if c.strength >= OPEN_STRENGTH
        and c.discs < COMPACT
        and not (c.cold and c.discs > STROKE_LIKE_OPEN)
        and not c.fabric
        and not (c.sharpness < SHADOW and c.meets_edge(skin.shape))
    ]
    if not kept:
        notes.append("nothing on the skin stands out enough to be called a lesion")
    return _add_traces(_paint(kept, empty), deviation, inner), kept


def _add_traces(lesion: Plane, deviation: Deviation, area: Mask) -> Plane:
    free = area & ~grow(lesion >= 0.5, 0.01 * max(lesion.shape))
    faint = opened(free & (deviation.score >= TRACE_STRENGTH), 0.003 * max(lesion.shape))
    return np.maximum(lesion, np.where(faint, np.float32(TRACE_PROBABILITY), np.float32(0)))


def _paint(found: list[Candidate], plane: Plane) -> Plane:
    for candidate in found:
        height, width = candidate.region.shape
        window = slice(candidate.y, candidate.y + height), slice(candidate.x, candidate.x + width)
        sure = float(np.clip(candidate.strength / SURE_STRENGTH, 0.2, 1))
        # Doubt about the candidate as such lowers what is above 0.5 and leaves the 0.5 outline in place.
        soft = np.where(
            candidate.probability >= 0.5, 0.5 + (candidate.probability - 0.5) * sure, candidate.probability
        )
        plane[window] = np.maximum(plane[window], soft)
    return plane


def _ink(view: Canvas, scene: _Scene, found: list[Candidate]) -> Mask:
    marks = scene.marks.copy()
    for candidate in found:
        marks &= ~grow(candidate.whole(view.shape), 2)
    return marks
