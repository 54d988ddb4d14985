"""Sets of one picture and one mask file each: the step that all their readers share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from lesiontrack.training.dataset import DataSetError, Labels, Sample
from lesiontrack.training.readers.masks import MaskFiles
from lesiontrack.training.readers.pictures import Picture, paired, read_picture, refuse


def mask_samples(
    name: str,
    images: Mapping[str, Path],
    masks: Mapping[str, Mapping[str, Path]],
    *,
    unsure: Mapping[str, Path] | None = None,
    group: Callable[[str], str | None] = lambda stem: None,
) -> tuple[tuple[Sample, ...], list[str]]:
    """Samples of the stems that have a picture and a mask, and notes on the others.

    With several classes, a picture that lacks the mask of one is not labelled for it.

    Args:
        name: of the data set.
        images: stem → picture.
        masks: class → stem → mask file.
        unsure: stem → mask of pixels that can't be told.
        group: stem → what the set tells to keep together.

    Raises DataSetError where masks don't fit, or nothing is left.
    """
    notes: list[str] = []
    stems: set[str] = set()
    for kind in masks:
        both, lines = paired(images, masks[kind])
        stems |= set(both)
        notes += [line if len(masks) == 1 else f"{kind}: {line}" for line in lines]
    samples: list[Sample] = []
    problems: list[str] = []
    for stem in sorted(stems):
        files = {kind: files[stem] for kind, files in masks.items() if stem in files}
        labels = MaskFiles(tuple(files), tuple(files.values()), (unsure or {}).get(stem))
        try:
            picture = read_picture(images[stem])
        except DataSetError as error:
            problems.append(str(error))
            continue
        problems += labels.problems(picture)
        samples.append(make_sample(name, stem, picture, [labels], group(stem)))
    refuse(problems)
    if not samples:
        raise DataSetError(f"{name}: no picture with a mask of the same stem; " + "; ".join(notes))
    return tuple(samples), notes


def make_sample(
    name: str, stem: str, picture: Picture, labels: Sequence[Labels], group: str | None = None
) -> Sample:
    """A sample whose group is named within its data set."""
    named = None if group is None else f"{name}/{group}"
    return Sample(f"{name}/{stem}", name, picture.path, tuple(labels), named, plain=picture.plain)
