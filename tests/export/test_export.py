"""Export of a results folder: formats, refusal to overwrite, what is in it."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from lesiontrack.errors import ResultsError
from lesiontrack.export import FORMATS, ExportError, export, maker
from lesiontrack.export.readme import readme_text
from lesiontrack.export.source import read_source
from lesiontrack.protocol import load_protocol
from lesiontrack.results import ResultsFolder
from lesiontrack.spreadsheet import read_csv
from lesiontrack.tables import TABLES, frame


@pytest.fixture
def results(tmp_path: Path) -> Path:
    folder = ResultsFolder(tmp_path / "results")
    folder.prepare(tmp_path / "study")
    for name in TABLES:
        folder.write_table(name, frame(name, []))
    rows = [
        {"patient": "=A", "lesion": "L01", "study_day": -7, "area_mm2": 12.5, "review_status": "unreviewed"},
        {"patient": "0039", "lesion": "L01", "study_day": 14, "area_mm2": None, "review_status": "signed"},
    ]
    folder.write_table("observations", frame("observations", rows))
    rates = [{"basis": "automatic", "endpoint": "ORR"}, {"basis": "signed", "endpoint": "ORR"}]
    folder.write_table("rates", frame("rates", rates))
    folder.write(folder.protocol.name, load_protocol("response-only").source)
    folder.write(folder.settings.name, b"{}")
    folder.write(folder.provenance.name, b'{"protocol": "x"}')
    return folder.root


def test_csv_opens_as_it_was(results: Path, tmp_path: Path) -> None:
    out = export(results, format="csv", out=tmp_path / "out")
    names = {path.name for path in out.iterdir()}
    assert names == {f"{name}.csv" for name in (*TABLES, "data_dictionary")} | {
        "README.txt",
        "methods.txt",
        "provenance.json",
        "lesiontrack-export.json",
    }
    table = pd.read_csv(out / "observations.csv", encoding="utf-8-sig", dtype={"patient": str})
    assert table.patient.tolist() == ["'=A", "0039"]
    assert table.study_day.tolist() == [-7, 14]
    assert table.area_mm2.isna().tolist() == [False, True]
    assert read_csv(out / "observations.csv").patient.tolist() == ["=A", "0039"]
    dictionary = pd.read_csv(out / "data_dictionary.csv", encoding="utf-8-sig")
    assert set(dictionary.loc[dictionary.table == "observations", "column"]) == set(table.columns)


def test_parquet_is_typed_and_described(results: Path, tmp_path: Path) -> None:
    out = export(results, format="parquet", out=tmp_path / "out")
    table = pd.read_parquet(out / "observations.parquet")
    pd.testing.assert_frame_equal(table, ResultsFolder(results).read_table("observations"))
    field = pq.read_schema(out / "observations.parquet").field("area_mm2")
    assert field.metadata[b"unit"] == b"mm2"


def test_earlier_export_is_replaced_whole(results: Path, tmp_path: Path) -> None:
    export(results, format="csv", out=tmp_path / "out")
    export(results, format="parquet", out=tmp_path / "out")
    assert not list((tmp_path / "out").glob("*.csv"))
    assert json.loads((tmp_path / "out" / "lesiontrack-export.json").read_text())["format"] == "parquet"
    assert not list(tmp_path.glob(".writing-*"))


def test_empty_folder_is_taken(results: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert export(results, format="csv", out=tmp_path / "out").is_dir()


def test_folder_that_is_not_ours_is_left_alone(results: Path, tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "thesis.docx").write_text("x")
    with pytest.raises(ResultsError, match="not made by lesiontrack export"):
        export(results, format="csv", out=tmp_path / "theirs")
    assert [path.name for path in (tmp_path / "theirs").iterdir()] == ["thesis.docx"]


def test_own_file_added_to_an_export_is_not_deleted(results: Path, tmp_path: Path) -> None:
    out = export(results, format="csv", out=tmp_path / "out")
    (out / "analysis.R").write_text("x")
    with pytest.raises(ResultsError, match=r"analysis\.R"):
        export(results, format="csv", out=out)
    assert (out / "analysis.R").is_file()


@pytest.mark.parametrize("where", [".", "tables", ".."])
def test_results_folder_is_no_target(results: Path, where: str) -> None:
    with pytest.raises(ResultsError, match="lie in each other"):
        export(results, format="csv", out=results / where)


def test_file_is_no_target(results: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x")
    with pytest.raises(ResultsError, match="is a file"):
        export(results, format="csv", out=tmp_path / "out")


@pytest.mark.parametrize(
    ("format", "message"),
    [("xlsx", "'xlsx' is unknown: there are csv, parquet, sdtm"), ("parkett", "did you mean 'parquet'")],
)
def test_formats_that_do_not_exist(results: Path, tmp_path: Path, format: str, message: str) -> None:
    with pytest.raises(ExportError, match=message):
        export(results, format=format, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_is_there_to_be_imported(format: str) -> None:
    assert callable(maker(format))


def test_results_must_be_ours_and_finished(results: Path, tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="not a results folder"):
        export(tmp_path / "study", format="csv", out=tmp_path / "out")
    (results / "provenance.json").unlink()
    with pytest.raises(ResultsError, match="not finished"):
        export(results, format="csv", out=tmp_path / "out")


def test_signed_only(results: Path, tmp_path: Path) -> None:
    out = export(results, format="csv", out=tmp_path / "out", signed_only=True)
    assert read_csv(out / "observations.csv").patient.tolist() == ["0039"]
    assert read_csv(out / "rates.csv").basis.tolist() == ["signed"]


def test_tables_that_were_not_made_are_named(results: Path, tmp_path: Path) -> None:
    ResultsFolder(results).remove_table("rates")
    out = export(results, format="csv", out=tmp_path / "out")
    assert json.loads((out / "lesiontrack-export.json").read_text())["tables_not_made"] == ["rates"]


@pytest.mark.parametrize("format", FORMATS)
def test_readme_says_what_the_folder_holds(results: Path, format: str) -> None:
    text = readme_text(read_source(results), format, ["a.csv"], pseudonyms="codes of this export alone")
    words = " ".join(text.split())
    assert "Not a medical device" in words
    assert "Not validated on this population" in words
    assert "a.csv\n" in text
    assert "handle it as personal data" in words
    assert all(len(line) <= 110 and not line.startswith(" ") for line in text.splitlines())


@pytest.mark.parametrize("name", ["settings.json", "protocol.toml"])
def test_results_without_what_the_export_needs(results: Path, tmp_path: Path, name: str) -> None:
    (results / name).unlink()
    with pytest.raises(ResultsError, match=rf"{name} .*run the study again"):
        export(results, format="csv", out=tmp_path / "out")


def test_key_without_pseudonyms_is_an_error(results: Path, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="together with pseudonymise"):
        export(results, format="csv", out=tmp_path / "out", key=tmp_path / "key")
    assert not (tmp_path / "key").exists()
