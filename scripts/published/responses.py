"""Responses and dates: tables of admiralonco, visits of pharmaversesdtm, a rendered cohort."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pandas as pd
from rendered_cohorts import il2_imatinib

from lesiontrack.response import best_overall_response, first_response, overall_response, target_response
from published.case import Case, rounded, text_table

READERS: Mapping[str, int | None] = {"investigator": None, "reader_1": 0, "reader_2": 3}
"""Reader → shift of the error that makes the values of an independent reader (see README there)."""


def tables() -> Iterator[Case]:
    """Best and first responses of admiralonco, a case for each subject."""
    assessments, start = text_table("bor_assessments"), text_table("bor_reference_dates")
    reference = dict(zip(start["subject"], start["reference_date"], strict=True))
    best = best_overall_response(assessments, reference, confirm_days=None, min_sd_days=28)
    yield from _compared("admiralonco best response", text_table("bor_expected"), best)

    progressed = pd.DataFrame(
        {"subject": "9", "date": ["2020-02-16", "2020-03-06"], "response": ["PD", "SD"]}
    )
    more, everyone = pd.concat([assessments, progressed]), reference | {"9": "2020-02-01"}
    not_done = pd.DataFrame({"subject": ["7"], "date": ["2020-04-02"], "response": ["ND"]})
    extended = pd.concat([more[more["subject"] != "7"], not_done])
    other: dict[str, Any] = {"confirm_days": 14, "max_ne": 0, "accept_sd": True}
    confirmed = {
        "default": best_overall_response(more, everyone, confirm_days=28, min_sd_days=28),
        "not_cut": best_overall_response(
            more, everyone, confirm_days=28, min_sd_days=28, progression_dates={}
        ),
        "accept_sd": best_overall_response(extended, everyone, min_sd_days=28, missing_as_ne=True, **other),
    }
    for case, found in confirmed.items():
        expected = _case(text_table("confirmed_bor_expected"), case)
        yield from _compared(f"admiralonco confirmed best response ({case})", expected, found)

    responders = {
        "default": first_response(more, everyone, confirm_days=28),
        "accept_sd": first_response(extended, everyone, **other),
    }
    for case, found in responders.items():
        expected = _case(text_table("confirmed_response_expected"), case)
        yield from _compared(f"admiralonco confirmed response ({case})", expected, found)
    first = first_response(text_table("first_response_assessments"), ["1", "2", "3", "4"])
    yield from _compared("admiralonco first response", text_table("first_response_expected"), first)


def visits() -> Case:
    """RECIST responses of pharmaversesdtm, from the lesions' diameters: one line with the counts."""
    lesions, expected = text_table("recist_lesions"), text_table("recist_responses")
    total = agreeing = 0
    for subject, published in expected.groupby("subject"):
        mine = lesions[lesions["subject"] == subject]
        for reader in READERS:
            ours = _visit_responses(mine, ["1", *published["visit"]], reader)
            total += len(ours)
            agreeing += sum(a == b for a, b in zip(ours, published[reader], strict=True))
    subjects = expected["subject"].nunique()
    name = f"pharmaversesdtm RECIST visit responses, {subjects} subjects, {len(READERS)} readers"
    return Case(name, f"{total} of {total}", f"{agreeing} of {total}")


def rendered() -> Iterator[Case]:
    """Published counts on sizes and dates of our own (rendered_cohorts.py)."""
    cohort = il2_imatinib()
    name = "IL-2 + imatinib (dates rendered)"
    n = cohort.patients
    yield Case(f"{name}, responses", "0/17", f"{cohort.responders}/{n}")
    yield Case(f"{name}, stable disease", "8/17", f"{cohort.stable}/{n}")
    days = cohort.stable_median_days
    weeks = "not reached" if days is None else f"{rounded(Decimal(str(days)) / 7, '12')} weeks"
    yield Case(f"{name}, median duration of stable disease", "12 weeks", weeks)


def _case(table: pd.DataFrame, case: str) -> pd.DataFrame:
    return table[table["case"] == case].drop(columns="case")


def _compared(name: str, expected: pd.DataFrame, ours: pd.DataFrame) -> Iterator[Case]:
    word = expected.columns[-1]
    pairs: Any = zip(expected.itertuples(), ours.itertuples(), strict=True)
    for row, found in pairs:
        when = "" if pd.isna(found.date) else str(found.date)
        yield Case(
            f"{name}, subject {row.subject}",
            f"{getattr(row, word)} {row.date}".strip(),
            f"{getattr(found, word)} {when}".strip(),
        )


def _visit_responses(lesions: pd.DataFrame, visits: list[str], reader: str) -> list[str]:
    """Overall responses of the visits after the first, of one subject and reader."""
    there = {visit: lesions[lesions["visit"] == visit] for visit in visits}
    if (lesions["axis"] == "").all():
        states = [set(there[visit]["state"]) for visit in visits[1:]]
        words = ["CR" if s == {"ABSENT"} else "NON-CR/NON-PD" if "PRESENT" in s else "NE" for s in states]
        return [overall_response(None, word, False) for word in words]
    total = len(there[visits[0]])
    sums: list[Decimal] = []
    whole: list[bool] = []
    gone: list[bool] = []
    for visit in visits:
        rows = there[visit].to_dict("records")
        values = [_read_by(reader, row) for row in rows]
        sums.append(sum(values, Decimal(0)))
        whole.append(len(rows) == total)
        gone.append(
            whole[-1]
            and all(v < 10 if row["axis"] == "short" else v == 0 for v, row in zip(values, rows, strict=True))
        )
    known = [value if complete else None for value, complete in zip(sums, whole, strict=True)]
    return [
        overall_response(word, None, False)
        for word in target_response(known, partial_sums_mm=sums, all_gone=gone)
    ]


def _read_by(reader: str, row: Mapping[Any, Any]) -> Decimal:
    value, shift = Decimal(row["diameter_mm"]), READERS[reader]
    if shift is None:
        return value
    error = (int(row["subject"]) + int(row["lesion"][-1]) + int(row["visit"]) + shift) % 7 - 3
    return value * (100 + error) / 100
