"""Comparison of tables: nothing between equal ones, a mirror backwards, and old + changes = new."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lesiontrack.diff import KEYS, compare
from lesiontrack.diff.compare import RowChange, compare_rows, same
from lesiontrack.diff.explain import RULES
from lesiontrack.tables import TABLES
from tests.diff.made import made, pair

KEY = ("patient", "lesion")
COLUMNS = (*KEY, "size", "word", "count")
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "patient": st.sampled_from(["A", "B", "B10", "B9"]),
            "lesion": st.sampled_from(["L01", "L02", None]),
            "size": st.none() | st.floats(allow_nan=False, allow_infinity=False),
            "word": st.none() | st.sampled_from(["", "present", "1"]),
            "count": st.none() | st.integers(-3, 3),
        }
    ),
    max_size=8,
)


def changes(old: list[dict[str, Any]], new: list[dict[str, Any]], **options: Any) -> list[RowChange]:
    return compare_rows("observations", old, new, keys=KEY, columns=COLUMNS, **options)


def test_every_table_has_keys_that_it_has_columns_for_and_a_rule() -> None:
    assert set(KEYS) == set(TABLES) == set(RULES)
    for table, keys in KEYS.items():
        assert set(keys) <= {column.name for column in TABLES[table]}, table


def test_equal_results_have_no_difference() -> None:
    a, b = pair()
    found = compare(a.side(), b.side())
    assert found.equal
    assert not found.rows
    assert not found.by_cause


@given(ROWS)
@settings(max_examples=50, deadline=None)
def test_a_table_does_not_differ_from_itself(rows: list[dict[str, Any]]) -> None:
    assert changes(rows, deepcopy(rows)) == []


@given(ROWS, ROWS)
@settings(max_examples=60, deadline=None)
def test_backwards_is_the_mirror(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> None:
    turned = {"added": "removed", "removed": "added", "changed": "changed"}
    there = {
        (r.key, r.occurrence, r.kind, v.column, v.old, v.new) for r in changes(old, new) for v in r.values
    }
    back = {
        (r.key, r.occurrence, turned[r.kind], v.column, v.new, v.old)
        for r in changes(new, old)
        for v in r.values
    }
    assert there == back


@given(ROWS, ROWS)
@settings(max_examples=60, deadline=None)
def test_the_old_table_and_the_changes_give_the_new_one(
    old: list[dict[str, Any]], new: list[dict[str, Any]]
) -> None:
    def numbered(rows: list[dict[str, Any]]) -> dict[Any, dict[str, Any]]:
        found: dict[Any, dict[str, Any]] = {}
        for row in rows:
            key = tuple(row[name] for name in KEY)
            found[key, sum(other[0] == key for other in found) + 1] = dict(row)
        return found

    table = numbered(old)
    for row in changes(old, new):
        name = row.key, row.occurrence
        if row.kind == "removed":
            del table[name]
            continue
        start = dict.fromkeys(COLUMNS) | dict(zip(KEY, row.key, strict=True))
        table.setdefault(name, start).update({value.column: value.new for value in row.values})
    assert table == numbered(new)


@given(st.floats(1e-6, 1e6), st.floats(1e-6, 1e6), st.floats(0, 0.5))
@settings(max_examples=50, deadline=None)
def test_tolerance_is_a_share_of_the_larger_and_has_no_direction(a: float, b: float, share: float) -> None:
    assert same(a, b, share) == same(b, a, share)
    assert same(a, b, share) or abs(a - b) >= share * max(a, b) * (1 - 1e-9)


@pytest.mark.parametrize(
    ("old", "new", "tolerance", "equal"),
    [
        (10.0, 10.05, 0.01, True),
        (10.0, 10.05, 0.0, False),
        (10, 11, 0.5, False),  # whole numbers are days and counts
        (0.0, -0.0, 0.0, True),
        (1, 1.0, 0.0, True),
        (True, 1, 0.0, False),
        ("1", 1, 0.5, False),
        (None, 0.0, 0.5, False),
        (None, None, 0.0, True),
    ],
)
def test_what_counts_as_equal(old: Any, new: Any, tolerance: float, equal: bool) -> None:
    assert same(old, new, tolerance) is equal


@pytest.mark.parametrize("tolerance", [-0.1, 1.0, float("nan")])
def test_tolerance_out_of_range(tolerance: float) -> None:
    one = made().side()
    with pytest.raises(ValueError, match="tolerance"):
        compare(one, one, tolerance=tolerance)


def test_order_of_rows_has_no_meaning() -> None:
    a, b = pair()
    for rows in b.tables.values():
        rows.reverse()
    assert compare(a.side(), b.side()).equal


def test_renamed_lesion_is_a_row_removed_and_a_row_added() -> None:
    a, b = pair()
    b.row("observations", patient="PT01", lesion="L02", visit="2024-04-01")["lesion"] = "L03"
    found = compare(a.side(), b.side())
    assert found.counts["observations"] == {"removed": 1, "added": 1, "values": 0}


def test_one_dose_recorded_twice() -> None:
    a, b = pair()
    b.tables["doses"].append(dict(b.tables["doses"][0]))
    (row,) = compare(a.side(), b.side()).rows
    assert (row.table, row.kind, row.occurrence) == ("doses", "added", 2)


def test_protocol_id_alone_is_no_difference_of_values() -> None:
    a, b = pair()
    b.thresholds = {"response.pd_rise_pct": 25.0}
    for row in b.tables["observations"]:
        row["protocol_id"] = "another"
    found = compare(a.side(), b.side())
    assert found.equal
    assert [str(fact) for fact in found.facts.protocol] == ["response.pd_rise_pct 20 -> 25"]


def test_tables_that_matter_most_come_first_and_patients_in_natural_order() -> None:
    a, b = pair()
    for name in ("observations", "rates", "best_responses", "flags", "photos"):
        b.tables[name] = []
    found = compare(a.side(), b.side())
    assert list(found.counts) == ["best_responses", "rates", "flags", "observations", "photos"]
    photos = [row.patient for row in found.rows if row.table == "photos"]
    assert photos == sorted(photos, key=str)


def test_relative_change_is_of_decimals_only() -> None:
    a, b = pair()
    one = {"patient": "PT01", "lesion": "L01", "visit": "2024-03-04"}
    b.row("observations", **one)["longest_diameter_mm"] = 12.0
    b.row("best_responses", patient="PT01")["study_day"] = 28
    shares = {value.column: value.relative for _, value in compare(a.side(), b.side()).values()}
    assert shares == {"study_day": None, "longest_diameter_mm": pytest.approx(-0.2)}
