"""OVR records of ADRS: the overall response of each visit, and which of them count."""

from __future__ import annotations

from lesiontrack.export.adam.study import AdamStudy, Row
from lesiontrack.export.adam.terms import ANALYSES, AVAL, BASES, CRITERIA, VISITS, code_of
from lesiontrack.export.adam.values import on_day
from lesiontrack.export.cdisc import Subject, cdisc_day
from lesiontrack.response.words import as_recist

LABELS = {
    "OVR": "Overall Response",
    "PD": "Disease Progression",
    "RSP": "Response (confirmation not required)",
    "CB": "Clinical Benefit (confirmation for response not required)",
    "BOR": "Best Overall Response (confirmation not required)",
    "BCP": "Best Overall Response of CR/PR (confirmation not required)",
    "CRSP": "Confirmed Response",
    "CCB": "Confirmed Clinical Benefit",
    "CBOR": "Best Confirmed Overall Response",
    "CBCP": "Best Confirmed Overall Response of CR/PR",
    "LSTA": "Last Disease Assessment",
}
"""Parameter of admiralonco's template → beginning of PARAM."""

_SEVERITY = (
    "NE", "CR", "iCR", "PR", "iPR", "NON-CR/NON-PD", "NON-iCR/NON-iUPD", "SD", "iSD", "PD", "iUPD", "iCPD",
)  # fmt: skip
"""Of two visits on one day the last in this order counts, as for the best responses."""


def parameter(base: str, analysis: str, basis: str, which: str | None) -> Row:
    """PARAM, PARAMCD and the categories. PARAMCD: template's code, target set, [visits read,] reading."""
    letter, rules = code_of(ANALYSES, analysis, "analysis")
    of_basis, who = code_of(BASES, basis, "basis")
    of_visits, read = ("", None) if which is None else code_of(VISITS, which, "visits")
    parts = [LABELS[base], rules, *([read.lower()] if read else []), who.lower()]
    return {
        "PARAM": "; ".join([*parts, "cutaneous, photo-visible"]),
        "PARAMCD": f"{base}{letter}{of_visits}{of_basis}",
        "PARCAT1": "TUMOR RESPONSE",
        "PARCAT2": who,
        "PARCAT3": CRITERIA,
        "PARCAT4": rules,
        "PARCAT5": read,
        "PARCAT6": base,
    }


def signed_word(word: str, signed: bool) -> str:
    """The word on the signed basis: a complete response that no reader has signed is not evaluable.

    Progression by a new lesion needs a signature on either basis, so an automatic word has none without.
    """
    return "NE" if as_recist(word) == "CR" and not signed else word


def visit_records(study: AdamStudy, one: Subject, analysis: str, basis: str, *, first: int) -> list[Row]:
    """OVR records of one subject, target set and reading; `first` is the ASEQ of the first of them.

    ANL01FL: counts where all visits are read; ANL02FL: counts where those in the assessment window are read.
    Of two visits on one day the worse counts, NE only where both are. `_day`, `_sequence` and `_automatic`
    are the study day, ASEQ and the word on the automatic basis; they are no variables.
    """
    records: list[Row] = []
    for row in study.visit_responses.get(one.code, []):
        if row["analysis"] != analysis:
            continue
        signed = row["review_status"] == "signed"
        word = row["response"] if basis == "automatic" else signed_word(row["response"], signed)
        records.append(
            {
                **parameter("OVR", analysis, basis, None),
                **on_day(one, row["study_day"], row["visit"]),
                "AVAL": AVAL[word],
                "AVALC": word,
                "REVSTAT": str(row["review_status"]).upper(),
                **study.traces.response(one.usubjid, analysis, cdisc_day(row["study_day"])),
                "_day": row["study_day"],
                "_sequence": first + len(records),
                "_automatic": row["response"],
                "_window": bool(row["in_assessment_window"]),
            }
        )
    _flag("ANL01FL", records)
    _flag("ANL02FL", [record for record in records if record["_window"]])
    return records


def _flag(flag: str, records: list[Row]) -> None:
    worst: dict[int, Row] = {}
    for record in records:
        kept = worst.get(record["_day"])
        if kept is None or _SEVERITY.index(record["AVALC"]) > _SEVERITY.index(kept["AVALC"]):
            worst[record["_day"]] = record
    for record in worst.values():
        record[flag] = "Y"
