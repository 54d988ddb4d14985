"""Any set of assignments: no photo is lost, and none is in two places."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lesiontrack.corrections import Assignment, Store
from lesiontrack.errors import StudyError
from lesiontrack.study import Failure, read_study

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
FILES = ("loose.jpg", "P/x.jpg", "P/day000/a.jpg", "P/day000/a_2.jpg", "P/day000/a.png",
         "P/week02/a.jpg", "P/4 March/b.jpg", "Q/2024-03-04/a.jpg",
         "Q/2024-03-04/deep/c.jpg", "Q/2024-03-11/a.jpg")  # fmt: skip
_PLACES = st.fixed_dictionaries(
    {
        "patient": st.sampled_from(["P", "Q", "R", " P", "_no", "a/b", ".."]),
        "visit": st.sampled_from(["2024-03-04", "2024-03-11", "day000", "day014", "week02", "soon"]),
        "site": st.sampled_from(["a", "b", "c/d"]),
        "view": st.integers(1, 3),
        "excluded": st.booleans(),
    }
)


@given(st.lists(st.tuples(st.sampled_from(FILES), _PLACES, st.booleans()), max_size=12), st.booleans())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_photo_is_an_entry_a_failure_or_excluded(
    tmp_path_factory: pytest.TempPathFactory, said: list[tuple[str, dict[str, Any], bool]], listed: bool
) -> None:
    root = tmp_path_factory.mktemp("study")
    for name in FILES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(name.encode())
    if listed:
        rows = [f"{name},P,day{number:03d},a" for number, name in enumerate(FILES)]
        (root / "photos.csv").write_text("\n".join(["path,patient,visit,site", *rows]))
    store = Store(root)
    for number, (name, place, stale) in enumerate(said):
        digest = hashlib.sha256(b"?" if stale else name.encode()).hexdigest()
        store.add(
            Assignment(photo=name, photo_sha256=digest, **place), by="A", at=START + timedelta(seconds=number)
        )
    try:
        study = read_study(root)
    except StudyError:
        return  # nothing is left that can be used: test_a_study_whose_photos_are_all_excluded_says_so
    read = [photo.relative for patient in study.patients for photo in patient.photos]
    photos: list[Failure] = [failure for failure in study.failures if failure.file in FILES]
    assert sorted([*read, *study.excluded, *(failure.file for failure in photos)]) == sorted(FILES)
    claims = [(p.patient, p.visit, p.site, p.view) for patient in study.patients for p in patient.photos]
    assert len(set(claims)) == len(claims)
    for patient in study.patients:
        days = [visit.study_day for visit in patient.visits]
        assert len(set(days)) == len(days)
        assert {photo.visit for photo in patient.photos} <= {visit.label for visit in patient.visits}
    for outcome in study.assignments:
        if outcome.refused == "" and not outcome.excluded:
            assert outcome.photo in read or outcome.photo in {failure.file for failure in photos}
