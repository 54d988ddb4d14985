"""Published figures against ours: case, published, ours, agrees.

Reads the tables of tests/data/conformance, whose README names their sources. Exit code 1 where one disagrees
that should agree. Cases whose print is known to be wrong or rounded otherwise are listed with the reason.

Example:
  python scripts/reproduce_published.py
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from lesiontrack.response import best_overall_response, first_response
from lesiontrack.statistics import difference_interval, fisher_exact, proportion_interval

DATA = Path(__file__).parents[1] / "tests" / "data" / "conformance"


class Case(NamedTuple):
    """`known` explains a disagreement that lies in the print."""

    name: str
    published: str
    ours: str
    known: str = ""

    @property
    def agrees(self) -> bool:
        return self.published == self.ours


def percent(value: float, like: str) -> str:
    """In percent, rounded half up to the decimals of the printed text."""
    decimals = len(like.partition(".")[2])
    return str((100 * Decimal(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def proportion(name: str, k: int, n: int, printed: str, known: str = "") -> Case:
    """`printed` is a percentage, with "(lower-upper)" where the interval was published."""
    parts = re.findall(r"\d+(?:\.\d+)?", printed)
    values = [k / n, *proportion_interval(k, n)]
    ours = [percent(value, text) for value, text in zip(values, parts, strict=False)]
    published, found = (
        f"{texts[0]} % ({texts[1]} to {texts[2]})" if len(texts) == 3 else f"{texts[0]} %"
        for texts in (parts, ours)
    )
    return Case(f"{name}, {k}/{n}", published, found, known)


def proportions() -> Iterator[Case]:
    for row in rows_of("published_proportions.csv"):
        yield proportion(row["case"], row["k"], row["n"], row["published"])
    yield proportion("OPTiM head and neck ORR GM-CSF", 2, 26, "7.7 (1.0-25.1)", "lower end is 0.946 %: 0.9")
    yield proportion("OPTiM head and neck DRR HSV-", 5, 31, "16.1 (5.5-33.7)")
    yield proportion("OPTiM head and neck ORR HSV-", 5, 18, "27.8 (9.7-53.5)")
    yield proportion("Radny 2003 PR (lesions)", 21, 245, "6", "printed 6 %; 21/245 is 8.6 %")
    yield proportion("Weide 2010 local CR (patients)", 33, 48, "69")
    yield proportion("Dehesa 2009 CR (lesions)", 234, 244, "95.9")
    yield proportion("Canadian series ORR (patients)", 35, 49, "72", "sum of rounded parts; 35/49 is 71.4 %")


def differences() -> Iterator[Case]:
    for row in rows_of("published_differences.csv"):
        counts = row["k1"], row["n1"], row["k2"], row["n2"]
        printed = [f"{row[name]:.1f}" for name in ("pub_diff", "pub_lo", "pub_hi")]
        yield difference(f"OPTiM {row['endpoint']}", counts, printed)
    transposed = "ends of the interval are transposed in print"
    yield difference("OPTiM ORR IVM1c", (9, 67, 3, 29), ["-16.5", "16.3"], transposed)
    for counts, p in (((18, 75, 0, 43), ".0003"), ((9, 64, 2, 26), ".5002"), ((6, 67, 1, 29), ".6710")):
        ours = f"{fisher_exact(*counts):.4f}".lstrip("0")
        yield Case(f"OPTiM Fisher p, {counts[0]}/{counts[1]} and {counts[2]}/{counts[3]}", p, ours)


def difference(name: str, counts: tuple[int, int, int, int], printed: list[str], known: str = "") -> Case:
    """`printed`: difference, lower and upper in percentage points, or the interval alone."""
    k1, n1, k2, n2 = counts
    values = [k1 / n1 - k2 / n2, *difference_interval(*counts)][-len(printed) :]
    ours = [percent(value, "0.0") for value in values]
    published, found = (" to ".join(texts[-2:]) for texts in (printed, ours))
    if len(printed) == 3:
        published, found = f"{printed[0]} ({published})", f"{ours[0]} ({found})"
    return Case(f"{name}, {k1}/{n1} and {k2}/{n2}", published, found, known)


def rows_of(name: str) -> list[dict[str, Any]]:
    return [
        {str(key): value for key, value in row.items()} for row in pd.read_csv(DATA / name).to_dict("records")
    ]


def responses() -> Iterator[Case]:
    def table(name: str) -> pd.DataFrame:
        return pd.read_csv(DATA / f"{name}.csv", dtype=str, keep_default_na=False)

    def compared(name: str, expected: pd.DataFrame, ours: pd.DataFrame) -> Iterator[Case]:
        word = expected.columns[-1]
        pairs: Any = zip(expected.itertuples(), ours.itertuples(), strict=True)
        for row, found in pairs:
            when = "" if pd.isna(found.date) else str(found.date)
            yield Case(
                f"{name}, subject {row.subject}",
                f"{getattr(row, word)} {row.date}".strip(),
                f"{getattr(found, word)} {when}".strip(),
            )

    assessments, start = table("bor_assessments"), table("bor_reference_dates")
    reference = dict(zip(start["subject"], start["reference_date"], strict=True))
    best = best_overall_response(assessments, reference, confirm_days=None, min_sd_days=28)
    yield from compared("admiralonco best response", table("bor_expected"), best)
    progressed = pd.DataFrame(
        {"subject": "9", "date": ["2020-02-16", "2020-03-06"], "response": ["PD", "SD"]}
    )
    more, everyone = pd.concat([assessments, progressed]), reference | {"9": "2020-02-01"}
    confirmed = best_overall_response(more, everyone, confirm_days=28, min_sd_days=28)
    expected = table("confirmed_bor_expected").query("case == 'default'").drop(columns="case")
    yield from compared("admiralonco confirmed best response", expected, confirmed)
    first = first_response(table("first_response_assessments"), ["1", "2", "3", "4"])
    yield from compared("admiralonco first response", table("first_response_expected"), first)


def main() -> int:
    cases = [*proportions(), *differences(), *responses()]
    width = [max(len(text) for text in column) for column in zip(*(case[:3] for case in cases), strict=True)]
    for case in cases:
        verdict = "yes" if case.agrees else f"no: {case.known or 'NOT EXPLAINED'}"
        print(f"{case.name:<{width[0]}}  {case.published:<{width[1]}}  {case.ours:<{width[2]}}  {verdict}")
    wrong = [case for case in cases if case.agrees == bool(case.known)]
    agreeing = sum(case.agrees for case in cases)
    explained = sum(bool(case.known) for case in cases)
    print(
        f"\n{agreeing} of {len(cases)} agree; {explained} are wrong or rounded otherwise in print; "
        f"{len(wrong)} unexplained"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
