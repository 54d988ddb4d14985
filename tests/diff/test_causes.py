"""Each thing that can differ between two runs is the cause of what it changed, and of nothing else."""

from __future__ import annotations

from typing import Any

from lesiontrack.diff import Diff, compare
from tests.diff.made import Made, pair

PHOTO = "PT01/2024-04-01/calf.jpg"
AT = {"patient": "PT01", "lesion": "L01", "visit": "2024-04-01"}


def why(found: Diff, table: str, column: str, **where: Any) -> tuple[list[str], list[str]]:
    """Roots and texts of the causes of one value; column "" of an added or removed row."""
    rows = [r for r in found.rows if r.table == table and all(r.get(k) == v for k, v in where.items())]
    assert len(rows) == 1, [(r.table, r.key) for r in found.rows]
    causes = found.causes(rows[0], column)
    return [cause.root for cause in causes], [cause.text for cause in causes]


def between(a: Made, b: Made) -> Diff:
    return compare(a.side(), b.side())


def smaller(b: Made, **at: str) -> None:
    """L01 is 1 mm shorter, and everything that stands on it follows."""
    at = at or AT
    b.row("observations", **at)["longest_diameter_mm"] = 12.6
    b.row("lesion_responses", **at)["longest_diameter_mm"] = 12.6
    b.row("visit_responses", patient="PT01", visit=at["visit"], analysis="protocol_targets")["sum_mm"] = 26.2


def test_photo_replaced_is_traced_up_to_the_rate() -> None:
    a, b = pair()
    b.row("photos", photo=PHOTO)["sha256"] = "other"
    smaller(b)
    b.row("visit_responses", patient="PT01", visit="2024-04-01", analysis="protocol_targets")["response"] = (
        "PR"
    )
    b.row("best_responses", patient="PT01")["response"] = "PR"
    b.row("rates")["numerator"] = 1
    found = between(a, b)
    assert set(found.by_cause) == {"photo replaced"}
    assert why(found, "observations", "longest_diameter_mm")[1] == [f"photo replaced ({PHOTO})"]
    assert why(found, "visit_responses", "sum_mm")[1] == ["L01 at day 28 changed: photo replaced"]
    assert why(found, "best_responses", "response")[1] == ["response at day 28 changed: photo replaced"]
    assert why(found, "rates", "numerator")[1] == ["best response of PT01 changed: photo replaced"]


def test_another_photo_of_the_site() -> None:
    a, b = pair()
    b.row("photos", photo=PHOTO)["sha256"] = "other"
    smaller(b, patient="PT01", lesion="L01", visit="2024-05-06")
    found = between(a, b)
    roots, texts = why(found, "observations", "longest_diameter_mm")
    assert roots == ["another photo of the site changed"]
    assert texts == [f"another photo of the site changed: {PHOTO} replaced"]


def test_photo_of_another_site_is_no_cause_of_a_size() -> None:
    a, b = pair()
    b.row("photos", photo="PT01/2024-04-01/back.jpg")["sha256"] = "other"
    smaller(b)
    assert why(between(a, b), "observations", "longest_diameter_mm")[0] == ["no cause found"]


def test_photo_added_and_removed() -> None:
    a, b = pair()
    for name in ("photos", "observations", "lesion_responses", "acquisition"):
        a.tables[name] = [row for row in a.tables[name] if not _of_photo(row)]
    for one, other, word in ((a, b, "added"), (b, a, "removed")):
        found = between(one, other)
        assert why(found, "photos", "")[0] == [f"photo {word}"]
        assert why(found, "observations", "")[1] == [f"photo {word} ({PHOTO})"]
        assert why(found, "lesion_responses", "")[1] == [f"L01 at day 28 {word}: photo {word}"]
        assert set(found.by_cause) == {f"photo {word}"}


def _of_photo(row: dict[str, Any]) -> bool:
    return row.get("photo") == PHOTO or all(row.get(name) == value for name, value in AT.items())


def test_photo_that_failed_in_one_run() -> None:
    a, b = pair()
    for name in ("photos", "observations"):
        b.tables[name] = [row for row in b.tables[name] if row["photo"] != PHOTO]
    b.tables["failures"].append({"file": PHOTO, "stage": "read", "reason": "cut off"})
    found = between(a, b)
    assert why(found, "observations", "")[0] == ["photo unusable in B"]
    assert why(found, "failures", "")[0] == ["photo unusable in B"]


def test_model() -> None:
    a, b = pair()
    b.model = {"id": "small-2", "sha256": "cd" * 32}
    smaller(b)
    b.row("doses", patient="PT01")["amount"] = 2.0
    found = between(a, b)
    assert why(found, "observations", "longest_diameter_mm")[1] == [
        "segmentation model small-1 (abababab) -> small-2 (cdcdcdcd)"
    ]
    assert why(found, "visit_responses", "sum_mm")[0] == ["segmentation model"]
    assert why(found, "doses", "amount")[0] == ["recorded in the study: doses.csv"]


def test_response_threshold_reaches_responses_only() -> None:
    a, b = pair()
    b.thresholds = {"response.pd_rise_pct": 25.0}
    b.row("visit_responses", patient="PT01", visit="2024-05-06", analysis="protocol_targets")["response"] = (
        "PD"
    )
    b.row("observations", **AT)["longest_diameter_mm"] = 12.0
    b.row("flags")["value"] = 7.0
    found = between(a, b)
    assert why(found, "visit_responses", "response")[0] == ["protocol: response.pd_rise_pct 20 -> 25"]
    assert why(found, "observations", "longest_diameter_mm")[0] == ["no cause found"]
    assert why(found, "flags", "value")[0] == ["no cause found"]


def test_flag_threshold() -> None:
    a, b = pair()
    b.thresholds = {"flags.lesion_growth_mm": 7.0}
    b.tables["flags"] = []
    assert why(between(a, b), "flags", "")[0] == ["protocol: flags.lesion_growth_mm 5 -> 7"]


def test_window_changed_because_doses_changed() -> None:
    a, b = pair()
    b.row("doses", patient="PT01")["start_day"] = 20
    row = b.row("visit_responses", patient="PT01", visit="2024-04-01", analysis="protocol_targets")
    row["in_assessment_window"] = False
    b.row("observations", **AT)["phase"] = "P2"
    found = between(a, b)
    text = "dose of IL-2 on day 0 removed, dose of IL-2 on day 20 added: recorded in the study: doses.csv"
    assert why(found, "visit_responses", "in_assessment_window")[1] == [text]
    assert why(found, "observations", "phase")[1] == [text]


def test_day_zero() -> None:
    a, b = pair()
    b.row("patients", patient="PT02")["zero_date"] = "2024-03-06"
    for row in b.tables["observations"]:
        if row["patient"] == "PT02":
            row["study_day"] -= 2
    found = between(a, b)
    assert found.counts["observations"]["changed"] == 6
    roots, texts = why(found, "observations", "study_day", patient="PT02", lesion="L01", visit="2024-04-01")
    assert roots == ["day 0 of the patient"]
    assert texts == ["day 0 of PT02 2024-03-04 (treatment_start) -> 2024-03-06 (treatment_start)"]


def test_removal_by_an_event() -> None:
    a, b = pair()
    b.tables["events"].append({"patient": "PT01", "study_day": 20, "event": "excision", "lesion": "L01"})
    b.row("observations", **AT)["status"] = "removed"
    roots, texts = why(between(a, b), "observations", "status")
    assert texts == ["excision on day 20 added: recorded in the study: events.csv"]
    assert roots == ["recorded in the study: events.csv"]


def test_roles_of_lesions_csv() -> None:
    a, b = pair()
    b.lesions = [{"patient": "PT01", "site": "calf", "lesion": "L01", "role": "non_target", "organ": None}]
    for visit in ("2024-03-04", "2024-04-01", "2024-05-06"):
        b.row("observations", patient="PT01", lesion="L01", visit=visit)["role"] = "non_target"
    found = between(a, b)
    assert set(found.by_cause) == {"lesions.csv"}


def test_signature() -> None:
    a, b = pair()
    b.row("observations", **AT)["review_status"] = "signed"
    b.row("lesion_responses", **AT)["review_status"] = "signed"
    found = between(a, b)
    assert set(found.by_cause) == {"a reader's signature"}
    assert why(found, "lesion_responses", "review_status")[1] == [
        "L01 at day 28 changed: a reader's signature"
    ]


def test_measurement_and_agreement() -> None:
    a, b = pair()
    b.row("measurements")["value"] = 15.0
    b.row("agreement")["bias"] = -2.0
    found = between(a, b)
    assert why(found, "agreement", "bias")[1] == [
        "PT01 L01 at 2024-04-01 changed: recorded in the study: measurements.csv"
    ]


def test_software_is_named_only_where_nothing_is_nearer() -> None:
    a, b = pair()
    b.software = {"lesiontrack": "0.2.0", "numpy": "2.4.0"}
    b.row("photos", photo=PHOTO)["sha256"] = "other"
    smaller(b)
    b.row("observations", patient="PT02", lesion="L02", visit="2024-04-01")["longest_diameter_mm"] = 1.0
    found = between(a, b)
    assert why(found, "observations", "longest_diameter_mm", patient="PT01")[0] == ["photo replaced"]
    assert why(found, "observations", "longest_diameter_mm", patient="PT02")[1] == [
        "software: lesiontrack 0.1.0 -> 0.2.0; nothing nearer found"
    ]


def test_value_altered_by_hand_has_no_cause() -> None:
    a, b = pair()
    smaller(b)
    found = between(a, b)
    assert set(found.by_cause) == {"no cause found"}
    assert why(found, "visit_responses", "sum_mm")[1] == ["L01 at day 28 changed: no cause found"]


def test_cut_altered_after_it_was_frozen() -> None:
    a, b = pair()
    smaller(b)
    b.altered = ("tables/observations.parquet",)
    roots, _ = why(between(a, b), "observations", "longest_diameter_mm")
    assert roots == ["B: tables/observations.parquet was altered after it was frozen"]


def test_rows_after_a_data_cut() -> None:
    a, b = pair()
    b.cut = {"day": 30, "date": None, "days": {"PT01": 30, "PT02": 30}}
    for name in ("photos", "observations", "lesion_responses", "visit_responses", "flags"):
        b.tables[name] = [row for row in b.tables[name] if row["study_day"] <= 30]
    b.tables["acquisition"] = [r for r in b.tables["acquisition"] if "2024-05-06" not in r["photo"]]
    b.row("best_responses", patient="PT01")["study_day"] = 28
    found = between(a, b)
    assert set(found.by_cause) == {"after the data cut of B"}
    assert not found.facts.photos
    assert why(found, "best_responses", "study_day")[1] == [
        "response at day 63 removed: after the data cut of B"
    ]


def test_patient_added() -> None:
    a, b = pair()
    for name, rows in a.tables.items():
        a.tables[name] = [
            r for r in rows if r.get("patient") != "PT02" and "PT02/" not in str(r.get("photo"))
        ]
    b.row("rates")["denominator"] = 3
    found = between(a, b)
    roots, texts = why(found, "best_responses", "", patient="PT02")
    assert roots[0] == "recorded in the study: patients.csv, study.toml or the photo folders"
    assert texts[0].startswith("patient PT02 added: ")
    assert why(found, "rates", "denominator")[1][0].startswith("patient PT02 added: ")
