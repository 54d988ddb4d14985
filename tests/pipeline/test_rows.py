"""What photos.csv says of one photo."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lesiontrack.pipeline.rows import acquisition_row, photo_row
from lesiontrack.scale import Scale

from .test_score import photo


@pytest.mark.parametrize(
    ("scale", "method"),
    [
        (None, "none"),
        (Scale(10.0, 0.1, "ruler"), "ruler"),
        (Scale(10.0, 0.1, "ruler", assumed_unit=True), "ruler_unit_assumed"),
        (Scale(10.0, 0.2, "stated"), "stated"),
    ],
)
def test_an_assumed_unit_is_part_of_the_scales_method(scale: Scale | None, method: str) -> None:
    plain = photo("a")
    p = replace(plain, found=replace(plain.found, scale=scale))
    assert photo_row(p, None, None)["scale_method"] == method
    assert acquisition_row(p)["scale_in_frame"] is method.startswith("ruler")
