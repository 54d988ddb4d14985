"""One training from folders to a model file with its card and split."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from lesiontrack.errors import ModelError, ResultsError
from lesiontrack.segmentation.choice import SHIPPED
from lesiontrack.segmentation.network import PACKAGE, load_model, read_model_file, shipped_model
from lesiontrack.training.contents import Contents, look_through, read_sets
from lesiontrack.training.dataset import Sample
from lesiontrack.training.parts import (
    Advance,
    divide,
    gaps,
    of_part,
    part_counts,
    require_lessons,
    shared_photos,
)
from lesiontrack.training.samples import join_labels
from lesiontrack.training.split import Split, read_split
from lesiontrack.training.workfolder import WorkFolder, put

if TYPE_CHECKING:
    from lesiontrack.training.comparison import Outcome
    from lesiontrack.training.loop import Progress, Schedule

OWN_FORMATS = ("folder", "coco", "labelme", "cvat", "review")  # of a site, favoured in a fine-tuning
RENDERED = "phantom"
_MAX_SENTENCE = 3900  # a model file's limit is 4000


@dataclass(frozen=True)
class Start:
    """A model to go on from; `split` is the one it was trained with, where it is known."""

    id: str
    sha256: str
    trained_on: str
    data: bytes
    split: Split | None


@dataclass(frozen=True)
class Targets:
    """The three files of a model."""

    model: Path
    split: Path
    card: Path

    @classmethod
    def of(cls, model: Path) -> Targets:
        """MODEL.onnx, MODEL.split.csv, MODEL.md. Raises ModelError for another suffix."""
        if model.suffix != ".onnx":
            raise ModelError(f"{model}: a model file is named *.onnx")
        return cls(model, model.with_suffix(".split.csv"), model.with_suffix(".md"))

    def require_free(self) -> None:
        """Raises ResultsError where one of them is there already."""
        for path in (self.model, self.split, self.card):
            if path.exists():
                raise ResultsError(f"{path} is there already; give another name, or --force to replace it")


@dataclass(frozen=True, eq=False)
class Job:
    """What is ready to be trained on.

    Attributes:
        contents: of the sets, with their photos by part.
        samples: of all sets, joined.
        split_origin: how the split came about, a sentence.
        favoured: sets that are drawn more often.
        gaps: what parts lack.
    """

    contents: tuple[Contents, ...]
    samples: tuple[Sample, ...]
    split: Split
    split_origin: str
    schedule: Schedule
    start: Start | None
    favoured: tuple[str, ...]
    gaps: tuple[str, ...]
    work: WorkFolder


def read_start(wanted: str) -> Start:
    """A model file, or "shipped". Raises ModelError where it can't be used."""
    if wanted != SHIPPED:
        model = read_model_file(wanted)
        beside = Path(wanted).with_suffix(".split.csv")
        split = read_split(beside) if beside.is_file() else None
        return Start(model.id, model.sha256, model.trained_on, model.data, split)
    data = shipped_model()
    if data is None:
        raise ModelError("no model is shipped with this installation; name a model file to go on from")
    network = load_model()
    found = [item for item in resources.files(PACKAGE).iterdir() if item.name.endswith(".split.csv")]
    split = None
    if len(found) == 1:
        with resources.as_file(found[0]) as path:
            split = read_split(path)
    return Start(network.id, network.sha256, network.model.trained_on, data, split)


def prepare(
    data: Sequence[tuple[str, Path]],
    work: Path,
    *,
    schedule: Schedule,
    start: Start | None = None,
    split_file: Path | None = None,
    on_progress: Advance | None = None,
) -> Job:
    """Read the sets, check every label, open the work folder, and find or make the split.

    Args:
        data: (format or format:label, folder) of each set.
        work: folder to work in; an unfinished training of the same call goes on in it.
        start: a model to fine-tune; photos that its split knows stay in their parts.
        split_file: the split to use, instead of one that is made here. Photos that it does not name are left
            out.

    Raises DataSetError for data that can't be used, ResultsError for a work folder that is another run's.
    """
    sets = read_sets(data, on_progress=on_progress)
    samples = join_labels(sets)
    contents = look_through(sets, on_progress=on_progress)
    favoured = tuple(one.name for one in contents if start is not None and one.kind in OWN_FORMATS)
    schedule = replace(schedule, recipe=replace(schedule.recipe, favoured=frozenset(favoured)))
    folder = WorkFolder(
        work,
        {
            "data": {f"{one.kind}:{one.name}": one.sha256 for one in contents},
            "order of data": [one.name for one in contents],
            "split": _sha256(split_file) if split_file is not None else None,
            "start": start.sha256 if start is not None else None,
            "steps": schedule.steps,
            "batch": schedule.batch,
            "rate": schedule.rate,
            "seed": schedule.seed,
        },
    )
    split, origin = None, ""
    if split_file is not None:
        split, origin = read_split(split_file), "Given as a file; photos that it does not name were left out."
    else:
        origin = (
            "By groups: photos of one patient or lesion, as far as a set tells, of one ISIC archive number, "
            "and photos that look like one wound (copies, or skin features that agree on one map) stay "
            "together. A group's part follows from a hash of its smallest id."
        )
        if start is not None and start.split is not None:
            origin += f" Photos that {start.id} was made with stay in their parts."
        split = folder.split()
    if split is None:
        split = divide(
            samples,
            rendered=[one.name for one in contents if one.kind == RENDERED],
            published=start.split if start is not None else None,
            on_progress=on_progress,
        )
    require_lessons(samples, split, fresh=start is None)
    folder.keep_split(split)
    counted = tuple(
        replace(found, parts=part_counts(one, samples, split), shared=shared_photos(one, samples))
        for one, found in zip(sets, contents, strict=True)
    )
    return Job(
        counted, tuple(samples), split, origin, schedule, start, favoured, tuple(gaps(samples, split)), folder
    )


def run(
    job: Job,
    targets: Targets,
    *,
    licence: str | None = None,
    keep: float = 0.0,
    device: str = "cpu",
    threads: int | None = None,
    workers: int = 1,
    on_training: Callable[[Progress], None] | None = None,
    on_progress: Advance | None = None,
) -> Outcome:
    """Train, test, write card and split, and put the model in its place last; returns the test's figures.

    Nothing appears at the targets before all of it is done. Needs torch.
    """
    from lesiontrack.training.card import Making, model_card
    from lesiontrack.training.comparison import compare
    from lesiontrack.training.model import train_model

    folder = job.work.path
    begin = None
    if job.start is not None:
        begin = folder / "start.onnx"
        begin.write_bytes(job.start.data)
    trained = train_model(
        job.samples, job.split, folder / "model.onnx",
        folder=folder, schedule=job.schedule, licence=_licence(job.contents, licence),
        trained_on=_trained_on(job), start=begin, keep=keep, workers=workers, threads=threads, device=device,
        on_progress=on_training,
    )  # fmt: skip
    network = load_model(trained.path)
    found = compare(network, of_part(job.samples, job.split, "test"), start=begin, on_progress=on_progress)
    split = job.work.keep_split(job.split)
    making = Making(
        job.split_origin, _sha256(split), device, datetime.now(UTC).date(),
        job.start.id if job.start is not None else None, job.favoured, job.gaps,
        tuple(map(str, found.changes)), keep,
    )  # fmt: skip
    card = folder / "card.md"
    card.write_text(
        model_card(network.model, trained, job.contents, job.split, found.evaluation, making),
        encoding="utf-8",
    )
    targets.model.parent.mkdir(parents=True, exist_ok=True)
    put(split, targets.split)
    put(card, targets.card)
    put(trained.path, targets.model)
    job.work.finish()
    return found


def _licence(contents: Sequence[Contents], wanted: str | None) -> str:
    told = "; ".join(f"{one.name}: {one.licence}" for one in contents)
    return _sentence(f"{wanted or 'Not stated by its maker'}. Licences of the data: {told}")


def _trained_on(job: Job) -> str:
    told = "; ".join(f"{one.name} ({one.source}; {one.parts.get('train', 0)} photos)" for one in job.contents)
    if job.start is not None:
        told += f"; from {job.start.id}, which was trained on: {job.start.trained_on}"
    return _sentence(told)


def _sentence(text: str) -> str:
    """What a model file takes: printable, and not too long."""
    plain = "".join(char if char.isprintable() else " " for char in text)
    return plain if len(plain) <= _MAX_SENTENCE else f"{plain[:_MAX_SENTENCE]} …"


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
