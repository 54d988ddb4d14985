"""Frozen cuts: what they hold, that they are never changed by us, and that a change by others is found."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from lesiontrack.diff import diff
from lesiontrack.errors import ResultsError
from lesiontrack.export import export
from lesiontrack.freeze import CUT_MARKER, Until, check_cut, freeze
from lesiontrack.pipeline import run
from lesiontrack.results import ResultsFolder
from lesiontrack.tables import TABLES
from tests.freeze.study import write_study


@pytest.fixture(scope="module")
def frozen(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return freeze(whole, tmp_path_factory.mktemp("frozen") / "cut", note="first interim")


@pytest.fixture
def cut(frozen: Path, tmp_path: Path) -> Path:
    """A copy that can be changed."""
    copy = Path(shutil.copytree(frozen, tmp_path / "cut"))
    for path in (copy, *copy.rglob("*")):
        path.chmod(0o755)
    return copy


def test_holds_all_tables_as_they_were_and_no_picture(whole: Path, frozen: Path) -> None:
    files = {path.relative_to(frozen).as_posix() for path in frozen.rglob("*") if path.is_file()}
    tables = {f"tables/{name}.{kind}" for name in (*TABLES, "data_dictionary") for kind in ("csv", "parquet")}
    assert files == tables | {
        "protocol.toml", "settings.json", "provenance.json", "identities.json", CUT_MARKER,
    }  # fmt: skip
    assert all((frozen / name).read_bytes() == (whole / name).read_bytes() for name in files - {CUT_MARKER})


def test_manifest(frozen: Path) -> None:
    checked = check_cut(frozen)
    told = checked.manifest
    assert checked.intact
    assert (told["note"], told["until"], told["tables_not_made"]) == ("first interim", None, [])
    assert (told["counts"]["patients"], told["counts"]["photos"], told["counts"]["lesions"]) == (3, 4, 3)
    assert told["counts"]["rows"]["observations"] == 10
    content = (frozen / "tables" / "rates.csv").read_bytes()
    assert told["files"]["tables/rates.csv"] == {
        "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content),
    }  # fmt: skip


def test_equal_data_has_one_digest_and_each_cut_its_own(whole: Path, frozen: Path, tmp_path: Path) -> None:
    other = check_cut(freeze(whole, tmp_path / "again", note="second")).manifest
    first = check_cut(frozen).manifest
    assert other["data_sha256"] == first["data_sha256"]
    assert other["sha256"] != first["sha256"]


def test_files_are_read_only(frozen: Path) -> None:
    assert all(path.stat().st_mode & 0o222 == 0 for path in (frozen, *frozen.rglob("*")))


@pytest.mark.parametrize("name", ["tables/rates.parquet", "provenance.json"])
def test_altered_file_is_named(cut: Path, name: str) -> None:
    content = (cut / name).read_bytes()
    (cut / name).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert [str(problem) for problem in check_cut(cut).problems] == [f"{name}: altered"]


def test_files_removed_added_and_cut_short(cut: Path) -> None:
    (cut / "tables" / "rates.csv").unlink()
    (cut / "tables" / "mine.csv").write_text("x")
    size = len((cut / "settings.json").read_bytes())
    (cut / "settings.json").write_bytes(b"{}")
    assert [str(problem) for problem in check_cut(cut).problems] == [
        f"settings.json: altered: 2 bytes, {size} when frozen",
        "tables/rates.csv: removed",
        "tables/mine.csv: added: not in the manifest",
    ]


def test_altered_manifest_is_found(cut: Path) -> None:
    told = json.loads((cut / CUT_MARKER).read_text())
    told["note"] = "another"
    (cut / CUT_MARKER).write_text(json.dumps(told))
    (problem,) = check_cut(cut).problems
    assert problem.file == CUT_MARKER


def test_altered_file_with_a_fitting_entry_is_found(cut: Path) -> None:
    (cut / "settings.json").write_bytes(b"{}")
    told = json.loads((cut / CUT_MARKER).read_text())
    told["files"]["settings.json"] = {"sha256": hashlib.sha256(b"{}").hexdigest(), "bytes": 2}
    (cut / CUT_MARKER).write_text(json.dumps(told))
    assert not check_cut(cut).intact


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"files": {}, "sha256": "x", "data_sha256": "y"}'])
def test_damaged_manifest(cut: Path, content: bytes) -> None:
    (cut / CUT_MARKER).write_bytes(content)
    with pytest.raises(ResultsError, match="is damaged"):
        check_cut(cut)


def test_no_cut(whole: Path) -> None:
    with pytest.raises(ResultsError, match="is not a frozen cut"):
        check_cut(whole)


def test_nothing_is_overwritten(whole: Path, frozen: Path, tmp_path: Path) -> None:
    before = (frozen / CUT_MARKER).read_bytes()
    with pytest.raises(ResultsError, match="never written over anything"):
        freeze(whole, frozen)
    assert (frozen / CUT_MARKER).read_bytes() == before
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ResultsError, match="is a file"):
        freeze(whole, tmp_path / "file")
    (tmp_path / "empty").mkdir()
    assert check_cut(freeze(whole, tmp_path / "empty")).intact
    assert not list(tmp_path.glob(".writing-*"))


@pytest.mark.parametrize("where", [".", "tables", "cuts/first", ".."])
def test_results_folder_is_no_place_for_a_cut(results: Path, where: str) -> None:
    with pytest.raises(ResultsError, match="lie in each other"):
        freeze(results, results / where)


def test_table_altered_by_hand_is_refused(results: Path, tmp_path: Path) -> None:
    path = results / "tables" / "rates.csv"
    path.write_bytes(path.read_bytes().replace(b"0.5", b"0.6", 1))
    with pytest.raises(ResultsError, match=r"rates\.csv does not say what rates\.parquet says"):
        freeze(results, tmp_path / "cut")
    assert not (tmp_path / "cut").exists()


def test_truncated_and_unfinished_results_are_refused(results: Path, tmp_path: Path) -> None:
    path = results / "tables" / "flags.parquet"
    content = path.read_bytes()
    path.write_bytes(content[:-100])
    with pytest.raises(ResultsError, match=r"flags\.parquet can't be read"):
        freeze(results, tmp_path / "cut")
    path.write_bytes(content)
    (results / "provenance.json").unlink()
    with pytest.raises(ResultsError, match="not finished"):
        freeze(results, tmp_path / "cut")


def test_cut_off_needs_tables_that_come_out_again(results: Path, tmp_path: Path) -> None:
    folder = ResultsFolder(results)
    table = folder.read_table("rates")
    folder.write_table("rates", table.assign(numerator=table["numerator"] + 1))
    with pytest.raises(ResultsError, match="rates can't be computed again as they are"):
        freeze(results, tmp_path / "cut", until=Until(day=20))
    folder.remove_table("rates")
    with pytest.raises(ResultsError, match="has no table rates"):
        freeze(results, tmp_path / "cut", until=Until(day=20))


def test_cut_off_leaves_nothing_later_behind(cut_by_date: Path, tmp_path: Path) -> None:
    cut = cut_by_date
    text = "".join(path.read_text("utf-8-sig") for path in cut.rglob("*") if path.suffix in (".csv", ".json"))
    for later in ("2024-05-27", "2024-06-30", "excision", "systemic_therapy", "PT003"):
        assert later not in text, later
    told = check_cut(cut).manifest
    assert told["until"] == {"date": "2024-04-18", "day": None, "days": {"PT001": 45, "PT002": 39}}
    assert (told["counts"]["photos"], told["counts"]["lesions"]) == (3, 3)
    assert check_cut(freeze(cut, tmp_path / "same")).manifest["until"] == told["until"]


def test_altered_cut_is_not_frozen_again(cut: Path, tmp_path: Path) -> None:
    (cut / "settings.json").write_bytes(b"{}")
    with pytest.raises(ResultsError, match="is not as it was frozen"):
        freeze(cut, tmp_path / "again")


def test_cut_is_read_by_export_and_diff(whole: Path, cut: Path, tmp_path: Path) -> None:
    assert (export(cut, format="csv", out=tmp_path / "tables") / "rates.csv").is_file()
    assert diff(whole, cut).equal
    table = ResultsFolder(cut).read_table("rates")
    ResultsFolder(cut).write_table("rates", table.assign(numerator=9))
    assert set(diff(whole, cut).by_cause) == {"B: tables/rates.parquet was altered after it was frozen"}


def test_no_run_goes_into_a_cut(cut: Path, tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="is a frozen data cut, which is never changed"):
        run(write_study(tmp_path / "study"), cut, jobs=1, model="colour")
    assert check_cut(cut).intact
