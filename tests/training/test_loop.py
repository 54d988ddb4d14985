"""Training on a few rendered crops: it learns, and an interrupted run ends where an undisturbed one does."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from lesiontrack.training import loop  # noqa: E402
from lesiontrack.training.batches import Recipe  # noqa: E402
from lesiontrack.training.dataset import LEARNED, DataSetError, Sample  # noqa: E402
from lesiontrack.training.loop import CHECKPOINT, LOG, Progress, Schedule, fit  # noqa: E402
from lesiontrack.training.network import SmallNetwork  # noqa: E402

SCHEDULE = Schedule(steps=13, batch=2, recipe=Recipe(side=32))


@dataclass(frozen=True)
class Disc:
    x: float
    y: float
    radius: float
    classes: tuple[str, ...]

    def planes(self, shape):
        rows, columns = np.mgrid[: shape[0], : shape[1]]
        inside = (columns - self.x) ** 2 + (rows - self.y) ** 2 <= self.radius**2
        return np.repeat(inside.astype(np.uint8)[None], len(self.classes), 0)


@pytest.fixture(scope="module")
def samples(tmp_path_factory) -> list[Sample]:
    """Dark red discs on skin colour."""
    folder = tmp_path_factory.mktemp("drawn")
    rng = np.random.default_rng(2)
    made = []
    for number in range(4):
        disc = Disc(*rng.uniform(25, 55, 2), rng.uniform(10, 20), ("ulcer",))
        pixels = np.where(disc.planes((80, 80))[0][..., None] == 1, (50, 30, 140), (150, 170, 215))
        pixels = np.clip(pixels + rng.normal(0, 4, pixels.shape), 0, 255).astype(np.uint8)
        path = folder / f"{number}.png"
        cv2.imwrite(str(path), pixels)
        made.append(Sample(f"drawn/{number}", "drawn", path, (disc,), plain=True))
    return made


@pytest.fixture(autouse=True)
def _few(monkeypatch):
    monkeypatch.setattr(loop, "VALIDATION_EXAMPLES", 4)
    monkeypatch.setattr(loop, "_tensorboard", lambda *_: None)
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


def train(samples, folder, schedule=SCHEDULE, **options):
    return fit(
        samples, samples[:1], folder, schedule=schedule, workers=0, threads=1, report_every=1, **options
    )


def rows(folder):
    with (folder / LOG).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def same(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


class Killed(Exception):
    pass


def killed_after(step):
    def stop(progress):
        if progress.step == step:
            raise Killed

    return stop


@pytest.fixture(scope="module")
def undisturbed(samples, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "VALIDATION_EXAMPLES", 4)
        patch.setattr(loop, "_tensorboard", lambda *_: None)
        folder = tmp_path_factory.mktemp("undisturbed")
        return train(samples, folder), folder


def test_a_killed_run_goes_on_to_the_same_weights(samples, undisturbed, tmp_path):
    network, folder = undisturbed
    for step in (1, 4, 12):  # before there is a checkpoint, and twice after
        with pytest.raises(Killed):
            train(samples, tmp_path, on_progress=killed_after(step))
        assert (tmp_path / CHECKPOINT).exists() == (step > 1)
    seen = []
    resumed = train(samples, tmp_path, on_progress=seen.append)
    assert [one.step for one in seen] == [12, 13]
    assert same(resumed.state_dict(), network.state_dict())
    states = [torch.load(one / CHECKPOINT, weights_only=True) for one in (tmp_path, folder)]
    assert states[0]["step"] == states[1]["step"] == 13
    assert same(states[0]["network"], states[1]["network"])
    assert not same(states[0]["network"], states[0]["averaged"])
    assert rows(tmp_path) == rows(folder), "each step once, with the same loss"


def test_a_finished_run_gives_its_network_again(samples, undisturbed):
    network, folder = undisturbed
    before = (folder / LOG).read_bytes()
    again = train(samples, folder)
    assert same(again.state_dict(), network.state_dict())
    assert not again.training
    assert (folder / LOG).read_bytes() == before


def test_the_log_has_a_row_a_report(undisturbed):
    _, folder = undisturbed
    log = rows(folder)
    assert [int(row["step"]) for row in log] == list(range(1, 14))
    assert list(log[0]) == ["step", "loss", "rate", *(f"dice_{name}" for name in LEARNED)]
    assert all(float(row["loss"]) > 0 for row in log)
    assert float(log[0]["rate"]) > float(log[-1]["rate"])
    measured = [int(row["step"]) for row in log if row["dice_ulcer"]]
    assert measured == [10, 13]
    assert all(0 <= float(row["dice_ulcer"]) <= 1 for row in log if row["dice_ulcer"])
    assert not any(row["dice_skin"] for row in log)


def test_another_run_is_refused(samples, undisturbed):
    _, folder = undisturbed
    before = (folder / CHECKPOINT).read_bytes()
    with pytest.raises(DataSetError, match="other photos or labels"):
        train(samples[:3], folder)
    with pytest.raises(DataSetError, match="begun with seed 0, now it is 1"):
        train(samples, folder, replace(SCHEDULE, seed=1))
    with pytest.raises(DataSetError, match="begun with batch 2, now it is 4"):
        train(samples, folder, replace(SCHEDULE, batch=4))
    assert (folder / CHECKPOINT).read_bytes() == before


def test_it_learns(samples, tmp_path):
    seen: list[Progress] = []
    schedule = replace(SCHEDULE, steps=40, batch=4, rate=4e-3)
    fit(
        samples,
        samples,
        tmp_path,
        schedule=schedule,
        workers=0,
        threads=1,
        report_every=5,
        on_progress=seen.append,
    )
    assert [one.step for one in seen] == list(range(5, 41, 5))
    assert seen[-1].loss < 0.75 * seen[0].loss
    assert seen[-1].dice["ulcer"] > 0.6  # all yes would have less: discs fill under a third of these crops
    assert seen[-1].seconds_left == 0
    assert seen[0].seconds_left > 0
    assert set(seen[-1].dice) == {"ulcer"}


def test_weights_to_begin_with(samples, tmp_path):
    torch.manual_seed(8)
    start = SmallNetwork()
    given = {name: value.clone() for name, value in start.state_dict().items()}
    still = replace(SCHEDULE, steps=1, rate=0.0)
    network = train(samples, tmp_path, still, start=start)
    for name, value in network.named_parameters():
        assert torch.equal(value, given[name])
    assert same(start.state_dict(), given), "the network that was given stays as it is"


def test_what_is_not_finite_stays_out_of_the_weights(samples, tmp_path):
    start = SmallNetwork()
    with torch.no_grad():
        start.head.bias[0] = math.inf
        start.head.bias[2] = math.nan
    with pytest.raises(RuntimeError, match="non-finite"):
        train(samples, tmp_path, start=start)
    assert not (tmp_path / CHECKPOINT).exists()


def test_the_rate_rises_then_falls_to_nothing():
    schedule = Schedule(steps=1000, rate=1e-3, warm_up=0.04)
    rates = [schedule.rate_at(step) for step in range(1000)]
    top = rates.index(max(rates))
    assert top in (39, 40)
    assert max(rates) == pytest.approx(1e-3)
    assert rates[:40] == sorted(rates[:40])
    assert rates[40:] == sorted(rates[40:], reverse=True)
    assert 0 <= rates[-1] < 1e-8
    assert schedule.rate_at(5000) == pytest.approx(0)
    assert Schedule(steps=1, warm_up=0).rate_at(0) > 0
