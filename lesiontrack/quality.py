"""Whether a photo can be measured at all, and what to do better next time."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import cv2
import numpy as np

from lesiontrack.arrays import Mask, Pixels, Plane
from lesiontrack.photo import Photo
from lesiontrack.scale import Scale
from lesiontrack.segmentation import Segmentation

VERDICTS = ("good", "limited", "not_evaluable")
_SIDE = 512  # px, long side that sharpness is compared at, so that megapixels do not count
_FINE, _COARSE = 2.0, 8.0  # px at that size; film grain and sensor noise vanish below the first
_EDGES = 99.5  # percentile of the gradient that counts as the photo's edges
_WHITE, _BLACK, _GLARE = 250, 5, 240
_SPOT = 0.05  # of the frame; larger bright areas are paper or gauze
_NEAR, _MARGIN = 30, 0.06  # px at _SIDE; share of the frame
_MIN_SKIN = 0.05  # of the frame; with less skin found the whole frame is judged


@dataclass(frozen=True)
class Quality:
    """Fitness of one photo.

    Attributes:
        verdict: "good", "limited" or "not_evaluable".
        advice: what to do better next time, plain sentences; empty for "good".
        sharpness: variance of the Laplacian on skin at 512 px (8-bit luminance), a relative figure.
        blur_fraction: blur on and near skin: sd of a Gaussian over the long side; 1 where no edge is.
        clipped_fraction: share of skin pixels with a channel at white, or all at black.
        skin_fraction: share of the frame that is skin.
        glare_fraction: share of skin under bright, colourless reflections.
    """

    verdict: str
    advice: str
    sharpness: float
    blur_fraction: float
    clipped_fraction: float
    skin_fraction: float
    glare_fraction: float


def assess_quality(
    photo: Photo,
    segmentation: Segmentation,
    scale: Scale | None,
    *,
    min_side: int = 64,
    max_blur: float = 0.01,
    soft_blur: float = 0.006,
    min_contrast: float = 4.0,
    max_clipped: float = 0.6,
    some_clipped: float = 0.15,
    dark: float = 45.0,
    some_glare: float = 0.05,
    little_skin: float = 0.05,
    min_px_per_mm: float = 3.0,
) -> Quality:
    """Judge a photo for measuring.

    max_blur lies between real photos (45 film scans and 63 clinic photos: at most 0.0074) and the same photos
    defocused by 2 % of the long side (at least 0.016), nearer the former: at 0.01, an outline in a frame 80
    mm wide is uncertain by 0.8 mm. The other thresholds are inference.

    Args:
        photo: the photo.
        segmentation: its masks; only "skin" and "obstruction" are used.
        scale: its scale, or None.
        min_side: px; a photo with a shorter side is not evaluable.
        max_blur: blur_fraction from which a photo is not evaluable.
        soft_blur: blur_fraction from which it is limited.
        min_contrast: sd of 8-bit luminance over the frame below which nothing can be seen: not evaluable.
        max_clipped: clipped_fraction from which it is not evaluable.
        some_clipped: clipped_fraction from which it is limited.
        dark: median 8-bit luminance of skin below which it is limited.
        some_glare: glare_fraction from which it is limited.
        little_skin: skin_fraction below which it is limited.
        min_px_per_mm: px/mm below which it is limited; without a scale it is limited too.
    """
    skin = segmentation.mask("skin")
    if skin.shape != photo.pixels.shape[:2]:
        raise ValueError(f"segmentation is {skin.shape}; the photo is {photo.pixels.shape[:2]}")
    skin_fraction = float(skin.mean()) if skin.size else 0.0
    judged = skin if skin_fraction >= _MIN_SKIN else np.ones_like(skin)
    luminance, small_skin = _small(photo.pixels, judged)
    sharpness = float(cv2.Laplacian(luminance, cv2.CV_32F)[_shrunk(small_skin)].var())
    blur = _blur_fraction(luminance, _focus_region(luminance, small_skin))
    clipped = _clipped_fraction(photo.pixels, judged)
    glare = _glare_fraction(photo.pixels, skin, segmentation.mask("obstruction"))

    fatal, minor = [], []
    if min(photo.height, photo.width) < min_side:
        fatal.append(
            f"The photo has {photo.width} x {photo.height} pixels; send the original, not a preview."
        )
    if float(luminance.std()) < min_contrast:
        fatal.append("Nothing can be seen; check light, lens cap and exposure.")
    elif clipped >= max_clipped:
        fatal.append("Skin is almost all white or black; correct the exposure.")
    elif blur >= max_blur:
        fatal.append("The skin is out of focus; tap on the lesion to focus and hold the camera still.")
    if fatal:
        return Quality("not_evaluable", " ".join(fatal), sharpness, blur, clipped, skin_fraction, glare)
    if blur >= soft_blur:
        minor.append("The skin is not quite sharp; tap on the lesion to focus.")
    if _is_grey(photo.pixels):
        minor.append("The photo has no colour, so redness can't be measured; send a colour photo.")
    if clipped >= some_clipped:
        minor.append(f"{clipped:.0%} of the skin is over- or underexposed; correct the exposure.")
    if float(np.median(luminance[small_skin])) < dark:
        minor.append("The photo is dark; use more light.")
    if glare >= some_glare:
        minor.append("Skin reflects the light; use diffuse light or move the lamp aside.")
    if skin_fraction < little_skin:
        minor.append("Little skin was found; fill the frame with the site.")
    if scale is None:
        minor.append("No scale was found; lay a millimetre ruler flat beside the lesion.")
    elif scale.px_per_mm < min_px_per_mm:
        minor.append(f"Only {scale.px_per_mm:.1f} pixels per mm; move closer.")
    verdict = "limited" if minor else "good"
    return Quality(verdict, " ".join(minor), sharpness, blur, clipped, skin_fraction, glare)


def _is_grey(pixels: Pixels) -> bool:
    step = max(1, max(pixels.shape[:2]) // _SIDE)
    values = pixels[::step, ::step].astype(np.int16)
    return bool(np.ptp(values, axis=2).max() <= 2)


def _small(pixels: Pixels, mask: Mask) -> tuple[Plane, Mask]:
    """Luminance (float32, 0..255) and mask at _SIDE px."""
    factor = _SIDE / max(pixels.shape[:2])
    size = (max(1, round(pixels.shape[1] * factor)), max(1, round(pixels.shape[0] * factor)))
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    luminance = cv2.cvtColor(cv2.resize(pixels, size, interpolation=way), cv2.COLOR_RGB2GRAY)
    small = cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    return luminance.astype(np.float32), small.astype(bool)


def _shrunk(mask: Mask) -> Mask:
    """Clear of the mask's border, where there is enough of it."""
    inside: Mask = cv2.erode(mask.astype(np.uint8), np.ones((9, 9)), borderValue=1).astype(bool)
    return inside if inside.mean() > 0.01 else np.ones_like(mask)


def _focus_region(luminance: Plane, skin: Mask) -> Mask:
    """Skin with what lies on it (ruler, pen, hair): skin alone may have no edges at all.

    Left out, as they are sharp on any photo: black borders and bars, and what is printed along the margin.
    """
    near = cv2.dilate(skin.astype(np.uint8), np.ones((2 * _NEAR + 1, 2 * _NEAR + 1))).astype(bool)
    black = cv2.morphologyEx((luminance < 8).astype(np.uint8), cv2.MORPH_OPEN, np.ones((7, 7)))
    spill = 2 * round(3 * _COARSE) + 1
    near &= ~cv2.dilate(black, np.ones((spill, spill))).astype(bool)
    height, width = near.shape
    rows, columns = round(_MARGIN * height), round(_MARGIN * width)
    inner = np.zeros_like(near)
    inner[rows : height - rows, columns : width - columns] = True
    return near & inner if (near & inner).mean() > 0.03 else np.ones_like(near)


def _blur_fraction(luminance: Plane, where: Mask) -> float:
    """Blur from how much the steepest edges lose between two smoothings.

    A step edge blurred by s has, after smoothing by t, a gradient proportional to 1 / sqrt(s^2 + t^2); the
    ratio r of the gradients at two t gives s^2 = (T^2 - r^2 t^2) / (r^2 - 1). Contrast drops out.
    """
    fine, coarse = (_edge_strength(luminance, where, sigma) for sigma in (_FINE, _COARSE))
    if coarse <= 0:
        return 1.0
    squared = (fine / coarse) ** 2
    if squared <= 1:
        return 1.0
    blur = sqrt(max(_COARSE**2 - squared * _FINE**2, 0.0) / (squared - 1))
    return min(1.0, blur / _SIDE)


def _edge_strength(luminance: Plane, where: Mask, sigma: float) -> float:
    smooth = cv2.GaussianBlur(luminance, (0, 0), sigma)
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=1 / 8)
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=1 / 8)
    return float(np.percentile(cv2.magnitude(across, down)[where], _EDGES))


def _clipped_fraction(pixels: Pixels, where: Mask) -> float:
    step = max(1, max(pixels.shape[:2]) // (2 * _SIDE))
    values = pixels[::step, ::step][where[::step, ::step]]
    if len(values) == 0:
        return 0.0
    return float(((values >= _WHITE).any(axis=1) | (values <= _BLACK).all(axis=1)).mean())


def _glare_fraction(pixels: Pixels, skin: Mask, hidden: Mask) -> float:
    """Share of skin under small, bright, colourless spots that skin surrounds."""
    step = max(1, max(pixels.shape[:2]) // _SIDE)
    skin, hidden, values = skin[::step, ::step], hidden[::step, ::step], pixels[::step, ::step]
    bright = ((values.min(axis=2) >= _GLARE) & (skin | hidden)).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(bright)
    around = cv2.dilate(labels.astype(np.float32), np.ones((5, 5))).astype(int) * (bright == 0)
    total = np.bincount(around.ravel(), minlength=count)[:count]
    on_skin = np.bincount(around.ravel(), skin.ravel(), minlength=count)[:count]
    edge = set(np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])))
    spots = [i for i in range(1, count) if i not in edge and stats[i, cv2.CC_STAT_AREA] < _SPOT * labels.size]
    glare = [i for i in spots if total[i] and on_skin[i] / total[i] > 0.6]
    area = float(stats[glare, cv2.CC_STAT_AREA].sum()) if glare else 0.0
    return area / max(float(np.count_nonzero(skin | np.isin(labels, glare))), 1.0)
