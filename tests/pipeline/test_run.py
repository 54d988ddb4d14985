"""The whole chain on a small rendered study with exact truth, and on real photographs."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pandas as pd
import pytest

from lesiontrack.errors import ResultsError, StudyError
from lesiontrack.pipeline import Results, run
from lesiontrack.results import MARKER
from lesiontrack.spreadsheet import read_csv
from lesiontrack.tables import TABLES

# The columns that DESIGN.md promises, written out again so that none can vanish unnoticed.
CONTRACT = {
    "photos": "patient, visit, study_day, site, view, modality, photo, sha256, width, height, px_per_mm, "
    "px_per_mm_sd, scale_method, colour_method, quality, quality_advice, registered, registration_method, "
    "registration_confidence, registration_error_mm, reference_photo",
    "observations": "patient, site, lesion, visit, study_day, lesion_day, phase, course, injected, photo, "
    "role, status, evaluable, reason, area_mm2, area_mm2_sd, longest_diameter_mm, longest_diameter_mm_sd, "
    "perpendicular_diameter_mm, ulcer_area_mm2, ulcer_area_mm2_sd, depigmentation_area_mm2, delta_a, "
    "delta_a_sd, erythema_reference, erythema_grade, scale_id, field_fraction, expected_lower, "
    "expected_target, expected_upper, inflammation, inflammation_probability, merged_into, review_status",
    "flags": "patient, site, lesion, visit, study_day, flag, value, threshold, evidence, rule",
    "failures": "file, stage, reason",
    "lesion_responses": "patient, lesion, visit, response",
    "visit_responses": "patient, visit, response",
    "best_responses": "patient, response",
    "rates": "endpoint, numerator, denominator",
    "acquisition": "photo",
}


def test_every_table_has_the_promised_columns_as_csv_and_parquet(finished: Results) -> None:
    for table, columns in CONTRACT.items():
        assert set(columns.split(", ")) <= set(finished.tables[table].columns), table
        from_csv = read_csv(finished.folder / "tables" / f"{table}.csv")
        from_parquet = pd.read_parquet(finished.folder / "tables" / f"{table}.parquet")
        assert list(from_csv.columns) == list(from_parquet.columns)
        assert len(from_csv) == len(from_parquet) == len(finished.tables[table])
    dictionary = read_csv(finished.folder / "tables" / "data_dictionary.csv")
    for table in TABLES:
        assert dictionary.loc[dictionary["table"] == table, "column"].tolist() == list(finished.tables[table])


def test_sizes_are_those_that_were_rendered(finished: Results, rendered: Path) -> None:
    assert finished.exit_code == 0
    truth = pd.read_csv(rendered / "_truth" / "lesions.csv")
    seen = finished.tables["observations"]
    assert len(seen) == len(truth) == 6
    assert (seen["status"] == "present").all()
    # B is larger at the first visit, so it is L01.
    merged = seen.assign(name=seen["lesion"].map({"L01": "B", "L02": "A"})).merge(
        truth, left_on=["visit", "name"], right_on=["visit", "lesion"], suffixes=("", "_true")
    )
    error = merged["longest_diameter_mm"] / merged["longest_diameter_mm_true"] - 1
    assert error.abs().max() < 0.10
    area_error = merged["area_mm2"] / merged["area_mm2_true"] - 1
    assert area_error.abs().max() < 0.15


def test_response_follows_the_sizes(finished: Results) -> None:
    last = finished.tables["lesion_responses"].query("study_day == 28").set_index("lesion")["response"]
    assert last["L01"] == "PR"  # 13 mm to half
    assert last["L02"] == "PD"  # 11 mm to 1.6 times
    assert (finished.tables["rates"]["denominator"] == 1).all()


def test_scale_is_that_of_the_camera(finished: Results, rendered: Path) -> None:
    truth = (
        pd.read_csv(rendered / "_truth" / "lesions.csv")
        .drop_duplicates("photo")
        .set_index("photo")["px_per_mm"]
    )
    found = finished.tables["photos"].set_index("photo")["px_per_mm"]
    assert ((found / truth - 1).abs() < 0.02).all()


def test_outputs_name_no_path_of_the_machine(finished: Results, rendered: Path) -> None:
    for path in finished.folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert str(rendered).encode() not in content, path
            assert str(finished.folder).encode() not in content, path


def test_pages_are_there_and_stand_alone(finished: Results) -> None:
    pages = [finished.folder / "index.html", *finished.folder.glob("*/*.html")]
    assert len(pages) == 1 + 1 + 2
    for page in pages:
        text = page.read_text("utf-8")
        assert "http://" not in text.replace("http://www.w3.org", "")
        assert "https://" not in text
        assert "not validated on this population" in text.lower()
        assert page.stat().st_size < 2_000_000


def test_provenance_has_what_made_the_results(finished: Results) -> None:
    facts = json.loads((finished.folder / "provenance.json").read_text())
    assert facts["protocol"]["id"] == "il2-imiquimod-retinoid"
    assert len(facts["photos"]) == 3
    assert facts["started"] <= facts["finished"]


def test_stages_before_the_report_write_their_own_tables_only(study: Path, tmp_path: Path) -> None:
    outcome = run(study, tmp_path / "out", jobs=1, through="register")
    assert set(outcome.tables) == {"photos", "acquisition", "failures"}
    assert outcome.tables["photos"]["registered"].all()
    assert not (tmp_path / "out" / "index.html").exists()
    assert not (tmp_path / "out" / "tables" / "observations.csv").exists()


def test_a_folder_that_is_not_ours_is_never_written_to(study: Path, tmp_path: Path) -> None:
    other = tmp_path / "thesis"
    other.mkdir()
    (other / "chapter1.txt").write_text("mine")
    with pytest.raises(ResultsError, match="not made by lesiontrack"):
        run(study, other, jobs=1)
    assert [path.name for path in other.iterdir()] == ["chapter1.txt"]
    with pytest.raises(ResultsError, match="study folder"):
        run(study, study, jobs=1)
    assert not (study / MARKER).exists()


def test_two_runs_at_once_are_refused(study: Path, results: Path) -> None:
    from lesiontrack.results import ResultsFolder

    with ResultsFolder(results).locked(), pytest.raises(ResultsError, match="in use by another run"):
        run(study, results, jobs=1)


def test_an_empty_folder_and_a_folder_of_pdfs_say_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(StudyError, match="photo"):
        run(tmp_path / "empty", tmp_path / "out", jobs=1)
    visit = tmp_path / "scans" / "PT1" / "2024-01-01"
    visit.mkdir(parents=True)
    (visit / "report.pdf").write_bytes(b"%PDF-1.7\n")
    with pytest.raises(StudyError, match=r"(?i)pdf"):
        run(tmp_path / "scans", tmp_path / "out", jobs=1)


def test_real_serial_close_ups_are_followed(tmp_path: Path) -> None:
    data = os.environ.get("LESIONTRACK_DATA")
    if not data:
        pytest.skip("LESIONTRACK_DATA is not set: real photographs are not part of the project")
    real = tmp_path / "real"
    for patient in ("DN1", "N1"):
        for visit in sorted((Path(data) / "nci_study" / patient).iterdir())[:2]:
            shutil.copytree(visit, real / patient / visit.name)
    outcome = run(real, tmp_path / "out", jobs=1, protocol="response-only")
    seen = outcome.tables["observations"]
    truth = pd.read_csv(Path(data) / "nci_moles" / "study_truth.csv")
    merged = seen.merge(truth, on=["patient", "visit"])
    assert seen.groupby("patient")["lesion"].nunique().tolist() == [1, 1]
    assert len(merged) == 4
    assert merged["evaluable"].sum() >= 3
    error = (merged["longest_diameter_mm"] / merged["ld_mm"] - 1).abs()
    assert error.median() < 0.10
