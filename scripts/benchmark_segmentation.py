"""Lesions and ulcers by colour on real photographs, against Otsu and GrabCut.

Usage: scripts/benchmark_segmentation.py DATA [--photos N] [--only SET] [--pictures DIR] [--no-baseline]

DATA (or the environment variable LESIONTRACK_DATA) holds any of
  nci_moles   close-ups of moles in pen rings, with a hand outline each (truth.csv): all photos
  fuseg       foot ulcers with masks: N photos drawn with a fixed seed (60)
  isic2017    dermoscopy with masks: N photos (60); the colour segmenter was not made for these

found     photos whose truth is met with a Dice above 0.3 (moles: by one region)
refused   photos in which nothing was marked
Dice      moles and dermoscopy: of the photo's best region; ulcers: pooled over all pixels of the set
LD error  relative error of the longest diameter, of the regions found
extra     regions beyond those that meet the truth, per photo
cover     share of LD errors within 2 of their own standard deviations
Baselines: Otsu on CIELAB lightness (moles, dermoscopy) or a* (ulcers) in the middle of the frame, largest
region; GrabCut from a rectangle over the same. Both always mark something.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from skimage.filters import threshold_otsu

from lesiontrack.arrays import AnyArray, Mask
from lesiontrack.diameters import longest_diameter
from lesiontrack.measurement import Lesion, find_lesions
from lesiontrack.photo import Photo, read_photo
from lesiontrack.segmentation import Segmentation, segment

MET = 0.3


@dataclass(frozen=True)
class Case:
    name: str
    photo: Photo
    truth: Mask
    diameter: float  # px


@dataclass(frozen=True)
class Outcome:
    """What one method marked in one photo. `marked` is the region compared with the truth."""

    case: Case
    marked: Mask
    regions: int
    diameter: float
    diameter_sd: float
    seconds: float

    @property
    def dice(self) -> float:
        both = float((self.marked & self.case.truth).sum())
        total = float(self.marked.sum() + self.case.truth.sum())
        return 2 * both / total if total else 1.0

    @property
    def error(self) -> float:
        return self.diameter / self.case.diameter - 1 if self.case.diameter else float("nan")


def moles(data: Path) -> Iterator[Case]:
    with (data / "nci_moles" / "truth.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            photo = read_photo(data / "nci_moles" / row["file"])
            points = np.array([[float(v) for v in pair.split()] for pair in row["polygon"].split(";")])
            truth = np.zeros((photo.height, photo.width), np.uint8)
            cv2.fillPoly(truth, [np.round(points).astype(np.int32)], 1)
            yield Case(Path(row["file"]).stem, photo, truth > 0, float(row["ld_px"]))


def masked(data: Path, name: str, count: int) -> Iterator[Case]:
    files = sorted((data / name / "images").iterdir())
    for path in sorted(random.Random(11).sample(files, min(count, len(files)))):
        mask = next((data / name / "masks").glob(f"{path.stem}*.png"))
        with Image.open(mask) as image:
            truth: Mask = np.asarray(image.convert("L")) > 127
        yield Case(path.stem, read_photo(path), truth, _diameter(truth))


def by_colour(case: Case, ulcers: bool) -> Outcome:
    start = time.process_time()
    found = segment(case.photo)
    lesions = find_lesions(found, None)
    seconds = time.process_time() - start
    if ulcers:
        marked = found.mask("ulcer")
        return Outcome(case, marked, int(marked.any()), _diameter(marked), float("nan"), seconds)
    wholes = [_whole(lesion, found) for lesion in lesions]
    if not wholes:
        return Outcome(case, np.zeros_like(case.truth), 0, float("nan"), float("nan"), seconds)
    best = max(range(len(wholes)), key=lambda i: float((wholes[i] & case.truth).sum()))
    lesion = lesions[best]
    return Outcome(
        case, wholes[best], len(wholes), lesion.longest_diameter_px, lesion.longest_diameter_px_sd, seconds
    )


def otsu(case: Case, ulcers: bool) -> Outcome:
    start = time.process_time()
    lab = cv2.cvtColor(case.photo.pixels.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    plane = lab[..., 1] if ulcers else -lab[..., 0]
    marked = np.zeros_like(case.truth)
    middle = _middle(case.truth.shape)
    marked[middle] = plane[middle] > threshold_otsu(plane[middle])  # type: ignore[no-untyped-call]
    return _plain(case, _largest(marked), start)


def grabcut(case: Case, ulcers: bool) -> Outcome:
    start = time.process_time()
    rows, columns = _middle(case.truth.shape)
    box = (columns.start, rows.start, columns.stop - columns.start, rows.stop - rows.start)
    labels = np.zeros(case.truth.shape, np.uint8)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(0)
    cv2.grabCut(case.photo.pixels[..., ::-1].copy(), labels, box, *models, 4, cv2.GC_INIT_WITH_RECT)
    return _plain(case, _largest((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)), start)


def _plain(case: Case, marked: Mask, start: float) -> Outcome:
    seconds = time.process_time() - start
    return Outcome(case, marked, int(marked.any()), _diameter(marked), float("nan"), seconds)


def _middle(shape: tuple[int, ...]) -> tuple[slice, slice]:
    rows, columns = (slice(side // 8, side - side // 8) for side in shape[:2])
    return rows, columns


def _largest(mask: Mask) -> Mask:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count < 2:
        return mask
    largest: Mask = labels == 1 + int(np.argmax(stats[1:, 4]))
    return largest


def _diameter(mask: Mask) -> float:
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return 0.0
    return longest_diameter(max(contours, key=len)[:, 0].astype(float))[0] + 1


def _whole(lesion: Lesion, found: Segmentation) -> Mask:
    mask = np.zeros(found.shape, bool)
    x, y = lesion.offset
    height, width = lesion.mask.shape
    mask[y : y + height, x : x + width] = lesion.mask
    return mask


def summary(name: str, method: str, outcomes: list[Outcome], ulcers: bool) -> str:
    dice = np.array([outcome.dice for outcome in outcomes])
    met = [outcome for outcome in outcomes if outcome.dice > MET]
    errors = np.abs([outcome.error for outcome in met]) if met else np.array([np.nan])
    both = sum(float((outcome.marked & outcome.case.truth).sum()) for outcome in outcomes)
    total = sum(float(outcome.marked.sum() + outcome.case.truth.sum()) for outcome in outcomes)
    refused = sum(outcome.regions == 0 for outcome in outcomes)
    extra = sum(max(outcome.regions - 1, 0) for outcome in outcomes) / len(outcomes)
    known = [outcome for outcome in met if np.isfinite(outcome.diameter_sd)]
    within = [abs(outcome.diameter - outcome.case.diameter) <= 2 * outcome.diameter_sd for outcome in known]
    sizes = f"{np.median(errors):>8.1%} {np.quantile(errors, 0.95):>7.1%}    "
    if ulcers:
        sizes = " " * len(sizes)
    cells = [
        f"{name:<10} {method:<9} {len(outcomes):>4} {len(met):>5} {refused:>7}",
        f"{np.median(dice):>7.3f} {dice.mean():>6.3f} {2 * both / max(total, 1):>6.3f}",
        "                     "
        if ulcers
        else f"{np.median(errors):>8.1%} {np.quantile(errors, 0.95):>7.1%}    ",
        f"{np.mean(within):>6.0%}" if within else "      ",
        f"{extra:>6.2f} {np.mean([outcome.seconds for outcome in outcomes]):>8.2f}",
    ]
    return " ".join(cells)


def picture(outcomes: list[Outcome], path: Path) -> None:
    """Contact sheet, worst first: truth green, what was marked yellow."""
    tiles = []
    for outcome in sorted(outcomes, key=lambda one: one.dice):
        image: AnyArray = outcome.case.photo.pixels.copy()
        for mask, colour in ((outcome.case.truth, (0, 220, 0)), (outcome.marked, (255, 230, 0))):
            contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
            cv2.drawContours(image, contours, -1, colour, max(1, round(max(image.shape) / 400)))
        ratio = 320 / max(image.shape[:2])
        image = cv2.resize(image, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA)
        tile: AnyArray = np.zeros((344, 324, 3), np.uint8)
        tile[20 : 20 + image.shape[0], : image.shape[1]] = image
        label = f"{outcome.case.name} Dice {outcome.dice:.2f}"
        cv2.putText(tile, label, (3, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (255, 255, 255), 1, cv2.LINE_AA)
        tiles.append(tile)
    while len(tiles) % 6:
        tiles.append(np.zeros_like(tiles[0]))
    sheet = np.vstack([np.hstack(tiles[i : i + 6]) for i in range(0, len(tiles), 6)])
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), sheet[..., ::-1])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, nargs="?", default=os.environ.get("LESIONTRACK_DATA"))
    parser.add_argument("--photos", type=int, default=60)
    parser.add_argument("--only", choices=("nci_moles", "fuseg", "isic2017"))
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--no-baseline", action="store_true")
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the data folder or set LESIONTRACK_DATA")
    data = Path(options.data)
    cv2.setNumThreads(1)
    methods: dict[str, Callable[[Case, bool], Outcome]] = {"colour": by_colour}
    if not options.no_baseline:
        methods |= {"otsu": otsu, "grabcut": grabcut}
    print("set        method    photos found refused Dice med   mean pooled", end="")
    print("  LD err med   95 %     cover  extra   CPU s")
    for name in ("nci_moles", "fuseg", "isic2017"):
        if not (data / name).is_dir() or options.only not in (None, name):
            continue
        ulcers = name == "fuseg"
        cases = list(moles(data) if name == "nci_moles" else masked(data, name, options.photos))
        for label, method in methods.items():
            outcomes = [method(case, ulcers) for case in cases]
            print(summary(name, label, outcomes, ulcers), flush=True)
            if label == "colour" and options.pictures:
                picture(outcomes, options.pictures / f"{name}.png")


if __name__ == "__main__":
    main()
