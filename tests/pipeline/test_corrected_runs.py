"""Readers' corrections through whole runs of a rendered study, down to the tables."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from lesiontrack.corrections import MaskEdit, RegistrationJudgement, Store, Withdrawal
from lesiontrack.pipeline import Results, run

from ..corrections.drawing import png
from .plain import table_bytes

WINDOW = (60, 60, 270, 270)  # around one of the two lesions
CENTRE = (194, 186)


def again(study: Path, results: Path) -> Results:
    return run(study, results, jobs=1, through="score", model="colour")


def measured(results: Path) -> dict[str, bytes]:
    return {name: data for name, data in table_bytes(results).items() if not name.startswith("reviews.")}


def test_corrections_change_what_they_are_of_and_can_be_taken_back(study: Path, tmp_path: Path) -> None:
    """A drawn ellipse at the first visit, and the registration of the second rejected."""
    last = sorted((study / "PT001").iterdir())[-1]
    shutil.rmtree(last)
    results = tmp_path / "results"
    outcome = again(study, results)
    before = measured(results)
    photos = outcome.tables["photos"]
    first, second = (
        (row.visit, row.photo, hashlib.sha256((study / row.photo).read_bytes()).hexdigest())
        for row in photos.itertuples()
    )
    drawn = np.zeros((270, 270), np.uint8)
    cv2.ellipse(drawn, (CENTRE[0] - 60, CENTRE[1] - 60), (40, 25), 15, 0, 360, 1, -1)
    where = {"patient": "PT001", "site": "left-calf"}
    x, y, width, height = WINDOW
    store = Store(study)
    said = [
        store.add(value, by="Dr A").id
        for value in (
            MaskEdit(
                **where,
                visit=first[0],
                photo=first[1],
                photo_sha256=first[2],
                x=x,
                y=y,
                width=width,
                height=height,
                masks={"lesion": png(drawn > 0)},
            ),
            RegistrationJudgement(
                **where, visit=second[0], photo_sha256=second[2], reference_sha256=first[2], accepted=False
            ),
        )
    ]
    outcome = again(study, results)
    seen = outcome.tables["observations"]
    size = seen.query("visit == @first[0]").set_index("lesion")["area_px"]
    mine = size[size == int(drawn.sum())].index
    assert len(mine) == 1, f"{size.to_dict()} has not the {int(drawn.sum())} px that were drawn"
    row = seen.query("visit == @first[0] and lesion == @mine[0]").iloc[0]
    scale = photos.set_index("photo").loc[first[1], "px_per_mm"]
    assert row["area_mm2"] == pytest.approx(drawn.sum() / scale**2, rel=0.03)
    assert row["status"] == "present"
    # the visit that was rejected can't be compared; its photo was measured all the same
    refused = seen.query("visit == @second[0]")
    assert not refused["evaluable"].any()
    assert refused["area_px"].isna().all()
    assert refused["reason"].str.contains("rejected by a reader; 2 lesions measured in this photo").all()
    table = outcome.tables["photos"].set_index("photo")
    assert table.loc[first[1], "segmentation_model"] == "colour-edge-1+reader"
    assert table["registered"].tolist() == [True, False]
    corrected = measured(results)
    again(study, results)
    assert measured(results) == corrected
    for one in said:
        store.add(Withdrawal(of=one), by="Dr A")
    again(study, results)
    assert measured(results) == before
