"""Colour cards: found or refused, held-out CIEDE2000 before and after, and what each method leaves on skin.

    python scripts/benchmark_colour.py DATA [--pictures DIR]

DATA holds the folders aruco_cards (with reference_values.csv) and colour_cards. Baseline: uncorrected.
Held-out: each patch is corrected by a fit that has not seen it (six folds).
"""

from __future__ import annotations

import argparse
import csv
import time
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from lesiontrack.colour import (
    ColourCorrection,
    correction_from_card,
    correction_from_white,
    estimate_correction,
)
from lesiontrack.colour.card import (
    REFERENCE_LAB_D50,
    REFERENCE_LINEAR,
    Card,
    delta_e_2000,
    find_cards,
    fit_colours,
    held_out_errors,
)
from lesiontrack.colour.cielab import linear_to_lab
from lesiontrack.photo import Photo, read_photo

cv2.setNumThreads(1)
LIGHT_SKIN, DARK_SKIN, RED, MODERATE_RED, WHITE = 1, 0, 14, 8, 18
SKIN_PATCHES = (DARK_SKIN, LIGHT_SKIN)
PAIRS = ((MODERATE_RED, LIGHT_SKIN), (RED, DARK_SKIN), (MODERATE_RED, DARK_SKIN))


def check_reference(path: Path) -> None:
    """The values in the code against the set's own file."""
    with path.open(newline="") as file:
        rows = {int(row["id"]): [float(row[f"Lab_{c}"]) for c in "lab"] for row in csv.DictReader(file)}
    worst = max(float(np.abs(REFERENCE_LAB_D50[index] - lab).max()) for index, lab in rows.items())
    print(f"reference_values.csv: {len(rows)} patches, largest difference to the code's {worst:.2f}\n")


def best_card(photo: Photo) -> Card | None:
    cards = find_cards(photo.pixels)
    cards = [card for card in cards if card.usable.sum() >= 18]
    return min(cards, key=lambda card: float(np.nanmedian(held_out_errors(card))), default=None)


def white_of(photo: Photo, card: Card) -> ColourCorrection:
    """The card's white patch, used as if it were a ruler."""
    mask = np.zeros(photo.pixels.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, np.round(card.patches[WHITE]).astype(np.int32), 1)
    return correction_from_white(photo, mask.astype(bool), min_pixels=50)


def skin_errors(photo: Photo, card: Card) -> dict[str, tuple[list[float], list[float]]]:
    """Per method: a* errors of the skin patches, and relative errors of a* differences between patches."""
    truth = linear_to_lab(REFERENCE_LINEAR)[:, 1]
    lights = {
        "uncorrected": np.eye(3),
        "constancy": estimate_correction(photo).matrix,
        "ruler white": (white := white_of(photo, card)).matrix,
    }
    found = {name: linear_to_lab(card.linear @ matrix.T)[:, 1] for name, matrix in lights.items()}
    if not white.calibrated:
        del found["ruler white"]
    found["card, held out"] = _held_out_a(card)
    result = {}
    for name, a in found.items():
        single = [float(a[i] - truth[i]) for i in SKIN_PATCHES if card.usable[i]]
        pairs = [
            float((a[i] - a[j]) / (truth[i] - truth[j]) - 1) for i, j in PAIRS if card.usable[[i, j]].all()
        ]
        result[name] = (single, pairs)
    return result


def _held_out_a(card: Card) -> NDArray[np.float64]:
    """a* of each patch by a fit without any of the patches that are judged."""
    judged = [*SKIN_PATCHES, RED, MODERATE_RED]
    a = np.full(24, np.nan)
    kept = card.usable.copy()
    kept[judged] = False
    fit = fit_colours(card.linear[kept], REFERENCE_LINEAR[kept])
    a[judged] = linear_to_lab(fit(card.linear[judged]))[:, 1]
    return a


def draw(photo: Photo, card: Card | None, correction: ColourCorrection, path: Path) -> None:
    before = photo.pixels.copy()
    colour = (0, 200, 0) if correction.calibrated else (220, 0, 0)
    width = max(1, max(before.shape) // 500)
    for quad in [] if card is None else card.patches:
        cv2.polylines(before, [np.round(quad).astype(np.int32)], True, colour, width)
    both = np.hstack([before, correction.apply(photo.pixels)])
    factor = min(1.0, 1200 / both.shape[1])
    cv2.imwrite(
        str(path), cv2.resize(both, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)[:, :, ::-1]
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--pictures", type=Path, help="folder for pictures of what was found")
    options = parser.parse_args()
    check_reference(options.data / "aruco_cards/reference_values.csv")
    if options.pictures:
        options.pictures.mkdir(parents=True, exist_ok=True)
    print(f"{'photo':34} {'result':8} patches uncorrected held out  tone     s  reason")
    befores, afters = [], []
    errors: dict[str, tuple[list[float], list[float]]] = {}
    for path in sorted(
        [*options.data.glob("aruco_cards/*.jpg"), *options.data.glob("colour_cards/*.[jp][pn]g")]
    ):
        photo = read_photo(path)
        started = time.perf_counter()
        correction = correction_from_card(photo)
        seconds = time.perf_counter() - started
        card = best_card(photo)
        before = after = float("nan")
        if card is not None:
            usable = card.usable
            before = float(np.median(delta_e_2000(card.linear[usable], REFERENCE_LINEAR[usable])))
            after = float(np.nanmedian(held_out_errors(card)))
        if correction.calibrated and card is not None:
            befores.append(before)
            afters.append(after)
            for name, (single, pairs) in skin_errors(photo, card).items():
                errors.setdefault(name, ([], []))
                errors[name][0].extend(single)
                errors[name][1].extend(pairs)
        count = 0 if card is None else int(card.usable.sum())
        told = "found" if correction.calibrated else "refused"
        print(
            f"{path.name:34} {told:8} {count:7} {before:11.1f} {after:8.1f}"
            f" {correction.tone:5.2f} {seconds:5.2f}  {'' if correction.calibrated else correction.reason}"
        )
        if options.pictures:
            draw(photo, card, correction, options.pictures / f"{path.parent.name}_{path.stem}.jpg")
    medians = f"uncorrected {np.median(befores):.1f}, corrected {np.median(afters):.1f}"
    print(f"\nmedian of {len(afters)} found: {medians} (CIEDE2000)")
    print("\nWhat each method leaves on skin-like patches (the patches judged are in no fit):")
    print(f"{'method':16} {'a* error, rms':>14} {'relative error of an a* difference, rms':>42} {'n':>4}")
    for name, (single, pairs) in errors.items():
        print(f"{name:16} {_rms(single):14.1f} {_rms(pairs):42.2f} {len(pairs):4}")


def _rms(values: list[float]) -> float:
    return float(np.sqrt(np.mean(np.square(values))))


if __name__ == "__main__":
    main()
