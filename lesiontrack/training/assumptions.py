"""What may be taken as absent where a data set does not label it.

Sets that label one class teach nothing of where the others are not: trained on them alone, a network calls
every brown naevus an ulcer and every shaded heel a lesion (seen, and the reason for this module). These are
assumptions about whole sets, wrong for single photos; they are used for training only, never for figures, and
the model card names them.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from lesiontrack.training.dataset import LEARNED, UNLABELLED

CLOSE_UPS = ("isic", "ph2", "ham10000")  # formats: single lesions, seldom ulcerated
WOUNDS = ("fuseg",)  # formats: wounds; what lies well away from them is no tumour or naevus
AWAY = 0.06  # of the long side: distance from a wound within which nothing is assumed

TOLD = (
    "Close-ups of single lesions (ISIC, PH2, HAM10000) are taken to show no ulcer, and wound photographs "
    "(FUSeg) no lesion farther than 6 % of the long side from a wound."
)


def assumed(labels: NDArray[np.uint8], kind: str) -> NDArray[np.uint8]:
    """(4, H, W) labels with unlabelled pixels set to 0 where the kind of data set (its format) speaks for it.

    What the set itself labels is never changed.
    """
    lesion, ulcer = LEARNED.index("lesion"), LEARNED.index("ulcer")
    if kind.startswith(CLOSE_UPS):
        filled = labels.copy()
        filled[ulcer][filled[ulcer] == UNLABELLED] = 0
        return filled
    if kind in WOUNDS:
        filled = labels.copy()
        radius = round(AWAY * max(labels.shape[1:]))
        wound = cv2.copyMakeBorder((labels[ulcer] == 1).astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT)
        away = cv2.distanceTransform(1 - wound, cv2.DIST_L2, 5)[1:-1, 1:-1] > radius
        known = labels[ulcer] != UNLABELLED
        filled[lesion][(filled[lesion] == UNLABELLED) & away & known] = 0
        return filled
    return labels
