"""Skin, lesion, ulcer and obstruction masks of our network, the method by colour, Otsu and GrabCut.

Usage: scripts/benchmark_segmentation.py DATA [--model FILE] [--split CSV] [--phantom FOLDER] [--photos N]
                                         [--only SET] [--pictures DIR] [--no-baseline]

DATA (or the environment variable LESIONTRACK_DATA) holds any of
  fuseg       foot ulcers with masks: the split's test part
  outlines    those photos of it that models/outlines/fuseg.json outlines: skin, obstruction, ulcer
  isic2017    dermoscopy with lesion masks: the split's test part; the method by colour was not made for it
  nci_moles   close-ups of moles in pen rings, each with a hand outline (truth.csv); nothing learns from them
--phantom names a study rendered by `lesiontrack phantom`: all classes, exactly.

The split is that of the shipped model (models/*.split.csv), else groups by hash: then a model may have
learned from what is called test here. Of each set N photos are drawn with a fixed seed (60; 0: all); outlines
and moles are few and always complete. All methods see the same photos. Seconds are of one core, photo already
decoded.
--pictures: the worst twenty by set and class; truth green, marked yellow, probability 0.25 thin orange.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import cv2
import numpy as np
from segmentation_baselines import grabcut, otsu
from segmentation_moles import HEAD as MOLES_HEAD
from segmentation_moles import LEGEND as MOLES_LEGEND
from segmentation_moles import Mole, look, row
from segmentation_pictures import Tile, tiles, write_worst
from segmentation_sets import SETS, Outline, samples_of

from lesiontrack.photo import Photo
from lesiontrack.segmentation import Segmenter
from lesiontrack.segmentation.choice import COLOUR, ByColour, choose_model
from lesiontrack.training.dataset import LEARNED, Sample
from lesiontrack.training.evaluation import NOMINAL, TONES, Evaluated, Evaluation, evaluate
from lesiontrack.training.evaluation.table import LEGEND, NUMBERS, numbers_text
from lesiontrack.training.evaluation.tone import UNKNOWN

LARGE = (4000, 3000)
DRAWN_BY_PLAIN = ("skin", "lesion", "ulcer")  # Otsu and GrabCut know no obstruction


class Watch:
    """Collects, photo by photo, what the scores don't keep."""

    def __init__(self, pictures: bool) -> None:
        self.tiles: dict[str, list[Tile]] = {}
        self.moles: list[Mole] = []
        self._pictures = pictures

    def __call__(self, seen: Evaluated) -> None:
        if self._pictures:
            for name, tile in tiles(seen).items():
                self.tiles.setdefault(name, []).append(tile)
        for labels in seen.sample.labels:
            if isinstance(labels, Outline):
                self.moles.append(look(seen, labels.longest_px))


def benchmark(name: str, samples: list[Sample], methods: dict[str, Segmenter], pictures: Path | None) -> None:
    """Print what each method makes of one set."""
    results: dict[str, Evaluation] = {}
    moles: dict[str, list[Mole]] = {}
    for method, segmenter in methods.items():
        watch = Watch(pictures is not None and not results)
        results[method] = evaluate(segmenter, samples, on_photo=watch)
        for kind, found in watch.tiles.items():
            if pictures is not None:
                write_worst(found, pictures / f"{name}_{kind}_worst.png")
        if watch.moles:
            moles[method] = watch.moles
    kinds = [kind for kind in LEARNED if any(kind in sample.labelled for sample in samples)]
    print(f"\n{name:<12} {'method':<16} {NUMBERS} {'CPU s':>7}")
    for kind in kinds:
        for method, result in results.items():
            if kind in DRAWN_BY_PLAIN or method not in ("otsu", "grabcut"):
                numbers = numbers_text(result.of(name, kind))
                print(f"{kind:<12} {method:<16} {numbers} {result.seconds(name):>7.3f}")
    for method, result in results.items():
        pixels, share = result.hidden(name)
        if pixels:
            print(f"{method}: {share:.2%} of {pixels} obstruction pixels called lesion or ulcer")
    _print_tones(name, kinds, results)
    if moles:
        print(MOLES_HEAD, *(row(method, found) for method, found in moles.items()), MOLES_LEGEND, sep="\n")


def _print_tones(name: str, kinds: list[str], results: dict[str, Evaluation]) -> None:
    tones = [
        tone
        for tone in (*TONES, UNKNOWN)
        if any(photo.tone == tone for result in results.values() for photo in result.photos)
    ]
    heads = "".join(f"{tone.replace('_', ' '):>19}" for tone in tones)
    print(f"{'by skin tone: mean Jaccard, failed (photos)':<29}\n{'':<29}{heads}")
    for kind in kinds:
        for method, result in results.items():
            if kind not in DRAWN_BY_PLAIN and method in ("otsu", "grabcut"):
                continue
            cells = ""
            for tone in tones:
                figures = result.of(name, kind, tone=tone)
                share = figures.failed / max(figures.photos, 1)
                text = f"{figures.mean_jaccard:.3f} {share:.0%} ({figures.photos})"
                cells += f"{text if figures.photos else '-':>19}"
            print(f"{kind:<12} {method:<16}{cells}", flush=True)


def time_large(samples: list[Sample], methods: dict[str, Segmenter]) -> None:
    """Processor seconds of photos enlarged to 12 MP: the median of three turns, after one to warm up."""
    print("\n12 MP (enlarged): processor seconds of one core, middle of three")
    for sample in samples:
        enlarged = cv2.resize(sample.pixels(), LARGE, interpolation=cv2.INTER_CUBIC)
        photo = Photo(np.asarray(enlarged, np.uint8), sha256="")
        for method, segmenter in methods.items():
            seconds = []
            for _ in range(4):
                start = time.process_time()
                segmenter(photo)
                seconds.append(time.process_time() - start)
            print(f"{sample.id:<24} {method:<16} {sorted(seconds[1:])[1]:.2f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, nargs="?", default=os.environ.get("LESIONTRACK_DATA"))
    parser.add_argument("--model", help="a model file, or 'colour'; default: the shipped one")
    parser.add_argument("--split", type=Path)
    parser.add_argument("--phantom", type=Path)
    parser.add_argument("--photos", type=int, default=60)
    parser.add_argument("--only", choices=SETS)
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--no-baseline", action="store_true")
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the data folder or set LESIONTRACK_DATA")
    cv2.setNumThreads(1)
    model = choose_model(options.model)
    ours: dict[str, Segmenter] = {COLOUR if model.source == COLOUR else model.id: model.load()}
    methods = dict(ours)
    if not options.no_baseline:
        methods |= {COLOUR: ByColour(), "otsu": otsu, "grabcut": grabcut}
    large: list[Sample] = []
    for name in SETS if options.only is None else (options.only,):
        samples = samples_of(
            name, Path(options.data), photos=options.photos, split=options.split, phantom=options.phantom
        )
        if not samples:
            print(f"\n{name}: not there")
            continue
        large.append(samples[0])
        benchmark(name, samples, methods, options.pictures)
    time_large(large[:3], ours)
    print(LEGEND, NOMINAL, sep="\n")


if __name__ == "__main__":
    main()
