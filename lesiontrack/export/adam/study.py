"""A study as ADaM sees it: its subjects, their dates, and rows of our tables with plain values."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from lesiontrack.export.adam.traces import Traces
from lesiontrack.export.cdisc import Subject, study_id
from lesiontrack.export.source import Source
from lesiontrack.protocol import Protocol
from lesiontrack.study.names import natural_key

Row = dict[str, Any]


class AdamStudy:
    """What the datasets are derived from.

    Attributes:
        id: STUDYID.
        subjects: every row of patients, photo-less ones included, in natural order of the codes.
        bases: the readings that are written: both, or only the signed one.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.protocol: Protocol = source.protocol
        self.id = study_id(source)
        self.bases = ("signed",) if source.signed_only else ("automatic", "signed")
        found = [Subject.of(self.id, str(row["patient"]), row) for row in self.rows("patients")]
        self.subjects = tuple(sorted(found, key=lambda one: natural_key(one.code)))

    def rows(self, table: str) -> list[Row]:
        """Rows of one of our tables, None where a value is missing; none where the table was not made."""
        return self.source.rows(table)

    @cached_property
    def visit_responses(self) -> Mapping[str, list[Row]]:
        """Patient → rows, in time order."""
        return self._by_patient("visit_responses")

    @cached_property
    def lesion_responses(self) -> Mapping[str, list[Row]]:
        return self._by_patient("lesion_responses")

    @cached_property
    def observations(self) -> Mapping[str, list[Row]]:
        return self._by_patient("observations")

    @cached_property
    def traces(self) -> Traces:
        """The SDTM records of the same results."""
        return Traces(self.source)

    @cached_property
    def photo_days(self) -> Mapping[str, list[int]]:
        """Patient → study days with a photo."""
        days: dict[str, list[int]] = {}
        for row in self.rows("photos"):
            days.setdefault(row["patient"], []).append(row["study_day"])
        return days

    def _by_patient(self, table: str) -> Mapping[str, list[Row]]:
        found: dict[str, list[Row]] = {one.code: [] for one in self.subjects}
        for row in sorted(self.rows(table), key=lambda row: (row["study_day"], row["visit"])):
            found[row["patient"]].append(row)
        return found

    def days(self, key: str) -> int:
        """A threshold of the protocol in days."""
        return int(self.protocol.threshold(key))
