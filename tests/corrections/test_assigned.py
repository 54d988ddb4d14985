"""Which assignments can act, and why others can't."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesiontrack.corrections import Assignment, LesionName, Store
from lesiontrack.corrections.assigned import read_assignments, refusal_of
from lesiontrack.corrections.located import located, photo_digest


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "study"
    (folder / "in" / "_no").mkdir(parents=True)
    (folder / "results" / "tables").mkdir(parents=True)
    (folder / "results" / "provenance.json").write_text("{}")
    for name in (
        "a.jpg",
        "in/_MG_1234.jpg",
        ".hidden.jpg",
        "in/b.jpg",
        "in/_no/c.jpg",
        "results/d.jpg",
        "notes.txt",
    ):
        (folder / name).write_bytes(b"picture")
    (tmp_path / "outside.jpg").write_bytes(b"picture")
    (folder / "link.jpg").symlink_to(tmp_path / "outside.jpg")
    (folder / "inner.jpg").symlink_to("in/b.jpg")
    return folder


DIGEST = hashlib.sha256(b"picture").hexdigest()


def value(**changes: Any) -> Assignment:
    given = {"photo": "a.jpg", "photo_sha256": DIGEST, "patient": "P", "visit": "day000", "site": "calf"}
    return Assignment(**{**given, **changes})


@pytest.mark.parametrize("photo", ["a.jpg", "in/b.jpg", "inner.jpg", "in/_MG_1234.jpg"])
def test_photos_of_the_study_are_found(root: Path, photo: str) -> None:
    assert located(root, photo, DIGEST) == root / photo


@pytest.mark.parametrize(
    ("photo", "why"),
    [
        ("../outside.jpg", "no path below"),
        ("in/../../outside.jpg", "no path below"),
        ("/etc/passwd", "no path below"),
        ("in//b.jpg", "no path below"),
        ("./a.jpg", "no path below"),
        ("a.jpg\0", "no path below"),
        ("link.jpg", "link that leads out"),
        ("in/_no/c.jpg", "passed over"),
        (".hidden.jpg", "passed over"),
        ("results/d.jpg", "in a results folder"),
        ("in", "no such photo"),
        ("gone.jpg", "no such photo"),
        ("notes.txt", "a text file, not a photo"),
    ],
)
def test_other_paths_are_refused(root: Path, photo: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        located(root, photo, DIGEST)


@given(photo=st.text(max_size=30))
def test_no_path_leads_out(photo: str) -> None:
    with pytest.raises(ValueError, match=r"no path|no such photo|passed over|null byte|surrogates"):
        located(Path(__file__).parent / "nowhere", photo, DIGEST)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"patient": "a/b"}, "path separator"),
        ({"patient": "a\\b"}, "path separator"),
        ({"site": "a/b"}, "path separator"),
        ({"patient": "_review"}, "passes over names"),
        ({"patient": ".hidden"}, "passes over names"),
        ({"patient": "results"}, "results folder"),
        ({"site": ".."}, "no name"),
        ({"visit": "4 March"}, "is not a date"),
        ({"visit": "2024-02-30"}, "no day of the calendar"),
        ({"photo_sha256": "0" * 64}, "content has changed"),
    ],
)
def test_words_that_break_a_rule(root: Path, changes: dict[str, Any], why: str) -> None:
    assert why in (refusal_of(root, value(**changes)) or "")
    Store(root).add(value(**changes), by="A")
    said = read_assignments(root)
    assert said.acting == {}
    assert why in said.outcomes[0].refused


@pytest.mark.parametrize(
    ("changes", "why"),
    [({"patient": " "}, "blank"), ({"site": "a\nb"}, r"U\+000A"), ({"site": "a\u202eb"}, r"U\+202E")],
)
def test_names_that_can_not_be_seen(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        value(**changes)


def test_an_excluded_photo_needs_no_place(root: Path) -> None:
    assert refusal_of(root, value(patient="?", visit="?", site="?", excluded=True)) is None


def test_the_last_word_on_a_photo_acts(root: Path) -> None:
    store = Store(root)
    store.add(value(), by="A")
    store.add(LesionName(patient="P", lesion="L01", name="x"), by="A")
    last = store.add(value(site="arm"), by="B")
    said = read_assignments(root)
    assert [item.entry.id for item in said.placing] == [last.id]
    assert [(item.id, item.refused) for item in said.outcomes] == [(last.id, "")]


def test_blinded_readers_assign_nothing(root: Path) -> None:
    Store(root, blinded_reader="B").add(value(), by="B")
    assert read_assignments(root).acting == {}


def test_a_digest_follows_the_content(root: Path) -> None:
    assert photo_digest(root / "a.jpg") == DIGEST
    (root / "a.jpg").write_bytes(b"another one")
    assert photo_digest(root / "a.jpg") == hashlib.sha256(b"another one").hexdigest()
