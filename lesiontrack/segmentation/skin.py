"""Skin in view: the large regions redder than rooms and drapes, of any tone, lesions and ulcers included."""

from __future__ import annotations

import numpy as np
from scipy import ndimage
from skimage.filters import threshold_otsu

from lesiontrack.arrays import Mask, Plane
from lesiontrack.segmentation.canvas import Canvas, blur, closed, components, opened

# CIELAB a* above which a region can be skin. Blood gives skin of every tone some red; drapes, walls and
# wooden floors of the clinic photos lie below 4, dark skin (fuseg 0457, 0590, 0790, 0962) above 5.
LEAST_RED = (4.0, 6.0)
WARM = 5.0  # a* + b* of pale skin; walls and drapes lie below
SMALLEST = 0.02  # share of the frame that a region of skin must fill


def _otsu(values: Plane) -> float:
    return float(threshold_otsu(values))  # type: ignore[no-untyped-call]


def find_skin(view: Canvas, hidden: Mask) -> Mask:
    """(h, w) bool. The threshold on a* is Otsu's within LEAST_RED; holes (slough, callus) are filled."""
    lab = blur(view.lab, 0.006 * view.size)
    seen = ~hidden & (view.pixels.max(2) > 25)
    if seen.mean() < SMALLEST:
        return np.zeros(view.shape, bool)
    red = lab[..., 1]
    least = float(np.clip(_otsu(red[seen]), *LEAST_RED))
    found = (red > least) & (lab[..., 2] > -4) & (lab[..., 0] > 5) & ~hidden
    found = closed(opened(found, 0.008 * view.size), 0.02 * view.size)
    found = ndimage.binary_fill_holes(found) & ~hidden
    labels, stats = components(opened(found, 0.012 * view.size))
    large = stats[:, 4] > SMALLEST * found.size
    large[0] = False
    skin = large[labels]
    edge = np.concatenate([skin[0], skin[-1], skin[:, 0], skin[:, -1]])
    if skin.any() and not edge.any():
        # A limb reaches the edge of the frame. What is redder than warm surroundings on all sides is a lesion
        # on pale or grey skin.
        around = seen & ~skin
        middle = np.median(lab[around], axis=0) if around.any() else np.zeros(3)
        if middle[1] + middle[2] > WARM and middle[0] > np.median(lab[skin][:, 0]):
            return ~hidden
    return skin
