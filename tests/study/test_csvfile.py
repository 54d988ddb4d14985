from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lesiontrack.errors import StudyError
from lesiontrack.study.csvfile import read_csv


def write(folder: Path, content: str | bytes) -> Path:
    path = folder / "t.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(("prefix", "delimiter"), [("", ","), ("", ";"), ("sep=;", ";")])
def test_as_spreadsheets_write_it(
    tmp_path: Path, encoding: str, end: str, prefix: str, delimiter: str
) -> None:
    lines = [prefix] if prefix else []
    lines += [
        delimiter.join(cells)
        for cells in [(" a ", "b", ""), ("0039", " ü ", ""), ("", "", ""), ("x", "", "")]
    ]
    content = read_csv(write(tmp_path, (end.join(lines) + end).encode(encoding)))
    first = 2 + bool(prefix)
    assert content.header == ("a", "b")
    assert content.rows == ((first, ("0039", "ü")), (first + 2, ("x", "")))
    assert content.decimal_comma == (delimiter == ";")


def test_line_numbers_count_lines_inside_quotes(tmp_path: Path) -> None:
    content = read_csv(write(tmp_path, 'a,b\n"one\ntwo",x\n\nthree,y\n'))
    assert content.rows == ((2, ("one\ntwo", "x")), (5, ("three", "y")))


def test_short_rows_are_filled(tmp_path: Path) -> None:
    assert read_csv(write(tmp_path, "a,b,c\n1\n")).rows == ((2, ("1", "", "")),)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\n \n", "is empty"),
        (b"a,b\n1,2,3\n", "line 2: 3 cells, but there are 2 columns"),
        (b"a,,b\n", "column 2 has no name"),
        (b"a,b,a\n", "two columns are named 'a'"),
        (b"a\tb\n1\t2\n", "separated by tabs"),
        (b"PK\x03\x04rest", "spreadsheet file"),
        ("a,b\n1,ü\n".encode("latin-1"), "line 2: not UTF-8"),
        ("a,b\n".encode("utf-16"), "not UTF-8"),
        (b"a,b\n1,\x00\n", "NUL"),
        (b'a,b\n"1"x,2\n', "line 2: not valid CSV"),
        (b'a,b\n"1,2\n', "not valid CSV"),
    ],
)
def test_refusals(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(StudyError, match=rf"t\.csv.*{message}"):
        read_csv(write(tmp_path, content))


def test_unreadable_file(tmp_path: Path) -> None:
    (tmp_path / "t.csv").mkdir()
    with pytest.raises(StudyError, match="can't be read"):
        read_csv(tmp_path / "t.csv")


CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6).map(str.strip)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(CELL, CELL), max_size=5), st.sampled_from(",;"))
def test_what_csv_writes_is_read_back(tmp_path: Path, rows: list[tuple[str, str]], delimiter: str) -> None:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter).writerows([("a", "b"), *rows])
    content = read_csv(write(tmp_path, buffer.getvalue()))
    assert [cells for _, cells in content.rows] == [row for row in rows if any(row)]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes) -> None:
    try:
        table = read_csv(write(tmp_path, content))
    except StudyError:
        return
    assert all(len(cells) == len(table.header) for _, cells in table.rows)
