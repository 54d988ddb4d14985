"""The methods text says what was run, with its numbers, and nothing else."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest

from lesiontrack.export.methods import methods_text
from lesiontrack.export.methods.references import SOURCES, References
from lesiontrack.export.source import Source
from lesiontrack.protocol import load_protocol
from lesiontrack.statements import DISCLAIMER
from lesiontrack.tables import frame
from tests.export.cohort import made_source

BANNED = ("stop", "reduce", "increase", "infected", "safe", "toxic", "response achieved", "cure", "robust")


@pytest.fixture(scope="module")
def source() -> Source:
    """The made-up cohort with a row in every table of the cohort."""
    base = made_source(5, seed=3)
    tables = dict(base.tables)
    tables["rates"] = tables["rates"].assign(redraws=200, redrawn_median=0.4)
    tables["survival"] = tables["survival"].assign(logrank_p=0.3)
    tables["rate_differences"] = frame(
        "rate_differences", [{"endpoint": "ORR", "lower": -0.1, "fisher_p": 0.4}]
    )
    rates = [{"endpoint": "CR", "rate": 0.5, "lower": 0.1, "bootstrap_lower": 0.2}]
    tables["lesion_rates"] = frame("lesion_rates", rates)
    agreement = [{"method": "caliper", "bias": 0.3, "loa_lower": -1.0, "pairs": 4}]
    tables["agreement"] = frame("agreement", agreement)
    refusals = [
        {"by": "all", "lesion_visits": 100, "evaluable": 80, "obscured": 15, "other": 5, "refusal_rate": 0.2}
    ]
    tables["refusals"] = frame("refusals", refusals)
    return replace(base, tables=tables)


def text_of(source: Source) -> str:
    return " ".join(methods_text(source).split())


def emptied(source: Source, *names: str) -> Source:
    return replace(source, tables={**source.tables, **{name: frame(name, []) for name in names}})


def without(source: Source, table: str, **values: object) -> Source:
    return replace(source, tables={**source.tables, table: source.tables[table].assign(**values)})


def test_numbers_are_those_of_the_tables(source: Source) -> None:
    text, photos = text_of(source), source.tables["photos"]
    assert f"of 5 patients were evaluated with lesiontrack 0.1.0: {len(photos)} photographs" in text
    assert "1 patient had no photographs." in text
    ruler, none = (int((photos["scale_method"] == word).sum()) for word in ("ruler", "none"))
    assert (
        f"ruler in the frame in {ruler} of {len(photos)} photographs. {none} photographs without a scale"
        in text
    )
    joined = int((photos["registration_method"] == "skin_texture").sum())
    assert f"by skin texture in {joined}." in text
    observations = source.tables["observations"]
    lesions = len(observations[["patient", "lesion"]].drop_duplicates())
    usable = int(observations["evaluable"].sum())
    assert (
        f"{lesions} lesions were followed over {len(observations)} lesion-visits, of which {usable}" in text
    )
    assert "network small-1-a64790a4, sha256 a64790a4a647" in text
    assert source.protocol.hash[:12] in text
    assert (
        "20 (20 %) were not evaluable: 15 obscured by skin loss, crust, dressing or hair, 5 for another"
        in text
    )
    assert f"A reader signed 0 of {len(observations)} lesion-visits" in text
    assert "not validated on this population" in text
    assert DISCLAIMER in text


@pytest.mark.parametrize(
    ("phrase", "tables"),
    [
        ("Kaplan and Meier", ["survival_curves"]),
        ("log-rank", ["survival", "survival_curves"]),
        ("FDA", ["survival_curves", "time_to_event"]),
        ("Newcombe", ["rate_differences"]),
        ("Fisher", ["rate_differences"]),
        ("bootstrap", ["lesion_rates"]),
        ("effective number of lesions", ["lesion_rates"]),
        ("Bland", ["agreement"]),
        ("Clopper", ["rates"]),
        ("Wilson", ["rates"]),
        ("drawn anew 200 times", ["rates"]),
        ("durable response lasts", ["rates"]),
        ("were not evaluable:", ["refusals"]),
        ("RECIST 1.1", ["visit_responses"]),
        ("WHO", ["visit_responses"]),
        ("Confirmation".lower(), ["visit_responses"]),
        ("ruler", ["photos"]),
        ("network", ["photos"]),
        ("skin texture", ["photos"]),
        ("lesion-visits, of which", ["observations"]),
        ("CIELAB", ["observations"]),
        ("expected course", ["observations"]),
    ],
)  # fmt: skip
def test_what_was_not_run_is_not_claimed(source: Source, phrase: str, tables: list[str]) -> None:
    assert phrase in text_of(source)
    assert phrase not in text_of(emptied(source, *tables))
    missing = {name: table for name, table in source.tables.items() if name not in tables}
    assert phrase not in text_of(replace(source, tables=missing))


@pytest.mark.parametrize(
    ("phrase", "table", "column"),
    [
        ("log-rank", "survival", "logrank_p"),
        ("Wilson", "rates", "wilson_lower"),
        ("drawn anew", "rates", "redrawn_median"),
        ("erythema grade", "observations", "erythema_grade"),
        ("typology", "observations", "ita_deg"),
        ("Redness", "observations", "field_delta_a"),
        ("skin texture", "photos", "registration_method"),
    ],
)
def test_empty_columns_are_not_claimed(source: Source, phrase: str, table: str, column: str) -> None:
    assert phrase in text_of(source)
    assert phrase not in text_of(without(source, table, **{column: pd.NA}))


def test_criteria_only_where_they_have_rows(source: Source) -> None:
    visits = source.tables["visit_responses"]
    for analysis, phrase in (("irecist", "iRECIST words"), ("itrecist_combined", "itRECIST")):
        some = visits[~visits["analysis"].str.startswith(analysis.split("_")[0])]
        assert phrase not in text_of(replace(source, tables={**source.tables, "visit_responses": some}))
        more = pd.concat([some, visits.head(1).assign(analysis=analysis)])
        assert phrase in text_of(replace(source, tables={**source.tables, "visit_responses": more}))


def test_thresholds_that_differ_from_the_protocol_are_told(source: Source) -> None:
    changed = replace(source, protocol=load_protocol(source.protocol.id, {"response.pr_fall_pct": 25.5}))
    text = text_of(changed)
    assert "replaced these of its thresholds: response.pr_fall_pct 25.5 (30 in the file)." in text
    assert "a fall by at least 25.5 % from baseline" in text
    assert "replaced these" not in text_of(source)


def test_marks_of_thresholds_stand_there(source: Source) -> None:
    text = text_of(source)
    assert "from 14 days after the last treatment day on (provisional)" in text
    assert re.search(r"recalled: [^;)]*response\.confirm_days", text)
    assert "response.area_pr_fall_pct" in re.search(r"inferred: ([^;)]*)", text)[1]  # type: ignore[index]
    assert "grades.cut_1" not in text_of(without(source, "observations", erythema_grade=pd.NA))


def test_outlines_by_colour_are_no_network(source: Source) -> None:
    text = text_of(without(source, "photos", segmentation_model="colour-edge-1"))
    assert "by colour and edges (colour-edge-1), not by a trained network" in text
    assert "by the network" not in text


def test_signed_only_says_so(source: Source) -> None:
    text = text_of(replace(source, signed_only=True))
    assert "Only sizes and responses that a reader has signed are included" in text
    assert "A reader signed" not in text


def test_readers_corrections_and_signatures_are_counted(source: Source) -> None:
    assert "21 CFR Part 11" not in text_of(source), "nobody has reviewed anything"
    row = {"patient": "PT1", "by": "Dr Gray", "at": "2026-03-04T09:30:00Z", "state": "in force"}
    told = [("mask", {}), ("mask", {}), ("gone", {"by": "Dr Green"}), ("mask", {"state": "withdrawn"})]
    told += [("signature", {}), ("lesion_name", {}), ("gone", {"state": "no effect"})]
    rows = [{**row, "id": f"e{n}", "kind": kind, **more} for n, (kind, more) in enumerate(told)]
    observations = source.tables["observations"].copy()
    observations.loc[:2, "review_status"] = ["signed", "signed", "void"]
    photos = source.tables["photos"].copy()
    photos.loc[0, "segmentation_model"] += "+reader"
    tables = {**source.tables, "reviews": frame("reviews", rows), "observations": observations}
    text = text_of(replace(source, tables={**tables, "photos": photos}))
    assert "3 corrections by 2 readers were applied: 2 outlines drawn, 1 lesion judged gone or not." in text
    assert f"A reader signed 2 of {len(observations)} lesion-visits, and 1 more before a signed value" in text
    assert "no audit trail and no electronic signature in the sense of 21 CFR Part 11" in text
    assert "In 1 photograph a reader drew outlines anew" in text
    assert "+reader" not in text


def test_no_banned_word(source: Source) -> None:
    text = text_of(source).replace(DISCLAIMER, "").split("References.")[0].lower()
    for word in BANNED:
        assert not re.search(rf"\b{word}", text), word


def test_references_are_numbered_as_cited(source: Source) -> None:
    body, _, listed = methods_text(source).partition("References.")
    cited = [int(n) for found in re.findall(r"\[([\d, ]+)\]", body) for n in found.split(",")]
    assert list(dict.fromkeys(cited)) == list(range(1, max(cited) + 1))
    assert max(cited) == len(re.findall(r"^\d+\. ", listed, re.MULTILINE))


def test_every_reference_is_one_line_of_text() -> None:
    cite = References()
    assert cite("recist", "clopper") == "[1, 2]"
    assert cite("recist") == "[1]"
    assert all(
        len(source) > 40 and "  " not in source and not source.endswith(".") for source in SOURCES.values()
    )


def test_nothing_but_photographs(source: Source) -> None:
    text = text_of(replace(source, tables={"photos": source.tables["photos"]}, provenance={}))
    assert "Serial photographs of 4 patients were evaluated with lesiontrack:" in text
    assert "Responses rest" not in text


def test_a_lesion_that_came_later_takes_no_baseline_from_its_patient(source: Source) -> None:
    rows = source.tables["lesion_responses"]
    patients = rows["patient"].unique()
    valid = rows.assign(baseline_valid=True)
    later = rows.iloc[[0]].assign(lesion="L99", baseline_valid=False)
    with_later = replace(source, tables={**source.tables, "lesion_responses": pd.concat([valid, later])})
    assert "no valid baseline" not in text_of(with_later)
    none = valid.assign(baseline_valid=valid["patient"] != patients[0])
    without_one = replace(source, tables={**source.tables, "lesion_responses": none})
    assert "1 patient had no valid baseline" in text_of(without_one)
