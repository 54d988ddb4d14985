"""Which record of the SDTM datasets a record rests on: SRCDOM, SRCVAR, SRCSEQ, TRLNKID."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from lesiontrack.export.sdtm.lesions import find_lesions
from lesiontrack.export.sdtm.records import numbered
from lesiontrack.export.sdtm.responses import response_rows, sum_rows
from lesiontrack.export.sdtm.results import EROSION, SIZES, lesion_rows, outside_rows
from lesiontrack.export.sdtm.study import SOFTWARE, Row, SdtmStudy
from lesiontrack.export.source import Source

_TESTS = {(test, group): column for column, (test, _, group) in SIZES.items()}
_SUMS = ("SUMDIAM", "SUMAREA")


class Traces:
    """The SDTM records of the same results, found again by what they say; where two could be meant, none."""

    def __init__(self, source: Source) -> None:
        study = SdtmStudy(source)
        lesions = find_lesions(study)
        tumours = [*lesion_rows(study, lesions), *sum_rows(study), *outside_rows(study, lesions)]
        photographed = [row for row in numbered(study, "TR", tumours) if row.get("TRNAM") == SOFTWARE]
        self._links = {
            (study.subjects[code].usubjid, name): lesion.link
            for code, found in lesions.items()
            for name, lesion in found.items()
        }
        self._sizes = _unique(
            ((row["USUBJID"], row["TRSPID"], column, row["TRDY"], row["TRREFID"]), row["TRSEQ"])
            for row in photographed
            if (column := _column(row)) is not None
        )
        self._sums = _unique(
            ((row["USUBJID"], row["TRSPID"], row["TRDY"]), row["TRSEQ"])
            for row in photographed
            if row["TRTESTCD"] in _SUMS
        )
        self._responses = _unique(
            ((row["USUBJID"], row["RSSPID"], row["RSDY"]), row["RSSEQ"])
            for row in numbered(study, "RS", response_rows(study))
            if row["RSTESTCD"] == "OVRLRESP"
        )

    def lesion(self, usubjid: str, lesion: str) -> str | None:
        """TRLNKID."""
        return self._links.get((usubjid, lesion))

    def size(self, usubjid: str, lesion: str, column: str, day: int, photo: str | None) -> Row:
        """Of one measure (column of observations) of a lesion in one photo; `day` as SDTM counts."""
        return _source("TR", "TRSTRESN", self._sizes.get((usubjid, lesion, column, day, photo)))

    def sum(self, usubjid: str, analysis: str, day: int | None) -> Row:
        return _source("TR", "TRSTRESN", self._sums.get((usubjid, analysis, day)))

    def response(self, usubjid: str, analysis: str, day: int) -> Row:
        return _source("RS", "RSSTRESC", self._responses.get((usubjid, analysis, day)))


def _column(row: Row) -> str | None:
    group = EROSION if row["TRGRPID"] == EROSION else None
    return _TESTS.get((row["TRTESTCD"], group))


def _unique(found: Iterable[tuple[Hashable, int]]) -> dict[Hashable, int]:
    by_key: dict[Hashable, list[int]] = {}
    for key, sequence in found:
        by_key.setdefault(key, []).append(sequence)
    return {key: sequences[0] for key, sequences in by_key.items() if len(sequences) == 1}


def _source(domain: str, variable: str, sequence: int | None) -> Row:
    return {} if sequence is None else {"SRCDOM": domain, "SRCVAR": variable, "SRCSEQ": sequence}
