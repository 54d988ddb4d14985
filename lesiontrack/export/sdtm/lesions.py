"""TU: each lesion once, with the identifier that its results are linked by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lesiontrack.export.sdtm.places import skin_place
from lesiontrack.export.sdtm.study import SOFTWARE, Row, SdtmStudy, Subject
from lesiontrack.export.sdtm.terms import TU_TESTS
from lesiontrack.study.names import natural_key

METHODS: Mapping[str, str] = {
    "caliper": "CALIPER MEASUREMENT METHOD",
    "ultrasound": "ULTRASOUND",
    "ct": "CT SCAN",
    "palpation": "PALPATION",
}
"""Method of measurements.csv → term of codelist C85492."""

_GROUPS: Mapping[str | None, tuple[str, str]] = {
    "target": ("TARGET", "T"),
    "non_target": ("NON-TARGET", "NT"),
    "new": ("NEW", "NEW"),
    None: ("UNKNOWN", "X"),
}
_SEEN = ("present", "new_candidate", "reappeared", "split", "not_visible")
_OWN_NUMBER = re.compile(r"L0*([1-9][0-9]*)")


@dataclass(frozen=True)
class Lesion:
    """A lesion of one patient.

    Attributes:
        name: our id, such as L03.
        link: TULNKID, such as T03: the letters of its group and the number of its id, which no later run
            or other choice of rows changes.
        group: TUORRES: TARGET, NON-TARGET, NEW, or UNKNOWN for one that no rule has classified (a fragment
            of a lesion that split, or a lesion that only measurements.csv names).
        looks: one row of observations a visit, in time order; where two sites show it, the one that its
            response was read from, else a usable one.
        method: of identification.
        outside: first row of measurements, for a lesion that no photo shows.
        measurable: whether it was as large as a target must be at the baseline, where that is known.
    """

    name: str
    link: str
    group: str
    looks: tuple[Row, ...]
    method: str = "PHOTOGRAPHY"
    outside: Row | None = None
    measurable: bool | None = None

    @property
    def site(self) -> str | None:
        return next((str(look["site"]) for look in self.looks if look["site"]), None)


def find_lesions(study: SdtmStudy) -> dict[str, dict[str, Lesion]]:
    """Patient → our lesion id → Lesion."""
    read = {}
    large: dict[tuple[str, str], bool | None] = {}
    for row in study.rows("lesion_responses"):
        read[row["patient"], row["lesion"], row["visit"]] = row["longest_diameter_mm"]
        large[row["patient"], row["lesion"]] = row["measurable"]
    looks: dict[str, dict[str, list[Row]]] = {}
    for row in study.rows("observations"):
        size = read.get((row["patient"], row["lesion"], row["visit"]))
        row["rank"] = (not row["evaluable"], row["longest_diameter_mm"] != size, row["site"] or "")
        looks.setdefault(row["patient"], {}).setdefault(row["lesion"], []).append(row)
    outside: dict[str, dict[str, Row]] = {}
    for row in study.rows("measurements"):
        if row["lesion"] not in looks.get(row["patient"], {}):
            first = outside.setdefault(row["patient"], {}).setdefault(row["lesion"], row)
            if _when(row) < _when(first):
                outside[row["patient"]][row["lesion"]] = row
    return {
        code: {
            one.name: replace(one, measurable=large.get((code, one.name)))
            for one in _linked(looks.get(code, {}), outside.get(code, {}))
        }
        for code in study.subjects
        if code in looks or code in outside
    }


def _linked(looks: Mapping[str, list[Row]], outside: Mapping[str, Row]) -> Iterator[Lesion]:
    names = sorted([*looks, *outside], key=natural_key)
    numbers = _numbers(names)
    for name in names:
        rows = looks.get(name, [])
        role = next((row["role"] for row in rows if row["role"]), None)
        group, letters = _GROUPS[role]
        recorded = outside.get(name)
        method = METHODS[str(recorded["method"]).casefold()] if recorded else "PHOTOGRAPHY"
        link = f"{letters}{numbers[name]:02d}"
        yield Lesion(name, link, group, _one_a_visit(rows), method, recorded)


def _numbers(names: Iterable[str]) -> dict[str, int]:
    """Lesion id → number: L03 → 3; a name without one gets the next free number."""
    found: dict[str, int] = {}
    unnumbered = []
    for name in names:
        own = _OWN_NUMBER.fullmatch(name)
        if own and int(own[1]) not in found.values():
            found[name] = int(own[1])
        else:
            unnumbered.append(name)
    for name in unnumbered:
        found[name] = max(found.values(), default=0) + 1
    return found


def _one_a_visit(rows: Sequence[Row]) -> tuple[Row, ...]:
    best: dict[str, Row] = {}
    for row in sorted(rows, key=lambda row: (_when(row), row["visit"], row["rank"])):
        best.setdefault(row["visit"], row)
    return tuple(best.values())


def _when(row: Row) -> int:
    return row["study_day"] if row["study_day"] is not None else 10**9


def tu_rows(study: SdtmStudy, lesions: Mapping[str, Mapping[str, Lesion]]) -> list[Row]:
    """Rows of TU. What a split leaves is TUSPLIT; a merger is a TUMSTATE of TR, as the lesion has its row."""
    return [_row(study.subjects[code], lesion) for code in lesions for lesion in lesions[code].values()]


def _row(subject: Subject, lesion: Lesion) -> Row:
    seen = [look for look in lesion.looks if look["status"] in _SEEN]
    first = next(iter([*seen, *lesion.looks]), lesion.outside) or {}
    test = "TUSPLIT" if first.get("status") == "split" else "TUMIDENT"
    if lesion.outside:
        test = "LESIDENT"
    place, side = skin_place(lesion.site)
    row = {
        "USUBJID": subject.usubjid,
        "TUREFID": first.get("photo"),
        "TUSPID": lesion.name,
        "TULNKID": lesion.link,
        "TUTESTCD": test,
        "TUTEST": TU_TESTS[test][0],
        "TUORRES": lesion.group,
        "TUSTRESC": lesion.group,
        "TUNAM": None if lesion.outside else SOFTWARE,
        "TULOC": place,
        "TULAT": side,
        "TUMETHOD": lesion.method,
        **subject.timing("TU", first.get("study_day")),
    }
    large = None if lesion.measurable is None else "Y" if lesion.measurable else "N"
    more = [
        ("TUSITE", "Skin Site as Recorded", lesion.site, "Collected"),
        ("TULARGE", "Large Enough for a Target at Baseline", large, "Derived"),
    ]
    return row | {"more": more}
