"""Fine-tuning on 20 photos of a camera and clinic that the model never saw.

Usage: scripts/benchmark_finetuning.py DATA [--model FILE] [--photos N] [--steps N] [--rate R] [--out FOLDER]

DATA (or LESIONTRACK_DATA) holds nci_moles: film close-ups of moles in pen rings beside rulers, with a lesion
outline each, drawn by hand. Whole patients are drawn with a fixed seed until N photos (20) are reached; the
model is fine-tuned on their outlines alone, as `lesiontrack train --data coco=... --from MODEL` does it, and
compared with the model before on the patients left over. What it costs elsewhere stands beside: ISIC 2017
lesions and FUSeg ulcers of the test part of the model's split, which the fine-tuning does not see.

The network's outlines are compared, without what `segment` does about pen rings.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import tempfile
import time
from pathlib import Path

import cv2

from lesiontrack.photo import Photo, read_photo
from lesiontrack.segmentation import Segmentation
from lesiontrack.segmentation.network import Network, check_model, read_model_file, shipped_model
from lesiontrack.training.dataset import Sample
from lesiontrack.training.evaluation import evaluate
from lesiontrack.training.loop import Schedule
from lesiontrack.training.model import train_model
from lesiontrack.training.samples import read_dataset
from lesiontrack.training.split import Split, read_split

MODELS = Path(__file__).resolve().parents[1] / "models"


def mole_outlines(data: Path, file: Path) -> None:
    """The truth of nci_moles as COCO JSON, a patient a group."""
    images, annotations = [], []
    with (data / "nci_moles" / "truth.csv").open(newline="") as table:
        for number, row in enumerate(csv.DictReader(table), 1):
            photo = read_photo(data / "nci_moles" / row["file"])
            points = [float(value) + 0.5 for pair in row["polygon"].split(";") for value in pair.split()]
            images.append(
                {
                    "id": number,
                    "file_name": row["file"],
                    "width": photo.width,
                    "height": photo.height,
                    "group": row["case"],
                }
            )
            annotations.append({"id": number, "image_id": number, "category_id": 1, "segmentation": [points]})
    categories = [{"id": 1, "name": "lesion"}]
    file.write_text(json.dumps({"images": images, "annotations": annotations, "categories": categories}))


def patients_first(samples: tuple[Sample, ...], count: int) -> Split:
    """Whole patients to the train part until it has `count` photos; the others to the test part."""
    groups: dict[str, list[str]] = {}
    for sample in samples:
        groups.setdefault(sample.group or sample.id, []).append(sample.id)
    names = sorted(groups)
    random.Random(5).shuffle(names)
    parts: dict[str, str] = {}
    for name in names:
        part = (
            "train" if sum(one == "train" for one in parts.values()) + len(groups[name]) <= count else "test"
        )
        parts |= dict.fromkeys(groups[name], part)
    return Split(parts, {name: name for name in parts})


class Alone:
    """The network without the colour-based method."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.id = network.id

    def __call__(self, photo: Photo) -> Segmentation:
        return self.network.alone(photo)


def held_out(data: Path, split: Split | None, count: int) -> list[Sample]:
    """Test photos of the sets that the model was made with."""
    if split is None:
        return []
    found: list[Sample] = []
    for name in ("isic2017", "fuseg"):
        if (data / name).is_dir():
            tested = split.choose(read_dataset(name, data / name).samples, "test")
            found += random.Random(7).sample(tested, min(count, len(tested)))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, nargs="?", default=os.environ.get("LESIONTRACK_DATA"))
    parser.add_argument("--model", type=Path, help="default: the shipped one")
    parser.add_argument("--photos", type=int, default=20)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--rate", type=float, default=5e-4)
    parser.add_argument("--elsewhere", type=int, default=40, help="photos of each public set")
    parser.add_argument("--out", type=Path, help="folder to keep the fine-tuned model in")
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the data folder or set LESIONTRACK_DATA")
    data = Path(options.data)
    cv2.setNumThreads(1)
    folder = options.out or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    if options.model is not None:
        before = Network(read_model_file(options.model))
        start = options.model
    else:
        shipped = shipped_model()
        if shipped is None:
            parser.error("no model is shipped; name one with --model")
        before = Network(check_model(shipped))
        start = folder / "start.onnx"
        start.write_bytes(shipped)
    outlines = folder / "moles.json"
    mole_outlines(data, outlines)
    moles = read_dataset("coco:moles", f"{outlines}@{data / 'nci_moles'}").samples
    split = patients_first(moles, options.photos)
    began = time.monotonic()
    trained = train_model(
        moles,
        split,
        folder / "tuned.onnx",
        folder=folder / "training",
        schedule=Schedule(steps=options.steps, rate=options.rate, average=0.98),
        licence="of the outlines: as the data set's",
        trained_on=f"{before.id}, then {options.photos} close-ups of moles",
        start=start,
    )
    minutes = (time.monotonic() - began) / 60
    after = Network(read_model_file(trained.path))
    splits = sorted(MODELS.glob("*.split.csv"))
    others = held_out(data, read_split(splits[0]) if splits else None, options.elsewhere)
    tested = split.choose(moles, "test")
    learned = len(split.choose(moles, "train"))
    print(f"learned from {learned} photos, {options.steps} steps, {minutes:.1f} minutes")
    print(f"{len(tested)} photos of other patients, {len(others)} of the sets of the first training\n")
    for name, network in (("before", before), ("after", after)):
        print(f"{name}: {network.id}")
        print(evaluate(Alone(network), [*tested, *others]).table(), flush=True)


if __name__ == "__main__":
    main()
