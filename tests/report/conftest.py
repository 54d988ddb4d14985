"""A headless Chromium for tests of the pages, and a results folder with everything that can be odd."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lesiontrack.report import write_report
from lesiontrack.study.model import Dose, Failure
from tests.report.made_results import VISITS, Plan, make_results, review

HOSTILE = "\"><img src=x onerror=alert(1)><script>alert(1)</script></title></svg>'&=Ünïcode"
HOSTILE_SITE = 'a"><svg onload=alert(3)>'
PATIENT = "=<script>alert(1)<script> Müller"
"""A patient code holds no path separator, so there is no closing tag in it."""


@pytest.fixture(scope="session")
def ordinary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two lesions over four visits; one visit failed to be read, one is not evaluable."""
    root = tmp_path_factory.mktemp("ordinary")
    plan = Plan(
        lesions=("L01", "L02"),
        doses=(Dose("PT001", "IL-2", 0), Dose("PT001", "imiquimod", 0, 28)),
        failures=(Failure("PT001/2024-03-25/left-calf.jpg", "read", "the file is cut off; copy it again"),),
        enrolled_without_photos=("PT009",),
        changes={
            ("L02", "2024-03-18"): {
                "status": None,
                "evaluable": False,
                "reason": "visit not registered: skin texture: 3 features agree",
                **dict.fromkeys(("longest_diameter_mm", "longest_diameter_px", "area_mm2", "area_px")),
            }
        },
    )
    make_results(root, plan)
    write_report(root)
    return root


@pytest.fixture(scope="session")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three patients with three lesions; readers signed, corrected, named and graded L01, L03 is gone."""
    root = tmp_path_factory.mktemp("reviewed")
    first, second, third = VISITS
    signed = {"review_status": "signed", "signed_by": "Dr Gray", "signed_at": "2024-06-01T10:00:00Z"}
    why = "area 58 → 60 mm2"
    gone = {"status": "not_visible", "longest_diameter_mm": 0.0, "area_mm2": 0.0, "ulcer_area_mm2": 0.0}
    plan = Plan(
        patients=("PT001", "PT002", "PT003"),
        lesions=("L01", "L02", "L03"),
        changes={
            ("L01", first): signed | {"lesion_name": "the dark one"},
            ("L01", second): signed
            | {"review_status": "void", "signature_note": why, "lesion_name": "the dark one"},
            ("L01", third): {
                "review_status": "corrected", "corrections": "Dr Lund: outlines drawn (lesion)",
                "lesion_name": "the dark one",
            },
            ("L02", third): {"longest_diameter_mm": 30.0, "inflammation": "above", "erythema_grade": 3.9},
            ("L03", third): gone,
        },
        reviews=[
            review("L01", first),
            review("L01", second, state="void", why=why),
            review("L01", third, kind="mask", by="Dr Lund", what="outlines drawn (lesion)", note="crust"),
            review(None, third, kind="registration", what="registration accepted"),
            review("L02", third, what="signed L02"),
        ],
        grades=[
            {
                "patient": "PT001", "site": "left-calf", "visit": third, "study_day": 35,
                "sign": "induration", "scale_id": "our-0-3", "grade": 2.0, "rater": "Dr Gray",
                "source": "review",
            }
        ],
        facts={
            "software": {"numpy": "2.4", "lesiontrack": "0.1.0"},
            "segmentation": {"id": "small-1-abcdef01", "sha256": "ab" * 32},
        },
        doses=tuple(Dose(patient, "IL-2", 0) for patient in ("PT001", "PT002", "PT003")),
    )  # fmt: skip
    make_results(root, plan)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lesiontrack.report.cohort.PER_SHEET", 4)
        write_report(root)
    return root


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every text that a user can write tries to leave its place in the page."""
    root = tmp_path_factory.mktemp("hostile")
    plan = Plan(
        title=HOSTILE,
        patients=(PATIENT, '"><img src=x onerror=alert(2)>'),
        site=HOSTILE_SITE,
        lesions=("L01", "<b>L02"),
        doses=tuple(Dose(patient, HOSTILE, 3, 9) for patient in (PATIENT, '"><img src=x onerror=alert(2)>')),
        failures=(Failure(HOSTILE, "read", HOSTILE), Failure(f"{PATIENT}/x/{HOSTILE}", "read", HOSTILE)),
        enrolled_without_photos=("<i>nobody</i>",),
        changes={
            (lesion, visit): {
                "lesion_name": HOSTILE,
                "corrections": HOSTILE,
                "review_status": "void",
                "signed_by": HOSTILE,
                "signed_at": HOSTILE,
                "signature_note": HOSTILE,
                "scale_id": HOSTILE,
            }
            for lesion in ("L01", "<b>L02")
            for visit in VISITS
        },
        reviews=[
            review(
                "L01",
                "2024-03-18",
                patient=PATIENT,
                **dict.fromkeys(("what", "note", "by", "state", "why"), HOSTILE),
            )
        ],
        grades=[
            {"patient": PATIENT, "site": HOSTILE_SITE, "visit": HOSTILE, "study_day": 3, "grade": 2.0}
            | dict.fromkeys(("sign", "scale_id", "rater", "source"), HOSTILE)
        ],
        facts={"software": {HOSTILE: HOSTILE}, "segmentation": {"id": HOSTILE, "sha256": HOSTILE}},
        text=HOSTILE,
    )
    make_results(root, plan)
    write_report(root)
    return root


@pytest.fixture
def open_page(chromium: Any) -> Iterator[Any]:
    """Opens a file; the page remembers what it complained about and what it asked for."""
    opened = []

    def open_file(file: Path, *, width: int = 1200, scheme: str = "light", **options: Any) -> Any:
        page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
        page.complaints, page.requests = [], []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("dialog", lambda dialog: (page.complaints.append("dialog"), dialog.dismiss()))
        page.on("request", lambda request: page.requests.append(request.url))
        page.goto(file.resolve().as_uri())
        opened.append(page)
        return page

    yield open_file
    for page in opened:
        page.close()
