"""scripts/benchmark_accuracy.py: who says the truth scores full marks; known errors come out as they are."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

SCRIPTS = Path(__file__).parents[1] / "scripts"
sys.path.insert(0, str(SCRIPTS))

import benchmark_accuracy as benchmark  # noqa: E402
from accuracy_measures import SECTIONS  # noqa: E402
from accuracy_naive import run_naive  # noqa: E402
from accuracy_runs import render  # noqa: E402
from accuracy_seen import Found, Seen, Sighting, read_seen, write_masks, write_seen  # noqa: E402
from accuracy_studies import DAYS, LEVELS, STUDIES, benchmark_study  # noqa: E402
from accuracy_table import Scores, agreement, numbers, rate, share, spread, table_text  # noqa: E402
from accuracy_truth import THERE, Truth, read_truth  # noqa: E402

from lesiontrack.scale import Scale  # noqa: E402

SIZE = (360, 270)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("accuracy") / "easy-1"
    render("easy", 1, out, visits=2, size=SIZE)
    return out


@pytest.fixture(scope="module")
def truth(folder: Path) -> Truth:
    return read_truth(folder / "study")


def told(truth: Truth, folder: Path, **wrong: float) -> Found:
    """What a method finds that knows the truth, but for errors: grown, shifted_mm, scale, redder."""
    folder.mkdir(parents=True, exist_ok=True)
    first = {photo.patient: photo for photo in reversed(truth.photos.values())}
    seen, sightings = {}, []
    ids = {name: f"L{index:02d}" for index, name in enumerate("ABCD", start=1)}
    for photo in truth.photos.values():
        fixed = first[photo.patient]
        shift = np.array([[1, 0, wrong.get("shifted_mm", 0.0)], [0, 1, 0], [0, 0, 1.0]])
        to_site, back = (np.array(one.document["pixels_to_site_mm"], float) for one in (photo, fixed))
        path = folder / f"{photo.photo.replace('/', '_')}.png"
        write_masks(path, {name: photo.mask(name) for name in ("skin", "lesion", "ulcer", "obstruction")})
        middle = tuple(photo.ticks.mean(axis=0))
        scale = Scale(photo.reading_at(middle) * wrong.get("scale", 1.0), 0.0, "ruler", middle)
        matrix = np.linalg.inv(back) @ shift @ to_site
        seen[photo.photo] = Seen(
            photo.photo, True, scale, fixed.photo, True, True, "skin_texture", matrix, path
        )
        for one in photo.lesions:
            sightings.append(
                Sighting(
                    photo.patient, photo.site, ids[one["lesion"]], photo.visit, photo.photo,
                    (one["x"], one["y"]), one["status"] in THERE,
                )
            )  # fmt: skip
    tables = {}
    for name, table in truth.tables.items():
        tables[name] = table.assign(lesion=table["lesion"].map(ids)) if "lesion" in table else table
    larger = wrong.get("grown", 1.0)
    tables["observations"] = tables["observations"].assign(
        longest_diameter_mm=tables["observations"]["longest_diameter_mm"] * larger,
        field_delta_a=tables["observations"]["field_delta_a"] + wrong.get("redder", 0.0),
    )
    return Found(seen, sightings, tables)


def scores_of(found: Found, truth: Truth) -> Scores:
    rows = benchmark.score("easy", truth, found)
    return benchmark.collect([{benchmark.OURS: rows}])[benchmark.OURS]


def value(scores: Scores, section: str, name: str) -> dict[str, Any]:
    return numbers(SECTIONS, scores)[section][name]


def test_who_says_the_truth_scores_full_marks(truth: Truth, tmp_path: Path) -> None:
    scores = scores_of(told(truth, tmp_path), truth)
    assert value(scores, "Scale", "error at the ruler, %: median, 95 %")["worst"] < 0.01
    assert value(scores, "Registration", "error on skin, mm: median, 95 %")["worst"] < 0.001
    for name in ("skin", "lesion", "obstruction"):
        assert value(scores, "Masks", f"Dice, {name}: median, mean; below 0.5")["mean"] == 1
    found = value(scores, "Sizes", "lesions found")
    assert found["n"] == found["of"] > 0
    assert value(scores, "Sizes", "longest diameter, %: median, 95 %")["worst"] == 0
    assert value(scores, "Erythema of the field", "delta a*: median, 95 %")["worst"] < 1e-6
    for name in ("identity switches", "outlines on no lesion", "spurious new lesions"):
        assert value(scores, "Identity", f"{name}, a patient-visit")["n"] == 0
    for kind in ("lesion", "patient, protocol_targets", "inflammation"):
        right = value(scores, "Responses", f"{kind}: right")
        assert right["n"] == right["of"] > 0
    assert value(scores, "Flags", "false, a patient-visit")["n"] == 0


def test_known_errors_come_out_as_they_are(truth: Truth, tmp_path: Path) -> None:
    scores = scores_of(told(truth, tmp_path, grown=1.1, shifted_mm=3.0, scale=1.07, redder=2.0), truth)
    assert value(scores, "Sizes", "longest diameter, %: median, 95 %")["median"] == pytest.approx(10)
    assert value(scores, "Registration", "error on skin, mm: median, 95 %")["median"] == pytest.approx(
        3, 1e-3
    )
    off = value(scores, "Registration", "aligned, and off by more than 2 mm")
    assert off["n"] == off["of"] == 2
    assert value(scores, "Scale", "wrong by more than 5 %")["n"] == 4
    assert value(scores, "Erythema of the field", "delta a*: median, 95 %")["median"] == pytest.approx(2)


def _without(sightings: list[Sighting], drop: Callable[[Sighting], bool]) -> list[Sighting]:
    return [one for one in sightings if not drop(one)]


def test_lost_swapped_and_invented_lesions_are_counted(truth: Truth, tmp_path: Path) -> None:
    found = told(truth, tmp_path)
    second = max(one.visit for one in found.sightings if one.patient == "E01")
    late = [one for one in found.sightings if one.patient == "E01" and one.visit == second]
    swapped = {late[0]: late[1].lesion, late[1]: late[0].lesion}
    sightings = [
        dataclasses.replace(one, lesion=swapped[one]) if one in swapped else one for one in found.sightings
    ]
    sightings.remove(late[2])
    sightings.append(dataclasses.replace(late[2], lesion="L09", xy=(2.0, 2.0)))
    scores = scores_of(dataclasses.replace(found, sightings=sightings), truth)
    assert value(scores, "Identity", "identity switches, a patient-visit")["n"] == 2
    stray = ("outlines on no lesion", "outlines on naevi")
    assert sum(value(scores, "Identity", f"{name}, a patient-visit")["n"] for name in stray) == 1
    lesions = value(scores, "Sizes", "lesions found")
    assert lesions["of"] - lesions["n"] == 1


def test_a_false_complete_response_is_seen(truth: Truth, tmp_path: Path) -> None:
    found = told(truth, tmp_path)
    rows = found.tables["observations"]
    gone = rows.assign(status="not_visible", longest_diameter_mm=0.0)
    later = rows["study_day"] > 0
    visits = found.tables["visit_responses"].assign(response="CR")
    tables = {**found.tables, "observations": gone.where(later, rows), "visit_responses": visits}
    scores = scores_of(dataclasses.replace(found, tables=tables), truth)
    false = value(scores, "Responses", "patient, protocol_targets: false complete")
    assert false["n"] == false["of"] == 2
    assert value(scores, "Identity", "called gone though there")["n"] == int(later.sum())


def test_the_naive_baseline_is_scored_by_the_same_rules(folder: Path, truth: Truth) -> None:
    found = run_naive(folder, truth)
    assert {swap["kind"] for swap in found.swaps} == {"patient", "site"}
    scores = scores_of(found, truth)
    text = table_text({"naive": numbers(SECTIONS, scores)})
    assert "Dice, ulcer" in text
    assert value(scores, "Masks", "Dice, ulcer: median, mean; below 0.5")["n"] == 0
    assert 0 < value(scores, "Masks", "Dice, skin: median, mean; below 0.5")["mean"] <= 1


def test_what_was_seen_comes_back_as_it_was_kept(truth: Truth, tmp_path: Path) -> None:
    found = told(truth, tmp_path)
    write_seen(tmp_path, list(found.seen.values()))
    for name, one in read_seen(tmp_path).items():
        kept = found.seen[name]
        assert one.scale == kept.scale
        assert np.array_equal(one.matrix, kept.matrix)
        assert (one.mask("lesion") == truth.photos[name].mask("lesion")).all()


def test_studies_are_fixed_and_all_tones_are_at_each_level() -> None:
    for level in LEVELS:
        studies = [benchmark_study(level, number) for number in range(1, STUDIES + 1)]
        assert studies[0] == benchmark_study(level, 1)
        sites = [patient.sites[0] for study in studies for patient in study.patients]
        assert len({series.site.skin for series in sites}) == len(sites) == 6
        assert all(len(series.visits) == len(DAYS) for series in sites)


def test_numbers_are_what_they_say() -> None:
    assert share(pd.Series([True, False, True]), pd.Series([True, True, False]))["text"] == "1/2 (50%)"
    assert share(pd.Series([], dtype=bool))["text"] == "-"
    assert rate(3, 4) == {"n": 3.0, "of": 4, "text": "0.75 (3)"}
    assert spread(pd.Series([-1.0, 2.0, None, 4.0]))["median"] == 2
    limits = agreement(pd.Series([1.0, 3.0, 2.0]))
    assert (limits["bias"], limits["upper"]) == (2, pytest.approx(3.96))


def test_a_study_runs_as_a_user_would_run_it_and_is_kept(folder: Path) -> None:
    task = benchmark.Task("easy", 1, folder, "colour", visits=2, size=SIZE, swaps=False, baseline=False)
    rows = benchmark.measure(task)[benchmark.OURS]
    assert [row["read"] for row in rows["photos"]] == [True] * 4
    assert any(row["matched"] for row in rows["lesions"])
    ran = (folder / "ran.txt").stat().st_mtime_ns
    assert benchmark.measure(task)[benchmark.OURS]["photos"] == rows["photos"]
    assert (folder / "ran.txt").stat().st_mtime_ns == ran


def test_json_of_a_run_can_be_written(truth: Truth, tmp_path: Path) -> None:
    scores = {benchmark.OURS: scores_of(told(truth, tmp_path), truth)}
    again = json.loads(json.dumps(benchmark.document(scores), default=str))
    assert again[benchmark.OURS]["all"]["Photos"]["not read"]["of"] == 4
    assert "By skin tone" in benchmark.report(scores)
