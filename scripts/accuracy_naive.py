"""The naive baseline: SIFT and a homography on the whole frame, Otsu's threshold on CIELAB lightness.

It is given what it can't do by itself: the true px/mm in the middle of the frame. Lesions are all regions
darker than Otsu's threshold, of at least 3 mm², that leave the frame's border free; skin is the largest
region above Otsu's threshold of a*. A photo is registered to the first one from 12 inliers on; lesions are
the same within 5 mm, else new. Redness is the mean a* outside the lesions minus that of the first photo. It
has no ulcers, no obstructions and no errors, and calls everything evaluable.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from accuracy_runs import swap_pairs
from accuracy_seen import Found, Seen, Sighting, write_masks
from accuracy_truth import PhotoTruth, Truth, derived_tables, expected_of
from skimage.filters import threshold_otsu

from lesiontrack.arrays import AnyArray, Mask, Matrix
from lesiontrack.colour.cielab import srgb_to_lab
from lesiontrack.diameters import longest_diameter
from lesiontrack.photo import read_photo
from lesiontrack.registration.geometry import apply_matrix
from lesiontrack.scale import Scale
from lesiontrack.tables import frame

MIN_MM2 = 3.0
SAME_MM = 5.0
MIN_INLIERS = 12
RATIO = 0.75


@dataclass(frozen=True, eq=False)
class _Region:
    xy: tuple[float, float]
    area_mm2: float
    longest_mm: float


@dataclass(eq=False)
class _Features:
    points: AnyArray
    descriptors: AnyArray | None


def run_naive(out: Path, truth: Truth) -> Found:
    """Everything that the baseline says of the study in `out`."""
    folder = out / "naive"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    seen: dict[str, Seen] = {}
    sightings: list[Sighting] = []
    rows: list[dict[str, Any]] = []
    places = sorted({(photo.patient, photo.site) for photo in truth.photos.values()})
    for place in places:
        series = sorted(
            (photo for photo in truth.photos.values() if (photo.patient, photo.site) == place),
            key=lambda photo: photo.day,
        )
        _follow(out / "study", folder, series, truth, seen, sightings, rows)
    tables = derived_tables(frame("observations", rows), out / "study", truth.protocol)
    swaps = []
    for patient, kind, moving, fixed in swap_pairs(out):
        matrix = homography(features(_grey(moving)), features(_grey(fixed)))
        joined = matrix is not None
        swaps.append(
            {"patient": patient, "kind": kind, "joined": joined, "aligned": joined, "method": "sift"}
        )
    return Found(seen, sightings, tables, swaps)


def _follow(
    study: Path,
    folder: Path,
    series: Sequence[PhotoTruth],
    truth: Truth,
    seen: dict[str, Seen],
    sightings: list[Sighting],
    rows: list[dict[str, Any]],
) -> None:
    """One site: its photos in time order."""
    first = series[0]
    start: _Features | None = None
    redness_then = 0.0
    tracks: list[tuple[float, float]] = []  # in the first photo
    for photo in series:
        pixels = read_photo(study / photo.photo).pixels
        lab = srgb_to_lab(pixels)
        middle = ((pixels.shape[1] - 1) / 2, (pixels.shape[0] - 1) / 2)
        scale = Scale(float(photo.px_per_mm(np.array([middle]))[0]), 0.0, "stated", middle)
        lesions, regions = dark_regions(lab[..., 0], scale.px_per_mm)
        path = folder / f"{photo.photo.replace('/', '_')}.png"
        write_masks(path, {"skin": _largest(_above(lab[..., 1])), "lesion": lesions})
        found = features(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))
        redness = float(lab[..., 1][~lesions].mean())
        if start is None:
            start, redness_then = found, redness
        matrix = np.eye(3) if photo is first else homography(found, start)
        seen[photo.photo] = Seen(
            photo.photo, True, scale, first.photo, matrix is not None, matrix is not None, "sift",
            np.eye(3) if matrix is None else matrix, path, ("skin", "lesion"),
        )  # fmt: skip
        if matrix is None:
            continue
        common = {
            "patient": photo.patient,
            "site": photo.site,
            "visit": photo.visit,
            "study_day": photo.day,
            "day_zero": "treatment_start",
            "photo": photo.photo,
            "evaluable": True,
            "review_status": "unreviewed",
            **expected_of(redness - redness_then if photo is not first else None, photo.day, truth.protocol),
        }
        known = len(tracks)
        named = _name(regions, matrix, tracks, SAME_MM * seen[first.photo].scale.px_per_mm)  # type: ignore[union-attr]
        for index, position in enumerate(tracks):
            region = named.get(index)
            status = "not_visible" if region is None else "present"
            if index >= known and photo is not first:
                status = "new_candidate"
            size = (0.0, 0.0) if region is None else (region.area_mm2, region.longest_mm)
            sizes = {"area_mm2": size[0], "longest_diameter_mm": size[1], "ulcer_area_mm2": 0.0}
            lesion = f"L{index + 1:02d}"
            rows.append({**common, "lesion": lesion, "status": status, **sizes})
            back = apply_matrix(np.linalg.inv(matrix), np.array([position]))[0]
            xy = (float(back[0]), float(back[1])) if region is None else region.xy
            sightings.append(
                Sighting(photo.patient, photo.site, lesion, photo.visit, photo.photo, xy, region is not None)
            )


def _name(
    regions: Sequence[_Region], matrix: Matrix, tracks: list[tuple[float, float]], near: float
) -> dict[int, _Region]:
    """Track index → region; regions that are near no free track become tracks."""
    named: dict[int, _Region] = {}
    for region in sorted(regions, key=lambda region: -region.area_mm2):
        at = apply_matrix(matrix, np.array([region.xy]))[0]
        away = [float(np.hypot(*np.subtract(at, track))) for track in tracks]
        free = [index for index in np.argsort(away) if index not in named and away[index] <= near]
        if free:
            named[int(free[0])] = region
        else:
            tracks.append((float(at[0]), float(at[1])))
            named[len(tracks) - 1] = region
    return named


def dark_regions(lightness: AnyArray, px_per_mm: float) -> tuple[Mask, list[_Region]]:
    """Regions below Otsu's threshold of L* that are large enough and leave the border free."""
    dark = (lightness <= threshold_otsu(lightness)).astype(np.uint8)
    count, labels, stats, centres = cv2.connectedComponentsWithStats(dark)
    height, width = dark.shape
    mask = np.zeros(dark.shape, bool)
    regions = []
    for label in range(1, count):
        x, y, w, h, area = stats[label]
        if area < MIN_MM2 * px_per_mm**2 or min(x, y) == 0 or x + w == width or y + h == height:
            continue
        part = labels == label
        mask |= part
        contours, _ = cv2.findContours(part.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        longest = longest_diameter(contours[0][:, 0].astype(np.float64))[0] + 1
        centre = (float(centres[label][0]), float(centres[label][1]))
        regions.append(_Region(centre, float(area) / px_per_mm**2, longest / px_per_mm))
    return mask, regions


def _above(plane: AnyArray) -> Mask:
    return np.asarray(plane > threshold_otsu(plane))


def _largest(mask: Mask) -> Mask:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    return np.asarray(labels == 1 + int(np.argmax(stats[1:, 4]))) if count > 1 else mask


def _grey(path: Path) -> AnyArray:
    return np.asarray(cv2.cvtColor(read_photo(path).pixels, cv2.COLOR_RGB2GRAY))


def features(grey: AnyArray) -> _Features:
    points, descriptors = cv2.SIFT.create(nfeatures=4000).detectAndCompute(grey, None)
    return _Features(np.array([point.pt for point in points]), descriptors)


def homography(moving: _Features, fixed: _Features) -> Matrix | None:
    """Ratio test, MAGSAC at 4 px; None below MIN_INLIERS."""
    if (
        moving.descriptors is None
        or fixed.descriptors is None
        or min(len(moving.points), len(fixed.points)) < 4
    ):
        return None
    pairs = cv2.BFMatcher().knnMatch(moving.descriptors, fixed.descriptors, k=2)
    matches = [m for m, n in pairs if m.distance < RATIO * n.distance]
    if len(matches) < 4:
        return None
    here = moving.points[[m.queryIdx for m in matches]]
    there = fixed.points[[m.trainIdx for m in matches]]
    matrix, inliers = cv2.findHomography(here, there, cv2.USAC_MAGSAC, 4.0, maxIters=5000)
    return None if matrix is None or int(inliers.sum()) < MIN_INLIERS else np.asarray(matrix, float)
