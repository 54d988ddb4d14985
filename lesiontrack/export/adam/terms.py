"""Words and codes of the ADaM datasets: analyses, parameters, response values."""

from __future__ import annotations

from collections.abc import Mapping

CRITERIA = "PROTOCOL DEFINED RESPONSE CRITERIA"
"""Criteria read off photographs alone are the protocol's own, whatever they follow (codelist C124298)."""

ANALYSES: Mapping[str, tuple[str, str]] = {
    "recist_2_per_organ": ("R", "RECIST 1.1 RULES, UP TO 2 TARGETS PER ORGAN"),
    "protocol_targets": ("P", "RECIST 1.1 RULES, PROTOCOL TARGETS"),
    "all_lesion_area": ("A", "WHO-LIKE, AREA OF ALL LESIONS"),
    "irecist": ("I", "IRECIST RULES, UP TO 2 TARGETS PER ORGAN"),
    "itrecist_combined": ("C", "ITRECIST-STYLE, INJECTED AND NOT INJECTED"),
    "itrecist_injected": ("J", "ITRECIST-STYLE, INJECTED"),
    "itrecist_not_injected": ("N", "ITRECIST-STYLE, NOT INJECTED"),
}
"""Analysis → its letter in PARAMCD, and PARCAT4."""

VISITS: Mapping[str, tuple[str, str]] = {
    "assessment_window": ("W", "ASSESSMENT WINDOW"),
    "all_visits": ("A", "ALL VISITS"),
}
BASES: Mapping[str, tuple[str, str]] = {"automatic": ("A", "AUTOMATIC"), "signed": ("S", "SIGNED")}
"""Who stands behind a value: PARCAT2. Software is no evaluator, so it is never called one."""

CONFIRMATIONS: Mapping[str, tuple[str, str]] = {
    "confirmed": ("C", "CONFIRMED"),
    "unconfirmed": ("U", "UNCONFIRMED"),
}
HANDLINGS: Mapping[str, tuple[str, str]] = {
    "new_therapy_censors": ("N", "NEW THERAPY CENSORS"),
    "treatment_policy": ("T", "TREATMENT POLICY"),
}

AVAL = {
    word: number
    for number, words in enumerate(
        [
            ("CR", "iCR"),
            ("PR", "iPR"),
            ("SD", "iSD"),
            ("NON-CR/NON-PD", "NON-iCR/NON-iUPD"),
            ("PD", "iCPD"),
            ("NE",),
            ("MISSING",),
            ("iUPD",),
        ],
        start=1,
    )
    for word in words
}
"""Response → AVAL: 1 to 7 as admiralonco's `aval_resp`; 8 for iUPD, which stands beside that order."""


def code_of(table: Mapping[str, tuple[str, str]], word: str, what: str) -> tuple[str, str]:
    """Letter and long name. Raises ValueError for a word that has none: a parameter must not be unnamed."""
    if word not in table:
        raise ValueError(f"{what} {word!r} has no ADaM term; known: {', '.join(table)}")
    return table[word]
