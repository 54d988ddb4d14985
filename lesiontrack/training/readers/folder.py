"""A plain folder of pictures and masks: what a lab has of its own."""

from __future__ import annotations

from pathlib import Path

from lesiontrack.errors import StudyError
from lesiontrack.study.csvfile import read_csv
from lesiontrack.training.dataset import LEARNED, Dataset, DataSetError
from lesiontrack.training.readers.pairs_of_files import mask_samples
from lesiontrack.training.readers.pictures import by_stem
from lesiontrack.training.readers.regions import UNSURE, class_named

_PLAIN = "lesion"
_LICENCES = ("LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE", "LICENCE.txt", "licence.txt", "license.txt")


def read(name: str, folder: Path) -> Dataset:
    """images/ with masks/<class>/ (skin, lesion, ulcer, obstruction, unsure), or masks/ of lesions, by stem.

    A picture is labelled for the classes that it has a mask of; an empty mask says that there is none.
    groups.csv (image, group) tells what belongs together (a patient); the first line of a file LICENSE is
    the licence.
    """
    for part in ("images", "masks"):
        if not (folder / part).is_dir():
            raise DataSetError(f"{folder} has no folder {part}/; a plain set is images/ and masks/<class>/")
    kinds = sorted(path for path in (folder / "masks").iterdir() if path.is_dir())
    plain = by_stem([folder / "masks"])
    if kinds and plain:
        raise DataSetError(f"{folder / 'masks'} has both masks and folders; put every mask in masks/<class>/")
    notes = []
    if kinds:
        found = {class_named(path.name, f"{folder / 'masks'}: folder"): by_stem([path]) for path in kinds}
    else:
        found = {_PLAIN: plain}
        notes.append(f"masks/ has no folders of classes: masks taken as {_PLAIN}")
    unsure = found.pop(UNSURE, {})
    masks = {kind: found[kind] for kind in LEARNED if kind in found}
    if not masks:
        raise DataSetError(f"{folder / 'masks'} has no masks of a class, one of {', '.join(LEARNED)}")
    groups = _groups(folder / "groups.csv")
    samples, more = mask_samples(name, by_stem([folder / "images"]), masks, unsure=unsure, group=groups.get)
    return Dataset(name, samples, tuple(masks), _licence(folder), "a folder of its owner's", (*notes, *more))


def _groups(path: Path) -> dict[str, str]:
    """Stem → group."""
    if not path.is_file():
        return {}
    try:
        table = read_csv(path)
    except StudyError as error:
        raise DataSetError(str(error)) from error
    for column in ("image", "group"):
        if column not in table.header:
            raise DataSetError(f"{path} has no column {column!r}; it needs image and group")
    image, group = table.header.index("image"), table.header.index("group")
    return {Path(cells[image]).stem: cells[group] for _, cells in table.rows if cells[group]}


def _licence(folder: Path) -> str:
    for file in _LICENCES:
        if (folder / file).is_file():
            lines = (folder / file).read_text(encoding="utf-8", errors="replace").split("\n")
            return next((line.strip()[:200] for line in lines if line.strip()), "not stated")
    return "not stated"
