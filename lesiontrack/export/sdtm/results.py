"""TR: sizes and states of single lesions, from photographs and from what was measured otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lesiontrack.export.cdisc import cdisc_day, in_cdisc_days
from lesiontrack.export.sdtm.lesions import METHODS, Lesion
from lesiontrack.export.sdtm.study import SOFTWARE, Row, SdtmStudy, Subject
from lesiontrack.export.sdtm.terms import TR_TESTS

LONGEST_TEXT = 200
"""Characters that a text variable of a SAS transport file holds."""

EROSION = "EROSION"
"""TRGRPID of skin loss: AREA is the controlled test, that it is of an erosion is the sponsor's."""

SIZES: Mapping[str, tuple[str, str, str | None]] = {
    "longest_diameter_mm": ("LDIAM", "mm", None),
    "perpendicular_diameter_mm": ("LPERP", "mm", None),
    "area_mm2": ("AREA", "mm2", None),
    "ulcer_area_mm2": ("AREA", "mm2", EROSION),
}
"""Column of observations → TRTESTCD, unit, TRGRPID where it is not that of the lesion."""

_STATES = {"present": "PRESENT", "reappeared": "PRESENT", "split": "PRESENT", "not_visible": "ABSENT"}


def link_group(study_day: int | None) -> str | None:
    """TRLNKGRP and RSLNKGRP: the photographs of one day and the responses read from them."""
    return None if study_day is None else f"DAY {cdisc_day(study_day)}"


def lesion_rows(study: SdtmStudy, lesions: Mapping[str, Mapping[str, Lesion]]) -> list[Row]:
    """Rows of TR of single lesions, as the photographs show them."""
    baselines = {
        (row["patient"], row["lesion"], row["visit"])
        for row in study.rows("lesion_responses")
        if row["baseline_valid"] and row["visit"] == row["baseline_visit"]
    }
    rows: list[Row] = []
    for code, own in lesions.items():
        for lesion in own.values():
            for look in lesion.looks:
                baseline = (code, lesion.name, look["visit"]) in baselines
                rows += _of_look(study.subjects[code], lesion, look, own, baseline)
    return rows


def _of_look(
    subject: Subject, lesion: Lesion, look: Row, own: Mapping[str, Lesion], baseline: bool
) -> Iterator[Row]:
    common = {
        "USUBJID": subject.usubjid,
        "TRGRPID": lesion.group,
        "TRREFID": look["photo"],
        "TRSPID": lesion.name,
        "TRLNKID": lesion.link,
        "TRLNKGRP": link_group(look["study_day"]),
        "TRNAM": SOFTWARE,
        "TRMETHOD": "PHOTOGRAPHY",
        **subject.timing("TR", look["study_day"]),
    }
    review = ("TRREVIEW", "Review Status", str(look["review_status"] or "").upper(), "Assigned")
    by_readers = (
        "TRCORR",
        "Corrections by Readers",
        shortened(str(look.get("corrections") or "")),
        "Assigned",
    )
    why = reason(look)
    for column, (test, unit, group) in SIZES.items():
        size = look[column] if look["evaluable"] or group == EROSION else None
        if size is not None:
            deviation = ("TRSD", f"Standard Deviation in {unit}", look.get(f"{column}_sd"), "Derived")
            yield {
                **common,
                **({"TRGRPID": group} if group else {}),
                **result(test, size, unit),
                "TRBLFL": "Y" if baseline and group is None else None,
                "more": [review, deviation],
            }
        elif test == "LDIAM":
            yield {**common, **not_done(test, why), "more": [review]}
    state = _state(look)
    status = ("TRSTATUS", "Lesion Status", str(look["status"] or "").upper().replace("_", " "), "Derived")
    merged = own.get(look["merged_into"])
    into = ("TRMERGTO", "Link ID of the Lesion Merged Into", merged.link if merged else None, "Derived")
    found = finding("TUMSTATE", state) if state else not_done("TUMSTATE", why)
    yield {**common, **found, "more": [review, by_readers, status, into]}


def _state(look: Row) -> str | None:
    """TUMSTATE; a candidate for a new lesion is EQUIVOCAL until a reader has signed it."""
    if look["status"] == "merged":
        return "TUMOR MERGED"
    if look["role"] == "new" and look["status"] in ("new_candidate", "present", "reappeared"):
        return "PRESENT" if look["review_status"] == "signed" else "EQUIVOCAL"
    return _STATES.get(look["status"])


def reason(look: Row) -> str:
    """TRREASND of a lesion that could not be measured."""
    text = in_cdisc_days(str(look["reason"] or "")) or str(look["status"] or "").replace("_", " ")
    return shortened(text or "not evaluable")


def shortened(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 3]}..."


def result(test: str, value: float, unit: str) -> Row:
    """A number with all its digits, as our tables have it."""
    text = repr(float(value)).removesuffix(".0")
    return {
        "TRTESTCD": test,
        "TRTEST": TR_TESTS[test][0],
        "TRORRES": text,
        "TRORRESU": unit,
        "TRSTRESC": text,
        "TRSTRESN": value,
        "TRSTRESU": unit,
    }


def finding(test: str, word: str) -> Row:
    return {"TRTESTCD": test, "TRTEST": TR_TESTS[test][0], "TRORRES": word, "TRSTRESC": word}


def not_done(test: str, why: str) -> Row:
    return {"TRTESTCD": test, "TRTEST": TR_TESTS[test][0], "TRSTAT": "NOT DONE", "TRREASND": why}


def outside_rows(study: SdtmStudy, lesions: Mapping[str, Mapping[str, Lesion]]) -> list[Row]:
    """Rows of TR of measurements.csv. Who measured is not recorded: TRNAM and TREVAL stay empty."""
    rows = []
    for row in study.rows("measurements"):
        if row["compared_with"] not in SIZES or row["value_comparable"] is None:
            continue
        subject, lesion = study.subjects[row["patient"]], lesions[row["patient"]][row["lesion"]]
        test, unit, group = SIZES[row["compared_with"]]
        standard = result(test, row["value_comparable"], unit)
        rows.append(
            {
                "USUBJID": subject.usubjid,
                "TRGRPID": group or lesion.group,
                "TRSPID": lesion.name,
                "TRLNKID": lesion.link,
                **standard,
                "TRORRES": repr(float(row["value"])).removesuffix(".0"),
                "TRORRESU": _recorded_unit(row, unit),
                "TRMETHOD": METHODS[str(row["method"]).casefold()],
                **subject.timing("TR", row["study_day"]),
                "more": [("TRQUANT", "Quantity as Recorded", row["quantity"], "Collected")],
            }
        )
    return rows


def _recorded_unit(row: Mapping[str, Any], unit: str) -> str:
    """Controlled spelling of the unit that the value was recorded in; comparable values are in mm or cm."""
    spelt = str(row["unit"]).casefold()
    return unit.replace("mm", "cm") if "cm" in spelt or "centi" in spelt else unit
