"""Readers' corrections and signatures as causes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.diff.made import Made, pair
from tests.diff.test_causes import AT, PHOTO, between, smaller, why

PLACE = {"patient": "PT01", "site": "calf", "visit": "2024-04-01", "study_day": 28}


def review(b: Made, kind: str, what: str, **more: Any) -> None:
    row = {"id": f"e{len(b.tables['reviews'])}", "kind": kind, "what": what, "by": "Dr Gray", **PLACE}
    b.tables["reviews"].append({**row, "state": "in force", **more})


def test_a_mask_reaches_its_photo_and_the_lesion_in_it() -> None:
    a, b = pair()
    review(b, "mask", "lesion drawn", photo=PHOTO)
    b.row("photos", photo=PHOTO)["segmentation_model"] = "small-1+reader"
    smaller(b)
    b.row("observations", **AT)["corrections"] = "Dr Gray: outlines drawn (lesion)"
    smaller(b, patient="PT01", lesion="L01", visit="2024-05-06")
    b.row("acquisition", photo="PT01/2024-05-06/calf.jpg")["sharpness"] = 6.0
    found = between(a, b)
    elsewhere = ["a reader's correction elsewhere in the site: lesion drawn (Dr Gray)"]
    assert why(found, "acquisition", "sharpness")[1] == elsewhere
    drawn = "a reader's correction: lesion drawn (Dr Gray)"
    assert why(found, "photos", "segmentation_model")[1] == [drawn]
    assert why(found, "observations", "longest_diameter_mm", visit="2024-04-01")[1] == [drawn]
    assert why(found, "observations", "corrections", visit="2024-04-01")[1] == [
        "a reader's correction: Dr Gray: outlines drawn (lesion)"
    ]
    assert why(found, "observations", "longest_diameter_mm", visit="2024-05-06")[1] == elsewhere
    assert why(found, "visit_responses", "sum_mm", visit="2024-04-01")[1] == [
        "L01 at day 28 changed: a reader's correction"
    ]
    assert why(found, "reviews", "")[0] == ["a reader's correction"]


def test_a_correction_of_another_site_is_no_cause() -> None:
    a, b = pair()
    review(b, "mask", "lesion drawn", photo="PT01/2024-04-01/back.jpg", site="back")
    smaller(b)
    assert why(between(a, b), "observations", "longest_diameter_mm")[0] == ["no cause found"]


@pytest.mark.parametrize("kind", ["signature", "grade", "lesion_name"])
def test_what_changes_no_measure_is_no_cause_of_one(kind: str) -> None:
    a, b = pair()
    review(b, kind, "said", lesion="L01")
    smaller(b)
    assert why(between(a, b), "observations", "longest_diameter_mm")[0] == ["no cause found"]


def test_a_correction_taken_back() -> None:
    a, b = pair()
    for side in (a, b):
        review(side, "gone", "nothing is left of it", lesion="L01")
    b.tables["reviews"][0] |= {"state": "withdrawn", "why": "taken back by Dr Green"}
    a.row("observations", **AT)["corrections"] = "Dr Gray: nothing is left of it"
    smaller(b)
    found = between(a, b)
    text = "a reader's correction: nothing is left of it (Dr Gray), withdrawn: taken back by Dr Green"
    assert why(found, "observations", "longest_diameter_mm")[1] == [text]
    assert why(found, "observations", "corrections")[1] == [
        "a reader's correction: taken back: Dr Gray: nothing is left of it"
    ]


def test_signatures() -> None:
    signed = {"review_status": "signed", "signed_by": "Dr Gray", "signed_at": "2026-03-04T09:30:00Z"}
    a, b = pair()
    b.row("observations", **AT).update(signed)
    b.row("lesion_responses", **AT)["review_status"] = "signed"
    found = between(a, b)
    assert why(found, "observations", "signed_at")[1] == ["signed by Dr Gray"]
    assert why(found, "lesion_responses", "review_status")[1] == [
        "L01 at day 28 changed: a reader's signature"
    ]
    assert why(between(b, a), "observations", "review_status")[1] == [
        "the signature of Dr Gray is not there any more"
    ]
    void, note = b, "changed since it was signed: longest diameter 13.6 → 12.6 mm"
    before, _ = pair()
    before.row("observations", **AT).update(signed)
    void.row("observations", **AT).update(review_status="void", signature_note=note)
    void.model = {"id": "small-2", "sha256": "cd" * 32}
    smaller(void)
    found = between(before, void)
    assert why(found, "observations", "review_status") == (
        ["signature void"],
        ["signature void: longest diameter 13.6 → 12.6 mm"],
    )
    assert why(found, "observations", "longest_diameter_mm")[0] == ["segmentation model"]


def test_what_a_cut_leaves_out_is_no_cause_of_anything() -> None:
    a, b = pair()
    review(a, "gone", "nothing is left of it", lesion="L01", visit="2024-05-06", study_day=63)
    b.cut = {"day": 40, "days": {"PT01": 40, "PT02": 40}}
    assert why(between(a, b), "reviews", "")[1] == ["after the data cut of B (day 40)"]
