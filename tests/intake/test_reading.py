from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesiontrack.intake.reading import read_name
from tests.intake.trees import TODAY


@given(st.text(), st.booleans())
def test_never_raises(text: str, is_file: bool) -> None:
    read_name(text, is_file=is_file, today=TODAY)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("left leg (2)", "left-leg"),
        ("left-calf_2", "left-calf"),
        ("leftCalf2", "left-calf"),
        ("re Wade", "right-calf"),
        ("li. Unterschenkel nah 3", "left-lower-leg"),
        ("Oberschenkel rechts", "right-thigh"),
        ("R forearm", "right-forearm"),
        ("Rücken oben", "upper-back"),
        ("Ruecken", "back"),
        ("back of left hand", "left-dorsal-hand"),
        ("Handrücken li", "left-dorsal-hand"),
        ("lower leg L", "left-lower-leg"),
        ("lesion 2 left arm", "left-arm-lesion-2"),
        ("leg, left calf", "left-calf"),
        ("big toe right", "right-hallux"),
        ("scalp", "scalp"),
        ("Gesicht", "face"),
        ("re: letter", ""),
        ("Meier", ""),
    ],
)
def test_sites(name: str, slug: str) -> None:
    assert read_name(name, is_file=True, today=TODAY).site.slug == slug


def test_what_a_photo_shows_beside_the_site() -> None:
    dermoscopy = read_name("dermoscopy left calf", is_file=True, today=TODAY).site
    assert (dermoscopy.modality, dermoscopy.slug) == ("dermoscopic", "left-calf")
    before = read_name("Wade li vor Injektion", is_file=True, today=TODAY)
    assert (before.site.injection, before.site.slug, before.words) == ("before", "left-calf", ())
    assert read_name("Übersicht right thigh", is_file=True, today=TODAY).site.overview


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("PT001", "PT001"), ("P03 follow up", "P03"), ("DN4", "DN4"), ("Patient 7", "Patient 7"),
        ("Patient B", "Patient B"), ("0039", "0039"),
        ("01-003", "01-003"),
        ("Meier P12", "P12"), ("2024", ""), ("V3", ""), ("week 2", ""), ("Meier", ""),
        ("100APPLE", ""), ("20240304", ""), ("L2", ""), ("IL2", ""), ("left leg 2", ""),
    ],
)  # fmt: skip
def test_codes_of_folders(name: str, code: str) -> None:
    assert read_name(name, is_file=False, today=TODAY).code == code


def test_codes_of_files_stand_first() -> None:
    assert read_name("P03_2024-03-04_left calf", is_file=True, today=TODAY).code == "P03"
    assert read_name("left calf P03", is_file=True, today=TODAY).code == ""


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Meier, Hans *12.03.1985", ("Meier", "Hans")),
        ("Dr Müller", ("Müller",)),
        ("2024-03-04 Meier re Wade", ("Meier",)),
        ("H M", ("H", "M")),
        ("neuer Ordner", ()),
        ("Fotos Kontrolle", ()),
        ("M1A", ()),
    ],
)
def test_words_left_over(name: str, words: tuple[str, ...]) -> None:
    assert read_name(name, is_file=False, today=TODAY).words == words


def test_macos_spelling_of_umlauts() -> None:
    assert read_name("Ru\u0308cken", is_file=True, today=TODAY).site.slug == "back"
