"""A segmenter over a set of labelled photos, by the path that a run takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lesiontrack.arrays import Pixels
from lesiontrack.photo import Photo
from lesiontrack.segmentation import Segmentation, Segmenter
from lesiontrack.training.dataset import LEARNED, Sample
from lesiontrack.training.evaluation.figures import Figures, figures_of, summed
from lesiontrack.training.evaluation.scores import PhotoScore, reliability, score_photo
from lesiontrack.training.evaluation.tone import NOMINAL, TONES, UNKNOWN, tone_named, typology_angle


@dataclass(frozen=True, eq=False)
class Evaluated:
    """One photo, what was labelled and what was marked, while both are at hand.

    `labels` is (4, H, W) uint8 in LEARNED order: 0, 1, or 255 where not labelled.
    """

    sample: Sample
    pixels: Pixels
    labels: NDArray[np.uint8]
    segmentation: Segmentation
    score: PhotoScore


@dataclass(frozen=True)
class Evaluation:
    """Scores of one segmenter on all photos, and the figures that follow from them.

    `model` is the id that the segmenter gave in its masks.
    """

    model: str
    photos: tuple[PhotoScore, ...]

    @property
    def datasets(self) -> tuple[str, ...]:
        return tuple(sorted({photo.dataset for photo in self.photos}))

    def of(self, dataset: str, name: str, *, tone: str = "") -> Figures:
        """Figures of one class of one data set, of one skin tone if given.

        Raises KeyError where the data set does not label the class.
        """
        photos = self._chosen(dataset, tone)
        if not any(photo.mask(name) for photo in self._chosen(dataset, "")):
            raise KeyError(f"no photo of {dataset!r} in this evaluation labels {name!r}")
        return figures_of(photos, name, dataset=dataset, tone=tone)

    def figures(self, *, by_tone: bool = True) -> list[Figures]:
        """By data set and class: over all skin tones, then each tone that there is, from light to dark."""
        rows = []
        for dataset in self.datasets:
            photos = self._chosen(dataset, "")
            for name in LEARNED:
                own = [photo for photo in photos if photo.mask(name)]
                tones = {photo.tone for photo in own} if by_tone else set()
                for tone in ("", *TONES, UNKNOWN):
                    if own and (not tone or tone in tones):
                        rows.append(self.of(dataset, name, tone=tone))
        return rows

    def seconds(self, dataset: str) -> float:
        """Mean processor time of a photo of this set."""
        return float(np.mean([photo.seconds for photo in self._chosen(dataset, "")]))

    def hidden(self, dataset: str) -> tuple[int, float]:
        """Obstruction pixels beside lesions; share of them marked as lesion or ulcer (NaN for none)."""
        photos = self._chosen(dataset, "")
        hidden = sum(photo.hidden for photo in photos)
        return hidden, sum(photo.hidden_marked for photo in photos) / hidden if hidden else float("nan")

    def table(self, *, by_tone: bool = True) -> str:
        """Plain text for a terminal."""
        from lesiontrack.training.evaluation.table import as_text

        return as_text(self, by_tone=by_tone)

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON: figures, reliability tables, times, and what every photo got."""
        curves = []
        for dataset in self.datasets:
            for name in LEARNED:
                counts = summed(self._chosen(dataset, ""), name)
                if counts is not None:
                    rows = [vars(row) for row in reliability([counts])]
                    curves.append({"dataset": dataset, "name": name, "rows": rows})
        sets = {}
        for dataset in self.datasets:
            pixels, share = self.hidden(dataset)
            sets[dataset] = {
                "photos": len(self._chosen(dataset, "")),
                "seconds": self.seconds(dataset),
                "obstruction_px": pixels,
                "obstruction_share_marked": share if pixels else None,
            }
        return {
            "model": self.model,
            "datasets": sets,
            "figures": [row.as_dict() for row in self.figures()],
            "reliability": curves,
            "photos": self.by_photo(),
            "notes": [NOMINAL],
        }

    def by_photo(self) -> list[dict[str, object]]:
        """One row for each photo and class."""
        return [
            {
                "id": photo.sample,
                "dataset": photo.dataset,
                "name": mask.name,
                "tone": photo.tone,
                "truth_px": mask.truth,
                "marked_px": mask.marked,
                "both_px": mask.both,
                "dice": mask.dice if mask.truth else None,
                "jaccard": mask.jaccard if mask.truth else None,
                "seconds": photo.seconds,
            }
            for photo in self.photos
            for mask in photo.masks
        ]

    def _chosen(self, dataset: str, tone: str) -> Sequence[PhotoScore]:
        return [photo for photo in self.photos if photo.dataset == dataset and tone in ("", photo.tone)]


def evaluate(
    segmenter: Segmenter,
    samples: Iterable[Sample],
    *,
    on_progress: Callable[[int, int], None] | None = None,
    on_photo: Callable[[Evaluated], None] | None = None,
) -> Evaluation:
    """Mark every photo and compare with its labels.

    Args:
        segmenter: a network, the method by colour, or any callable from Photo to Segmentation.
        samples: photos with labels that it did not learn from.
        on_progress: called with photos done and photos in all.
        on_photo: called with each photo once it is scored, for pictures and further figures.

    Raises ValueError without samples; DataSetError for a damaged photo; what the segmenter raises.
    """
    samples = tuple(samples)
    if not samples:
        raise ValueError("no sample to evaluate on; is the part that was chosen empty?")
    scores: list[PhotoScore] = []
    model = ""
    for done, sample in enumerate(samples, 1):
        pixels, labels = sample.load()
        photo = Photo(pixels, sha256="")
        start = time.process_time()
        segmentation = segmenter(photo)
        seconds = time.process_time() - start
        model = segmentation.model or model
        tone = tone_named(typology_angle(pixels, labels))
        score = score_photo(sample, labels, segmentation, tone=tone, seconds=seconds)
        scores.append(score)
        if on_photo is not None:
            on_photo(Evaluated(sample, pixels, labels, segmentation, score))
        if on_progress is not None:
            on_progress(done, len(samples))
    return Evaluation(model, tuple(scores))
