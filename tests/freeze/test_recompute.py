"""Tables computed again are the tables of the run, and a cut-off gives what was known on that day."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from lesiontrack.diff import diff
from lesiontrack.diff.keys import KEYS
from lesiontrack.errors import ResultsError
from lesiontrack.export.source import Source, read_source
from lesiontrack.freeze import Until
from lesiontrack.freeze.recompute import differing, recompute
from lesiontrack.freeze.until import last_days
from tests.freeze.study import START

REDNESS = {
    "field_fraction", "delta_a", "delta_a_sd", "field_delta_a", "field_delta_a_sd", "ita_deg",
    "erythema_grade", "inflammation_probability",
}  # fmt: skip
"""Read from pictures: the treated field is the skin around every lesion of the site, later ones included."""


def again(source: Source, until: Until | None = None) -> dict[str, pd.DataFrame]:
    days = last_days(source.tables, source.settings, until) if until else None
    return recompute(source.tables, source.settings, source.protocol, days)


def cell(table: pd.DataFrame, column: str, **where: Any) -> Any:
    for name, value in where.items():
        table = table[table[name] == value]
    assert len(table) == 1
    return table[column].iloc[0]


def test_without_a_cut_off_every_table_is_that_of_the_run(whole: Path) -> None:
    source = read_source(whole)
    assert len(source.tables["observations"]) == 10
    assert differing(again(source), source.tables) == []


def test_altered_table_is_seen(whole: Path) -> None:
    tables = read_source(whole).tables
    altered = {**tables, "rates": tables["rates"].assign(numerator=7), "flags": tables["flags"].head(0)}
    del altered["events"]
    assert differing(altered, tables) == ["flags", "events", "rates"]


def test_cut_is_the_run_of_that_day_but_for_redness(cut_by_date: Path, as_it_was: Path) -> None:
    found = diff(cut_by_date, as_it_was)
    assert {value.column for _, value in found.values()} <= REDNESS
    assert {row.table for row in found.rows} <= {"observations", "acquisition", "flags"}
    assert {row.kind for row in found.rows} <= {"changed"}
    assert set(found.by_cause) <= {"pictures of the data cut A were read together with later ones"}


def test_what_came_later_is_not_known(whole: Path, cut_by_date: Path) -> None:
    """PR at day 42; that the lesion had grown again at day 84 is not known at day 45."""
    tables, cut = read_source(whole).tables, read_source(cut_by_date).tables
    where = {"patient": "PT001", "analysis": "protocol_targets"}
    assert cut["visit_responses"]["study_day"].max() == 42
    assert cell(tables["visit_responses"], "response", visit="2024-05-27", **where) == "PD"
    best = {"visits": "all_visits", "confirmation": "unconfirmed", **where}
    assert cell(cut["best_responses"], "response", **best) == "PR"
    assert tables["patients"]["patient"].tolist() == ["PT001", "PT002", "PT003"]
    assert cut["patients"]["patient"].tolist() == ["PT001", "PT002"]  # PT003 was enrolled later
    assert set(cut["rates"]["denominator"]) == {1, 2}


def test_death_contact_doses_and_injections_after_the_cut(whole: Path) -> None:
    cut = again(read_source(whole), Until(day=30))
    first = {"patient": "PT001"}
    assert pd.isna(cell(cut["patients"], "death_day", **first))
    assert pd.isna(cell(cut["patients"], "death_date", **first))
    assert cell(cut["patients"], "last_contact_day", **first) == 30
    assert cell(cut["patients"], "last_contact", **first) == "2024-04-03"
    assert cell(cut["patients"], "photos", **first) == 2
    assert cell(cut["patients"], "last_contact_day", patient="PT002") == 22
    assert pd.isna(cell(cut["doses"], "end_day", agent="imiquimod"))
    assert cut["doses"]["start_day"].tolist() == [0, 7, 0]
    assert cut["events"]["event"].tolist() == ["biopsy"]
    injected = cut["observations"].set_index(["lesion", "study_day"])["injected"]
    assert [injected["A", 0], injected["A", 14]] == [False, True]
    assert injected[["B"]].isna().all()


def test_date_before_everything(whole: Path) -> None:
    nothing = again(read_source(whole), Until(date=START - timedelta(days=900)))
    assert all(nothing[name].empty for name in ("patients", "photos", "observations", "best_responses"))


def test_date_needs_a_day_0_with_a_date(whole: Path) -> None:
    source = read_source(whole)
    unknown = source.tables["patients"].assign(zero_date=pd.Series([None] * 3, dtype="string"))
    tables = {**source.tables, "patients": unknown}
    with pytest.raises(ResultsError, match=r"no date of day 0 is known for PT001, so .*--until-day"):
        last_days(tables, source.settings, Until(date=START))
    assert last_days(tables, source.settings, Until(day=9)) == dict.fromkeys(("PT001", "PT002", "PT003"), 9)


@pytest.mark.parametrize("arguments", [{}, {"date": START, "day": 3}])
def test_one_cut_off(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="one of the two"):
        Until(**arguments)


def test_keys_name_every_row_of_a_real_run_once(whole: Path) -> None:
    for name, table in read_source(whole).tables.items():
        if name != "doses":  # one dose may be recorded twice
            assert not table.duplicated(list(KEYS[name])).any(), name
