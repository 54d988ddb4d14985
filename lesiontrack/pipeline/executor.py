"""Sites over processes: in this one, in spawned workers, or on Dask; a lost worker costs its site only."""

from __future__ import annotations

import ipaddress
import logging
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from lesiontrack.errors import LesiontrackError, MissingExtraError
from lesiontrack.pipeline.record import SiteRecord
from lesiontrack.pipeline.site import SiteTask, process_site
from lesiontrack.study.model import Failure

log = logging.getLogger(__name__)

Outcome = SiteRecord | Failure


def run_tasks(
    tasks: Sequence[SiteTask],
    *,
    jobs: int,
    scheduler: str | None = None,
    on_done: Callable[[SiteTask, Outcome], None] = lambda task, outcome: None,
) -> list[Outcome]:
    """Outcomes in the order of the tasks. A site that can't be done is a Failure; the others go on.

    A worker that is killed (often for memory) breaks its pool: the sites not yet done are then tried alone,
    one at a time in a fresh worker, and one that is lost again is a Failure that says so.
    """
    outcomes: dict[int, Outcome] = {}

    def keep(index: int, outcome: Outcome) -> None:
        outcomes[index] = outcome
        on_done(tasks[index], outcome)

    if scheduler is None and (jobs == 1 or len(tasks) <= 1):
        for index, task in enumerate(tasks):
            keep(index, _guarded(task))
        return [outcomes[index] for index in range(len(tasks))]
    with _executor(jobs, scheduler) as executor:
        futures: dict[Future[Outcome], int] = {
            executor.submit(_guarded, task): index for index, task in enumerate(tasks)
        }
        for future in as_completed(futures):
            try:
                keep(futures[future], future.result())
            except BrokenExecutor:
                log.warning(
                    "a worker was lost while %s was under way or waiting", tasks[futures[future]].name
                )
            except Exception as error:
                keep(futures[future], _defect(tasks[futures[future]], error))
    for index in sorted(set(range(len(tasks))) - outcomes.keys()):
        keep(index, _alone(tasks[index]))
    return [outcomes[index] for index in range(len(tasks))]


def _guarded(task: SiteTask) -> Outcome:
    try:
        return process_site(task)
    except LesiontrackError as error:
        return Failure(task.name, "site", str(error))
    except OSError as error:
        return Failure(task.name, "site", f"{type(error).__name__}: {error.strerror or error}")
    except Exception as error:
        log.exception("%s", task.name)
        return _defect(task, error)


def _defect(task: SiteTask, error: Exception) -> Failure:
    return Failure(task.name, "site", f"{type(error).__name__}: {error} (a defect; please report it)")


def _alone(task: SiteTask) -> Outcome:
    with _processes(1) as executor:
        try:
            return executor.submit(_guarded, task).result()
        except BrokenExecutor:
            return Failure(
                task.name,
                "worker",
                "the worker process was killed twice, the second time alone with this site: most often the "
                "machine ran out of memory; make its photos smaller or use a larger machine",
            )


@contextmanager
def _executor(jobs: int, scheduler: str | None) -> Iterator[Executor]:
    if scheduler is None:
        with _processes(jobs) as pool:
            yield pool
        return
    client = _dask_client(scheduler)
    try:
        yield client.get_executor()
    finally:
        client.close()


def _processes(jobs: int) -> ProcessPoolExecutor:
    """Spawned, since OpenCV used in the parent hangs after fork; one thread a worker."""
    return ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), initializer=one_thread)


def one_thread() -> None:
    import cv2

    cv2.setNumThreads(1)


def _dask_client(address: str) -> Any:
    parts = urlsplit(address)
    if parts.scheme != "tls" and not _is_loopback(parts.hostname or ""):
        raise LesiontrackError(
            f"scheduler {address!r}: workers run what the scheduler sends, so beyond this machine the "
            "address must be tls://"
        )
    try:
        from distributed import Client
    except ImportError as error:
        raise MissingExtraError("--scheduler needs Dask: pip install 'lesiontrack[dask]'") from error
    return Client(address)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
