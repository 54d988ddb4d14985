"""LabelMe: a JSON file of shapes beside each picture."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from lesiontrack.training.dataset import LEARNED, Dataset, DataSetError
from lesiontrack.training.readers.coco import find_image
from lesiontrack.training.readers.pairs_of_files import make_sample
from lesiontrack.training.readers.pictures import SUFFIXES, Picture, read_picture, refuse, size_problem
from lesiontrack.training.readers.regions import UNSURE, Region, Regions, class_named, polygon

_CORNERS = 72  # of the polygon that stands for a circle
_PSEUDO = ("__ignore__", "_background_")  # lines of labels.txt that are no class


def read(name: str, folder: Path) -> Dataset:
    """The JSON files in the folder and below; `imageData` is not read, the picture itself must be there.

    Labels are named as our classes, or "unsure". labels.txt (LabelMe's own, a label a line) tells which
    classes were labelled in all pictures; without it, those that occur.
    """
    files = sorted(path for path in folder.rglob("*.json") if not path.name.startswith("."))
    read_files: list[tuple[Path, Picture, tuple[tuple[str, Region], ...]]] = []
    problems: list[str] = []
    alone: list[str] = []
    for file in files:
        try:
            document = _document(file)
            path = _picture(file, document)
            if path is None:
                alone.append(file.relative_to(folder).as_posix())
                continue
            picture = read_picture(path)
            size = (document.get("imageHeight"), document.get("imageWidth"))
            if all(isinstance(side, int) for side in size):
                problems.append(size_problem(picture, size, what=str(file), upright=True))  # type: ignore[arg-type]
            read_files.append((file, picture, _regions(file, document, picture.shape)))
        except DataSetError as error:
            problems.append(str(error))
    refuse(problems)
    if not read_files:
        raise DataSetError(f"{folder} has no LabelMe JSON file with its picture")
    seen = {kind for _, _, regions in read_files for kind, _ in regions}
    classes = _listed(folder / "labels.txt") or tuple(kind for kind in LEARNED if kind in seen)
    unlisted = seen - set(classes) - {UNSURE}
    if unlisted or not classes:
        raise DataSetError(
            f"{folder}: shapes of {sorted(unlisted)}, which labels.txt doesn't list: {list(classes)}"
        )
    samples = []
    used = set()
    for file, picture, regions in read_files:
        stem = file.relative_to(folder).with_suffix("").as_posix()
        labels = Regions(classes, picture.shape, regions, classes, str(file))
        samples.append(make_sample(name, stem, picture, [labels]))
        used.add(picture.path.resolve())
    notes = []
    if alone:
        notes.append(f"{len(alone)} files of shapes without a picture left out: {', '.join(alone[:10])}")
    bare = [
        path.relative_to(folder).as_posix()
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in SUFFIXES and path.resolve() not in used
    ]
    if bare:
        notes.append(f"{len(bare)} pictures without a file of shapes left out: {', '.join(bare[:10])}")
    return Dataset(name, tuple(samples), classes, "not stated", "outlines drawn in LabelMe", tuple(notes))


def _document(file: Path) -> dict[str, Any]:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise DataSetError(f"{file} is no JSON: {error}") from error
    shapes = document.get("shapes") if isinstance(document, dict) else None
    if not isinstance(shapes, list) or not all(isinstance(shape, dict) for shape in shapes):
        raise DataSetError(f"{file} is no LabelMe file: `shapes` must be a list of objects")
    return dict(document)


def _picture(file: Path, document: Mapping[str, Any]) -> Path | None:
    named = find_image(file.parent, str(document.get("imagePath") or ""))
    if named is not None:
        return named
    beside = (file.with_suffix(suffix) for suffix in SUFFIXES)
    return next((path for path in beside if path.is_file()), None)


def _regions(
    file: Path, document: Mapping[str, Any], size: tuple[int, int]
) -> tuple[tuple[str, Region], ...]:
    regions = []
    for number, shape in enumerate(document["shapes"], 1):
        where = f"{file}, shape {number}"
        kind = class_named(shape.get("label"), where)
        try:
            region = _region(shape)
            region.fill(size)
        except DataSetError as error:
            raise DataSetError(f"{where} ({kind}): {error}") from error
        regions.append((kind, region))
    return tuple(regions)


def _region(shape: Mapping[str, Any]) -> Region:
    kind = shape.get("shape_type") or "polygon"
    points = shape.get("points")
    if kind == "polygon":
        return Region((polygon(points),))
    if kind not in ("rectangle", "circle", "mask"):
        raise DataSetError(f"a {kind} has no area; draw a polygon")
    try:
        (ax, ay), (bx, by) = np.asarray(points, float).tolist()
    except (TypeError, ValueError) as error:
        raise DataSetError(f"a {kind} has two points, not {points!r}") from error
    if kind == "rectangle":
        return Region((polygon([[ax, ay], [bx, ay], [bx, by], [ax, by]]),))
    if kind == "circle":
        turns = np.linspace(0, 2 * np.pi, _CORNERS, endpoint=False)
        radius = float(np.hypot(bx - ax, by - ay))
        return Region((polygon(np.column_stack([ax + radius * np.cos(turns), ay + radius * np.sin(turns)])),))
    try:
        with Image.open(
            BytesIO(base64.b64decode(str(shape.get("mask")), validate=True)), formats=("PNG",)
        ) as image:
            patch = np.asarray(image.convert("L")) > 0
    except (binascii.Error, ValueError, OSError) as error:
        raise DataSetError("its mask is no PNG in base64") from error
    return Region(patch=patch, corner=(round(min(ax, bx)), round(min(ay, by))))


def _listed(path: Path) -> tuple[str, ...]:
    if not path.is_file():
        return ()
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    named = {class_named(line, str(path)) for line in lines if line and line not in _PSEUDO}
    return tuple(kind for kind in LEARNED if kind in named)
