"""PH2: 200 dermoscopic pictures with outlines (Mendonca et al. 2013). Labels lesion only."""

from __future__ import annotations

from pathlib import Path

from lesiontrack.training.dataset import Dataset, DataSetError
from lesiontrack.training.readers.pairs_of_files import mask_samples
from lesiontrack.training.readers.pictures import by_stem


def read(name: str, folder: Path) -> Dataset:
    """IMD002/IMD002_Dermoscopic_Image/IMD002.bmp and IMD002/IMD002_lesion/IMD002_lesion.bmp, at any depth."""
    images = by_stem(sorted(folder.rglob("*_Dermoscopic_Image")))
    masks = by_stem(sorted(folder.rglob("*_lesion")), strip="_lesion")
    if not images:
        raise DataSetError(f"{folder} has no folders IMD…_Dermoscopic_Image, as PH2 has")
    samples, notes = mask_samples(name, images, {"lesion": masks})
    return Dataset(
        name,
        samples,
        ("lesion",),
        "research and education only, on request (ADDI project, Universidade do Porto)",
        "PH2 (Mendonca et al. 2013), dermoscopy",
        tuple(notes),
    )
