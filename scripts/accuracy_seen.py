"""What a method saw on each photo of a study, kept in a folder so that a second run only scores."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd

from lesiontrack.arrays import Mask, Matrix, Points
from lesiontrack.registration.geometry import apply_matrix
from lesiontrack.scale import Scale

BITS = {"skin": 1, "lesion": 2, "ulcer": 4, "obstruction": 8}


@dataclass(frozen=True)
class Seen:
    """One photo.

    Attributes:
        evaluable: the photo may be measured at all.
        reference: the photo that it is registered to.
        joined, aligned: whether its registration was accepted, and carries skin positions.
        matrix: (3, 3) its points → the reference photo's.
        masks: PNG with BITS a class; `classes` are those that the method draws.
    """

    photo: str
    evaluable: bool
    scale: Scale | None
    reference: str
    joined: bool
    aligned: bool
    method: str
    matrix: Matrix
    masks: Path
    classes: Sequence[str] = tuple(BITS)

    def mask(self, name: str) -> Mask:
        bits = cv2.imread(str(self.masks), cv2.IMREAD_UNCHANGED)
        if bits is None:
            raise FileNotFoundError(f"{self.masks} can't be read; run again with --fresh")
        return np.asarray(bits & BITS[name], bool)

    def map_points(self, points: Points) -> Points:
        return apply_matrix(self.matrix, points)


@dataclass(frozen=True)
class Sighting:
    """Where a method says that a lesion is on a photo; `seen`: it drew an outline there."""

    patient: str
    site: str
    lesion: str
    visit: str
    photo: str
    xy: tuple[float, float]
    seen: bool


@dataclass(frozen=True, eq=False)
class Found:
    """All that a method says of a study.

    `tables` holds observations, flags, lesion_responses and visit_responses; `swaps` a row for each photo
    that was put where it doesn't belong: kind ("patient", "site"), joined, aligned, method.
    """

    seen: Mapping[str, Seen]
    sightings: Sequence[Sighting]
    tables: Mapping[str, pd.DataFrame]
    swaps: Sequence[Mapping[str, Any]] = field(default=())


def write_seen(folder: Path, seen: Sequence[Seen]) -> None:
    rows = []
    for one in seen:
        scale = one.scale
        rows.append(
            {
                "photo": one.photo,
                "evaluable": one.evaluable,
                "scale": None
                if scale is None
                else {
                    "px_per_mm": scale.px_per_mm,
                    "px_per_mm_sd": scale.px_per_mm_sd,
                    "method": scale.method,
                    "origin": list(scale.origin),
                    "gradient": list(scale.gradient),
                    "support": np.asarray(scale.support, float).tolist(),
                    "assumed_unit": scale.assumed_unit,
                },
                "reference": one.reference,
                "joined": one.joined,
                "aligned": one.aligned,
                "method": one.method,
                "matrix": np.asarray(one.matrix).tolist(),
                "masks": one.masks.name,
                "classes": list(one.classes),
            }
        )
    (folder / "seen.json").write_text(json.dumps(rows), encoding="utf-8")


def read_seen(folder: Path) -> dict[str, Seen]:
    found = {}
    for row in json.loads((folder / "seen.json").read_text(encoding="utf-8")):
        scale = row.pop("scale")
        if scale is not None:
            scale |= {
                "origin": tuple(scale["origin"]),
                "gradient": tuple(scale["gradient"]),
                "support": tuple(map(tuple, scale["support"])),
            }
        row |= {"masks": folder / row["masks"], "matrix": np.array(row["matrix"], float)}
        found[row["photo"]] = Seen(scale=Scale(**scale) if scale else None, **row)
    return found


def write_masks(path: Path, masks: Mapping[str, Mask]) -> None:
    bits = np.zeros(next(iter(masks.values())).shape, np.uint8)
    for name, mask in masks.items():
        bits |= mask.astype(np.uint8) * np.uint8(BITS[name])
    cv2.imwrite(str(path), bits)
