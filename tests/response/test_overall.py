"""The time-point tables of RECIST 1.1, and the visit responses of pharmaversesdtm."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lesiontrack.response import overall_response, target_response
from lesiontrack.response.words import NON_TARGET_WORDS, TARGET_WORDS

DATA = Path(__file__).parents[1] / "data" / "conformance"
OTHER = "NON-CR/NON-PD"


@pytest.mark.parametrize(
    ("target", "non_target", "overall"),
    [
        ("CR", None, "CR"),
        ("CR", "CR", "CR"),
        ("CR", OTHER, "PR"),
        ("CR", "NE", "PR"),
        ("PR", None, "PR"),
        ("PR", "CR", "PR"),
        ("PR", OTHER, "PR"),
        ("PR", "NE", "PR"),
        ("SD", None, "SD"),
        ("SD", "CR", "SD"),
        ("SD", OTHER, "SD"),
        ("SD", "NE", "SD"),
        ("NE", None, "NE"),
        ("NE", "CR", "NE"),
        ("NE", OTHER, "NE"),
        ("NE", "NE", "NE"),
        (None, "CR", "CR"),
        (None, OTHER, OTHER),
        (None, "NE", "NE"),
        (None, None, "NE"),
    ],
)
def test_without_progression(target: str | None, non_target: str | None, overall: str) -> None:
    assert overall_response(target, non_target, False) == overall
    assert overall_response(target, non_target, np.False_) == overall


@pytest.mark.parametrize("target", [None, *TARGET_WORDS])
@pytest.mark.parametrize("non_target", [None, *NON_TARGET_WORDS])
def test_any_progression_is_progression(target: str | None, non_target: str | None) -> None:
    assert overall_response(target, non_target, True) == "PD"
    assert overall_response("PD", non_target, False) == "PD"
    assert overall_response(target, "PD", False) == "PD"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("iCR", None, False), "target response 'iCR'.*did you mean 'CR'"),
        (("NON-CR/NON-PD", None, False), "target response"),
        ((None, "NON-CR", False), "did you mean 'NON-CR/NON-PD'"),
        ((None, "SD", False), "non-target response 'SD'"),
        (("CR", None, "Y"), "new_lesion 'Y'"),
        (("CR", None, None), "new_lesion None"),
    ],
)
def test_unknown_words(arguments: tuple[object, object, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        overall_response(*arguments)  # type: ignore[arg-type]


READERS = {"reader_1": 0, "reader_2": 3, "investigator": None}


@pytest.mark.parametrize(("subject", "reader"), list(product(range(1, 9), READERS)))
def test_visit_responses_of_pharmaversesdtm(subject: int, reader: str) -> None:
    """66 visit responses of 8 subjects and 3 readers, from the lesions' diameters."""
    lesions = pd.read_csv(DATA / "recist_lesions.csv", keep_default_na=False, dtype=str)
    lesions = lesions[lesions.subject == str(subject)]
    expected = pd.read_csv(DATA / "recist_responses.csv").query("subject == @subject")
    visits = [1, *expected.visit]
    sums: list[Decimal | None] = []
    partial: list[Decimal | None] = []
    gone, states = [], []
    names = lesions[lesions.visit == "1"].lesion.tolist()
    for visit in visits:
        here = lesions[lesions.visit == str(visit)]
        if here.axis.eq("").all():
            states.append(here.state.tolist())
            continue
        values = {
            row.lesion: read_by(reader, subject, row.lesion, visit, Decimal(row.diameter_mm))
            for row in here.itertuples()
        }
        total = sum(values.values(), Decimal(0))
        sums.append(total if len(values) == len(names) else None)
        partial.append(total)
        nodes = set(here[here.axis == "short"].lesion)
        gone.append(
            len(values) == len(names)
            and all(v < 10 if lesion in nodes else v == 0 for lesion, v in values.items())
        )
    if states:
        target: list[str | None] = [None] * len(expected)
        non_target: list[str | None] = [
            "CR" if set(s) == {"ABSENT"} else OTHER if "PRESENT" in s else "NE" for s in states[1:]
        ]
    else:
        target = list(target_response(sums, partial_sums_mm=partial, all_gone=gone))
        non_target = [None] * len(expected)
    ours = [overall_response(t, n, False) for t, n in zip(target, non_target, strict=True)]
    assert ours == expected[reader].tolist()


def read_by(reader: str, subject: int, lesion: str, visit: int, value: Decimal) -> Decimal:
    shift = READERS[reader]
    if shift is None:
        return value
    percent = (subject + int(lesion[-1]) + visit + shift) % 7 - 3
    return value * (100 + percent) / 100


@pytest.mark.parametrize("missing", [float("nan"), pd.NA])
def test_none_as_pandas_keeps_it(missing: Any) -> None:
    assert overall_response(missing, "CR", False) == "CR"
    assert overall_response("CR", missing, False) == "CR"
