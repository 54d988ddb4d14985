"""Published figures against ours: case, published, ours, agrees.

Reads the tables of tests/data/conformance, whose README names their sources. Exit code 1 where one disagrees
that should agree. Cases whose print is known to be wrong or rounded otherwise are listed with the reason.
Not among them, because no counts or dates were published: the systematic review of 2014 (78 % of lesions,
50 % of patients), the 64 % of lesions in OPTiM, the life table of imiquimod in basal cell carcinoma.

Example:
  python scripts/reproduce_published.py
"""

from __future__ import annotations

import sys

from published.examples import agreement, raters, survival
from published.rates import differences, p_values, proportions
from published.responses import rendered, tables, visits


def main() -> int:
    cases = [
        *proportions(),
        *differences(),
        *p_values(),
        *rendered(),
        *tables(),
        visits(),
        *survival(),
        *agreement(),
        *raters(),
    ]
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
