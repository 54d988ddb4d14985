"""A study as SDTM sees it: its identifiers, subjects, days and dates, and rows of our tables."""

from __future__ import annotations

from typing import Any

from lesiontrack import __version__
from lesiontrack.export import cdisc
from lesiontrack.export.cdisc import cdisc_day, study_id
from lesiontrack.export.source import Source
from lesiontrack.study.names import natural_key

Row = dict[str, Any]

SOFTWARE = f"LESIONTRACK {__version__} (SOFTWARE)"
"""--NAM of what the software measured. An empty --NAM with an empty --EVAL reads as the investigator's."""


class Subject(cdisc.Subject):
    """A subject with the timing variables of SDTM's records."""

    def timing(self, domain: str, study_day: int | None) -> Row:
        """VISITNUM, VISIT, --DTC, --DY. Visits have no common schedule, so a visit is named by its day."""
        day = cdisc_day(study_day)
        visit = None if day is None else f"DAY {day}"
        dates = {f"{domain}DTC": self.date(study_day), f"{domain}DY": day}
        return {"VISITNUM": day, "VISIT": visit, **dates}


class SdtmStudy:
    """What the datasets are made from.

    Attributes:
        id: STUDYID: the study's title, else the id of its protocol (as ADaM has it).
        subjects: by patient code, in natural order; photo-less patients included.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.id = study_id(source)
        codes = {str(row["patient"]): row for row in self.rows("patients")}
        for table in ("observations", "visit_responses", "doses", "events", "measurements"):
            for row in self.rows(table):
                codes.setdefault(str(row["patient"]), {})
        self.subjects = {
            code: Subject.of(self.id, code, codes[code]) for code in sorted(codes, key=natural_key)
        }

    def rows(self, table: str) -> list[Row]:
        """Rows of one of our tables, None where a value is missing; none where the table was not made."""
        return self.source.rows(table)
