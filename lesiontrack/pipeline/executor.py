"""Sites in this process, in spawned workers, or on a cluster; a lost worker costs its site only."""

from __future__ import annotations

import logging
import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, ProcessPoolExecutor, wait

from lesiontrack import logs
from lesiontrack.errors import LesiontrackError, ResultsError
from lesiontrack.pipeline.record import SiteRecord
from lesiontrack.pipeline.site import SiteTask, process_site
from lesiontrack.study.model import Failure

log = logging.getLogger(__name__)

Outcome = SiteRecord | Failure
Work = Callable[[SiteTask], SiteRecord]

TWICE = "twice, the second time alone with this site"


def run_tasks(
    tasks: Sequence[SiteTask],
    *,
    jobs: int,
    scheduler: str | None = None,
    on_done: Callable[[SiteTask, Outcome], None] = lambda task, outcome: None,
    work: Work = process_site,
) -> list[Outcome]:
    """Outcomes in the order of the tasks. A site that can't be done is a Failure; the others go on.

    A worker that is killed (often for memory) breaks its pool: the sites that were under way are then tried
    alone, each in a fresh worker, and one that is lost again is a Failure that says so; the rest goes on in a
    new pool. `work` is what is done with a task; workers import it by name.

    Raises ResultsError, with the sites not yet begun left alone, where the results folder can't be written:
    every further site would fail for the same reason.
    """
    outcomes: dict[int, Outcome] = {}

    def keep(index: int, outcome: Outcome) -> None:
        outcomes[index] = outcome
        log.info("%s: %s", tasks[index].name, "failed" if isinstance(outcome, Failure) else "done")
        on_done(tasks[index], outcome)

    if scheduler is not None:
        from lesiontrack.pipeline.cluster import run_on_cluster

        run_on_cluster(tasks, scheduler, work, keep)
    elif jobs == 1 or len(tasks) <= 1:
        for index, task in enumerate(tasks):
            keep(index, guarded(task, work))
    else:
        waiting = deque(range(len(tasks)))
        while waiting:
            for index in _in_pool(tasks, waiting, jobs, work, keep):
                keep(index, _alone(tasks[index], work))
    return [outcomes[index] for index in range(len(tasks))]


def guarded(task: SiteTask, work: Work) -> Outcome:
    """The task's record, or the Failure that says why there is none. Raises ResultsError only."""
    one_thread()
    try:
        return work(task)
    except ResultsError:
        raise
    except LesiontrackError as error:
        return Failure(task.name, "site", str(error))
    except Exception as error:
        log.exception("%s", task.name)
        return defect(task, error)


def defect(task: SiteTask, error: BaseException) -> Failure:
    return Failure(task.name, "site", f"{type(error).__name__}: {error} (a defect; please report it)")


def lost(task: SiteTask, how: str) -> Failure:
    return Failure(
        task.name,
        "worker",
        f"the worker process was killed {how}: most often the machine ran out of memory; make its photos "
        "smaller or use a larger machine",
    )


def one_thread() -> None:
    import cv2

    if cv2.getNumThreads() != 1:
        cv2.setNumThreads(1)


def _in_pool(
    tasks: Sequence[SiteTask],
    waiting: deque[int],
    jobs: int,
    work: Work,
    keep: Callable[[int, Outcome], None],
) -> list[int]:
    """Work `waiting` off until it is empty or a worker is lost; returns what was under way then.

    No more tasks than workers are handed out at a time, so that few are under suspicion.
    """
    under_way: dict[Future[Outcome], int] = {}
    suspects: list[int] = []
    pool = _processes(min(jobs, len(waiting)))
    try:
        while (waiting or under_way) and not suspects:
            while waiting and len(under_way) < jobs:
                try:
                    under_way[pool.submit(guarded, tasks[waiting[0]], work)] = waiting[0]
                except BrokenExecutor:
                    suspects += under_way.values()
                    return suspects
                waiting.popleft()
            ready, _ = wait(under_way, return_when=FIRST_COMPLETED)
            if any(isinstance(future.exception(), BrokenExecutor) for future in ready):
                ready, _ = wait(under_way)
            for future in ready:
                index = under_way.pop(future)
                try:
                    keep(index, future.result())
                except BrokenExecutor:
                    log.warning("%s: a worker was lost while this site was under way", tasks[index].name)
                    suspects.append(index)
                except ResultsError:
                    raise
                except Exception as error:  # the outcome could not travel between processes
                    keep(index, defect(tasks[index], error))
    finally:
        pool.shutdown(cancel_futures=True)
    return sorted(suspects)


def _alone(task: SiteTask, work: Work) -> Outcome:
    with _processes(1) as pool:
        try:
            return pool.submit(guarded, task, work).result()
        except BrokenExecutor:
            return lost(task, TWICE)


def _processes(jobs: int) -> ProcessPoolExecutor:
    """Spawned, since OpenCV used in the parent hangs after fork."""
    level = logging.getLogger("lesiontrack").getEffectiveLevel()
    return ProcessPoolExecutor(
        jobs, multiprocessing.get_context("spawn"), initializer=_begin_worker, initargs=(level,)
    )


def _begin_worker(level: int) -> None:
    logging.basicConfig(level=logging.WARNING, format=logs.FORMAT)
    logging.getLogger("lesiontrack").setLevel(level)
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.WARNING if level < logging.WARNING else logging.ERROR)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Where the parent is killed, its workers would wait for work for ever, with their memory."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
