"""Pictures with exact colours: a 24-patch card, and flat fields."""

import cv2
import numpy as np

from lesiontrack.colour.card import REFERENCE_LINEAR
from lesiontrack.photo import Photo
from lesiontrack.srgb import linear_to_srgb


def photo_of(linear):
    """(H, W, 3) linear light → Photo."""
    return Photo(np.round(linear_to_srgb(linear) * 255).astype(np.uint8), "0" * 64)


def card_scene(*, patch=60, turn=0.0, size=(900, 1200), colours=REFERENCE_LINEAR):
    """Linear light of a card on a mid-brown ground, turned by `turn` degrees about the middle."""
    gap = patch // 4
    card = np.full((4 * patch + 5 * gap, 6 * patch + 7 * gap, 3), 0.01)
    for index, colour in enumerate(colours):
        row, column = divmod(index, 6)
        top, left = gap + row * (patch + gap), gap + column * (patch + gap)
        card[top : top + patch, left : left + patch] = colour
    scene = np.full((*size, 3), (0.25, 0.18, 0.13))
    top, left = (size[0] - card.shape[0]) // 2, (size[1] - card.shape[1]) // 2
    scene[top : top + card.shape[0], left : left + card.shape[1]] = card
    if turn:
        matrix = cv2.getRotationMatrix2D((size[1] / 2, size[0] / 2), turn, 1)
        scene = cv2.warpAffine(scene, matrix, size[::-1], borderMode=cv2.BORDER_REPLICATE)
    return scene
