"""From labelled photos to a model file: fit, calibrate, write."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lesiontrack.training.calibration import fit_temperatures
from lesiontrack.training.dataset import DataSetError, Sample
from lesiontrack.training.export import NOT_VALIDATED, export, network_from
from lesiontrack.training.loop import Progress, Schedule, fit
from lesiontrack.training.network import SmallNetwork, giga_operations, parameter_count
from lesiontrack.training.split import Split

SEARCH_PX = (512, 384)
CROP_PX = 256


def between(network: SmallNetwork, other: SmallNetwork, share: float) -> SmallNetwork:
    """`network` with every weight moved by `share` (0..1) of the way to `other`'s."""
    theirs = other.state_dict()
    mixed = {
        name: value.lerp(theirs[name], share) if value.is_floating_point() else value
        for name, value in network.state_dict().items()
    }
    network.load_state_dict(mixed)
    return network


@dataclass(frozen=True)
class TrainedModel:
    """A model file and how it came to be.

    Attributes:
        temperatures: class → temperature; a class without enough validation photos is missing (1 is used).
        seconds: of this run, without what an interrupted one had done before.
        giga_operations: of one 256 px crop.
    """

    path: Path
    id: str
    sha256: str
    schedule: Schedule
    temperatures: Mapping[str, float]
    seconds: float
    parameters: int
    giga_operations: float


def train_model(
    samples: Sequence[Sample],
    split: Split,
    out: Path,
    *,
    folder: Path,
    schedule: Schedule,
    licence: str,
    trained_on: str,
    not_validated: str = NOT_VALIDATED,
    start: Path | None = None,
    keep: float = 0.0,
    workers: int = 1,
    threads: int | None = None,
    device: str = "cpu",
    on_progress: Callable[[Progress], None] | None = None,
) -> TrainedModel:
    """Train on the split's train part, calibrate on its validation part, write the model file `out`.

    Args:
        folder: of checkpoints and the log; a run that was interrupted goes on from there.
        licence, trained_on, not_validated: sentences that the file carries.
        start: a model file whose weights are the beginning (fine-tuning).
        keep: share of the start's weights in the result, 0..1: between both, most of what is gained stays,
            and less is lost of what the start knew (Wortsman et al., CVPR 2022, WiSE-FT).

    Raises DataSetError without training photos, ModelError for an unfit `start`, ValueError for a share that
    is none, or without a start.
    """
    if not 0 <= keep <= 1 or (keep and start is None):
        raise ValueError(f"keep ({keep}) must be 0..1, and 0 without a start")
    training = split.choose(samples, "train")
    validation = split.choose(samples, "validation")
    if not training:
        raise DataSetError(
            "the split leaves no photo for training; give more groups of photos, or another split"
        )
    began = time.monotonic()
    network = fit(
        training,
        validation,
        folder,
        schedule=schedule,
        start=network_from(start) if start is not None else None,
        workers=workers,
        threads=threads,
        device=device,
        on_progress=on_progress,
    ).cpu()
    if start is not None and keep:
        network = between(network, network_from(start), keep)
    temperatures = fit_temperatures(network, validation, side=SEARCH_PX[0], seed=schedule.seed)
    name = export(
        network,
        out,
        temperatures=temperatures,
        search_px=SEARCH_PX,
        crop_px=CROP_PX,
        licence=licence,
        trained_on=trained_on,
        not_validated=not_validated,
    )
    return TrainedModel(
        out,
        name,
        hashlib.sha256(out.read_bytes()).hexdigest(),
        schedule,
        temperatures,
        time.monotonic() - began,
        parameter_count(network),
        giga_operations(network),
    )
