"""White balance through a white that is known to be white (a ruler), or through a guess at the light."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lesiontrack.arrays import Mask
from lesiontrack.colour.cielab import linear_to_lab
from lesiontrack.colour.correction import ColourCorrection, no_correction
from lesiontrack.photo import Photo
from lesiontrack.srgb import srgb_to_linear

CLIPPED = 250  # 8-bit; JPEG ringing keeps clipped areas from being exactly 255
PAPER_WHITE = (
    0.8  # linear light that a ruler's white is brought to; inference: office paper and vinyl reflect 0.75-0.9
)


def correction_from_white(
    photo: Photo,
    white_mask: Mask,
    *,
    max_clipped: float = 0.2,
    min_pixels: int = 100,
    max_chroma: float = 6.0,
    max_gain_ratio: float = 3.0,
) -> ColourCorrection:
    """White balance, and exposure, through a ruler's white: method "ruler_white", or "none" with the reason.

    The median of the mask's bright, unclipped pixels is taken for the white and brought to a neutral of
    PAPER_WHITE, in linear light. Ticks, figures and skin at the edge of the mask are dropped: bright is
    within 20 % of the mask's 90th percentile of luminance.

    Args:
        photo: the photo.
        white_mask: (H, W) bool, mostly ruler.
        max_clipped: refuse where more than this share of the mask's bright pixels is clipped in a channel.
        min_pixels: refuse with fewer bright, unclipped pixels.
        max_chroma: refuse where the median CIELAB chroma of the bright pixels after correction is larger:
            what is in the mask is then no one white.
        max_gain_ratio: refuse where the channels' gains differ by more: no lamp is that coloured.

    Raises ValueError for a mask of another shape than the photo.
    """
    if white_mask.shape != photo.pixels.shape[:2]:
        raise ValueError(f"white mask is {white_mask.shape}; the photo is {photo.pixels.shape[:2]}")
    values = photo.pixels[white_mask.astype(bool, copy=False)]
    if len(values) < min_pixels:
        return no_correction(f"only {len(values)} pixels of ruler; {min_pixels} are needed")
    linear = srgb_to_linear(values)
    luminance = linear @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    bright = luminance >= 0.8 * np.percentile(luminance, 90)
    clipped = (values >= CLIPPED).any(axis=1)
    share = float(clipped[bright].mean())
    if share > max_clipped:
        return no_correction(f"ruler white is overexposed ({share:.0%} clipped)")
    used = linear[bright & ~clipped]
    if len(used) < min_pixels:
        return no_correction(f"only {len(used)} pixels of ruler white; {min_pixels} are needed")
    white = np.median(used, axis=0).astype(np.float64)
    ratio = float(white.max() / max(white.min(), 1e-4))
    if ratio > max_gain_ratio:
        return no_correction(f"what was taken for ruler white is too coloured ({ratio:.1f} between channels)")
    gains = PAPER_WHITE / white
    lab = linear_to_lab(used * gains.astype(np.float32))
    chroma = float(np.median(np.hypot(lab[:, 1], lab[:, 2])))
    if chroma > max_chroma:
        return no_correction(f"what was taken for ruler white is not one white (chroma {chroma:.0f})")
    return ColourCorrection(
        "ruler_white", None, np.diag(gains), f"median of {len(used)} pixels of ruler white"
    )


def estimate_correction(photo: Photo, *, norm: float = 6.0, min_fraction: float = 0.2) -> ColourCorrection:
    """Colour of the light by shades of grey (Finlayson & Trezzi 2004): method "constancy", or "none".

    An estimate only: on a close-up the skin itself is most of the "grey". Luminance is kept.

    Args:
        photo: the photo.
        norm: Minkowski norm of the channel averages.
        min_fraction: give up where fewer of the pixels are neither black nor clipped.
    """
    step = max(1, min(photo.height, photo.width) // 256)
    values = photo.pixels[::step, ::step].reshape(-1, 3)
    usable = (values < CLIPPED).all(axis=1) & (values.max(axis=1) > 15)
    if usable.mean() < min_fraction:
        return no_correction(
            f"no card, and only {usable.mean():.0%} of the frame is neither black nor clipped"
        )
    linear = srgb_to_linear(values[usable]).astype(np.float64)
    light: NDArray[np.float64] = (linear**norm).mean(axis=0) ** (1 / norm)
    gains = light @ np.array([0.2126, 0.7152, 0.0722]) / light
    return ColourCorrection("constancy", None, np.diag(gains), "no card; colour of the light estimated")
