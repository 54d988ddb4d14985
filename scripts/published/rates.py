"""Rates and their differences, from published counts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lesiontrack.statistics import chi_squared_p, difference_interval, fisher_exact, proportion_interval
from published.case import Case, percent, rounded, typed_rows

Counts = tuple[int, int, int, int]

MORE_PROPORTIONS = (
    ("OPTiM head and neck ORR GM-CSF", 2, 26, "7.7 (1.0-25.1)", "lower end is 0.946 %: 0.9"),
    ("OPTiM head and neck DRR HSV-", 5, 31, "16.1 (5.5-33.7)", ""),
    ("OPTiM head and neck ORR HSV-", 5, 18, "27.8 (9.7-53.5)", ""),
    ("OPTiM progression before durable response", 23, 48, "48", ""),
    ("Radny 2003 PR (lesions)", 21, 245, "6", "printed 6 %; 21/245 is 8.6 %"),
    ("Weide 2010 local CR (patients)", 33, 48, "69", ""),
    ("Dehesa 2009 CR (lesions)", 234, 244, "95.9", ""),
    ("Dehesa 2009 PR (lesions)", 9, 244, "3.7", ""),
    ("Dehesa 2009 no response (lesions)", 1, 244, "0.4", ""),
    ("Canadian series CR (patients)", 23, 49, "47", ""),
    ("Canadian series PR (patients)", 12, 49, "24", ""),
    ("Canadian series ORR (patients)", 35, 49, "72", "sum of rounded parts; 35/49 is 71.4 %"),
    ("Lebwohl 2004 AK complete clearance, imiquimod", 97, 215, "45.1", ""),
    ("Lebwohl 2004 AK complete clearance, vehicle", 7, 221, "3.2", ""),
    ("Geisse 2002 sBCC five a week", 21, 26, "80.8", ""),
    ("Geisse 2002 sBCC three a week", 15, 29, "51.7", ""),
    ("Geisse 2002 sBCC vehicle", 6, 32, "18.8", ""),
)
"""Name, k, n, printed percentage with its interval where there is one, and what is wrong in print."""

FISHER: tuple[tuple[Counts, str], ...] = (
    ((18, 75, 0, 43), ".0003"),
    ((9, 64, 2, 26), ".5002"),
    ((6, 67, 1, 29), ".6710"),
)


def proportions() -> Iterator[Case]:
    for row in typed_rows("published_proportions"):
        yield _proportion(row["case"], row["k"], row["n"], row["published"])
    for case in MORE_PROPORTIONS:
        yield _proportion(*case)
    yield Case("Green 2007 lesions, 137 + 41 in the abstract", "182", str(137 + 41), "the parts sum to 178")


def differences() -> Iterator[Case]:
    for row in typed_rows("published_differences"):
        counts = row["k1"], row["n1"], row["k2"], row["n2"]
        printed = [f"{row[name]:.1f}" for name in ("pub_diff", "pub_lo", "pub_hi")]
        yield _difference(f"OPTiM {row['endpoint']}", counts, printed)
    transposed = "ends of the interval are transposed in print"
    yield _difference("OPTiM ORR IVM1c", (9, 67, 3, 29), ["-16.5", "16.3"], transposed)
    clearance = ("complete", (97, 215, 7, 221), ["41.9", "34.9", "49.0"])
    partial = ("partial", (127, 215, 26, 221), ["47.3", "39.5", "55.1"])
    for name, counts, printed in (clearance, partial):
        yield _difference(f"Lebwohl 2004 AK {name}, Wald", counts, printed, method="wald")
    for method, printed in (("newcombe", [".0524", ".3339"]), ("newcombe-cc", [".0428", ".3422"])):
        ours = difference_interval(56, 70, 48, 80, method=method)
        found = [rounded(limit, text).lstrip("0") for limit, text in zip(ours, printed, strict=True)]
        name = f"Newcombe 1998 example, {method}, 56/70 and 48/80"
        yield Case(name, " to ".join(printed), " to ".join(found))


def p_values() -> Iterator[Case]:
    for counts, printed in FISHER:
        yield _p("OPTiM Fisher p", counts, printed, fisher_exact(*counts))
    hyde = (27, 42, 29, 37)
    yield _p("Hyde 2012 chi-squared p, uncorrected", hyde, ".17", chi_squared_p(*hyde))


def _proportion(name: str, k: int, n: int, printed: str, known: str = "") -> Case:
    """`printed` is a percentage, with "(lower-upper)" where the interval was published."""
    parts = re.findall(r"\d+(?:\.\d+)?", printed)
    values = [k / n, *proportion_interval(k, n)]
    ours = [percent(value, text) for value, text in zip(values, parts, strict=False)]
    published, found = (
        f"{texts[0]} % ({texts[1]} to {texts[2]})" if len(texts) == 3 else f"{texts[0]} %"
        for texts in (parts, ours)
    )
    return Case(f"{name}, {k}/{n}", published, found, known)


def _difference(
    name: str, counts: Counts, printed: list[str], known: str = "", method: str = "newcombe-cc"
) -> Case:
    """`printed`: difference, lower and upper in percentage points, or the interval alone."""
    k1, n1, k2, n2 = counts
    values = [k1 / n1 - k2 / n2, *difference_interval(*counts, method=method)][-len(printed) :]
    ours = [percent(value, printed[-1]) for value in values]
    published, found = (" to ".join(texts[-2:]) for texts in (printed, ours))
    if len(printed) == 3:
        published, found = f"{printed[0]} ({published})", f"{ours[0]} ({found})"
    return Case(f"{name}, {k1}/{n1} and {k2}/{n2}", published, found, known)


def _p(name: str, counts: Counts, printed: str, p: float) -> Case:
    k1, n1, k2, n2 = counts
    return Case(f"{name}, {k1}/{n1} and {k2}/{n2}", printed, rounded(p, printed).lstrip("0"))
