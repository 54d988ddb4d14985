"""Records of SDTM datasets: sequence numbers, supplemental qualifiers, relations between datasets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lesiontrack.export.sdtm.study import Row, SdtmStudy
from lesiontrack.study.names import NaturalKey, natural_key

_RELATIONS = (
    (("TU", "TULNKID", "ONE"), ("TR", "TRLNKID", "MANY")),
    (("TR", "TRLNKGRP", "MANY"), ("RS", "RSLNKGRP", "MANY")),
    (("TU", "TULNKID", "ONE"), ("EX", "EXLNKID", "MANY")),
    (("TU", "TULNKID", "ONE"), ("PR", "PRLNKID", "MANY")),
)
"""Dataset-to-dataset links. A day's photographs serve the responses of several target sets: many to many."""


def numbered(study: SdtmStudy, domain: str, rows: Sequence[Row]) -> list[Row]:
    """The rows with STUDYID, DOMAIN and --SEQ from 1 within each subject, in order of subject, day and link.

    Rows of one day and link stay in the order in which they were made.
    """
    order = {one.usubjid: rank for rank, one in enumerate(study.subjects.values())}
    numbers: dict[str, int] = {}
    found = []
    for row in sorted(rows, key=lambda row: (order[row["USUBJID"]], *_within(domain, row))):
        numbers[row["USUBJID"]] = numbers.get(row["USUBJID"], 0) + 1
        sequence = {} if domain == "DM" else {f"{domain}SEQ": numbers[row["USUBJID"]]}
        found.append({"STUDYID": study.id, "DOMAIN": domain, **row, **sequence})
    return found


def _within(domain: str, row: Row) -> tuple[int, NaturalKey]:
    day = row.get(f"{domain}DY", row.get(f"{domain}STDY"))
    by = row["TULNKID"] if domain == "TU" else row.get(f"{domain}LNKID") or ""
    return 0 if domain == "TU" else day if day is not None else 10**9, natural_key(by)


def supplements(study: SdtmStudy, domain: str, rows: Sequence[Row]) -> list[Row]:
    """Rows of SUPP--: what `more` of each row holds as (QNAM, QLABEL, QVAL, QORIG), empty ones left out."""
    variable = None if domain == "DM" else f"{domain}SEQ"
    return [
        {
            "STUDYID": study.id,
            "RDOMAIN": domain,
            "USUBJID": row["USUBJID"],
            "IDVAR": variable,
            "IDVARVAL": str(row[variable]) if variable else None,
            "QNAM": name,
            "QLABEL": label,
            "QVAL": str(value),
            "QORIG": origin,
        }
        for row in rows
        for name, label, value, origin in row.get("more", [])
        if value not in (None, "")
    ]


def related(study: SdtmStudy, datasets: Mapping[str, Sequence[Row]]) -> list[Row]:
    """Rows of RELREC: the links that both datasets have."""
    found: list[Row] = []
    for ends in _RELATIONS:
        if all(any(row.get(by) for row in datasets[domain]) for domain, by, _ in ends):
            name = f"{ends[0][0]}{ends[1][0]}"
            found += [
                {"STUDYID": study.id, "RDOMAIN": domain, "IDVAR": by, "RELTYPE": kind, "RELID": name}
                for domain, by, kind in ends
            ]
    return found
