"""Fine: places that the search found, each in a crop of the photo at its own scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lesiontrack.arrays import Pixels
from lesiontrack.segmentation.network.search import Place, Planes, Run, infer, resized

MAX_CROPS = 60  # of one photo
# Chosen on the validation part of FUSeg (41 photos with ulcers). With small-1, crops raise pooled Dice from
# 0.81 to 0.85 where the search sees a photo at its own size, and from 0.71 to 0.84 where at half of it.
ROOM = 2.0  # side of a crop over its lesion's: the lesion fills half; 3 and 4 were worse
MAX_ENLARGED = 1.5  # of the photo's own pixels; 2 was worse
LARGEST = 1.5  # of crop_px: how large a crop is shown to the network where the lesion is large
GAIN = 1.2  # least magnification over the search that is worth a look
MIDDLE = 0.7  # share of a crop in which another place counts as looked at with it
ALIKE = 0.6  # and its own crop would be at most 1 / ALIKE as fine


@dataclass(frozen=True)
class Window:
    """A box of the photo, px, and the size (h, w) at which the network sees it."""

    x: int
    y: int
    width: int
    height: int
    shape: tuple[int, int]

    @property
    def scale(self) -> float:
        """Network px per photo px."""
        return max(self.shape) / max(self.width, self.height)


@dataclass(frozen=True, eq=False)
class Crop:
    """What the network said in one window: (K, h, w) probabilities at the window's `shape`."""

    window: Window
    planes: Planes


def windows(
    found: Sequence[Place], searched: tuple[int, int], photo: tuple[int, int], crop_px: int
) -> tuple[list[Window], int]:
    """Windows for places in search px, coarsest first, and how many places got none for being too many.

    `searched` and `photo` are (h, w). A place that the search saw finely enough gets no window, nor one that
    lies in the middle of another's.
    """
    chosen: list[Window] = []
    left_out = 0
    for place in found:
        window = _window(place, searched, photo, crop_px)
        if window is None or any(_covers(other, place, window, searched, photo) for other in chosen):
            continue
        if len(chosen) >= MAX_CROPS:
            left_out += 1
            continue
        chosen.append(window)
    return sorted(chosen, key=lambda window: window.scale), left_out


def look_again(pixels: Pixels, run: Run, chosen: Sequence[Window]) -> list[Crop]:
    """The network's answer in each window."""
    pictures = [resized(pixels[w.y : w.y + w.height, w.x : w.x + w.width], w.shape) for w in chosen]
    return [Crop(window, planes) for window, planes in zip(chosen, infer(run, pictures), strict=True)]


def _window(place: Place, searched: tuple[int, int], photo: tuple[int, int], crop_px: int) -> Window | None:
    """The place's own window; None where the search was as fine."""
    ratio = searched[1] / photo[1], searched[0] / photo[0]
    coarse = max(searched) / max(photo)
    size = max(place.width / ratio[0], place.height / ratio[1])
    for pixels in (crop_px, LARGEST * crop_px):
        scale = min(pixels / (ROOM * size), MAX_ENLARGED)
        if scale >= GAIN * coarse:
            break
    else:
        return None
    side = max(1, round(pixels / scale))
    middle = (place.x + place.width / 2) / ratio[0], (place.y + place.height / 2) / ratio[1]
    width, height = min(side, photo[1]), min(side, photo[0])
    x = min(max(round(middle[0] - width / 2), 0), photo[1] - width)
    y = min(max(round(middle[1] - height / 2), 0), photo[0] - height)
    shape = max(1, round(height * scale)), max(1, round(width * scale))
    return Window(x, y, width, height, shape)


def _covers(
    other: Window, place: Place, own: Window, searched: tuple[int, int], photo: tuple[int, int]
) -> bool:
    if other.scale < ALIKE * own.scale:
        return False
    ratio = searched[1] / photo[1], searched[0] / photo[0]
    margin = (1 - MIDDLE) / 2
    # At the photo's edge a window has no rim that its network saw badly for want of surroundings.
    left = other.x + (margin * other.width if other.x > 0 else 0)
    top = other.y + (margin * other.height if other.y > 0 else 0)
    right = other.x + other.width * (1 - margin if other.x + other.width < photo[1] else 1)
    bottom = other.y + other.height * (1 - margin if other.y + other.height < photo[0] else 1)
    return (
        left <= place.x / ratio[0]
        and top <= place.y / ratio[1]
        and (place.x + place.width) / ratio[0] <= right
        and (place.y + place.height) / ratio[1] <= bottom
    )
