from __future__ import annotations

import hashlib
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesiontrack.study import names
from lesiontrack.study.names import (
    clean,
    edit_distance,
    natural_key,
    near_miss,
    nearest,
    slug,
    slugs,
    suggestion,
)


def test_natural_order() -> None:
    given_names = ["PT10", "PT2", "pt1", "PT2b", "0039", "7", "Ä"]
    assert sorted(given_names, key=natural_key) == ["7", "0039", "pt1", "PT2", "PT2b", "PT10", "Ä"]


@given(st.lists(st.text(), max_size=8))
def test_natural_keys_are_comparable_and_tell_names_apart(some: list[str]) -> None:
    ordered = sorted(some, key=natural_key)
    assert sorted(ordered) == sorted(some)
    assert len({natural_key(name) for name in some}) == len(set(some))


@pytest.mark.parametrize(
    "code", ["PT001", "Jörg Müßig", "<script>alert(1)</script>", "=1+1", "患者一", "..", "a b", "CON"]
)
def test_slug_is_readable_ascii_and_hash(code: str) -> None:
    digest = hashlib.sha256(code.encode()).hexdigest()[:6]
    assert re.fullmatch(rf"[a-z0-9]+(-[a-z0-9]+)*-{digest}", slug(code))


def test_slug_transliterates() -> None:
    assert slug("Jörg Müßig").startswith("jorg-mussig-")


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200))
def test_slug_is_safe_everywhere(code: str) -> None:
    assert re.fullmatch(r"[a-z0-9-]{8,47}", slug(code))


def test_slugs_stay_unique_where_short_digests_collide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "_SLUG_HEX", 0)
    chosen = slugs(["一", "二", "三"])
    assert len(set(chosen.values())) == 3
    assert chosen["一"] == "patient-"


def test_clean_joins_what_macos_splits() -> None:
    assert clean(unicodedata.normalize("NFD", " Jörg ")) == "Jörg"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("39", "0039"), ("pt-001", "PT001"), ("PT01", "PT001"), ("left_calf", "left-calf"), ("zzz", None)],
)
def test_nearest(name: str, expected: str | None) -> None:
    assert nearest(name, ["0039", "PT001", "left-calf"]) == expected


def test_suggestion_lists_the_right_names_where_none_is_near() -> None:
    assert suggestion("zzz", ["one", "two"]) == "the right ones are one, two"
    assert suggestion("zzz", []) == "there are none"
    assert suggestion("zzz", [f"P{n}" for n in range(20)]).endswith("P11 and 8 more")


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [("", "", 0), ("abc", "", 3), ("calf", "claf", 1), ("calf", "calfs", 1), ("kitten", "sitting", 3)],
)
def test_edit_distance(a: str, b: str, distance: int) -> None:
    assert edit_distance(a, b) == edit_distance(b, a) == distance


@given(st.text(max_size=8), st.text(max_size=8))
def test_edit_distance_bounds(a: str, b: str) -> None:
    distance = edit_distance(a, b)
    assert abs(len(a) - len(b)) <= distance <= max(len(a), len(b))
    assert (distance == 0) == (a == b)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Patient", "patient"),
        ("treatment start", "treatment_start"),
        ("treatmentstart", "treatment_start"),
        ("death_dat", "death_date"),
        ("arms", "arm"),
        ("age", None),
        ("sex", None),
        ("safety_set", None),
        ("patient", None),
    ],
)
def test_near_miss(name: str, meant: str | None) -> None:
    assert near_miss(name, ["patient", "treatment_start", "arm", "enrolled", "death_date"]) == meant
