"""Contact sheets of what a segmenter marked, worst first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from lesiontrack.arrays import AnyArray
from lesiontrack.training.dataset import LEARNED
from lesiontrack.training.evaluation import Evaluated

SIDE, HEAD, ACROSS, WORST = 380, 20, 5, 20
TRUTH, OURS, FAINT = (0, 220, 0), (255, 230, 0), (255, 150, 60)


@dataclass(frozen=True, eq=False)
class Tile:
    picture: AnyArray
    worth: float


def tiles(seen: Evaluated) -> dict[str, Tile]:
    """A picture by class: truth green, marked yellow, probability 0.25 as a thin orange line.

    A photo without the class is as bad as the share of it that was marked.
    """
    ratio = SIDE / max(seen.pixels.shape[:2])
    height, width = (max(round(side * ratio), 1) for side in seen.pixels.shape[:2])
    how = cv2.INTER_AREA if ratio < 1 else cv2.INTER_CUBIC
    photo = cv2.resize(seen.pixels, (width, height), interpolation=how)
    result = {}
    for mask in seen.score.masks:
        picture = photo.copy()
        truth = (seen.labels[LEARNED.index(mask.name)] == 1).astype(np.float32)
        probability = seen.segmentation.probability(mask.name)
        for plane, level, colour, thick in (
            (truth, 0.5, TRUTH, 2),
            (probability, 0.25, FAINT, 1),
            (probability, 0.5, OURS, 2),
        ):
            small = cv2.resize(plane, (width, height), interpolation=cv2.INTER_AREA)
            marked = (small >= level).astype(np.uint8)
            contours, _ = cv2.findContours(marked, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
            cv2.drawContours(picture, contours, -1, colour, thick, cv2.LINE_AA)
        if mask.truth:
            worth, said = mask.jaccard, f"J {mask.jaccard:.2f}"
        else:
            share = mask.marked / max(mask.labelled, 1)
            worth, said = -share if share else float("inf"), f"none; {share:.1%} marked"
        tile: AnyArray = np.zeros((SIDE + HEAD + 4, SIDE + 4, 3), np.uint8)
        tile[HEAD : HEAD + height, :width] = picture
        text = f"{seen.sample.id} {said} {seen.score.tone.replace('_', ' ')}"
        cv2.putText(tile, text, (3, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (255, 255, 255), 1, cv2.LINE_AA)
        result[mask.name] = Tile(tile, worth)
    return result


def write_worst(found: Sequence[Tile], path: Path) -> None:
    """The worst twenty, in rows of five."""
    worst = sorted(found, key=lambda tile: tile.worth)
    pictures = [tile.picture for tile in worst[:WORST]]
    while len(pictures) % ACROSS:
        pictures.append(np.zeros_like(pictures[0]))
    rows = [np.hstack(pictures[start : start + ACROSS]) for start in range(0, len(pictures), ACROSS)]
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.vstack(rows)[..., ::-1])
