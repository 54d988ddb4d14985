"""Small drawn photos with exact truth: skin, a lesion, a pen ring with digits, a ruler, hairs, a frame."""

import cv2
import numpy as np

from lesiontrack.photo import Photo

SKIN = (214, 168, 142)
DARK_SKIN = (104, 70, 54)
BROWN = (110, 66, 48)
PINK = (204, 134, 124)
RAW = (178, 40, 44)


def skin(shape=(360, 480), colour=SKIN, seed=0, texture=4.0):
    """Skin of one tone with grain and a slow fall of light from left to right."""
    rng = np.random.default_rng(seed)
    grain = cv2.GaussianBlur(rng.normal(0, 3 * texture, shape).astype(np.float32), (0, 0), 1.5)
    light = np.linspace(1.06, 0.94, shape[1], dtype=np.float32)[None, :, None]
    return np.asarray(colour, np.float32) * light + grain[..., None]


def disc_mask(shape, centre, axes, degrees=0.0):
    """Axes are full diameters."""
    mask = np.zeros(shape, np.uint8)
    half = (round(axes[0] / 2), round(axes[1] / 2))
    cv2.ellipse(mask, (int(centre[0]), int(centre[1])), half, degrees, 0, 360, 1, -1)
    return mask > 0


def paint(picture, mask, colour, blur=1.5):
    weight = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), blur)[..., None]
    picture[:] = picture * (1 - weight) + np.asarray(colour, np.float32) * weight


def pen_ring(picture, centre, radius, colour=(60, 48, 52), width=12, number="27"):
    mask = np.zeros(picture.shape[:2], np.uint8)
    cv2.circle(mask, centre, radius, 1, width)
    if number:
        beside = (centre[0] + radius + 2 * width, centre[1])
        cv2.putText(mask, number, beside, cv2.FONT_HERSHEY_SIMPLEX, 2.0, 1, width - 2)
    paint(picture, mask > 0, colour, 1.0)
    return mask > 0


def ruler(picture, top):
    mask = np.zeros(picture.shape[:2], bool)
    mask[top:, 20:-20] = True
    paint(picture, mask, (242, 243, 240), 0.7)
    ticks = np.zeros_like(mask)
    for x in range(30, picture.shape[1] - 30, 12):
        ticks[top : top + 16, x : x + 3] = True
    paint(picture, ticks, (30, 30, 30), 0.5)
    return mask


def hairs(picture, count, seed=1):
    rng = np.random.default_rng(seed)
    mask = np.zeros(picture.shape[:2], np.uint8)
    height, width = mask.shape
    for _ in range(count):
        start = rng.uniform((0, 0), (width, height))
        angle = rng.uniform(0, np.pi)
        end = start + 90 * np.array([np.cos(angle), np.sin(angle)])
        cv2.line(mask, tuple(start.astype(int).tolist()), tuple(end.astype(int).tolist()), 1, 2, cv2.LINE_AA)
    paint(picture, mask > 0, (50, 38, 30), 0.6)


def photo(picture):
    return Photo(np.clip(np.round(picture), 0, 255).astype(np.uint8), sha256="")


def dice(a, b):
    return 2 * float((a & b).sum()) / max(float(a.sum() + b.sum()), 1.0)
