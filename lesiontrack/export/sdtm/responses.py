"""RS: responses of each visit; and the sums of TR that they rest on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from lesiontrack.export.sdtm.results import link_group, not_done, result
from lesiontrack.export.sdtm.study import SOFTWARE, Row, SdtmStudy
from lesiontrack.export.sdtm.terms import RS_TESTS

CRITERIA = "PROTOCOL DEFINED RESPONSE CRITERIA"
"""RSCAT of everything: criteria read off photographs alone are the protocol's own, whatever they follow."""

ANALYSES: Mapping[str, str] = {
    "recist_2_per_organ": "RECIST 1.1 RULES, UP TO 2 TARGETS PER ORGAN",
    "protocol_targets": "RECIST 1.1 RULES, PROTOCOL TARGETS",
    "all_lesion_area": "WHO-LIKE, AREA OF ALL LESIONS",
    "irecist": "IRECIST RULES, UP TO 2 TARGETS PER ORGAN",
    "itrecist_combined": "ITRECIST-STYLE, INJECTED AND NOT INJECTED",
    "itrecist_injected": "ITRECIST-STYLE, INJECTED",
    "itrecist_not_injected": "ITRECIST-STYLE, NOT INJECTED",
}
"""Analysis → how its rules are named in RSSCAT."""

_NEW_LESION = {"candidate": "EQUIVOCAL", "signed": "UNEQUIVOCAL"}
_SUMS = (("mm", "SUMDIAM", ("PCBSD", "PCNSD", "ACNSD")), ("mm2", "SUMAREA", ("PCHGBL", "PCHGNAD", "ACHNAD")))


def rules_of(analysis: str) -> str:
    """RSSCAT. Raises ValueError for an analysis without a name: results must say by which rules they are."""
    if analysis not in ANALYSES:
        raise ValueError(f"analysis {analysis!r} has no name for RSSCAT; known: {', '.join(ANALYSES)}")
    return f"CUTANEOUS, PHOTO-VISIBLE: {ANALYSES[analysis]}"


def response_rows(study: SdtmStudy) -> list[Row]:
    """Rows of RS. Best responses are not among them: a sponsor's derivation, which belongs to ADaM."""
    return [row for visit in study.rows("visit_responses") for row in _of_visit(study, visit)]


def _of_visit(study: SdtmStudy, visit: Row) -> Iterator[Row]:
    subject = study.subjects[visit["patient"]]
    common = {
        "USUBJID": subject.usubjid,
        "RSSPID": visit["analysis"],
        "RSLNKGRP": link_group(visit["study_day"]),
        "RSCAT": CRITERIA,
        "RSSCAT": rules_of(visit["analysis"]),
        "RSNAM": SOFTWARE,
        **subject.timing("RS", visit["study_day"]),
    }
    inside = visit["in_assessment_window"]
    window = None if inside is None else "Y" if inside else "N"
    shared = [
        ("RSREVIEW", "Review Status", str(visit["review_status"] or "").upper(), "Assigned"),
        ("RSWINDOW", "In the Protocol's Assessment Window", window, "Derived"),
    ]
    other = visit["response_if_candidates_are_new"]
    if_new = ("RSIFNEW", "Response Were New-Lesion Candidates Real", other, "Derived")
    found = {
        "TRGRESP": visit["target_response"],
        "NTRGRESP": visit["non_target_response"],
        "NEWLPROG": _NEW_LESION.get(visit["new_lesion"]),
        "OVRLRESP": visit["response"],
    }
    for test, word in found.items():
        if word is not None:
            differs = test == "OVRLRESP" and other != word
            more = [*shared, if_new] if differs else shared
            named = {"RSTESTCD": test, "RSTEST": RS_TESTS[test][0]}
            yield {**common, **named, "RSORRES": word, "RSSTRESC": word, "more": more}


def sum_rows(study: SdtmStudy) -> list[Row]:
    """Rows of TR of the sums: the baseline's, where all its lesions share one visit, and each later one."""
    baselines: dict[tuple[str, str], set[tuple[str, bool]]] = {}
    days: dict[tuple[str, str], int | None] = {}
    for row in study.rows("lesion_responses"):
        told = (row["baseline_visit"], bool(row["baseline_valid"]))
        baselines.setdefault((row["patient"], row["lesion"]), set()).add(told)
        days[row["patient"], row["visit"]] = row["study_day"]
    rows: list[Row] = []
    written = set()
    for visit in study.rows("visit_responses"):
        code, analysis = visit["patient"], visit["analysis"]
        if (code, analysis) not in written:
            written.add((code, analysis))
            names = [name.strip() for name in str(visit["targets"] or "").split(",")]
            shared = {told for name in names for told in baselines.get((code, name), ())}
            if len(shared) == 1:
                label, valid = shared.pop()
                rows += _baseline_sum(study, visit, days.get((code, label)), valid)
        rows += _later_sum(study, visit)
    return rows


def _common(study: SdtmStudy, visit: Row, study_day: int | None) -> Row:
    subject = study.subjects[visit["patient"]]
    return {
        "USUBJID": subject.usubjid,
        "TRGRPID": "ALL LESIONS" if visit["analysis"] == "all_lesion_area" else "TARGET",
        "TRSPID": visit["analysis"],
        "TRLNKGRP": link_group(study_day),
        "TRNAM": SOFTWARE,
        "TRMETHOD": "PHOTOGRAPHY",
        **subject.timing("TR", study_day),
    }


def _more(visit: Row) -> list[tuple[str, str, str | None, str]]:
    return [
        ("TRREVIEW", "Review Status", str(visit["review_status"] or "").upper(), "Assigned"),
        ("TRSUMOF", "Lesions in the Sum", visit["targets"], "Derived"),
    ]


def _baseline_sum(study: SdtmStudy, visit: Row, study_day: int | None, valid: bool) -> Iterator[Row]:
    for unit, test, _ in _SUMS:
        value = visit[f"baseline_sum_{unit}"]
        if value is not None:
            common = _common(study, visit, study_day)
            flag = {"TRBLFL": "Y" if valid else None}
            yield {**common, **result(test, value, unit), **flag, "more": _more(visit)}


def _later_sum(study: SdtmStudy, visit: Row) -> Iterator[Row]:
    common = _common(study, visit, visit["study_day"])
    for unit, test, (from_base, from_nadir, by_nadir) in _SUMS:
        value, base, nadir = (visit[f"{name}_{unit}"] for name in ("sum", "baseline_sum", "nadir_sum"))
        if value is not None:
            yield {**common, **result(test, value, unit), "more": _more(visit)}
            now = Decimal(str(value))
            if base:
                change = 100 * (now / Decimal(str(base)) - 1)
                yield {**common, **result(from_base, float(change), "%"), "more": _more(visit)}
            if nadir:
                change = 100 * (now / Decimal(str(nadir)) - 1)
                yield {**common, **result(from_nadir, float(change), "%"), "more": _more(visit)}
            if nadir is not None:
                change = now - Decimal(str(nadir))
                yield {**common, **result(by_nadir, float(change), unit), "more": _more(visit)}
        elif base is not None:
            why = "a lesion of the sum is not evaluable"
            yield {**common, **not_done(test, why), "more": _more(visit)}
