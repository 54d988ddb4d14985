"""Masks for HAM10000 (Tschandl et al. 2018, masks 2020): dermoscopy. Labels lesion only."""

from __future__ import annotations

from pathlib import Path

from lesiontrack.errors import StudyError
from lesiontrack.study.csvfile import read_csv
from lesiontrack.training.dataset import Dataset, DataSetError
from lesiontrack.training.readers.pairs_of_files import mask_samples
from lesiontrack.training.readers.pictures import by_stem

_IMAGES = ("images", "HAM10000_images*")
_MASKS = ("masks", "HAM10000_segmentations*")
_METADATA = ("HAM10000_metadata.csv", "HAM10000_metadata")


def read(name: str, folder: Path) -> Dataset:
    """HAM10000_images_part_1/ and _2/ (or images/), HAM10000_segmentations…/ (or masks/), *_segmentation.png.

    HAM10000_metadata.csv, where it is there, tells which pictures show one lesion.
    """
    images = sorted(path for pattern in _IMAGES for path in folder.glob(pattern) if path.is_dir())
    masks = sorted(path for pattern in _MASKS for path in folder.glob(pattern) if path.is_dir())
    if not images or not masks:
        raise DataSetError(
            f"{folder} has no {'pictures' if not images else 'masks'} as HAM10000 lays them: "
            "HAM10000_images_part_1/, …_2/ and HAM10000_segmentations_lesion_tschandl/"
        )
    lesions = next((_lesions(folder / file) for file in _METADATA if (folder / file).is_file()), {})
    samples, notes = mask_samples(
        name, by_stem(images), {"lesion": by_stem(masks, strip="_segmentation")}, group=lesions.get
    )
    if not lesions:
        notes.append(
            "no HAM10000_metadata.csv: pictures of one lesion are known only as far as they look alike"
        )
    return Dataset(
        name,
        samples,
        ("lesion",),
        "CC-BY-NC-4.0",
        "HAM10000 (Tschandl et al. 2018), dermoscopy",
        tuple(notes),
    )


def _lesions(path: Path) -> dict[str, str]:
    """Picture → lesion."""
    try:
        table = read_csv(path)
    except StudyError as error:
        raise DataSetError(str(error)) from error
    for column in ("image_id", "lesion_id"):
        if column not in table.header:
            raise DataSetError(f"{path} has no column {column!r}, as HAM10000_metadata has")
    image, lesion = table.header.index("image_id"), table.header.index("lesion_id")
    return {cells[image]: cells[lesion] for _, cells in table.rows if cells[lesion]}
