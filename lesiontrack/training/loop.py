"""The training loop: steps, averaged weights, checkpoints, and a log that says how long it will take."""

from __future__ import annotations

import csv
import math
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from lesiontrack.training.batches import Examples, Recipe, batches, fingerprint
from lesiontrack.training.dataset import LEARNED, UNLABELLED, DataSetError, Sample
from lesiontrack.training.loss import masked_loss
from lesiontrack.training.network import SmallNetwork

VALIDATION_EXAMPLES = 192
CHECKPOINT = "checkpoint.pt"
LOG = "log.csv"


@dataclass(frozen=True)
class Schedule:
    """How long and how fast. Defaults are those of the shipped model but for `steps`.

    The rate rises over `warm_up` of the steps, then falls to nothing along a half cosine.
    """

    steps: int = 8000
    batch: int = 16
    rate: float = 2e-3
    weight_decay: float = 0.02
    warm_up: float = 0.04
    average: float = 0.999  # share of the old averaged weights that a step keeps
    seed: int = 0
    recipe: Recipe = field(default_factory=Recipe)

    def rate_at(self, step: int) -> float:
        rising = max(self.warm_up * self.steps, 1)
        if step < rising:
            return self.rate * (step + 1) / rising
        fallen = min((step - rising) / max(self.steps - rising, 1), 1)
        return self.rate * 0.5 * (1 + math.cos(math.pi * fallen))


@dataclass(frozen=True)
class Progress:
    """What the loop tells while it runs. `dice` is by class, on fixed validation examples; else empty."""

    step: int
    steps: int
    loss: float
    seconds_left: float
    dice: dict[str, float]


def fit(
    samples: list[Sample],
    validation: list[Sample],
    folder: Path,
    *,
    schedule: Schedule | None = None,
    start: nn.Module | None = None,
    workers: int = 1,
    threads: int | None = None,
    device: str = "cpu",
    report_every: int = 50,
    on_progress: Callable[[Progress], None] | None = None,
) -> SmallNetwork:
    """Train, or go on with what `folder` holds; returns the network with its averaged weights.

    Args:
        samples, validation: what is learned from, and what the log's Dice is of.
        folder: keeps the checkpoint, log.csv, and TensorBoard events where that package is installed.
        start: a network whose weights are the beginning, instead of random ones.
        workers: processes that read and change photos; with 0 the training process does it itself.
        threads: of the arithmetic; all cores by default.

    The same seed, samples, thread number and torch version give the same weights on a CPU, whether or not
    the run was interrupted. A run may go on with more or fewer steps, or another rate. Raises DataSetError
    where the folder's checkpoint is of other samples, another seed or another batch size, and RuntimeError
    before a gradient that is not finite gets into the weights.
    """
    schedule = schedule if schedule is not None else Schedule()
    folder.mkdir(parents=True, exist_ok=True)
    if threads is not None:
        torch.set_num_threads(threads)
    torch.manual_seed(schedule.seed)
    network = SmallNetwork()
    if start is not None:
        network.load_state_dict(start.state_dict())
    network.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    averaged = _copy(network)
    optimiser = torch.optim.AdamW(_parameter_groups(network, schedule.weight_decay), lr=schedule.rate)
    run = _Run(network, averaged, optimiser, folder, fingerprint(samples), schedule.seed, schedule.batch)
    first = run.resume()
    _cut_log(folder / LOG, first)
    examples = Examples(samples, seed=schedule.seed, recipe=schedule.recipe)
    held_out = _validation_batches(validation, schedule) if validation else []
    writer = _tensorboard(folder, first)
    losses: list[float] = []
    began = time.monotonic()
    source = batches(
        examples, size=schedule.batch, first_step=first, last_step=schedule.steps, workers=workers
    )
    for step, (rgb, labels) in enumerate(source, start=first):
        losses.append(_step(run, schedule, step, rgb.to(device), labels.to(device)))
        done = step + 1
        if done % report_every and done != schedule.steps:
            continue
        measured = done % (report_every * 10) == 0 or done == schedule.steps
        dice = pooled_dice(averaged, held_out, device) if measured else {}
        left = (time.monotonic() - began) / (done - first) * (schedule.steps - done)
        progress = Progress(done, schedule.steps, sum(losses) / len(losses), left, dice)
        losses = []
        _log(folder / LOG, progress, schedule.rate_at(step))
        if writer is not None:
            writer.add_scalar("loss", progress.loss, done)
            for name, value in dice.items():
                writer.add_scalar(f"dice/{name}", value, done)
        if on_progress is not None:
            on_progress(progress)
        run.save(done)
    if writer is not None:
        writer.close()
    return averaged


@dataclass(frozen=True, eq=False)
class _Run:
    network: SmallNetwork
    averaged: SmallNetwork
    optimiser: torch.optim.Optimizer
    folder: Path
    samples: str
    seed: int
    batch: int

    def save(self, step: int) -> None:
        state = {
            "step": step,
            "samples": self.samples,
            "seed": self.seed,
            "batch": self.batch,
            "network": self.network.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimiser": self.optimiser.state_dict(),
        }
        path = self.folder / CHECKPOINT
        torch.save(state, path.with_suffix(".part"))
        os.replace(path.with_suffix(".part"), path)

    def resume(self) -> int:
        path = self.folder / CHECKPOINT
        if not path.exists():
            return 0
        state: dict[str, Any] = torch.load(path, weights_only=True, map_location="cpu")
        if state["samples"] != self.samples:
            raise DataSetError(
                f"{path} is of other photos or labels (fingerprint {state['samples']}, now {self.samples}); "
                "remove the folder, or name another one"
            )
        for name, now in (("seed", self.seed), ("batch", self.batch)):
            if state.get(name, now) != now:
                raise DataSetError(
                    f"{path} was begun with {name} {state[name]}, now it is {now}; go on with {state[name]}, "
                    "remove the folder, or name another one"
                )
        self.network.load_state_dict(state["network"])
        self.averaged.load_state_dict(state["averaged"])
        self.optimiser.load_state_dict(state["optimiser"])
        return int(state["step"])


def _step(run: _Run, schedule: Schedule, step: int, rgb: Tensor, labels: Tensor) -> float:
    for group in run.optimiser.param_groups:
        group["lr"] = schedule.rate_at(step)
    run.network.train()
    values = rgb.float().div(255).contiguous(memory_format=torch.channels_last)
    loss = masked_loss(run.network.half_size(values), labels)
    run.optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(run.network.parameters(), 5.0, error_if_nonfinite=True)
    run.optimiser.step()
    # Early weights are forgotten at once: a fixed share would keep the random start for thousands of steps.
    keep = min(schedule.average, (1 + step) / (10 + step))
    with torch.no_grad():
        averages = run.averaged.state_dict()
        for name, value in run.network.state_dict().items():
            if value.is_floating_point():
                averages[name].lerp_(value, 1 - keep)
            else:
                averages[name].copy_(value)
    return float(loss.detach())


def pooled_dice(network: nn.Module, held_out: list[tuple[Tensor, Tensor]], device: str) -> dict[str, float]:
    """Dice by class, pooled over the labelled pixels of all batches, at probability 0.5."""
    network.eval()
    both, total = torch.zeros(len(LEARNED)), torch.zeros(len(LEARNED))
    with torch.no_grad():
        for rgb, labels in held_out:
            marked = network(rgb.to(device).float().div(255)).cpu() >= 0
            known, truth = labels != UNLABELLED, labels == 1
            both += (marked & truth & known).sum((0, 2, 3))
            total += (marked & known).sum((0, 2, 3)) + (truth & known).sum((0, 2, 3))
    return {
        name: round(float(2 * both[i] / total[i]), 4) for i, name in enumerate(LEARNED) if float(total[i]) > 0
    }


def _validation_batches(samples: list[Sample], schedule: Schedule) -> list[tuple[Tensor, Tensor]]:
    examples = Examples(samples, seed=schedule.seed + 1, recipe=schedule.recipe)
    count = VALIDATION_EXAMPLES // schedule.batch
    return list(batches(examples, size=schedule.batch, first_step=0, last_step=count, workers=0))


def _parameter_groups(network: nn.Module, weight_decay: float) -> Iterator[dict[str, Any]]:
    """Biases and normalisation are not decayed."""
    yield {"params": [one for one in network.parameters() if one.ndim > 1], "weight_decay": weight_decay}
    yield {"params": [one for one in network.parameters() if one.ndim <= 1], "weight_decay": 0.0}


def _copy(network: SmallNetwork) -> SmallNetwork:
    copied = SmallNetwork(network.classes)
    copied.load_state_dict(network.state_dict())
    device = next(network.parameters()).device
    copied.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    return copied.requires_grad_(False).eval()


def _cut_log(path: Path, step: int) -> None:
    """Drop the rows after `step`, which a run that was interrupted after its checkpoint left."""
    if not path.exists():
        return
    header, *rows = path.read_bytes().splitlines(keepends=True) or [b""]
    kept = [row for row in rows if row.partition(b",")[0].isdigit() and int(row.partition(b",")[0]) <= step]
    if kept != rows:
        part = path.with_suffix(".part")
        part.write_bytes(b"".join([header, *kept]))
        os.replace(part, path)


def _log(path: Path, progress: Progress, rate: float) -> None:
    row = {"step": progress.step, "loss": f"{progress.loss:.4f}", "rate": f"{rate:.2e}"}
    row |= {f"dice_{name}": progress.dice.get(name, "") for name in LEARNED}
    new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(row))
        if new:
            writer.writeheader()
        writer.writerow(row)


def _tensorboard(folder: Path, first: int) -> Any | None:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    return SummaryWriter(str(folder / "tensorboard"), purge_step=first or None)
