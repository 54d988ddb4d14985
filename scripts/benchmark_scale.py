"""Printed-ruler scale on real photographs: found, refused, wrong, errors and time, against a plain comb scan.

Usage: python scripts/benchmark_scale.py DATA [--pictures FOLDER] [--photos N] [--no-baseline]

DATA (or the environment variable LESIONTRACK_DATA) holds `nci_moles` (truth.csv with two hand-placed ruler
points each) and, where present, `fuseg/images` and `isic2017/images`, in which a scale is rarely given;
each photo that gets one is listed, to be looked at (some show a ruler or a dermatoscope's millimetre scale).

Rows:
  close-ups             nci_moles as they are
  half size, double     the same, resampled: rulers of 3.7 to 11, and of 15 to 46 px/mm
  12 MP corner          the close-up, at its own size, in the corner of a 12 MP picture of a room (from fuseg)
  baseline              the strongest comb over all angles, row by row (Fourier peak); it can't refuse
Errors are those of `Scale.at` in the middle between the two hand-placed points, against the mean px/mm
between them. Seconds are CPU seconds of one thread, photo already decoded. `sd cover` is the share of errors
within 2 px_per_mm_sd.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from lesiontrack.arrays import Pixels
from lesiontrack.photo import Photo, read_photo
from lesiontrack.scale import Scale, explain_scale
from lesiontrack.scale.ruler import working_grey

WRONG = 0.05


@dataclass(frozen=True)
class Case:
    """One photo with the truth in its own pixels (NaN: no ruler expected)."""

    name: str
    pixels: Pixels
    px_per_mm: float
    middle: tuple[float, float]


@dataclass(frozen=True)
class Outcome:
    case: Case
    scale: Scale | None
    why: str
    seconds: float

    @property
    def error(self) -> float:
        if self.scale is None:
            return float("nan")
        return self.scale.at(self.case.middle) / self.case.px_per_mm - 1


def close_ups(data: Path) -> list[Case]:
    cases = []
    with (data / "nci_moles" / "truth.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            x1, y1, x2, y2 = (float(row[key]) for key in ("x1", "y1", "x2", "y2"))
            pixels = read_photo(data / "nci_moles" / row["file"]).pixels
            cases.append(
                Case(Path(row["file"]).stem, pixels, float(row["px_per_mm"]), ((x1 + x2) / 2, (y1 + y2) / 2))
            )
    return cases


def resized(case: Case, factor: float) -> Case:
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    pixels = cv2.resize(case.pixels, None, fx=factor, fy=factor, interpolation=how)
    x, y = (factor * (v + 0.5) - 0.5 for v in case.middle)
    return Case(case.name, np.asarray(pixels), case.px_per_mm * factor, (x, y))


def in_corner(case: Case, room: Pixels, seed: int) -> Case:
    """The close-up in the lower right of a 12 MP JPEG."""
    size = (3000, 4000) if room.shape[0] > room.shape[1] else (4000, 3000)
    noise = np.random.default_rng(seed).normal(0, 4, (size[1], size[0], 1))
    large = np.clip(cv2.resize(room, size, interpolation=cv2.INTER_CUBIC) + noise, 0, 255).astype(np.uint8)
    h, w = case.pixels.shape[:2]
    y, x = large.shape[0] - h - 40, large.shape[1] - w - 30
    large[y : y + h, x : x + w] = case.pixels
    _, code = cv2.imencode(".jpg", large[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90])
    decoded = np.ascontiguousarray(cv2.imdecode(code, cv2.IMREAD_COLOR)[..., ::-1])
    return Case(case.name, decoded, case.px_per_mm, (case.middle[0] + x, case.middle[1] + y))


def plain_comb(photo: Photo) -> tuple[Scale | None, str]:
    """Baseline: the highest Fourier peak of any band of 8 rows at any of 90 angles, periods of 5 to 30 px."""
    grey = working_grey(photo.pixels)
    h, w = grey.shape
    side = int(np.hypot(h, w))
    best = (0.0, 1.0)
    for angle in range(0, 180, 2):
        turn = cv2.getRotationMatrix2D((w / 2, h / 2), angle, 1.0)
        turn[:, 2] += ((side - w) / 2, (side - h) / 2)
        turned = cv2.warpAffine(grey, turn, (side, side), borderMode=cv2.BORDER_REPLICATE)
        rows = turned[: side // 8 * 8].reshape(-1, 8, side).mean(axis=1)
        rows = rows - cv2.blur(rows, (31, 1))
        power = np.abs(np.fft.rfft(rows * np.hanning(side), n=8 * side, axis=1)) ** 2
        low, high = 8 * side // 30, 8 * side // 5
        row, peak = np.unravel_index(int(power[:, low:high].argmax()), power[:, low:high].shape)
        if power[row, low + peak] > best[0]:
            best = (float(power[row, low + peak]), 8 * side / (low + peak))
    return Scale(best[1], 0.05 * best[1], "baseline", (w / 2, h / 2)), "strongest comb"


def measure(
    cases: Iterable[Case], method: Callable[[Photo], tuple[Scale | None, str]], *, keep: bool = False
) -> list[Outcome]:
    """Outcomes; the pixels are dropped unless kept for pictures, as 12 MP photos would fill the memory."""
    outcomes = []
    for case in cases:
        photo = Photo(case.pixels, "0" * 64)
        start = time.process_time()
        scale, why = method(photo)
        seconds = time.process_time() - start
        kept = case if keep else replace(case, pixels=case.pixels[:1, :1].copy())
        outcomes.append(Outcome(kept, scale, why, seconds))
    return outcomes


def report(name: str, outcomes: list[Outcome]) -> None:
    given = [o for o in outcomes if o.scale is not None]
    errors = np.abs([o.error for o in given])
    seconds = np.array([o.seconds for o in outcomes])
    timing = f"{np.median(seconds):7.2f} {seconds.max():7.2f}"
    head = f"{name:24s} {len(outcomes):6d} {len(given):6d} {len(outcomes) - len(given):8d}"
    if not given or np.isnan(errors).any():
        print(f"{head} {'':6s} {'':8s} {'':8s} {'':8s} {timing}")
        return
    cover = np.mean(
        [
            e * o.case.px_per_mm <= 2 * o.scale.px_per_mm_sd
            for e, o in zip(errors, given, strict=True)
            if o.scale
        ]
    )
    median, high = 100 * np.quantile(errors, [0.5, 0.95])
    print(f"{head} {(errors > WRONG).sum():6d} {median:7.2f}% {high:7.2f}% {cover:8.0%} {timing}")


def save_worst(outcomes: list[Outcome], folder: Path, count: int = 10) -> None:
    """Pictures of the refused and then the largest errors, with the ticks that were read."""
    folder.mkdir(parents=True, exist_ok=True)
    ranked = sorted(outcomes, key=lambda o: -np.inf if o.scale is None else -abs(o.error))
    for rank, outcome in enumerate(ranked[:count], 1):
        save_picture(outcome, folder / f"worst_{rank:02d}_{outcome.case.name}.png")


def save_picture(outcome: Outcome, path: Path) -> None:
    factor = max(1, round(900 / max(outcome.case.pixels.shape[:2])))
    canvas = cv2.resize(outcome.case.pixels, None, fx=factor, fy=factor)[..., ::-1].copy()
    for x, y in outcome.scale.support if outcome.scale else ():
        cv2.circle(
            canvas, (round(factor * (x + 0.5) - 0.5), round(factor * (y + 0.5) - 0.5)), 3, (0, 255, 0), -1
        )
    canvas = cv2.copyMakeBorder(canvas, 0, 40, 0, 0, cv2.BORDER_CONSTANT)
    number = "" if outcome.scale is None else f"{outcome.scale.px_per_mm:.2f} px/mm, "
    error = "" if np.isnan(outcome.error) else f"{100 * outcome.error:+.2f} %, "
    cv2.putText(
        canvas,
        number + error + outcome.why,
        (4, canvas.shape[0] - 14),
        0,
        0.45,
        (0, 255, 255),
        1,
        cv2.LINE_AA,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), canvas)


def without_ruler(folder: Path, photos: int) -> Iterable[Case]:
    paths = sorted(folder.glob("*.jpg"))
    for path in paths[:: max(1, len(paths) // photos)]:
        yield Case(path.stem, read_photo(path).pixels, float("nan"), (0.0, 0.0))


def corner_cases(cases: list[Case], data: Path) -> Iterable[Case]:
    rooms = sorted((data / "fuseg" / "images").glob("*.jpg"))[5::90]
    for number, case in enumerate(cases[::3] if rooms else []):
        yield in_corner(case, read_photo(rooms[number % len(rooms)]).pixels, number)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", nargs="?", type=Path, default=os.environ.get("LESIONTRACK_DATA"))
    parser.add_argument(
        "--pictures", type=Path, help="folder for the worst ten and for every scale given without truth"
    )
    parser.add_argument(
        "--photos", type=int, default=300, help="photos of each set without rulers (default 300)"
    )
    parser.add_argument("--no-baseline", action="store_true", help="leave out the plain comb scan (slow)")
    options = parser.parse_args(argv)
    if options.data is None or not (Path(options.data) / "nci_moles" / "truth.csv").is_file():
        parser.error("DATA or LESIONTRACK_DATA must name the folder that holds nci_moles/truth.csv")
    data = Path(options.data)
    cv2.setNumThreads(1)
    cases = close_ups(data)
    print(
        f"{'':24s} {'photos':>6s} {'given':>6s} {'refused':>8s} {'wrong':>6s} {'median':>8s} {'95th':>8s}"
        f" {'sd cover':>8s} {'s':>7s} {'s max':>7s}"
    )
    if not options.no_baseline:
        report("baseline, close-ups", measure(cases, plain_comb))
    outcomes = measure(cases, explain_scale, keep=True)
    report("close-ups", outcomes)
    report("close-ups, half size", measure((resized(c, 0.5) for c in cases), explain_scale))
    report("close-ups, double", measure((resized(c, 2.0) for c in cases), explain_scale))
    corner = measure(corner_cases(cases, data), explain_scale)
    if corner:
        report("12 MP corner", corner)
    if options.pictures:
        save_worst(outcomes, options.pictures)
    for name in ("fuseg", "isic2017"):
        if not (data / name / "images").is_dir():
            continue
        found = measure(without_ruler(data / name / "images", options.photos), explain_scale, keep=True)
        report(f"{name}, no truth", found)
        for outcome in (o for o in found if o.scale is not None):
            print(f"    {outcome.case.name}: {outcome.why}")
            if options.pictures:
                save_picture(outcome, options.pictures / f"given_{name}_{outcome.case.name}.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
