"""ISIC challenges 2016, 2017 and 2018, task 1: dermoscopy with outlines by experts. Label lesion only."""

from __future__ import annotations

from pathlib import Path

from lesiontrack.training.dataset import Dataset, DataSetError
from lesiontrack.training.readers.pairs_of_files import mask_samples
from lesiontrack.training.readers.pictures import by_stem

_IMAGES = ("images", "*_Data", "*_Data/*_Data", "*_Data_*", "*_Input", "*_Input/*_Input")
_MASKS = ("masks", "*GroundTruth", "*GroundTruth/*GroundTruth", "*GroundTruth_*")
# As the challenge's data page states them.
_LICENCES = {"isic2016": "CC0-1.0", "isic2017": "CC0-1.0", "isic2018": "CC-BY-NC-4.0"}


def read(name: str, folder: Path, *, kind: str) -> Dataset:
    """images/ and masks/, or the folders of the challenge's archives, with _segmentation.png masks.

    `kind` is isic2016, isic2017 or isic2018. Of the official folders several parts may lie side by side.
    """
    images = _folders(folder, _IMAGES)
    masks = _folders(folder, _MASKS)
    if not images or not masks:
        raise DataSetError(
            f"{folder} has no {'pictures' if not images else 'masks'} as ISIC task 1 lays them: "
            "images/ and masks/, or e.g. ISIC-2017_Training_Data/ and ISIC-2017_Training_Part1_GroundTruth/"
        )
    found = by_stem(masks, strip="_segmentation") or by_stem(masks)
    samples, notes = mask_samples(name, by_stem(images, skip="_superpixels$"), {"lesion": found})
    return Dataset(
        name,
        samples,
        ("lesion",),
        _LICENCES[kind] + " (challenge data page; the ISIC archive's terms hold beside it)",
        f"ISIC challenge {kind[4:]}, task 1 (Codella et al.), dermoscopy",
        tuple(notes),
    )


def _folders(folder: Path, patterns: tuple[str, ...]) -> list[Path]:
    found = {path for pattern in patterns for path in folder.glob(pattern) if path.is_dir()}
    return sorted(found)
