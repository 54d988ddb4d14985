"""What only the outlined close-ups of moles tell: diameters, extra regions, and marks far from the mole."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import cv2
import numpy as np

from lesiontrack.arrays import Mask
from lesiontrack.measurement import Lesion, find_lesions
from lesiontrack.segmentation import Segmentation
from lesiontrack.training.dataset import LEARNED
from lesiontrack.training.evaluation import Evaluated

MET = 0.3  # Dice of the best region from which its diameter is compared
MARGIN = 0.25  # of the mole's longest diameter: marks further away than that lie on something else
SPECK = 20  # px of such marks that count

HEAD = (
    f"{'nci_moles':<16} {'photos':>6} {'found':>5} {'best region: Dice':>18} {'LD err med':>10} {'95 %':>6} "
    f"{'cover':>5} {'extra':>5}   marks far from it: photos, share of marked px, of the rest of the frame"
)
LEGEND = (
    "best region: median and mean Dice of the region that meets the mole best. LD err: error of its longest\n"
    "diameter, of those found (Dice above 0.3); cover: share of them within 2 of their own sd. extra: other\n"
    "regions a photo. Far: more than a quarter of the mole's diameter away: ink, ruler, hair, other moles."
)


@dataclass(frozen=True)
class Mole:
    """One photo. Lengths in px; NaN where nothing was found."""

    dice: float
    regions: int
    longest: float
    longest_sd: float
    true_longest: float
    marked: int
    far: int
    room: int


def look(seen: Evaluated, true_longest: float) -> Mole:
    truth: Mask = seen.labels[LEARNED.index("lesion")] == 1
    marked = seen.segmentation.mask("lesion")
    away = cv2.distanceTransform((~truth).astype(np.uint8), cv2.DIST_L2, 5) > MARGIN * true_longest
    lesions = find_lesions(seen.segmentation, None)
    dice, best = max(
        ((_dice(_whole(lesion, seen.segmentation), truth), lesion) for lesion in lesions),
        key=lambda pair: pair[0],
        default=(0.0, None),
    )
    return Mole(
        dice,
        len(lesions),
        best.longest_diameter_px if best else float("nan"),
        best.longest_diameter_px_sd if best else float("nan"),
        true_longest,
        int(marked.sum()),
        int((marked & away).sum()),
        int(away.sum()),
    )


def row(method: str, moles: list[Mole]) -> str:
    dice = np.array([mole.dice for mole in moles])
    met = [mole for mole in moles if mole.dice > MET]
    errors = np.array([abs(mole.longest / mole.true_longest - 1) for mole in met] or [np.nan])
    known = [mole for mole in met if isfinite(mole.longest_sd)]
    within = [abs(mole.longest - mole.true_longest) <= 2 * mole.longest_sd for mole in known]
    extra = np.mean([max(mole.regions - 1, 0) for mole in moles])
    far = sum(mole.far for mole in moles)
    return (
        f"{method:<16} {len(moles):>6} {len(met):>5} {np.median(dice):>12.3f} {dice.mean():.3f} "
        f"{np.median(errors):>10.1%} {np.quantile(errors, 0.95):>6.1%} "
        f"{f'{np.mean(within):.0%}' if within else '-':>5} {extra:>5.2f}   "
        f"{sum(mole.far >= SPECK for mole in moles)}/{len(moles)}, "
        f"{far / max(sum(mole.marked for mole in moles), 1):.1%}, "
        f"{far / max(sum(mole.room for mole in moles), 1):.2%}"
    )


def _whole(lesion: Lesion, found: Segmentation) -> Mask:
    mask = np.zeros(found.shape, bool)
    x, y = lesion.offset
    height, width = lesion.mask.shape
    mask[y : y + height, x : x + width] = lesion.mask
    return mask


def _dice(a: Mask, b: Mask) -> float:
    total = int(a.sum()) + int(b.sum())
    return 2 * int((a & b).sum()) / total if total else 1.0
