"""Fine-tuning on what readers drew in `lesiontrack review`, on photos that the model was not made with.

Usage: benchmark_finetune_review.py DATA [--photos N] [--steps N] [--rate R] [--keep SHARE] [--rendered DIR]

DATA (or LESIONTRACK_DATA) holds fuseg. Of the test part of the shipped model's split, one photo a group is
drawn with a fixed seed until there are 2 N; they are laid as a study. For the first N a correction is
written, as the mask editor would: the true ulcer within a window around it and around what the shipped model
marked. The model is fine-tuned on `review:` of this study, alone or with a set of `lesiontrack phantom
--training` (--rendered) of which half of the examples are drawn, and compared with the model before, on the
other N, on the N it learned from, and on the rest of FUSeg's test part.
"""

from __future__ import annotations

import argparse
import base64
import os
import random
import shutil
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np

from lesiontrack.arrays import Mask
from lesiontrack.corrections import MaskEdit, Store
from lesiontrack.photo import read_photo
from lesiontrack.segmentation import Segmenter
from lesiontrack.segmentation.network import load_model, shipped_model
from lesiontrack.training.batches import Recipe
from lesiontrack.training.dataset import LEARNED, Sample
from lesiontrack.training.evaluation import evaluate
from lesiontrack.training.loop import Schedule
from lesiontrack.training.model import train_model
from lesiontrack.training.parts import of_part
from lesiontrack.training.samples import read_dataset
from lesiontrack.training.split import Split, read_split

MODELS = Path(__file__).resolve().parents[1] / "models"
VISIT, SITE = "day000", "foot"
AROUND = 0.15  # of the window's size, on each side: what a reader sees around it


def never_seen(data: Path) -> list[Sample]:
    """FUSeg photos of the test part of the shipped split."""
    split = read_split(next(iter(sorted(MODELS.glob("*.split.csv")))))
    return of_part(read_dataset("fuseg", data / "fuseg").samples, split, "test")


def draw(samples: list[Sample], count: int) -> list[Sample]:
    """`count` of them, of different groups."""
    mixed = random.Random(11).sample(samples, len(samples))
    first = {sample.group or sample.id: sample for sample in reversed(mixed)}
    return [sample for sample in mixed if first[sample.group or sample.id] is sample][:count]


def lay_study(root: Path, samples: list[Sample]) -> dict[str, str]:
    """A patient a photo; sample id → photo's path in the study."""
    places = {}
    for number, sample in enumerate(samples, 1):
        place = f"PT{number:03}/{VISIT}/{SITE}{sample.image.suffix}"
        (root / place).parent.mkdir(parents=True)
        shutil.copyfile(sample.image, root / place)
        places[sample.id] = place
    return places


def correct(root: Path, place: str, sample: Sample, model: Segmenter) -> float:
    """One MaskEdit with the true ulcer; returns the window's share of the photo."""
    photo = read_photo(root / place)
    truth = sample.load()[1][LEARNED.index("ulcer")] == 1
    x, y, width, height = _window(truth | model(photo).mask("ulcer"))
    drawn = truth[y : y + height, x : x + width].astype(np.uint8) * 255
    _, png = cv2.imencode(".png", drawn)
    edit = MaskEdit(
        patient=place.split("/")[0], site=SITE, visit=VISIT, photo=place, photo_sha256=photo.sha256,
        x=x, y=y, width=width, height=height,
        masks={"ulcer": base64.b64encode(png.tobytes()).decode()},
    )  # fmt: skip
    Store(root).add(edit, by="truth of the data set")
    return float(width * height / truth.size)


def _window(marked: Mask) -> tuple[int, int, int, int]:
    """x, y, width, height around all that is marked; the whole photo where nothing is."""
    rows, columns = np.flatnonzero(marked.any(axis=1)), np.flatnonzero(marked.any(axis=0))
    if not rows.size:
        return 0, 0, marked.shape[1], marked.shape[0]
    far = round(AROUND * max(rows[-1] - rows[0], columns[-1] - columns[0])) + 8
    top, left = max(int(rows[0]) - far, 0), max(int(columns[0]) - far, 0)
    bottom, right = min(int(rows[-1]) + far, marked.shape[0]), min(int(columns[-1]) + far, marked.shape[1])
    return left, top, right - left, bottom - top


def report(title: str, model: Segmenter, samples: list[Sample]) -> None:
    found = evaluate(model, samples)
    (figures,) = [one for one in found.figures() if one.name == "ulcer" and not one.tone]
    low, high = figures.pooled_dice_interval
    print(
        f"  {title}: {len(samples)} photos, pooled Dice {figures.pooled_dice:.3f} ({low:.2f} to {high:.2f}), "
        f"mean Jaccard {figures.mean_jaccard:.3f}, failed {figures.failed}, nothing marked {figures.refused}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, nargs="?", default=os.environ.get("LESIONTRACK_DATA"))
    parser.add_argument("--photos", type=int, default=12)
    parser.add_argument("--steps", type=int, default=150)
    parser.add_argument("--rate", type=float, default=5e-4)
    parser.add_argument("--keep", type=float, default=0.0, help="share of the shipped model's weights")
    parser.add_argument("--rendered", type=Path, help="a set of rendered photos to learn from as well")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, help="new folder to keep the study and the model in")
    options = parser.parse_args()
    shipped = shipped_model()
    if options.data is None or shipped is None:
        parser.error("name the data folder or set LESIONTRACK_DATA; a model must be shipped")
    cv2.setNumThreads(1)
    folder = options.out or Path(tempfile.mkdtemp())
    study = folder / "study"
    study.mkdir(parents=True)
    start = folder / "start.onnx"
    start.write_bytes(shipped)
    before = load_model()
    pool = never_seen(Path(options.data))
    drawn = draw(pool, 2 * options.photos)
    learned, others = drawn[: options.photos], drawn[options.photos :]
    taken = {sample.group for sample in drawn}
    rest = [sample for sample in pool if sample.group not in taken]
    places = lay_study(study, drawn)
    shares = [correct(study, places[sample.id], sample, before) for sample in learned]
    ours = read_dataset("review:ours", study)
    print(f"{'; '.join(ours.notes)}; a window is {np.median(shares):.0%} of its photo (median)")
    samples = list(ours.samples)
    if options.rendered is not None:
        samples += read_dataset("phantom", options.rendered).samples
    split = Split({sample.id: "train" for sample in samples}, {sample.id: sample.id for sample in samples})
    recipe = Recipe(favoured=frozenset({ours.name}))
    began = time.monotonic()
    trained = train_model(
        samples, split, folder / "tuned.onnx", folder=folder / "training",
        schedule=Schedule(steps=options.steps, rate=options.rate, average=0.98, recipe=recipe),
        licence="as the data set's", trained_on=f"{before.id}, then {len(ours.samples)} reviewed photos",
        start=start, keep=options.keep, workers=0, threads=options.threads,
    )  # fmt: skip
    print(
        f"{options.steps} steps, {(time.monotonic() - began) / 60:.1f} minutes, {options.threads} thread(s)"
    )
    for name, model in (("before", before), ("after", load_model(trained.path))):
        print(f"{name}: {model.id}", flush=True)
        report("learned from", model, learned)
        report("the others", model, others)
        report("rest of the test part", model, rest)


if __name__ == "__main__":
    main()
