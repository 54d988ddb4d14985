"""White balance through a white that is known to be white (a ruler), or through a guess at the light."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lesiontrack.arrays import Mask
from lesiontrack.colour.cielab import linear_to_lab
from lesiontrack.colour.correction import ColourCorrection, no_correction
from lesiontrack.photo import Photo
from lesiontrack.srgb import srgb_to_linear

CLIPPED, DARK = 250, 15  # 8-bit; JPEG ringing keeps clipped areas from being exactly 255
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])  # of linear sRGB, IEC 61966-2-1


def correction_from_white(
    photo: Photo,
    white_mask: Mask,
    *,
    max_clipped: float = 0.2,
    min_pixels: int = 100,
    max_chroma: float = 6.0,
    max_channel_ratio: float = 1.8,
    min_contrast: float = 1.4,
) -> ColourCorrection:
    """White balance through a ruler's white: method "ruler_white", or "none" with the reason.

    The median of the mask's bright, unclipped pixels is taken for the white and made neutral in linear
    light, its luminance kept: how bright a ruler looks depends on its gloss and tilt. (On serial film scans,
    bringing rulers to one brightness raised the spread of normal skin's L* between visits from 4.8 to 6.1.)
    Bright is told by the blue channel, where skin is darkest: within 20 % of the mask's 90th percentile. So
    ticks, figures and skin may be in the mask, if a sixth of it is ruler.

    Args:
        photo: the photo.
        white_mask: (H, W) bool, the ruler or a strip along its ticks.
        max_clipped: refuse where more than this share of the mask's bright pixels is clipped in a channel.
        min_pixels: refuse with fewer bright, unclipped pixels.
        max_chroma: refuse where the median CIELAB chroma of the bright pixels after correction is larger:
            what is in the mask is then no one white.
        max_channel_ratio: refuse where the white's channels differ by more. On film scans with stronger
            casts the highlights' cast was not that of the skin, and correcting made it worse.
        min_contrast: refuse where the white is not this many times brighter, in blue, than the median of the
            frame outside the mask: it may be skin.

    Raises ValueError for a mask of another shape than the photo.
    """
    white_mask = np.asarray(white_mask, bool)
    if white_mask.shape != photo.pixels.shape[:2]:
        raise ValueError(f"white mask is {white_mask.shape}; the photo is {photo.pixels.shape[:2]}")
    values = photo.pixels[white_mask]
    if len(values) < min_pixels:
        return no_correction(f"only {len(values)} pixels of ruler; {min_pixels} are needed")
    linear = srgb_to_linear(values)
    bright: Mask = np.asarray(linear[:, 2] >= 0.8 * np.percentile(linear[:, 2], 90))
    clipped: Mask = np.asarray((values >= CLIPPED).any(axis=1))
    share = float(clipped[bright].mean())
    if share > max_clipped:
        return no_correction(f"ruler white is overexposed ({share:.0%} clipped)")
    used = linear[bright & ~clipped]
    if len(used) < min_pixels:
        return no_correction(f"only {len(used)} pixels of ruler white; {min_pixels} are needed")
    white = np.median(used, axis=0).astype(np.float64)
    ratio = float(white.max() / max(white.min(), 1e-4))
    if ratio > max_channel_ratio:
        return no_correction(f"what was taken for ruler white is too coloured ({ratio:.1f} between channels)")
    contrast = white[2] / max(_median_blue(photo, ~white_mask), 1e-4)
    if contrast < min_contrast:
        return no_correction(
            f"what was taken for ruler white is hardly brighter than the skin ({contrast:.1f})"
        )
    gains = white @ LUMINANCE / white
    lab = linear_to_lab(used * gains.astype(np.float32))
    chroma = float(np.median(np.hypot(lab[:, 1], lab[:, 2])))
    if chroma > max_chroma:
        return no_correction(f"what was taken for ruler white is not one white (chroma {chroma:.0f})")
    return ColourCorrection(
        "ruler_white", None, np.diag(gains), f"median of {len(used)} pixels of ruler white"
    )


def _median_blue(photo: Photo, mask: Mask) -> float:
    """Median linear-light blue of what is neither black (frames, bars) nor in another mask; 0 for nothing."""
    step = max(1, min(photo.height, photo.width) // 256)
    values = photo.pixels[::step, ::step][mask[::step, ::step]]
    values = values[values.max(axis=1) > DARK]
    return float(np.median(srgb_to_linear(values[:, 2]))) if len(values) else 0.0


def estimate_correction(photo: Photo, *, norm: float = 6.0, min_fraction: float = 0.2) -> ColourCorrection:
    """Guess at the light by shades of grey (Finlayson & Trezzi 2004): method "constancy", or "none".

    Half of the estimated cast is removed (its square root), as on a close-up the skin itself is much of the
    "grey". Luminance is kept. Fit for looking at, not for measuring: on the real card photos it brought the
    light nearer, but skin patches no nearer than no correction did.

    Args:
        photo: the photo.
        norm: Minkowski norm of the channel averages.
        min_fraction: give up where fewer of the pixels are neither black nor clipped.
    """
    step = max(1, min(photo.height, photo.width) // 256)
    values = photo.pixels[::step, ::step].reshape(-1, 3)
    usable = (values < CLIPPED).all(axis=1) & (values.max(axis=1) > DARK)
    if usable.mean() < min_fraction:
        return no_correction(
            f"no card, and only {usable.mean():.0%} of the frame is neither black nor clipped"
        )
    linear = srgb_to_linear(values[usable]).astype(np.float64)
    light: NDArray[np.float64] = (linear**norm).mean(axis=0) ** (0.5 / norm)
    gains = light @ LUMINANCE / light
    return ColourCorrection("constancy", None, np.diag(gains), "no card; colour of the light estimated")
