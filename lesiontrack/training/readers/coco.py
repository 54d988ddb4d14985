"""COCO JSON: outlines of several classes over pictures that may lie elsewhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lesiontrack.training.dataset import LEARNED, Dataset, DataSetError, Sample
from lesiontrack.training.readers.pairs_of_files import make_sample
from lesiontrack.training.readers.pictures import SUFFIXES, read_picture, refuse, size_problem
from lesiontrack.training.readers.regions import UNSURE, Region, Regions, class_named, polygon
from lesiontrack.training.readers.shapes import decode_rle

COMPLETE = "labelled"  # key of `info`


def read(name: str, place: Path) -> Dataset:
    """A JSON file, a folder with one JSON file, or JSON@FOLDER where the pictures lie under FOLDER.

    Categories are named as our classes; "unsure" marks pixels that none of the file's classes is told for.
    `info.labelled` lists the classes that every picture labels completely (default: all categories); of the
    others only the outlines count. A picture entry may have a `group` (patient). Outlines follow COCO: pixel
    corners at whole numbers.
    """
    file, folder = _place(place)
    document = _document(file)
    categories = _categories(file, document)
    classes = tuple(kind for kind in LEARNED if kind in categories.values())
    info = document.get("info") or {}
    complete = _complete(file, info, classes)
    by_image: dict[Any, list[Mapping[str, Any]]] = {}
    known = {entry.get("id") for entry in document["images"]}
    for annotation in document["annotations"]:
        if annotation.get("image_id") not in known:
            raise DataSetError(
                f"{file}: annotation {annotation.get('id')} is for picture {annotation.get('image_id')!r}, "
                "which `images` doesn't have"
            )
        by_image.setdefault(annotation["image_id"], []).append(annotation)
    samples: list[Sample] = []
    problems: list[str] = []
    missing: list[str] = []
    for entry in document["images"]:
        path = find_image(folder, str(entry.get("file_name", "")))
        if path is None:
            missing.append(str(entry.get("file_name", "")))
            continue
        try:
            picture = read_picture(path)
            size = (int(entry.get("height") or picture.shape[0]), int(entry.get("width") or picture.shape[1]))
            where = f"{file.name}: {path.name}"
            problems.append(size_problem(picture, size, what=f"{file.name}: {entry['file_name']}"))
            regions = tuple(
                (categories[annotation["category_id"]], _region(annotation, size, where))
                for annotation in by_image.get(entry["id"], [])
            )
        except DataSetError as error:
            problems.append(str(error))
            continue
        group = entry.get("group")
        labels = Regions(classes, size, regions, complete, where)
        stem = Path(str(entry["file_name"])).with_suffix("").as_posix()
        samples.append(make_sample(name, stem, picture, [labels], None if group is None else str(group)))
    refuse(problems)
    notes = []
    if missing:
        named = ", ".join(missing[:10]) + (", …" if len(missing) > 10 else "")
        notes.append(f"{len(missing)} pictures not found under {folder.name}/ left out: {named}")
    if not samples:
        raise DataSetError(
            f"{file}: none of its {len(missing)} pictures lies under {folder}; name it as FILE@FOLDER"
        )
    licences = [str(entry["name"]) for entry in document.get("licenses") or [] if entry.get("name")]
    source = str(info.get("description") or "COCO JSON")
    return Dataset(name, tuple(samples), classes, "; ".join(licences) or "not stated", source, tuple(notes))


def find_image(folder: Path, name: str) -> Path | None:
    """The picture of that name under the folder: as it is, by its last part, or in images/."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    for candidate in (folder / name, folder / last, folder / "images" / last):
        if candidate.suffix.lower() in SUFFIXES and candidate.is_file():
            return candidate
    return None


def _place(place: Path) -> tuple[Path, Path]:
    """The JSON file and the folder of its pictures."""
    text = str(place)
    if not place.exists() and "@" in text:
        before, _, after = text.rpartition("@")
        file, folder = Path(before), Path(after)
        if not folder.is_dir():
            raise DataSetError(
                f"{after} (after @) is no folder; the pictures of {before} are looked for there"
            )
    else:
        file, folder = place, place if place.is_dir() else place.parent
    if file.is_dir():
        found = sorted(file.glob("*.json")) or sorted(file.glob("annotations/*.json"))
        if len(found) != 1:
            raise DataSetError(f"{file} has {len(found)} JSON files; name the one that is meant")
        file = found[0]
    if not file.is_file():
        raise DataSetError(f"{file} does not exist; name a COCO JSON file, or FILE@FOLDER-OF-PICTURES")
    return file, folder


def _document(file: Path) -> dict[str, Any]:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise DataSetError(f"{file} is no JSON: {error}") from error
    for key in ("images", "annotations", "categories"):
        entries = document.get(key) if isinstance(document, dict) else None
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise DataSetError(f"{file} is no COCO file: `{key}` must be a list of objects")
    return dict(document)


def _categories(file: Path, document: Mapping[str, Any]) -> dict[Any, str]:
    """Category id → class or "unsure"."""
    categories = {}
    for entry in document["categories"]:
        categories[entry.get("id")] = class_named(entry.get("name"), f"{file}: category")
    if not set(categories.values()) - {UNSURE}:
        raise DataSetError(f"{file} has no category; at least one of {', '.join(LEARNED)} is needed")
    for annotation in document["annotations"]:
        if annotation.get("category_id") not in categories:
            raise DataSetError(
                f"{file}: annotation {annotation.get('id')} has category {annotation.get('category_id')!r}, "
                "which `categories` doesn't have"
            )
    return categories


def _complete(file: Path, info: Mapping[str, Any], classes: tuple[str, ...]) -> tuple[str, ...]:
    said = info.get(COMPLETE)
    if said is None:
        return classes
    if not isinstance(said, list) or not set(said) <= set(classes):
        raise DataSetError(
            f"{file}: info.{COMPLETE} is {said!r}; it lists classes of `categories`: {list(classes)}"
        )
    return tuple(kind for kind in classes if kind in said)


def _region(annotation: Mapping[str, Any], shape: tuple[int, int], where: str) -> Region:
    shown = annotation.get("segmentation")
    try:
        if isinstance(shown, dict):
            size = tuple(shown.get("size") or ())
            if size != shape:
                raise DataSetError(f"its size {list(size)} is not [height, width] = {list(shape)}")
            counts = shown.get("counts")
            kept = counts if isinstance(counts, str) else tuple(counts or ())
            decode_rle(kept, shape)
            return Region(counts=kept)
        if not isinstance(shown, list) or not shown:
            raise DataSetError("it has neither outlines nor run lengths; boxes alone can't be learned from")
        return Region(tuple(polygon(flat) for flat in shown))
    except DataSetError as error:
        raise DataSetError(f"{where}, annotation {annotation.get('id')}: {error}") from error
