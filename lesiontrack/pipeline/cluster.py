"""Sites on a Dask cluster, through the concurrent.futures interface of its client (extra `dask`)."""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, as_completed
from typing import Any
from urllib.parse import urlsplit

from lesiontrack.errors import LesiontrackError, MissingExtraError, ResultsError
from lesiontrack.pipeline.executor import TWICE, Outcome, Work, defect, guarded, lost
from lesiontrack.pipeline.site import SiteTask

log = logging.getLogger(__name__)


def run_on_cluster(
    tasks: Sequence[SiteTask], address: str, work: Work, keep: Callable[[int, Outcome], None]
) -> None:
    """Hand every task to the scheduler at `address`; `keep` gets each index with its outcome.

    Workers need lesiontrack, and the study and results folders at the same paths. A site whose workers were
    killed as often as Dask tries it runs once more with nothing beside it.

    Raises:
        LesiontrackError: the address is not allowed, nobody answers there, or the cluster is lost.
        MissingExtraError: without the extra `dask`.
        ResultsError: a worker can't write to the results folder.
    """
    client = _client(address)
    executor = client.get_executor(pure=False)  # a task reads files, which may change
    try:
        futures: dict[Future[Outcome], int] = {
            executor.submit(guarded, task, work): index for index, task in enumerate(tasks)
        }
        suspects = []
        for future in as_completed(futures):
            index = futures[future]
            outcome = _outcome(tasks[index], future, address)
            if outcome is None:
                log.warning("%s: a worker was lost while this site was under way", tasks[index].name)
                suspects.append(index)
            else:
                keep(index, outcome)
        for index in sorted(suspects):  # alone: most were only beside the one that killed their worker
            outcome = _outcome(tasks[index], executor.submit(guarded, tasks[index], work), address)
            keep(index, outcome or lost(tasks[index], TWICE))
    finally:
        executor.shutdown(wait=False)
        client.close()


def _outcome(task: SiteTask, future: Future[Outcome], address: str) -> Outcome | None:
    """What became of the task; None where its workers were killed."""
    from distributed import KilledWorker

    try:
        return future.result()
    except ResultsError:
        raise
    except KilledWorker:
        return None
    except CancelledError as error:
        raise LesiontrackError(
            f"scheduler {address!r} was lost while sites were under way; run again, it resumes"
        ) from error
    except Exception as error:
        return defect(task, error)


def _client(address: str) -> Any:
    require_private(address)
    try:
        from distributed import Client
    except ImportError as error:
        raise MissingExtraError("--scheduler needs Dask: pip install 'lesiontrack[dask]'") from error
    try:
        return Client(address)
    except (OSError, ValueError, TypeError) as error:
        raise LesiontrackError(
            f"scheduler {address!r} can't be reached: {error or type(error).__name__}"
        ) from error


def require_private(address: str) -> None:
    """Raises LesiontrackError unless the address is tls:// or on this machine.

    Workers run what the scheduler sends, so whoever can speak to either can run code.
    """
    try:
        parts = urlsplit(address if "://" in address else f"tcp://{address}")
        host = parts.hostname or ""
    except ValueError as error:
        raise LesiontrackError(f"scheduler {address!r} is not an address such as tls://host:8786") from error
    if parts.scheme != "tls" and not _is_loopback(host):
        raise LesiontrackError(
            f"scheduler {address!r}: workers run what the scheduler sends, so beyond this machine the "
            "address must be tls://"
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
