"""Sites over processes: a lost worker, errors of all kinds, addresses of schedulers, a Dask cluster."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner

from lesiontrack.cli import main
from lesiontrack.errors import LesiontrackError, MissingExtraError
from lesiontrack.pipeline import run
from lesiontrack.pipeline.accounts import site_failures
from lesiontrack.pipeline.cluster import require_private, run_on_cluster
from lesiontrack.pipeline.executor import Outcome, run_tasks
from lesiontrack.pipeline.record import SiteRecord
from lesiontrack.pipeline.site import SiteTask
from lesiontrack.study import Failure, PhotoEntry

from .plain import plain_study, table_bytes
from .work import dies, raises, record

NO_DISTRIBUTED = "the package distributed (extra `dask`) is not installed"


def tasks(results: Path, *sites: str) -> list[SiteTask]:
    results.mkdir(exist_ok=True)
    return [SiteTask(str(results), f"pt1/{site}", "PT1", site, photos=(), days={}) for site in sites]


def tries(results: Path, site: str) -> int:
    return len((results / f"{site}.tries").read_text())


def test_a_worker_that_dies_costs_its_own_site_only(tmp_path: Path) -> None:
    sites = ("a", "deadly", *"bcdefgh")
    seen: list[str] = []
    outcomes = run_tasks(
        tasks(tmp_path, *sites), jobs=2, work=dies, on_done=lambda task, outcome: seen.append(task.site)
    )
    assert sorted(seen) == sorted(sites)
    for site, outcome in zip(sites, outcomes, strict=True):
        if site == "deadly":
            assert isinstance(outcome, Failure)
            assert (outcome.file, outcome.stage) == ("PT1/deadly", "worker")
            assert "killed twice" in outcome.reason
            assert "memory" in outcome.reason
            assert tries(tmp_path, site) == 2
        else:
            assert isinstance(outcome, SiteRecord)
            assert outcome.site == site
    # Only the one that was under way beside it may have been begun twice, not all that waited.
    assert sum(tries(tmp_path, site) for site in "abcdefgh") <= 8 + 1


@pytest.mark.parametrize("jobs", [1, 2])
def test_errors_are_failures_of_their_site(
    tmp_path: Path, jobs: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.CRITICAL, "lesiontrack"):
        outcomes = run_tasks(tasks(tmp_path, "defect", "refused", "stubborn", "fine"), jobs=jobs, work=raises)
    defect, refused, stubborn, fine = outcomes
    assert isinstance(fine, SiteRecord)
    assert defect == Failure(
        "PT1/defect", "site", "ZeroDivisionError: by nothing (a defect; please report it)"
    )
    assert refused == Failure("PT1/refused", "site", "not today")
    assert isinstance(stubborn, Failure)
    assert stubborn.reason.startswith("Stubborn: ab")


def test_outcomes_are_in_the_order_of_the_tasks_and_nothing_is_nothing(tmp_path: Path) -> None:
    outcomes = run_tasks(tasks(tmp_path, "b", "a", "c"), jobs=1, work=record)
    assert [outcome.site for outcome in outcomes if isinstance(outcome, SiteRecord)] == ["b", "a", "c"]
    assert run_tasks([], jobs=2) == []


def test_a_lost_site_has_a_row_for_each_photo() -> None:
    names = ("PT1/2024-01-01/a.jpg", "PT1/2024-01-01/a_2.jpg")
    photos = tuple(PhotoEntry(Path(name), name, "PT1", "2024-01-01", "a") for name in names)
    task = SiteTask("out", "pt1/a", "PT1", "a", photos=photos, days={})
    rows = site_failures(task, Failure("PT1/a", "worker", "was killed"))
    assert [row.file for row in rows] == ["PT1/2024-01-01/a.jpg", "PT1/2024-01-01/a_2.jpg"]
    assert {(row.stage, row.reason) for row in rows} == {("worker", "site PT1/a: was killed")}


def test_a_stage_that_fails_for_a_whole_site_still_accounts_for_its_photos(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(task: SiteTask, *_: object) -> SiteRecord:
        raise RuntimeError(f"no {task.site}")

    monkeypatch.setattr("lesiontrack.pipeline.site.measure_site", broken)
    study = plain_study(tmp_path / "study", 2, 1)
    outcome = run(study, tmp_path / "out", jobs=1, through="flag")
    assert outcome.exit_code == 1
    assert len(outcome.failures) == 3
    assert outcome.summary()["photos read"] == "0 of 3"
    assert outcome.failures["reason"].str.contains("RuntimeError: no calf").all()


@pytest.mark.parametrize(
    "address",
    [
        "tcp://127.0.0.1:8786",
        "127.0.0.1:8786",
        "localhost:8786",
        "tcp://[::1]:8786",
        "tls://dask.example.org:8786",
    ],
)
def test_addresses_that_are_allowed(address: str) -> None:
    require_private(address)


OPEN = (
    "tcp://10.0.0.5:8786",
    "10.0.0.5:8786",
    "dask.example.org:8786",
    "tcp://localhost.example.org",
    "ws://h",
)


@pytest.mark.parametrize("address", [*OPEN, "", "tcp://[x"])
def test_addresses_that_are_not(address: str) -> None:
    with pytest.raises(LesiontrackError, match=r"tls://"):
        require_private(address)


def test_without_distributed_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtraError, match=r"lesiontrack\[dask\]"):
        run_on_cluster([], "127.0.0.1:8786", record, lambda index, outcome: None)


def test_the_command_line_refuses_an_open_scheduler(tmp_path: Path) -> None:
    study = plain_study(tmp_path / "study", 1)
    arguments = ["run", str(study), "-o", str(tmp_path / "out"), "--scheduler", "tcp://10.0.0.5:8786", "-q"]
    outcome = CliRunner().invoke(main, arguments)
    assert outcome.exit_code == 2
    assert "must be tls://" in outcome.output


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A scheduler and two workers on this machine, each a process of its own."""
    if find_spec("distributed") is None:
        pytest.skip(NO_DISTRIBUTED)
    folder = tmp_path_factory.mktemp("cluster")

    def start(role: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{role}", "--no-dashboard", *arguments]
        return subprocess.Popen(command, cwd=folder)

    file = folder / "scheduler.json"
    processes = [start("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file))]
    try:
        end = time.monotonic() + 60
        while not file.exists():
            assert time.monotonic() < end, "no scheduler"
            time.sleep(0.1)
        address = json.loads(file.read_text())["address"]
        options = ("--nworkers", "1", "--nthreads", "2", "--local-directory", str(folder))
        processes += [start("worker", address, *options) for _ in range(2)]
        yield address
    finally:
        for process in reversed(processes):  # workers first: without a scheduler they would look for it
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def test_a_cluster_gives_the_same_tables(
    cluster: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    plain_study(Path("study"), 2, 2, 1)
    over = run("study", "over", scheduler=cluster)
    alone = run("study", "alone", jobs=1)
    assert over.exit_code == alone.exit_code == 0
    assert table_bytes(over.folder) == table_bytes(alone.folder)


def test_a_worker_of_the_cluster_that_dies(cluster: str, tmp_path: Path) -> None:
    import distributed

    found: dict[int, Outcome] = {}
    with distributed.Client(cluster) as client:
        client.run_on_scheduler(lambda dask_scheduler: setattr(dask_scheduler, "allowed_failures", 0))
    jobs = tasks(tmp_path, "a", "deadly", "b")
    run_on_cluster(jobs, cluster, dies, found.__setitem__)
    assert isinstance(found[0], SiteRecord)
    assert isinstance(found[2], SiteRecord)
    assert isinstance(found[1], Failure)
    assert found[1].stage == "worker"
    assert "killed twice" in found[1].reason


def test_nobody_at_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    if find_spec("distributed") is None:
        pytest.skip(NO_DISTRIBUTED)
    import dask

    with (
        dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
        pytest.raises(LesiontrackError, match="can't be reached"),
    ):
        run_on_cluster([], "127.0.0.1:9", record, lambda index, outcome: None)
