"""Which photo, which place in it, at which scale: the examples that a training step sees.

Example k of a run is a function of the seed and k alone, so a run that was interrupted goes on with the same
examples, and any example can be looked at again.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler
from torchvision import tv_tensors

from lesiontrack.arrays import Pixels
from lesiontrack.training.assumptions import CLOSE_UPS, assumed
from lesiontrack.training.augment import training_transforms
from lesiontrack.training.dataset import LEARNED, UNLABELLED, Sample

# Share of the examples drawn for each class. Ulcers are small and many-faced; lesions mostly fill the frame.
CLASS_SHARES = {"skin": 0.1, "lesion": 0.25, "ulcer": 0.45, "obstruction": 0.2}
RENDERED_SHARE = 0.25  # of the examples of a class, where both real and rendered photos label it
OPEN = 0.5  # share of a photo from which on its unlabelled part is kept out of the middle of examples
ON_TARGET = 0.7  # share of the examples that are cut about a place of the drawn class, where there is one
LONGEST = 640  # px: larger photos are shrunk once, when read
KEPT = 4 * 2**30  # bytes of decoded photos that one process keeps; the others are read again
RENDERED = "phantom"
Pools = dict[str, tuple[list[int], list[int]]]  # class → places of the real and of the rendered samples


@dataclass(frozen=True)
class Recipe:
    """How examples are drawn. `shares` need not sum to 1; a class that no photo labels is left out."""

    side: int = 256
    shares: Mapping[str, float] = field(default_factory=lambda: dict(CLASS_SHARES))
    rendered_share: float = RENDERED_SHARE
    favoured: frozenset[str] = frozenset()  # data sets (of a fine-tuning) drawn half of the time


class Examples(Dataset[tuple[Tensor, Tensor]]):
    """Training examples: (3, side, side) uint8 RGB and (4, side, side) uint8 labels, 255 where unlabelled.

    Decoded photos are kept in memory, 2 MB each at 640 x 480 px, in every worker its own, up to `KEPT` bytes.
    """

    def __init__(self, samples: Sequence[Sample], *, seed: int, recipe: Recipe | None = None) -> None:
        if not samples:
            raise ValueError("no sample to train on; is everything in the validation and test parts?")
        self.samples = tuple(samples)
        self.seed = seed
        self.recipe = recipe if recipe is not None else Recipe()
        self._pools = _pools(self.samples, range(len(self.samples)))
        self._favoured = _pools(
            self.samples,
            [i for i, sample in enumerate(self.samples) if sample.dataset in self.recipe.favoured],
        )
        if not self._classes(self._pools):
            raise ValueError(
                f"no sample labels a class that is drawn ({', '.join(self.recipe.shares)}); "
                "add a data set that labels one, or change the shares"
            )
        self._room = KEPT
        self._kept: dict[int, tuple[Pixels, NDArray[np.uint8]]] = {}

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        rng = np.random.default_rng([self.seed, index])
        wanted, place = self._draw(rng)
        sample = self.samples[place]
        pixels, labels = self._read(place)
        torch.manual_seed(int(rng.integers(2**62)))
        centre, extent = _target(labels[LEARNED.index(wanted)], rng)
        transforms = training_transforms(
            self.recipe.side,
            centre=centre,
            extent=extent,
            close_up=sample.kind.startswith(CLOSE_UPS),
        )
        image = tv_tensors.Image(torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1))))
        image, mask = transforms(image, tv_tensors.Mask(torch.from_numpy(labels)))
        return image.as_subclass(Tensor), mask.as_subclass(Tensor)

    def _draw(self, rng: np.random.Generator) -> tuple[str, int]:
        pools = self._pools
        if self._classes(self._favoured) and rng.random() < 0.5:
            pools = self._favoured
        names = self._classes(pools)
        weights = np.array([self.recipe.shares[name] for name in names])
        wanted = names[int(rng.choice(len(names), p=weights / weights.sum()))]
        real, rendered = pools[wanted]
        pool = rendered if rendered and (not real or rng.random() < self.recipe.rendered_share) else real
        return wanted, pool[int(rng.integers(len(pool)))]

    def _classes(self, pools: Pools) -> list[str]:
        return [name for name in LEARNED if self.recipe.shares.get(name, 0) > 0 and name in pools]

    def _read(self, place: int) -> tuple[Pixels, NDArray[np.uint8]]:
        if place in self._kept:
            return self._kept[place]
        pixels, labels = shrunk(*self.samples[place].load(), limit=LONGEST)
        labels = assumed(labels, self.samples[place].kind)
        size = pixels.nbytes + labels.nbytes
        if size <= self._room:
            self._room -= size
            self._kept[place] = pixels, labels
        return pixels, labels


def shrunk(pixels: Pixels, labels: NDArray[np.uint8], *, limit: int) -> tuple[Pixels, NDArray[np.uint8]]:
    """Photo and labels with a long side of at most `limit` px."""
    height, width = pixels.shape[:2]
    ratio = limit / max(height, width)
    if ratio >= 1:
        return pixels, labels
    size = (max(round(width * ratio), 1), max(round(height * ratio), 1))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    # Exact: plain INTER_NEAREST takes a corner of each pixel's area, and labels lie half a pixel off.
    planes = [cv2.resize(plane, size, interpolation=cv2.INTER_NEAREST_EXACT) for plane in labels]
    return np.asarray(small, np.uint8), np.stack(planes).astype(np.uint8)


def _pools(samples: Sequence[Sample], places: Iterable[int]) -> Pools:
    pools: Pools = {}
    for place in places:
        rendered = samples[place].kind == RENDERED
        for name in samples[place].labelled:
            pools.setdefault(name, ([], []))[int(rendered)].append(place)
    return pools


def _target(
    plane: NDArray[np.uint8], rng: np.random.Generator
) -> tuple[tuple[float, float] | None, float | None]:
    """A place of the class in x, y and the size of the region around it; None, None for anywhere.

    Where most of the photo is unlabelled, as around a window that a reader drew in, anywhere is a labelled
    place without a size: most examples would teach nothing else.
    """
    if rng.random() >= ON_TARGET:
        return _anywhere(plane, rng), None
    count, _, stats, _ = cv2.connectedComponentsWithStats((plane == 1).astype(np.uint8))
    if count < 2:
        return _anywhere(plane, rng), None
    # Every region is as likely as the next, so that small ones are seen as well.
    x, y, width, height, _ = stats[1 + int(rng.integers(count - 1))]
    return (x + rng.random() * width, y + rng.random() * height), float(max(width, height))


def _anywhere(plane: NDArray[np.uint8], rng: np.random.Generator) -> tuple[float, float] | None:
    known = np.flatnonzero(plane != UNLABELLED)
    if not known.size or known.size > (1 - OPEN) * plane.size:
        return None
    y, x = divmod(int(known[int(rng.integers(known.size))]), plane.shape[1])
    return float(x), float(y)


class _From(Sampler[int]):
    """Indices from `start` on, `count` of them."""

    def __init__(self, start: int, count: int) -> None:
        self.start, self.count = start, count

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.start, self.start + self.count))

    def __len__(self) -> int:
        return self.count


def batches(
    examples: Examples, *, size: int, first_step: int, last_step: int, workers: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """Batches of the steps first_step .. last_step - 1: (N, 3, side, side) and (N, 4, side, side) uint8."""
    count = (last_step - first_step) * size
    loader: DataLoader[tuple[Tensor, Tensor]] = DataLoader(
        examples,
        batch_size=size,
        sampler=_From(first_step * size, count),
        num_workers=workers,
        # Spawned: OpenCV used in a parent process and then forked hangs.
        multiprocessing_context="spawn" if workers else None,
        prefetch_factor=4 if workers else None,
        worker_init_fn=_one_thread if workers else None,
    )
    yield from loader


def _one_thread(_: int) -> None:
    torch.set_num_threads(1)
    cv2.setNumThreads(1)


def fingerprint(samples: Sequence[Sample]) -> str:
    """Short hash of which samples, in order, with which classes labelled: a run is resumed on these only."""
    text = "\n".join(f"{sample.id} {','.join(sample.labelled)}" for sample in samples)
    return f"{zlib.crc32(text.encode()):08x}"
