"""Pictures of the photos that came out worst, to be looked at before any figure is believed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from lesiontrack.arrays import Mask, Pixels
from lesiontrack.errors import ResultsError
from lesiontrack.training.dataset import LEARNED, UNLABELLED
from lesiontrack.training.evaluation import Evaluated

TRUTH, FOUND = (0, 190, 0), (255, 0, 255)  # sRGB
SIDE = 1000  # px, long side of a picture
_MARK = "lesiontrack-worst.txt"


@dataclass
class Worst:
    """Keeps the worst photos of each data set and class: `on_photo` of evaluate."""

    count: int = 10
    _kept: dict[tuple[str, str], list[tuple[float, str, bytes]]] = field(default_factory=dict)

    def __call__(self, photo: Evaluated) -> None:
        """Jaccard decides; where the class isn't shown, what is marked is as bad as nothing found: 0."""
        for mask in photo.score.masks:
            if not mask.truth and not mask.marked:
                continue
            kept = self._kept.setdefault((photo.sample.dataset, mask.name), [])
            if len(kept) == self.count and mask.jaccard >= kept[-1][0]:
                continue
            kept.append((mask.jaccard, photo.sample.id, _picture(photo, mask.name)))
            kept.sort(key=lambda one: one[:2])
            del kept[self.count :]

    def write(self, folder: Path) -> int:
        """JPEG files, worst first, instead of those of an earlier call; returns how many.

        Raises ResultsError as require_ours does.
        """
        require_ours(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.jpg"):
            old.unlink()
        (folder / _MARK).write_text(
            "Worst photos of an evaluation. Green: as labelled; magenta: as found. "
            "The pictures show patients as the photos do.\n",
            encoding="utf-8",
        )
        written = 0
        for (dataset, name), kept in sorted(self._kept.items()):
            for rank, (jaccard, sample, jpeg) in enumerate(kept, 1):
                stem = re.sub(r"[^\w.-]+", "-", f"{dataset}-{name}-{rank:02d}-{jaccard:.2f}-{sample}")
                (folder / f"{stem[:120]}.jpg").write_bytes(jpeg)
                written += 1
        return written


def require_ours(folder: Path) -> None:
    """Raises ResultsError for a folder that holds other files than such pictures."""
    if folder.is_dir() and any(folder.iterdir()) and not (folder / _MARK).is_file():
        raise ResultsError(f"{folder} holds other files; name a new or empty folder for the pictures")


def _picture(photo: Evaluated, name: str) -> bytes:
    shrink = min(1.0, SIDE / max(photo.pixels.shape[:2]))
    size = tuple(max(round(side * shrink), 1) for side in photo.pixels.shape[1::-1])
    drawn = np.ascontiguousarray(cv2.resize(photo.pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    plane = photo.labels[LEARNED.index(name)]
    found = photo.segmentation.mask(name) & (plane != UNLABELLED)  # elsewhere nothing is right or wrong
    for mask, colour in ((plane == 1, TRUTH), (found, FOUND)):
        _outline(drawn, mask, colour)
    done, jpeg = cv2.imencode(".jpg", cv2.cvtColor(drawn, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 88])
    if not done:
        raise ValueError(f"{photo.sample.id}: no JPEG could be made of {drawn.shape}")
    encoded: NDArray[np.uint8] = jpeg
    return encoded.tobytes()


def _outline(drawn: Pixels, mask: Mask, colour: tuple[int, int, int]) -> None:
    size = drawn.shape[1::-1]
    small = cv2.resize(mask.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA)
    around, _ = cv2.findContours((small >= 128).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(drawn, around, -1, colour, 1 + max(size) // 500)
