"""Which rows of observations the next run may change because of what a reader said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lesiontrack.corrections import (
    Assignment,
    Entry,
    Evaluability,
    GoneJudgement,
    Landmarks,
    LesionPoint,
    MaskEdit,
    NewLesionJudgement,
    RegistrationJudgement,
    SameLesion,
    Value,
)
from lesiontrack.corrections.judged import SEEN
from lesiontrack.report.data import Row
from lesiontrack.review.loaded import Loaded


@dataclass(frozen=True)
class Scope:
    """Rows of a patient; None: of any site, lesion or visit."""

    patient: str
    site: str | None = None
    lesion: str | None = None
    visit: str | None = None

    def covers(self, row: Row) -> bool:
        wanted = (("site", self.site), ("lesion", self.lesion), ("visit", self.visit))
        return self.patient == row["patient"] and all(
            value is None or value == row[name] for name, value in wanted
        )


def scopes(value: Value, loaded: Loaded) -> list[Scope]:
    """Rows that may change. What is corrected at a photo may change every visit of its site, since lesions
    are followed over all of them."""
    match value:
        case Assignment():
            now = loaded.photo_names.get(value.photo)
            found = [Scope(value.patient, value.site)]
            return [*found, Scope(now["patient"], now["site"])] if now else found
        case Landmarks() | MaskEdit() | LesionPoint() | SameLesion():
            return [Scope(value.patient, value.site)]
        case RegistrationJudgement():
            return [] if value.accepted else [Scope(value.patient, value.site)]
        case NewLesionJudgement():
            return [
                Scope(value.patient, page.site, value.lesion, row["visit"])
                for page in loaded.lesions_called(value.patient, value.lesion)
                for row in (candidate_rows(page.rows) if value.new else _overlooked(page.rows))
            ]
        case GoneJudgement():
            return [Scope(value.patient, lesion=value.lesion, visit=value.visit)]
        case Evaluability():
            return [Scope(value.patient, value.site, value.lesion, value.visit)]
        case _:
            return []


def candidate_rows(rows: Sequence[Row]) -> list[Row]:
    """Rows by which a lesion may be new: candidates, else the first at which it was seen after a visit at
    which its skin was in view and nothing was there."""
    found = [row for row in rows if row["status"] == "new_candidate"]
    first = _first_seen(rows)
    if found or first is None or not any(_empty(row) for row in rows[:first]):
        return found
    return [rows[first]]


def _overlooked(rows: Sequence[Row]) -> list[Row]:
    """Rows that read otherwise once the lesion was there before."""
    first = _first_seen(rows)
    return [*candidate_rows(rows), *(row for row in rows[: first or 0] if _empty(row))]


def _first_seen(rows: Sequence[Row]) -> int | None:
    return next((i for i, row in enumerate(rows) if row["status"] in SEEN), None)


def _empty(row: Row) -> bool:
    return row["status"] == "not_visible" and bool(row["evaluable"])


class Touched:
    """What is pending for each row."""

    def __init__(self, pending: Iterable[Entry], loaded: Loaded) -> None:
        self._by_patient: dict[str, list[tuple[Scope, Entry]]] = {}
        for entry in pending:
            for scope in scopes(entry.value, loaded):
                self._by_patient.setdefault(scope.patient, []).append((scope, entry))

    def of(self, row: Row) -> tuple[Entry, ...]:
        """Pending corrections that may change the row, in time order, each once."""
        found = (
            entry
            for scope, entry in self._by_patient.get(row["patient"], [])
            if scope.covers(row) and not _says_so(entry, row)
        )
        return tuple({entry.id: entry for entry in found}.values())


def _says_so(entry: Entry, row: Row) -> bool:
    """Whether the row reads what the reader said already, so that applying it changes no value."""
    value = entry.value
    return isinstance(value, GoneJudgement) and entry.state == "in force" and value.gone and _empty(row)
