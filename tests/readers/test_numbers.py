"""Figures of a comparison: counts, kappa, sizes, and the files that hold them."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lesiontrack.corrections import GoneJudgement
from lesiontrack.readers import Comparison, compare_readers, summary, write_comparison
from lesiontrack.readers.agreement import agreement_rows, cross_rows
from lesiontrack.readers.sizes import measurement_rows, size_rows
from lesiontrack.readers.tables import FILES
from lesiontrack.statistics import bland_altman, cohen_kappa, intraclass_correlation
from tests.readers.made import A, B, drawing, grade, make_results, point, say
from tests.readers.test_outlines import disc

PATIENTS = ("PT1", "PT2", "PT3")
MINE = {"PT1": (0, 1, 2, 2), "PT2": (0, 0, 1, 3), "PT3": (1, 1, 2, 0)}
THEIRS = {"PT1": (0, 1, 1, 2), "PT2": (0, 1, 1, 3), "PT3": (1, 2, 2)}
RADII = {"PT1": (30, 31), "PT2": (20, 20), "PT3": (12, 13)}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("numbers")
    make_results(folder / "results", patients=PATIENTS)
    for reader, grades, side in ((A, MINE, 0), (B, THEIRS, 1)):
        for number, patient in enumerate(PATIENTS, start=1):
            say(
                folder / "study",
                reader,
                *(
                    grade(value, patient=patient, lesion=f"L0{place}")
                    for place, value in enumerate(grades[patient])
                ),
                drawing(
                    10, 10, {"lesion": disc(90, 45, 45, RADII[patient][side])}, photo=number, patient=patient
                ),
                GoneJudgement(patient=patient, lesion="L01", visit="day000", gone=False),
                first=number * 100,
            )
    say(folder / "study", A, point("L01", 60, 60), first=900)
    say(folder / "study", B, point("L01", 63, 64), first=900)
    return folder


@pytest.fixture(scope="module")
def found(study: Path) -> Comparison:
    return compare_readers(study / "study", A, B, results=study / "results")


def test_grades(found: Comparison) -> None:
    (row,) = [row for row in agreement_rows(found.pairs) if row["question"] == "grade of a sign"]
    patients = [patient for patient in PATIENTS for _ in THEIRS[patient]]
    mine = [float(value) for p in PATIENTS for value in MINE[p][: len(THEIRS[p])]]
    theirs = [float(value) for patient in PATIENTS for value in THEIRS[patient]]
    assert (row["sign"], row["scale_id"]) == ("erythema", "CEA")
    assert (row["both"], row["patients"], row["only_a"], row["only_b"], row["agree"]) == (11, 3, 1, 0, 8)
    assert row["agreement"] == pytest.approx(8 / 11)
    assert row["agreement_lower"] < 8 / 11 < row["agreement_upper"]
    assert row["mean_difference"] == pytest.approx(-1 / 11)
    for column, weights in (("kappa", None), ("kappa_linear", "linear"), ("kappa_quadratic", "quadratic")):
        kappa = cohen_kappa(mine, theirs, patients, weights=weights)
        assert row[column] == pytest.approx(kappa.kappa)
        assert (row[f"{column}_lower"], row[f"{column}_upper"]) == pytest.approx(
            (kappa.cluster_lower, kappa.cluster_upper)
        )
    assert "pabak" not in row


def test_one_answer_to_all(found: Comparison) -> None:
    (row,) = [row for row in agreement_rows(found.pairs) if row["question"] == "lesion gone"]
    assert (row["both"], row["agree"], row["agreement"], row["kappa"]) == (3, 3, 1, None)
    assert row["pabak"] == 1
    assert "kappa is not defined" in row["note"]


def test_every_pair_of_answers_is_counted(found: Comparison) -> None:
    rows = [row for row in cross_rows(found.pairs) if row["sign"] == "erythema"]
    assert sum(row["subjects"] for row in rows) == 11
    assert {(row["answer_a"], row["answer_b"]): row["subjects"] for row in rows}["0", "1"] == 1


def test_areas(found: Comparison) -> None:
    areas = np.array(
        [
            [row["area_a_mm2"], row["area_b_mm2"]]
            for row in measurement_rows(found.pairs)
            if row["what"] == "outlines"
        ]
    )
    assert np.sqrt(areas * 100 / math.pi) == pytest.approx(np.array(list(RADII.values())), abs=0.2)
    overlap, area, ratio, place = size_rows(found.pairs)
    expected = bland_altman(areas[:, 0] - areas[:, 1])
    assert (area["bias"], area["loa_lower"]) == pytest.approx((expected.bias, expected.loa_lower))
    icc = intraclass_correlation(areas)
    assert (area["icc_2_1"], area["icc_2_1_lower"]) == pytest.approx((icc.icc, icc.lower))
    assert ratio["bias"] == pytest.approx(math.exp(np.log(areas[:, 0] / areas[:, 1]).mean()))
    assert 0.9 < overlap["lowest"] <= overlap["median"] <= overlap["highest"] == 1
    assert (place["unit"], place["median"]) == ("mm", pytest.approx(0.5))


def test_without_a_scale_pixels_stay(study: Path, tmp_path: Path) -> None:
    results = make_results(tmp_path / "results", patients=PATIENTS, px_per_mm=None)
    found = compare_readers(study / "study", A, B, results=results)
    _, area, ratio, _ = size_rows(found.pairs)
    assert (area["compared"], area["left_out"], area.get("bias")) == (0, 3, None)
    assert (ratio["compared"], ratio["left_out"]) == (0, 3)
    rows = measurement_rows(found.pairs)
    assert all(row.get("area_a_mm2") is None and row.get("distance_mm") is None for row in rows)
    assert {row["distance_px"] for row in rows if row["what"] == "place of a lesion"} == {5.0}


def test_files_have_the_columns_that_they_say(found: Comparison, tmp_path: Path) -> None:
    write_comparison(found, tmp_path / "out")
    for name, (_, columns) in FILES.items():
        table = pd.read_csv(tmp_path / "out" / name, encoding="utf-8-sig")
        assert table.columns.tolist() == [column.name for column in columns], name
        assert len(table), name
    readme = (tmp_path / "out" / "README.txt").read_text("utf-8")
    assert "Not a medical device" in readme
    assert "Not validated on this population" in " ".join(readme.split())
    for _, columns in FILES.values():
        assert all(f"  {column.name}" in readme for column in columns)


def test_a_name_that_a_spreadsheet_would_run(tmp_path: Path) -> None:
    say(tmp_path / "study", "=A()", grade(1, lesion="=L01"))
    say(tmp_path / "study", B, grade(2, lesion="=L01"))
    write_comparison(compare_readers(tmp_path / "study", "=A()", B), tmp_path / "out")
    assert b",'=L01," in (tmp_path / "out" / "disagreements.csv").read_bytes()


def test_the_short_table(found: Comparison) -> None:
    lines = summary(found)
    assert lines[0] == "A = Anna Berg: 19 corrections"
    (line,) = [line for line in lines if line.startswith("grade: erythema (CEA)")]
    assert line.split()[3:7] == ["11", "1", "0", "8"]
    assert lines[-1] == "Open for a third reader: 3 disagreements, 1 read by one only."
