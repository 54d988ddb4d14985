"""Small results made up in memory: two patients, two lesions each, three visits; one rule for every table."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from lesiontrack.diff import Side
from lesiontrack.protocol import Protocol, load_protocol
from lesiontrack.tables import TABLES

Row = dict[str, Any]
DAYS = {"2024-03-04": 0, "2024-04-01": 28, "2024-05-06": 63}
ZERO = "2024-03-04"


@dataclass
class Made:
    """Tables as rows, to be changed by a test, and what `side` makes of them."""

    tables: dict[str, list[Row]]
    thresholds: dict[str, float] = field(default_factory=dict)
    model: Row = field(default_factory=lambda: {"id": "small-1", "sha256": "ab" * 32})
    software: Row = field(default_factory=lambda: {"lesiontrack": "0.1.0", "numpy": "2.4.0"})
    lesions: list[Row] = field(default_factory=list)
    cut: Mapping[str, Any] | None = None
    altered: tuple[str, ...] = ()

    def row(self, table: str, **where: object) -> Row:
        """The one row with these values."""
        found = [r for r in self.tables[table] if all(r.get(k) == v for k, v in where.items())]
        assert len(found) == 1, (table, where, len(found))
        return found[0]

    def side(self) -> Side:
        protocol = _protocol(tuple(sorted(self.thresholds.items())))
        columns = {name: tuple(column.name for column in TABLES[name]) for name in self.tables}
        rows = {
            name: [{c: row.get(c) for c in columns[name]} for row in rows]
            for name, rows in self.tables.items()
        }
        return Side(
            Path("made"), rows, columns, {"software": self.software, "segmentation": self.model},
            {"thresholds": self.thresholds, "lesions": self.lesions}, protocol, protocol.source.decode(),
            cut=self.cut, altered=self.altered,
        )  # fmt: skip


@lru_cache
def _protocol(thresholds: tuple[tuple[str, float], ...]) -> Protocol:
    return load_protocol("il2-imiquimod-retinoid", dict(thresholds))


def made() -> Made:
    """PT01 and PT02, each with L01 on the calf and L02 on the back."""
    tables: dict[str, list[Row]] = {name: [] for name in TABLES}
    for code in ("PT01", "PT02"):
        tables["patients"].append(
            {"patient": code, "arm": "A", "day_zero": "treatment_start", "zero_date": ZERO, "photos": 6}
        )
        tables["doses"].append(
            {"patient": code, "agent": "IL-2", "lesion": "L01", "start_day": 0, "amount": 1.0}
        )
        for visit, day in DAYS.items():
            for lesion, site in (("L01", "calf"), ("L02", "back")):
                _lesion_visit(tables, code, visit, day, lesion, site)
            if day > 0:
                tables["visit_responses"] += [
                    {"patient": code, "visit": visit, "study_day": day, "analysis": analysis,
                     "targets": "L01, L02", "in_assessment_window": True, "sum_mm": 30.0 - day / 10,
                     "baseline_sum_mm": 30.0, "response": "SD", "review_status": "unreviewed"}
                    for analysis in ("recist_2_per_organ", "protocol_targets")
                ]  # fmt: skip
        tables["best_responses"].append(
            {"patient": code, "analysis": "protocol_targets", "visits": "all_visits", "confirmation":
             "confirmed", "response": "SD", "study_day": 63, "signed": False}
        )  # fmt: skip
    tables["rates"].append(
        {"analysis": "protocol_targets", "visits": "all_visits", "confirmation": "confirmed",
         "basis": "automatic", "arm": "all", "endpoint": "DCR", "numerator": 2, "denominator": 2, "rate": 1.0}
    )  # fmt: skip
    tables["flags"].append(
        {"patient": "PT01", "site": "calf", "lesion": "L01", "visit": "2024-05-06", "study_day": 63,
         "rule": "lesion_growth", "flag": "lesion growing since its nadir", "value": 6.0}
    )  # fmt: skip
    tables["measurements"].append(
        {"patient": "PT01", "visit": "2024-04-01", "lesion": "L01", "method": "caliper",
         "quantity": "longest", "study_day": 28, "value": 14.0, "photo_value": 13.0, "difference": -1.0}
    )  # fmt: skip
    tables["agreement"].append({"method": "caliper", "compared_with": "longest_diameter_mm", "bias": -1.0})
    return Made(tables)


def _lesion_visit(
    tables: dict[str, list[Row]], code: str, visit: str, day: int, lesion: str, site: str
) -> None:
    photo = f"{code}/{visit}/{site}.jpg"
    placed = {"patient": code, "visit": visit, "study_day": day, "site": site}
    tables["photos"].append({**placed, "photo": photo, "sha256": f"{code}-{visit}-{site}", "px_per_mm": 10.0})
    tables["acquisition"].append({"photo": photo, "sharpness": 5.0})
    size = 15.0 - day / 20
    tables["observations"].append(
        {**placed, "lesion": lesion, "photo": photo, "role": "target", "status": "present",
         "evaluable": True, "longest_diameter_mm": size, "area_mm2": size * size, "delta_a": 3.0,
         "phase": "P1", "inflammation": "within", "review_status": "unreviewed"}
    )  # fmt: skip
    tables["lesion_responses"].append(
        {**placed, "lesion": lesion, "role": "target", "longest_diameter_mm": size, "response": "SD",
         "review_status": "unreviewed"}
    )  # fmt: skip


def pair() -> tuple[Made, Made]:
    """The same twice."""
    one = made()
    return one, deepcopy(one)
