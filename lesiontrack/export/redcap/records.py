"""Rows of the import file: one a patient, and one an instance of each repeating instrument."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import product
from typing import Any

from lesiontrack.export.redcap.choices import ANALYSIS, CONFIRMATION, VISITS
from lesiontrack.export.redcap.instruments import SETS
from lesiontrack.export.source import Source
from lesiontrack.response.series import SEEN
from lesiontrack.study.names import natural_key

Row = dict[str, Any]
Instance = tuple[int, Row]

_BEST = {key: number for number, key in enumerate(product(ANALYSIS, VISITS, CONFIRMATION), start=1)}
"""What an instance of best_response is about is always the same: a later run overwrites the right one."""


class Records:
    """Patients and their instances, from the tables."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._zero = {
            row["patient"]: date.fromisoformat(row["zero_date"]) if row["zero_date"] else None
            for row in self.rows("patients")
        }

    def rows(self, table: str) -> list[Row]:
        """Rows of a table with plain values, None where one is missing."""
        return self._source.rows(table)

    def patients(self) -> list[Row]:
        rows = [{**row, "record_id": row["patient"]} for row in self.rows("patients")]
        return sorted(rows, key=lambda row: natural_key(row["record_id"]))

    def instances(self) -> Mapping[str, Mapping[str, list[Instance]]]:
        """Instrument → patient → (number, row), in the order of the numbers."""
        best: dict[str, list[Instance]] = {}
        for row in self.rows("best_responses"):
            number = _BEST.get((row["analysis"], row["visits"], row["confirmation"]))
            if number is None:
                raise ValueError(f"analysis {row['analysis']!r} has no place in the instrument best_response")
            best.setdefault(row["patient"], []).append((number, self._dated(row)))
        return {
            "visit": self._counted(self._visits()),
            "lesion_visit": self._counted(self._lesion_visits()),
            "best_response": {code: sorted(found, key=_number) for code, found in best.items()},
            "flag": self._counted(self._flags()),
        }

    def _counted(self, rows: Iterator[Row]) -> dict[str, list[Instance]]:
        """Instances numbered from 1 within each patient, in the order of `order`."""
        by_patient: dict[str, list[Row]] = {}
        for row in rows:
            by_patient.setdefault(row["patient"], []).append(row)
        return {
            code: list(enumerate((self._dated(row) for row in sorted(found, key=_order)), start=1))
            for code, found in by_patient.items()
        }

    def _dated(self, row: Row) -> Row:
        zero, day = self._zero.get(row["patient"]), row["study_day"]
        known = zero is not None and day is not None
        return {**row, "date": (zero + timedelta(days=day)).isoformat() if known and zero else None}

    def _visits(self) -> Iterator[Row]:
        """One row a visit: those with a photo, an observation or a response."""
        visits: dict[tuple[str, str], Row] = {}
        for table in ("photos", "observations", "visit_responses"):
            for row in self.rows(table):
                one = visits.setdefault(
                    (row["patient"], row["visit"]),
                    {name: row[name] for name in ("patient", "visit", "study_day")},
                )
                if table == "visit_responses":
                    one["in_assessment_window"] = row["in_assessment_window"]
                    one |= _wide(row)
        for row in visits.values():
            yield {**row, "order": (row["study_day"], natural_key(row["visit"]))}

    def _lesion_visits(self) -> Iterator[Row]:
        """One row an observation.

        They stand in the order in which they came to be known: a lesion has no row before it was first seen,
        so a later visit adds its rows, and those of lesions that it shows first, at the end.
        """
        responses = {
            (row["patient"], row["lesion"], row["visit"]): row for row in self.rows("lesion_responses")
        }
        observations = self.rows("observations")
        known = _first_seen(observations)
        for row in observations:
            response = responses.get((row["patient"], row["lesion"], row["visit"]), {})
            site = row["site"] or ""
            first = max(row["study_day"], known[row["patient"], row["lesion"]])
            names = natural_key(row["lesion"]), natural_key(site), natural_key(row["visit"])
            yield {
                **response,
                **row,
                "role": row["role"] or response.get("role"),
                "key": " / ".join([row["lesion"], site, row["visit"]]),
                "order": (first, row["study_day"], *names),
            }

    def _flags(self) -> Iterator[Row]:
        for row in self.rows("flags"):
            names = [row[name] or "" for name in ("flag", "rule", "lesion", "site", "visit")]
            yield {**row, "key": " / ".join(names), "order": (row["study_day"], *map(natural_key, names))}


def _wide(row: Row) -> Row:
    """The columns of one analysis under its own names."""
    if row["analysis"] not in SETS:
        raise ValueError(f"analysis {row['analysis']!r} has no fields in the instrument visit")
    middle = SETS[row["analysis"]][0]
    unit = "mm2" if row["analysis"] == "all_lesion_area" else "mm"
    columns = {
        "targets": "targets",
        "sum": f"sum_{unit}",
        "base": f"baseline_sum_{unit}",
        "nadir": f"nadir_sum_{unit}",
        "target": "target_response",
        "nontarget": "non_target_response",
        "new": "new_lesion",
        "response": "response",
        "ifnew": "response_if_candidates_are_new",
        "review": "review_status",
    }
    return {f"{middle}_{name}": row[column] for name, column in columns.items()}


def _first_seen(observations: Sequence[Row]) -> dict[tuple[str, str], int]:
    """(patient, lesion) → the day from which it has rows: that on which it was first seen."""
    days: dict[tuple[str, str], dict[bool, int]] = {}
    for row in observations:
        found = days.setdefault((row["patient"], row["lesion"]), {})
        seen = row["status"] in SEEN
        found[seen] = min(row["study_day"], found.get(seen, row["study_day"]))
    return {key: found.get(True, found.get(False, 0)) for key, found in days.items()}


def _order(row: Row) -> Any:
    return row["order"]


def _number(instance: Instance) -> int:
    return instance[0]
