"""Figures of what a reader has signed: what they say of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lesiontrack.export.figures import figures
from lesiontrack.export.figures.captions import captions_text
from lesiontrack.export.figures.model import Drawn
from lesiontrack.export.figures.rates import forests
from lesiontrack.export.figures.reading import review_words, value_words
from lesiontrack.export.figures.survival import survival_curves
from lesiontrack.export.source import Source, signed
from lesiontrack.tables import frame
from tests.export.cohort import made_source


@pytest.fixture(scope="module")
def source() -> Source:
    return made_source(6)


def test_signed_only_where_nothing_is_signed(source: Source) -> None:
    tables = {name: signed(table) for name, table in source.tables.items()}
    told = captions_text(source, list(figures(replace(source, tables=tables, signed_only=True))))
    assert "no patient has an evaluable sum" in " ".join(told.split())
    assert "automatic, unsigned;" not in told.split("rates")[0]


def test_the_signed_basis_is_not_called_signed_by_a_reader(source: Source) -> None:
    tables = {name: signed(table) for name, table in source.tables.items()}
    alone = replace(source, tables=tables, signed_only=True)
    for one in [*forests(alone), *survival_curves(alone)]:
        if isinstance(one, Drawn):
            assert "signed by a reader" not in one.caption
            assert one.name == "km-os" or "no reader has signed is not evaluable" in one.caption
            assert "automatic, unsigned" not in one.caption
    both = next(one for one in forests(source) if isinstance(one, Drawn))
    assert "Squares: automatic, unsigned" in both.caption


def test_captions_say_what_readers_did(source: Source) -> None:
    row = {"patient": "PT1", "id": "e0", "kind": "gone", "state": "in force", "by": "Dr Gray"}
    for kind, state, words in (
        ("gone", "in force", "automatic with readers' corrections, unsigned"),
        ("gone", "withdrawn", "automatic, unsigned"),
        ("grade", "in force", "automatic, unsigned"),
        ("signature", "in force", "automatic, in part signed"),
        ("signature", "void", "automatic, unsigned"),
    ):
        reviews = frame("reviews", [{**row, "kind": kind, "state": state}])
        assert review_words(replace(source, tables={**source.tables, "reviews": reviews})) == words
    assert value_words(replace(source, signed_only=True)) == "signed by a reader"
