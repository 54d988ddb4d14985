from __future__ import annotations

import pytest

from lesiontrack.study.checks.sites import alike, looks_like_camera_name


@pytest.mark.parametrize(
    "name",
    [
        "IMG_1234",
        "img-1234",
        "DSC01234",
        "DSCN0001",
        "P1010001",
        "PXL_20240304_101010123",
        "20240304_101010",
        "WhatsApp Image 2024-03-04 at 10.10.10",
        "WhatsApp Image 2024-03-04 at 10.10.10 (2)",
        "IMG-20240304-WA0007",
        "Photo 1",
        "IMG_1234 (1)",
        "0001",
    ],
)
def test_camera_names(name: str) -> None:
    assert looks_like_camera_name(name)


@pytest.mark.parametrize(
    "name", ["left-calf", "calf_2", "toe3", "lesion-a", "mole", "L5 back", "arm 2024", ""]
)
def test_site_names(name: str) -> None:
    assert not looks_like_camera_name(name)


@pytest.mark.parametrize(
    ("a", "b", "how"),
    [
        ("Left-calf", "left-calf", "case only"),
        ("left_calf", "left-calf", "blanks"),
        ("left calf", "leftcalf", "blanks"),
        ("left-calf", "left-claf", "typing error"),
        ("left-calf", "left-calfs", "typing error"),
        ("left-shoulder", "left-shuolder", "typing error"),
        ("forehead", "foreheda", "typing error"),
    ],
)
def test_alike(a: str, b: str, how: str) -> None:
    for found in (alike(a, b), alike(b, a)):
        assert how in (found or "")


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("left-calf", "right-calf"),
        ("left-arm", "left-ear"),
        ("toe1", "toe2"),
        ("lesion-a", "lesion-b"),
        ("moleA", "moleB"),
        ("mole", "moleB"),
        ("hand", "head"),
        ("upper-arm", "lower-arm"),
        ("back", "back-low"),
        ("calf_2", "calf"),
        ("L1", "L2"),
    ],
)
def test_different_on_purpose(a: str, b: str) -> None:
    assert alike(a, b) is None
    assert alike(b, a) is None
