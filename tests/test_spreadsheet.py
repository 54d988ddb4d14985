"""CSV that spreadsheets open right and that comes back as it was."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lesiontrack.spreadsheet import csv_bytes, read_csv, write_csv
from lesiontrack.tables import TABLES, frame


def cells(table: pd.DataFrame) -> list[list[str]]:
    text = csv_bytes(table).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def test_byte_order_mark_and_umlauts() -> None:
    content = csv_bytes(pd.DataFrame({"patient": ["Jürgen Ä", "0039"]}))
    assert content.startswith(b"\xef\xbb\xbfpatient\r\n")
    assert "Jürgen Ä".encode() in content
    assert content.endswith(b"\r\n0039\r\n")


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_text_that_a_spreadsheet_would_run_is_shielded(sign: str) -> None:
    text = f'{sign}HYPERLINK("x")'
    assert cells(pd.DataFrame({"a": [text]}))[1] == [f"'{text}"]
    assert cells(pd.DataFrame({text: ["a"]}))[0] == [f"'{text}"]
    assert cells(frame("failures", [{"file": text}]))[1][0] == f"'{text}"


def test_ordinary_text_is_left_alone() -> None:
    words = ["day-007", "it's", "'quoted'", "a=b", "<script>", ",", '"', "L01; L02"]
    assert [row[0] for row in cells(pd.DataFrame({"a": words}))[1:]] == words


def test_numbers_stay_numbers_and_unknown_is_empty() -> None:
    row = {"patient": "-1", "study_day": -7, "delta_a": -1.5, "evaluable": False}
    header, values, blank = cells(frame("observations", [row, {}]))
    found = dict(zip(header, values, strict=True))
    assert found["study_day"] == "-7"
    assert found["delta_a"] == "-1.5"
    assert found["evaluable"] == "False"
    assert found["patient"] == "'-1"
    assert found["area_mm2"] == ""
    assert set(blank) == {""}


def test_numbers_keep_their_digits() -> None:
    table = frame("observations", [{"area_mm2": 0.1 + 0.2}, {"area_mm2": 1e-7}])
    column = list(table).index("area_mm2")
    assert [float(row[column]) for row in cells(table)[1:]] == [0.1 + 0.2, 1e-7]


def test_table_itself_is_not_changed() -> None:
    table = pd.DataFrame({"=a": ["=1"]})
    csv_bytes(table)
    assert table.columns[0] == "=a"
    assert table.iloc[0, 0] == "=1"


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=12)
NASTY = st.tuples(st.sampled_from(["", "'", "''", "=", "'=", "''-", "\r", "\n", '"', ",", "﻿"]), TEXT).map(
    "".join
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.none() | NASTY, min_size=1, max_size=6))
def test_round_trip(texts: list[str | None]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        table = pd.DataFrame({"n": range(len(texts)), "text": pd.array(texts, dtype="string")})
        write_csv(table, path)
        back = read_csv(path)
    assert [None if pd.isna(value) else value for value in back["text"]] == texts
    assert back["n"].astype(int).tolist() == list(range(len(texts)))


@pytest.mark.parametrize("name", TABLES)
def test_every_table_comes_back_empty_or_filled(name: str, tmp_path: Path) -> None:
    example = {"str": "=1", "int": -3, "float": -0.25, "bool": True}
    row = {column.name: example[column.type] for column in TABLES[name]}
    for rows in ([], [row]):
        write_csv(frame(name, rows), tmp_path / "t.csv")
        back = read_csv(tmp_path / "t.csv")
        assert list(back.columns) == [column.name for column in TABLES[name]]
        assert back.astype(object).to_dict("records") == [{k: str(v) for k, v in r.items()} for r in rows]
