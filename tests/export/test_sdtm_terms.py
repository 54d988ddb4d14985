"""Controlled terms of the SDTM datasets: checked before writing, and listed in the documentation."""

from __future__ import annotations

from pathlib import Path

import pytest

from lesiontrack.export.sdtm import files
from lesiontrack.export.sdtm.terms import CODELISTS, check_terms
from lesiontrack.export.sdtm.variables import DOMAINS
from tests.export.sdtm_study import read, whole_study, with_tables


def test_terms_are_controlled() -> None:
    datasets = read(whole_study())
    checked = 0
    for domain in DOMAINS:
        for variable, codelist in domain.codelists.items():
            words = datasets[domain.name][variable].dropna()
            if variable == "TRSTRESC":
                words = words[datasets["TR"]["TRSTRESN"].isna()]
            assert set(words) <= set(CODELISTS[codelist])
            checked += len(words)
    assert checked > 100


def test_a_word_without_a_term_stops_the_export() -> None:
    with pytest.raises(ValueError, match=r"'MAYBE' in RS\.RSSTRESC is no term of codelist C96785"):
        check_terms("RS", [{"RSSTRESC": "MAYBE"}], {"RSSTRESC": "C96785"})
    source = whole_study()
    rows = source.tables["visit_responses"].assign(response="MAYBE")
    with pytest.raises(ValueError, match="MAYBE"):
        files(with_tables(source, visit_responses=rows.to_dict("records")))
    unnamed = source.tables["visit_responses"].assign(analysis="another")
    with pytest.raises(ValueError, match="analysis 'another' has no name"):
        files(with_tables(source, visit_responses=unnamed.to_dict("records")))


def test_the_page_lists_every_term() -> None:
    page = (Path(__file__).parents[2] / "docs" / "sdtm.md").read_text("utf-8")
    rows = {cells[1].strip(): cells for line in page.splitlines() if len(cells := line.split("|")) == 5}
    variables: dict[str, list[str]] = {}
    for domain in DOMAINS:
        for variable, codelist in domain.codelists.items():
            variables.setdefault(codelist, []).append(f"`{variable}`")
    for codelist, terms in CODELISTS.items():
        told = ", ".join(f"{term} ({code or 'sponsor'})" for term, code in terms.items())
        assert rows[codelist][2].strip() == ", ".join(variables[codelist])
        assert rows[codelist][3].strip() == told
