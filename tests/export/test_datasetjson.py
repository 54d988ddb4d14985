"""Dataset-JSON 1.1 documents against the published schema."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lesiontrack.export.datasetjson import DatasetColumn, dataset_json

SCHEMA = Path(__file__).parents[1] / "data" / "dataset-json" / "dataset.schema.json"
VALID = jsonschema.Draft201909Validator(json.loads(SCHEMA.read_text("utf-8")))
TEXT = DatasetColumn("TEXT", "A text", key=1)
WHOLE = DatasetColumn("WHOLE", "A whole number", "integer")
NUMBER = DatasetColumn("NUMBER", "A number", "double")
CREATED = "2026-01-02T03:04:05+00:00"


def document(rows: list[dict[str, Any]], *columns: DatasetColumn, name: str = "TR") -> dict[str, Any]:
    written = dataset_json(name, "A label", columns or (TEXT, WHOLE, NUMBER), rows, oid="S1", created=CREATED)
    read: dict[str, Any] = json.loads(written)
    VALID.validate(read)
    return read


def test_a_document_says_what_it_is() -> None:
    read = document([{"TEXT": "a", "WHOLE": 1, "NUMBER": 0.5}])
    assert read["datasetJSONVersion"] == "1.1.0"
    assert read["datasetJSONCreationDateTime"] == CREATED
    assert (read["studyOID"], read["itemGroupOID"], read["records"]) == ("S1", "IG.TR", 1)
    assert read["columns"][0] == {
        "itemOID": "IT.TR.TEXT",
        "name": "TEXT",
        "label": "A text",
        "dataType": "string",
        "length": 1,
        "keySequence": 1,
    }
    assert read["rows"] == [["a", 1, 0.5]]


def test_no_rows() -> None:
    read = document([])
    assert read["records"] == 0
    assert read["rows"] == []


@pytest.mark.parametrize("nothing", [None, pd.NA, float("nan"), np.float64("nan"), pd.NaT, ""])
def test_missing_is_null(nothing: Any) -> None:
    row = {"TEXT": nothing, **({} if isinstance(nothing, str) else {"WHOLE": nothing, "NUMBER": nothing})}
    assert document([row])["rows"] == [[None, None, None]]


def test_a_whole_number_stays_one() -> None:
    rows = document([{"WHOLE": value} for value in (3, np.int64(3), 3.0)])["rows"]
    assert [row[1] for row in rows] == [3, 3, 3]
    assert all(type(row[1]) is int for row in rows)


def test_dates_of_adam() -> None:
    date = DatasetColumn("ADT", "A date", "date", target_data_type="integer", display_format="E8601DA.")
    read = document([{"ADT": "2024-01-01"}], date)
    assert read["columns"][0]["targetDataType"] == "integer"
    assert read["rows"] == [["2024-01-01"]]


def test_the_length_is_that_of_the_longest_value() -> None:
    assert document([{"TEXT": "ab"}, {"TEXT": "äöü"}])["columns"][0]["length"] == 3


def test_a_time_may_be_given_as_one() -> None:
    when = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert dataset_json("TR", "L", [TEXT], [], oid="S", created=when) == dataset_json(
        "TR", "L", [TEXT], [], oid="S", created=CREATED
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TEXT", 1),
        ("WHOLE", 1.5),
        ("WHOLE", "1"),
        ("NUMBER", float("inf")),
        ("NUMBER", "1"),
        ("NUMBER", True),
    ],
)
def test_a_value_of_another_type_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"TR.{name} is not of type"):
        document([{name: value}])


def test_a_value_without_a_column_is_refused() -> None:
    with pytest.raises(KeyError, match="no variable TXT"):
        document([{"TXT": "a"}])


def test_two_columns_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two variables"):
        document([], TEXT, TEXT)


@pytest.mark.parametrize(
    ("name", "label", "kind"),
    [("TOOLONGNAME", "L", "string"), ("1A", "L", "string"), ("A", "x" * 41, "string"), ("A", "L", "text")],
)
def test_names_labels_and_types_are_those_of_cdisc(name: str, label: str, kind: str) -> None:
    with pytest.raises(ValueError, match=name if kind == "string" else "data type"):
        DatasetColumn(name, label, kind)


values = st.fixed_dictionaries(
    {},
    optional={
        "TEXT": st.text(min_size=1),
        "WHOLE": st.integers(-(2**53), 2**53),
        "NUMBER": st.floats(allow_nan=False, allow_infinity=False),
    },
)


@settings(max_examples=50, deadline=None)
@given(st.lists(values, max_size=4))
def test_values_come_back_as_they_were(rows: list[dict[str, Any]]) -> None:
    expected = [[row.get("TEXT"), row.get("WHOLE"), row.get("NUMBER")] for row in rows]
    assert document(rows)["rows"] == expected
