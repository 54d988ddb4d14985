"""What one state of the results and one state of the store say together, worked out once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from lesiontrack.corrections import Corrections, Entry, Withdrawal
from lesiontrack.corrections.meant import as_meant
from lesiontrack.report.data import Row
from lesiontrack.review.loaded import Loaded
from lesiontrack.review.rowstates import RowStates
from lesiontrack.review.tasks import Progress, Task, progress, tasks

_APPLIED = ("in force", "no effect", "void")


@dataclass(frozen=True)
class Work:
    """`loaded` is None before the first run. `corrections`: the store's, as they are kept. `foreign`: the
    tables' words on review are other readers'."""

    loaded: Loaded | None
    corrections: Corrections
    foreign: bool = False

    @cached_property
    def meant(self) -> Corrections:
        """The store's corrections, of the lesions of these results that were meant."""
        if self.loaded is None:
            return self.corrections
        lesions = {key: tuple(page.sightings.values()) for key, page in self.loaded.lesions.items()}
        return as_meant(self.corrections, lesions, {}).corrections

    @cached_property
    def pending(self) -> tuple[Entry, ...]:
        """What the shown results don't know yet, in time order.

        Corrections in force that the last run had not seen or found replaced, and those withdrawn since it
        applied them.
        """
        known = self.loaded.reviews if self.loaded else {}
        return tuple(entry for entry in self.meant.entries if _is_pending(entry, known.get(entry.id)))

    @cached_property
    def pending_ids(self) -> frozenset[str]:
        return frozenset(entry.id for entry in self.pending)

    @cached_property
    def in_force(self) -> Mapping[str, tuple[Entry, ...]]:
        """Patient → what is said of them and in force, in time order."""
        found: dict[str, list[Entry]] = {}
        for entry in self.meant.in_force:
            if patient := getattr(entry.value, "patient", None):
                found.setdefault(patient, []).append(entry)
        return {patient: tuple(entries) for patient, entries in found.items()}

    @cached_property
    def rows(self) -> RowStates | None:
        if self.loaded is None:
            return None
        return RowStates(self.loaded, self.meant, self.pending, foreign=self.foreign)

    @cached_property
    def tasks(self) -> tuple[Task, ...]:
        return tasks(self.rows) if self.rows else ()

    @cached_property
    def progress(self) -> Progress | None:
        return progress(self.rows) if self.rows else None


def _is_pending(entry: Entry, row: Row | None) -> bool:
    if isinstance(entry.value, Withdrawal):
        return False
    if entry.state == "in force":
        return row is None or row["state"] == "replaced"
    return entry.state == "withdrawn" and row is not None and row["state"] in _APPLIED
