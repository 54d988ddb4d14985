from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesiontrack.intake.cameras import copy_name, device_name, is_camera_folder

DATED = date(2024, 3, 4)


@given(st.text())
def test_never_raises(text: str) -> None:
    device_name(text)
    is_camera_folder(text)
    copy = copy_name(text)
    assert copy is None or copy.base != text


@pytest.mark.parametrize(
    ("stem", "kind"),
    [
        ("IMG-20240304-WA0012", "messenger"),
        ("WhatsApp Image 2024-03-04 at 10.12.33", "messenger"),
        ("WhatsApp Bild 2024-03-04 um 10.12.33", "messenger"),
        ("signal-2024-03-04-101233", "messenger"),
        ("Signal-2024-03-04-10-12-33-123", "messenger"),
        ("photo_2024-03-04_10-12-33", "messenger"),
        ("Screenshot 2024-03-04 at 10.12.33", "screenshot"),
        ("Screenshot_20240304-101233_Gallery", "screenshot"),
        ("Bildschirmfoto 2024-03-04 um 10.12.33", "screenshot"),
        ("PXL_20240304_101233123", "camera"),
        ("PXL_20240304_101233123.PORTRAIT", "camera"),
        ("20240304_101233", "camera"),
        ("IMG_20240304_101233", "camera"),
    ],
)
def test_names_with_a_date(stem: str, kind: str) -> None:
    device = device_name(stem)
    assert device is not None
    assert (device.kind, device.taken) == (kind, DATED)


@pytest.mark.parametrize(
    "stem",
    [
        "IMG_1234",
        "IMG_E1234",
        "_MG_1234",
        "DSC00012",
        "DSCN0001",
        "P1010012",
        "100_1234",
        "image0001",
        "foto",
        "scan 3",
    ],
)
def test_names_without_a_date(stem: str) -> None:
    device = device_name(stem)
    assert device is not None
    assert device.taken is None


@pytest.mark.parametrize(
    "stem", ["left calf", "P03_2024-03-04", "2024-03-04 Meier", "Meier", "PT001", "mole"]
)
def test_names_by_people(stem: str) -> None:
    assert device_name(stem) is None


@pytest.mark.parametrize(
    ("stem", "base"),
    [
        ("IMG_1234 (1)", "IMG_1234"),
        ("IMG_1234_edited", "IMG_1234"),
        ("IMG_1234-bearbeitet", "IMG_1234"),
        ("IMG_E1234", "IMG_1234"),
        ("Kopie von IMG_1234", "IMG_1234"),
        ("Copy of left leg", "left leg"),
        ("IMG_1234 - Kopie (2)", "IMG_1234"),
        ("20240304_101233~2", "20240304_101233"),
        ("left leg (2)", "left leg"),
    ],
)
def test_copies_name_their_original(stem: str, base: str) -> None:
    copy = copy_name(stem)
    assert copy is not None
    assert copy.base == base


@pytest.mark.parametrize("stem", ["IMG_1234", "left leg", "(2)", "hand-2"])
def test_originals(stem: str) -> None:
    assert copy_name(stem) is None


def test_camera_folders() -> None:
    assert is_camera_folder("100APPLE")
    assert is_camera_folder("DCIM")
    assert not is_camera_folder("P03")
