"""A photo's masks by a network: searched small, looked at again in crops, put together at photo size."""

from __future__ import annotations

import numpy as np

from lesiontrack.arrays import Mask
from lesiontrack.photo import Photo
from lesiontrack.segmentation.canvas import Canvas, grow, to_lab
from lesiontrack.segmentation.layers import Layer, Segmentation
from lesiontrack.segmentation.network.combine import combine
from lesiontrack.segmentation.network.crops import MAX_CROPS, Crop, look_again, windows
from lesiontrack.segmentation.network.fusion import at_photo_size, layer, of_class
from lesiontrack.segmentation.network.modelfile import ModelFile
from lesiontrack.segmentation.network.search import FOUND, Searched, places, search
from lesiontrack.segmentation.network.session import open_session
from lesiontrack.segmentation.shades import erythema_and_depigmentation

AROUND_LESIONS = 0.006  # of the long side, beside lesions: not taken for healthy skin
LITTLE_SKIN = 0.02  # of the frame


class Network:
    """A model file as a segmenter."""

    def __init__(self, model: ModelFile) -> None:
        """Raises ModelError where ONNX Runtime refuses the file, or it does not do what it says."""
        self.model = model
        self._session = open_session(model)

    @property
    def id(self) -> str:
        return self.model.id

    @property
    def sha256(self) -> str:
        """Of the model file."""
        return self.model.sha256

    @property
    def about(self) -> str:
        """Sentences for the pages: what drew the outlines, and how far that was tested."""
        return f"Outlines come from a trained network, {self.id}. {self.model.not_validated}"

    def __call__(self, photo: Photo) -> Segmentation:
        """Independent masks of one photo. Raises ModelError where the network fails on it."""
        return combine(photo, self.alone(photo), self.model.classes)

    def alone(self, photo: Photo) -> Segmentation:
        """What the network says, with nothing of the colour-based method for what it learned."""
        shape = photo.height, photo.width
        searched = search(photo.pixels, self._session, self.model.search_px)
        found = places(self._likely(searched))
        chosen, left_out = windows(found, searched.pixels.shape[:2], shape, self.model.crop_px)
        crops = look_again(photo.pixels, self._session, chosen)
        layers = self._layers(searched, crops, shape)
        notes = []
        if "skin" in self.model.classes and self._plane(searched, "skin").mean() < LITTLE_SKIN:
            notes.append("no skin found")
        if not any((layers[name].values >= 128).any() for name in ("lesion", "ulcer") if name in layers):
            notes.append("no lesion found")
        if left_out:
            notes.append(f"{left_out} places beyond the first {MAX_CROPS} were not looked at closely")
        return Segmentation(shape, layers, self.id, tuple(notes))

    def _layers(self, searched: Searched, crops: list[Crop], shape: tuple[int, int]) -> dict[str, Layer]:
        layers: dict[str, Layer | None] = {
            name: layer(searched.planes[index], of_class(crops, index), shape)
            for index, name in enumerate(self.model.classes)
        }
        # Lesions and ulcers are skin by definition.
        parts = [there for name in ("skin", "lesion", "ulcer") if (there := layers.get(name)) is not None]
        if "skin" in self.model.classes and parts:
            layers["skin"] = _union(parts)
        inside = self._likely(searched) >= FOUND
        healthy = self._plane(searched, "skin") & ~self._plane(searched, "obstruction")
        lab = to_lab(searched.pixels)
        view = Canvas(searched.pixels, lab, max(inside.shape) / max(shape))
        shades = erythema_and_depigmentation(view, healthy & ~grow(inside, AROUND_LESIONS * view.size))
        layers["erythema"], layers["depigmentation"] = (at_photo_size(shade, shape) for shade in shades)
        return {name: there for name, there in layers.items() if there is not None}

    def _likely(self, searched: Searched) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        """(h, w) probability of lesion or ulcer, whichever is likelier."""
        indices = [self.model.classes.index(n) for n in ("lesion", "ulcer") if n in self.model.classes]
        likely: np.ndarray[tuple[int, int], np.dtype[np.float32]] = searched.planes[indices].max(0)
        return likely

    def _plane(self, searched: Searched, name: str) -> Mask:
        if name not in self.model.classes:
            return np.zeros(searched.planes.shape[1:], bool)
        mask: Mask = searched.planes[self.model.classes.index(name)] >= FOUND
        return mask


def _union(parts: list[Layer]) -> Layer:
    """The largest probability of several layers, in the smallest box that holds them."""
    x0, y0 = min(part.x for part in parts), min(part.y for part in parts)
    x1 = max(part.x + part.values.shape[1] for part in parts)
    y1 = max(part.y + part.values.shape[0] for part in parts)
    values = np.zeros((y1 - y0, x1 - x0), np.uint8)
    for part in parts:
        height, width = part.values.shape
        window = values[part.y - y0 : part.y - y0 + height, part.x - x0 : part.x - x0 + width]
        np.maximum(window, part.values, out=window)
    return Layer(x0, y0, values)
