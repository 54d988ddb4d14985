"""What the study recorded and what was seen, without what came after a cut-off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd

from lesiontrack.freeze.inputs import Tables, read_visits
from lesiontrack.protocol import Protocol
from lesiontrack.protocol.courses import agent_kind
from lesiontrack.tables import frame, records

Days = Mapping[str, int | None]
"""Patient → last study day in the cut; None: not in the study by then."""

_DAY_OF = {
    "photos": "study_day", "observations": "study_day", "doses": "start_day", "events": "study_day",
    "measurements": "study_day", "grades": "study_day", "reviews": "study_day",
}  # fmt: skip


def cut_tables(
    tables: Tables, settings: Mapping[str, Any], protocol: Protocol, days: Days
) -> dict[str, pd.DataFrame]:
    """patients, photos, acquisition, observations, doses, events, measurements, grades, reviews and
    failures up to the cut.

    A course of a topical that ends later has no end yet. A death after the cut is not known, and the patient
    was alive then: last contact is the day of the cut, also where it lies later. A failure stays unless its
    file lies in the folder of a later visit. What readers said of a visit up to the cut stays, whenever they
    said it.
    """
    kept = {name: _up_to(tables[name], column, days) for name, column in _DAY_OF.items()}
    last = kept["doses"]["patient"].map(lambda code: days.get(code)).astype("Int64")
    ended = kept["doses"]["end_day"]
    kept["doses"] = kept["doses"].assign(end_day=ended.mask((ended > last).fillna(False)))
    kept["observations"] = _injections(kept["observations"], tables, protocol, days)
    acquisition = tables["acquisition"]
    kept["acquisition"] = _fresh(acquisition[acquisition["photo"].isin(set(kept["photos"]["photo"]))])
    gone = {
        f"{code}/{label}"
        for code, visits in read_visits(tables, settings).items()
        for label, day in visits.items()
        if not _within(days, code, day)
    }
    failures = tables["failures"]
    later = failures["file"].map(lambda file: "/".join(str(file).split("/")[:2]) in gone).astype(bool)
    kept["failures"] = _fresh(failures[~later])
    kept["patients"] = _patients(tables, kept, [str(file) for file in failures[later]["file"]], days)
    return kept


def cut_settings(settings: Mapping[str, Any], tables: Tables, days: Days) -> dict[str, Any]:
    """settings.json without later doses and visits; `tables` are those of the cut."""
    cut = dict(settings)
    if "visits" in cut:
        cut["visits"] = [row for row in cut["visits"] if _within(days, row["patient"], row["study_day"])]
    if "lesions" in cut:
        seen = set(zip(tables["observations"]["patient"], tables["observations"]["lesion"], strict=True))
        cut["lesions"] = [row for row in cut["lesions"] if (row["patient"], row["lesion"]) in seen]
    doses = [row for row in cut.get("doses", ()) if _within(days, row["patient"], row["start_day"])]
    cut["doses"] = [
        {**row, "end_day": row["end_day"] if _within(days, row["patient"], row["end_day"]) else None}
        for row in doses
    ]
    return cut


def _within(days: Days, code: str, day: int | None) -> bool:
    last = days.get(code)
    return last is not None and (day is None or day <= last)


def _up_to(table: pd.DataFrame, column: str, days: Days) -> pd.DataFrame:
    pairs = zip(table["patient"], table[column], strict=True)
    within = [_within(days, code, None if pd.isna(day) else day) for code, day in pairs]
    return _fresh(table[pd.Series(within, index=table.index, dtype=bool)])


def _fresh(table: pd.DataFrame) -> pd.DataFrame:
    return table.reset_index(drop=True)


def _injections(observations: pd.DataFrame, tables: Tables, protocol: Protocol, days: Days) -> pd.DataFrame:
    """`injected` is False up to the first injection: where that came after the cut, nothing is told."""
    first: dict[tuple[str, str], int] = {}
    agents = protocol.file.agents
    for row in records(tables["doses"]):
        if row["lesion"] and agents is not None and agent_kind(row["agent"], agents) == "injection":
            name = row["patient"], row["lesion"]
            first[name] = min(row["start_day"], first.get(name, row["start_day"]))
    for row in records(tables["observations"][["patient", "lesion", "study_day", "lesion_day"]]):
        if row["lesion_day"] is not None:  # lesions.csv may tell of an injection, too
            first[row["patient"], row["lesion"]] = row["study_day"] - row["lesion_day"]
    names = list(zip(observations["patient"], observations["lesion"], strict=True))
    told = [name in first and _within(days, name[0], first[name]) for name in names]
    return observations.assign(injected=observations["injected"].where(pd.Series(told, dtype=bool)))


def _patients(tables: Tables, kept: Tables, failed: list[str], days: Days) -> pd.DataFrame:
    removed = tables["photos"]["patient"].value_counts().sub(
        kept["photos"]["patient"].value_counts(), fill_value=0
    )  # fmt: skip
    rows = []
    for row in records(tables["patients"]):
        last = days.get(row["patient"])
        if last is None:
            continue
        lost = [file for file in failed if file.split("/")[0] == row["patient"]]
        row["photos"] = max(0, int(row["photos"] or 0) - int(removed.get(row["patient"], 0)) - len(lost))
        rows.append(row | _alive(row, last))
    return frame("patients", rows)


def _alive(row: Mapping[str, Any], last: int) -> dict[str, Any]:
    """Death and last contact as known at the cut; what can't be placed in time is left out."""
    unplaced = dict.fromkeys(("death_date", "death_day", "last_contact", "last_contact_day"))
    if row["zero_date"] is None:
        return unplaced
    death, contact = row["death_day"], row["last_contact_day"]
    told: dict[str, Any] = {}
    if death is not None and death > last:
        told |= {"death_date": None, "death_day": None}
    if any(day is not None and day > last for day in (death, contact)):
        on = date.fromisoformat(row["zero_date"]) + timedelta(days=last)
        told |= {"last_contact": on.isoformat(), "last_contact_day": last}
    return told
