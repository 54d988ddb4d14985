"""Folders that can't be compared, or only in part, are named with what is wrong with them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from lesiontrack.diff import diff
from lesiontrack.errors import ResultsError
from lesiontrack.protocol import load_protocol
from lesiontrack.results import MARKER, ResultsFolder, json_bytes
from lesiontrack.tables import frame
from tests.diff.made import Made, made

USED = ("observations", "best_responses", "rates", "photos", "patients", "doses", "events")


def write(root: Path, content: Made) -> Path:
    folder = ResultsFolder(root)
    protocol = load_protocol("il2-imiquimod-retinoid", content.thresholds)
    folder.write(MARKER, b'{"format": 1}')
    for name in USED:
        folder.write_table(name, frame(name, content.tables[name]))
    folder.write("protocol.toml", protocol.source)
    folder.write("settings.json", json_bytes({"thresholds": content.thresholds, "lesions": content.lesions}))
    folder.write("provenance.json", json_bytes({"software": content.software, "segmentation": content.model}))
    return root


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("made") / "a", made())


@pytest.fixture
def other(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "b"))


def test_copy_is_equal(original: Path, other: Path) -> None:
    assert diff(original, other).equal


def test_one_value_altered(original: Path, other: Path) -> None:
    table = ResultsFolder(other).read_table("observations")
    table.loc[3, "area_mm2"] = 1.5
    ResultsFolder(other).write_table("observations", table)
    found = diff(original, other)
    ((row, value),) = found.values()
    assert (row.table, value.column, value.new) == ("observations", "area_mm2", 1.5)
    assert [cause.root for cause in found.causes(row, "area_mm2")] == ["no cause found"]


def test_folder_that_is_not_ours(original: Path, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    with pytest.raises(ResultsError, match=r"neither a results folder .* nor a frozen cut"):
        diff(original, tmp_path / "photos")


def test_folder_that_is_not_finished(original: Path, other: Path) -> None:
    (other / "provenance.json").unlink()
    with pytest.raises(ResultsError, match="not finished"):
        diff(other, original)


def test_truncated_table(original: Path, other: Path) -> None:
    path = other / "tables" / "observations.parquet"
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ResultsError, match=r"observations\.parquet can't be read.*cut short"):
        diff(original, other)


def test_damaged_settings(original: Path, other: Path) -> None:
    (other / "settings.json").write_text("{")
    with pytest.raises(ResultsError, match=r"settings\.json can't be read"):
        diff(original, other)


def test_column_of_another_version(original: Path, other: Path) -> None:
    path = other / "tables" / "observations.parquet"
    table = pd.read_parquet(path).drop(columns="envelope_id").assign(tint=1.0)
    table.to_parquet(path)
    found = diff(original, other)
    assert found.schema == (
        "observations: envelope_id only in A, made by another version; not compared",
        "observations: tint only in B, made by another version; not compared",
    )
    assert not found.rows
    assert not found.equal


def test_column_that_names_rows_is_missing(original: Path, other: Path) -> None:
    path = other / "tables" / "rates.parquet"
    pd.read_parquet(path).drop(columns="arm").to_parquet(path)
    with pytest.raises(ResultsError, match="lacks arm, which names its rows"):
        diff(original, other)


def test_table_that_one_does_not_have(original: Path, other: Path) -> None:
    ResultsFolder(other).remove_table("rates")
    assert diff(original, other).schema == ("rates: only in A; not compared",)


def test_protocol_that_can_not_be_read_is_said(original: Path, other: Path) -> None:
    (other / "protocol.toml").write_text('id = "x"\n[response]\npd_rise_pct = { value = 25.0, mark = "a" }\n')
    facts = diff(original, other).facts
    assert any("the protocol of B can't be read by this version" in text for text in facts.others)
    assert "response.pd_rise_pct 20 -> 25" in [str(fact) for fact in facts.protocol]


def test_texts_of_a_protocol_are_no_values(original: Path, other: Path) -> None:
    text = (other / "protocol.toml").read_text()
    (other / "protocol.toml").write_text(text + "\n# another comment\n")
    facts = diff(original, other).facts
    assert not facts.protocol
    assert "protocol: only texts and comments of the file differ" in facts.others


def test_phase_of_a_protocol(original: Path, other: Path) -> None:
    text = (other / "protocol.toml").read_text()
    (other / "protocol.toml").write_text(
        text.replace("quiet_days = { value = 14", "quiet_days = { value = 15")
    )
    assert [str(fact) for fact in diff(original, other).facts.protocol] == ["assessment.quiet_days 14 -> 15"]


def test_software_model_and_title(original: Path, other: Path) -> None:
    told = json.loads((other / "provenance.json").read_text())
    told["software"]["numpy"] = "3.0"
    told["segmentation"] = {"id": "colour-edge-1", "sha256": None}
    (other / "provenance.json").write_text(json.dumps(told))
    facts = diff(original, other).facts
    assert facts.software == ("numpy 2.4.0 -> 3.0",)
    assert facts.model == "small-1 (abababab) -> colour-edge-1"
