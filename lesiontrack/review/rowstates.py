"""Where each row of the results stands with its readers: signed, void, waiting for a run, or open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lesiontrack.corrections import Corrections, Entry, LesionName, NewLesionJudgement, Signature
from lesiontrack.corrections.model import subject
from lesiontrack.corrections.signed import differences, values_of
from lesiontrack.report.data import LesionPage, Row
from lesiontrack.review.loaded import Loaded, RowKey, row_key
from lesiontrack.review.scope import Touched, candidate_rows


@dataclass(frozen=True)
class RowState:
    """One row of observations.

    Attributes:
        signature: unsigned, signed or void.
        applied: whether the shown tables know that signature.
        by, at: who signed and when (ISO), void signatures included.
        note: why it is void.
        obstacle: why the row can't be signed now, one sentence; empty where it can.
        pending: corrections not applied yet that may change the row.
        entry: the signature in the store; None where there is none.
    """

    signature: str = "unsigned"
    applied: bool = True
    by: str = ""
    at: str = ""
    note: str = ""
    obstacle: str = ""
    pending: tuple[Entry, ...] = ()
    entry: Entry | None = None

    @property
    def signed(self) -> bool:
        return self.signature == "signed"

    @property
    def signable(self) -> bool:
        return not self.obstacle and not self.signed


class RowStates:
    """What one store says of one state of the results. `foreign`: the tables' own words on review belong to
    other readers, and are not looked at."""

    def __init__(
        self, loaded: Loaded, corrections: Corrections, pending: Iterable[Entry], *, foreign: bool = False
    ) -> None:
        self.loaded = loaded
        self.foreign = foreign
        self.pending = tuple(pending)
        self._touched = Touched(self.pending, loaded)
        self._in_force = {subject(entry.value): entry for entry in corrections.in_force}
        self._in_force.pop((), None)
        self._said = {subject(e.value) for e in corrections.entries if isinstance(e.value, Signature)}
        self._rows: dict[RowKey, RowState] = {}

    def said(self, *about: str) -> Entry | None:
        """The entry in force with this subject (`corrections.model.subject`)."""
        return self._in_force.get(about)

    def judged_new(self, patient: str, lesion: str) -> bool | None:
        """What a reader said of a candidate; None: nothing yet."""
        entry = self.said("new_lesion", patient, lesion)
        return entry.value.new if entry and isinstance(entry.value, NewLesionJudgement) else None

    def name_of(self, row: Row) -> str:
        """What readers call the row's lesion, as said last; empty where nobody has named it."""
        entry = self.said("lesion_name", row["patient"], row["lesion"])
        if entry is not None and isinstance(entry.value, LesionName):
            return entry.value.name.strip()
        return "" if self.foreign else row["lesion_name"] or ""

    def reason_of(self, row: Row) -> str:
        """The row's reason, but for one that repeats what other readers said."""
        return "" if self.foreign and row["corrections"] else row["reason"] or ""

    @property
    def silent(self) -> bool:
        """The results were made with other readers' corrections: texts that may repeat them are not shown."""
        return self.foreign and bool(self.loaded.reviews)

    def evidence_of(self, flag: Row) -> str:
        """A flag's evidence, which may quote the reason of a row."""
        return "" if self.silent else flag["evidence"] or ""

    def of(self, row: Row) -> RowState:
        key = row_key(row)
        if key not in self._rows:
            self._rows[key] = self._stand(row)
        return self._rows[key]

    def _stand(self, row: Row) -> RowState:
        pending = self._touched.of(row)
        obstacle = self._obstacle(row, pending)
        patient, site, lesion, visit = row_key(row)
        about = ("signature", patient, site, lesion, visit)
        entry = self.said(*about)
        if entry is None:
            if self.foreign or about in self._said or row["review_status"] not in ("signed", "void"):
                return RowState(obstacle=obstacle, pending=pending)
            return RowState(
                row["review_status"], True, row["signed_by"] or "", row["signed_at"] or "",
                row["signature_note"] or "", obstacle, pending,
            )  # fmt: skip
        assert isinstance(entry.value, Signature)
        applied = entry.id in self.loaded.reviews
        photo = self.loaded.photo_names.get(row["photo"])
        changed = differences(entry.value.values, values_of(row, photo))
        void = bool(changed) or (applied and row["review_status"] == "void")
        note = "; ".join(changed) or (row["signature_note"] or "" if void else "")
        return RowState(
            "void" if void else "signed", applied, entry.correction.by, entry.correction.at.isoformat(),
            note, obstacle, pending, entry,
        )  # fmt: skip

    def is_candidate(self, page: LesionPage) -> bool:
        """Whether the lesion may be new, and no reader has said whether it is."""
        return (
            bool(candidate_rows(page.rows))
            and (page.patient, page.lesion) not in self.loaded.told_new
            and self.judged_new(page.patient, page.lesion) is None
        )

    def _obstacle(self, row: Row, pending: tuple[Entry, ...]) -> str:
        page = self.loaded.lesions.get((row["patient"], row["site"], row["lesion"]))
        if page is not None and self.is_candidate(page):
            return "It may be a new lesion: say first whether it is, or was there before."
        if pending and self.foreign:
            return "What you said of it is kept; a blinded reading signs only what nothing was said of."
        if pending:
            what = "A correction is" if len(pending) == 1 else f"{len(pending)} corrections are"
            return f"{what} not applied yet and may change these values."
        return ""
