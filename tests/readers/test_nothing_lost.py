"""Whatever two readers say: no judgement is lost, and a merge is repeatable, the same from either side."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lesiontrack.corrections import Entry, Signature, Value
from lesiontrack.readers import compare_readers, merge
from lesiontrack.readers.model import Pair
from lesiontrack.readers.rows import disagreement_rows, pair_rows
from tests.readers.made import A, B, drawing, grade, make_results, point, say, signature
from tests.readers.test_outlines import disc
from tests.readers.test_questions import assigned, gone, not_evaluable, registered

SAID = st.one_of(
    st.builds(grade, st.integers(0, 2).map(float), lesion=st.sampled_from(["L01", "L02"])),
    st.builds(gone, st.booleans(), lesion=st.sampled_from(["L01", "L02"])),
    st.builds(registered, st.booleans()),
    st.builds(assigned, excluded=st.booleans()),
    st.builds(not_evaluable, st.sampled_from(["dark", "blurred"]), lesion=st.sampled_from(["L01", None])),
    st.builds(signature, st.sampled_from(["L01", "L02"]), status=st.sampled_from(["present", "not_visible"])),
    st.builds(point, st.sampled_from(["L01", "L02", "L03"]), st.integers(0, 60), st.integers(0, 60)),
    st.builds(
        lambda x, radius: drawing(x, 20, {"lesion": disc(50, 25, 25, radius)}),
        st.sampled_from([0, 5, 90]),
        st.integers(0, 20),
    ),
)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_results(tmp_path_factory.mktemp("results"))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(SAID, max_size=6), st.lists(SAID, max_size=6), st.sampled_from([None, A]))
def test_nothing_is_lost_and_nothing_comes_twice(
    results: Path, mine: list[Value], theirs: list[Value], prefer: str | None
) -> None:
    """Every correction in force stands in a pair; a merge is repeatable, and the same from either side."""
    with tempfile.TemporaryDirectory() as folder, patch("lesiontrack.corrections.store.os.fsync"):
        study, other = Path(folder) / "study", Path(folder) / "other"
        say(study, A, grade(0, lesion="L09"), *mine)
        say(study, B, grade(0, lesion="L09"), *theirs)
        shutil.copytree(study, other)
        found = compare_readers(study, A, B, results=results)
        turned = compare_readers(other, B, A, results=results)
        for reader, side in ((found.first, "first"), (found.second, "second")):
            placed = {i for pair in found.pairs if (said := getattr(pair, side)) for i in said.ids}
            assert placed == {entry.id for entry in reader.corrections.in_force}
        assert sorted(map(_told, found.pairs), key=str) == sorted(map(_turned, turned.pairs), key=str)
        rows = pair_rows(found.pairs, found.main)
        listed = disagreement_rows(rows)
        assert all(
            row["state"] == "agree" or row in listed or row["question"] == "signatures" for row in rows
        )
        once = merge(found, prefer=prefer)
        assert merge(compare_readers(study, A, B, results=results), prefer=prefer) == []
        swapped = merge(turned, prefer=prefer)
        assert sorted(map(_written, once)) == sorted(map(_written, swapped))
        assert not any(isinstance(entry.value, Signature) for entry in once)


def _told(pair: Pair) -> tuple[Any, ...]:
    return pair.subject, pair.first and pair.first.ids, pair.second and pair.second.ids, pair.agree


def _turned(pair: Pair) -> tuple[Any, ...]:
    return pair.subject, pair.second and pair.second.ids, pair.first and pair.first.ids, pair.agree


def _written(entry: Entry) -> str:
    said = entry.correction
    return f"{said.by} {said.note} {said.value.model_dump_json()}"
