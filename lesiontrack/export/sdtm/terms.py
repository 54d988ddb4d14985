"""CDISC controlled terms that the SDTM export writes, with their NCI codes, and the check before writing.

SDTM controlled terminology of 2025-03-25. Names and codes were read in open copies of it, but those of LEFT,
RIGHT, Y, NOT DONE, cm and cm2, which are recalled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Tests = Mapping[str, tuple[str, str]]
"""Short name → test name and code, which the two codelists of a test share."""

TU_TESTS: Tests = {
    "TUMIDENT": ("Tumor Identification", "C94523"),
    "TUSPLIT": ("Tumor Split", "C96642"),
    "LESIDENT": ("Lesion Identification", "C94189"),
}
TR_TESTS: Tests = {
    "LDIAM": ("Longest Diameter", "C96684"),
    "LPERP": ("Longest Perpendicular", "C96685"),
    "AREA": ("Area", "C25244"),
    "TUMSTATE": ("Tumor State", "C96643"),
    "SUMDIAM": ("Sum of Diameter", "C96631"),
    "PCBSD": ("Percent Change Baseline in Sum of Diam", "C112370"),
    "PCNSD": ("Percent Change Nadir in Sum of Diam", "C112373"),
    "ACNSD": ("Absolute Change Nadir in Sum of Diam", "C112218"),
    "SUMAREA": ("Sum of Area", ""),
    "PCHGBL": ("Percent Change From Baseline", "C96621"),
    "PCHGNAD": ("Percent Change From Nadir", "C96622"),
    "ACHNAD": ("Absolute Change From Nadir", "C103347"),
}
"""SUMAREA is the sponsor's: codelist C96779 can be extended and has no sum of areas."""

RS_TESTS: Tests = {
    "TRGRESP": ("Target Response", "C94534"),
    "NTRGRESP": ("Non-target Response", "C94535"),
    "OVRLRESP": ("Overall Response", "C96613"),
    "NEWLPROG": ("New Lesion Progression", "C103420"),
}

SKIN_PLACES = {
    "SCALP": "C89807",
    "SKIN": "C12470",
    "SKIN AROUND THE EYE": "C170599",
    "SKIN OF THE AXILLA": "C116164",
    "SKIN OF THE BACK": "C142318",
    "SKIN OF THE BUTTOCK": "C150855",
    "SKIN OF THE CHEST": "C161379",
    "SKIN OF THE CHIN": "C142319",
    "SKIN OF THE EAR": "C49481",
    "SKIN OF THE ELBOW": "C52755",
    "SKIN OF THE FACE": "C33561",
    "SKIN OF THE FINGER": "C52720",
    "SKIN OF THE FOOT": "C52750",
    "SKIN OF THE FOREARM": "C161378",
    "SKIN OF THE HAND": "C52753",
    "SKIN OF THE HEAD": "C52757",
    "SKIN OF THE INGUINAL REGION": "C161380",
    "SKIN OF THE KNEE": "C64859",
    "SKIN OF THE LOWER LIMB": "C164047",
    "SKIN OF THE NECK": "C52756",
    "SKIN OF THE PALM": "C170604",
    "SKIN OF THE SOLE": "C170606",
    "SKIN OF THE THIGH": "C150856",
    "SKIN OF THE TRUNK": "C12295",
    "SKIN OF THE UPPER LIMB": "C164048",
}

CODELISTS: Mapping[str, Mapping[str, str]] = {
    "C96784": {short: code for short, (_, code) in TU_TESTS.items()},
    "C96783": dict(TU_TESTS.values()),
    "C123650": {"TARGET": "C94520", "NON-TARGET": "C94521", "NEW": "C94522", "UNKNOWN": "C17998"},
    "C96779": {short: code for short, (_, code) in TR_TESTS.items()},
    "C96778": dict(TR_TESTS.values()),
    "C124309": {"PRESENT": "C25626", "ABSENT": "C48190", "EQUIVOCAL": "C86071", "TUMOR MERGED": "C94525"},
    "C96782": {short: code for short, (_, code) in RS_TESTS.items()},
    "C96781": dict(RS_TESTS.values()),
    "C96785": {
        "CR": "C4870",
        "PR": "C18058",
        "SD": "C18213",
        "PD": "C35571",
        "NE": "C62222",
        "NON-CR/NON-PD": "C96700",
        "iCR": "C142357",
        "iPR": "C142358",
        "iSD": "C142359",
        "iUPD": "C142360",
        "iCPD": "C142356",
        "NON-iCR/NON-iUPD": "C142361",
        "EQUIVOCAL": "C86071",
        "UNEQUIVOCAL": "C123645",
    },
    "C124298": {"PROTOCOL DEFINED RESPONSE CRITERIA": "C126042"},
    "C85492": {
        "PHOTOGRAPHY": "C94527",
        "CALIPER MEASUREMENT METHOD": "C176470",
        "ULTRASOUND": "C17230",
        "CT SCAN": "C17204",
        "PALPATION": "C16950",
    },
    "C71620": {"mm": "C28251", "mm2": "C65104", "%": "C25613", "cm": "C49668", "cm2": "C48460"},
    "C74456": SKIN_PLACES,
    "C99073": {"LEFT": "C25229", "RIGHT": "C25228"},
    "C66789": {"NOT DONE": "C49484"},
    "C66742": {"Y": "C49488"},
    "C71113": {"QN": "C139178", "QD": "C25473", "BID": "C64496", "EVERY WEEK": "C67069"},
}
"""NCI code of the codelist → terms that we write and their codes; "" for a term of the sponsor."""


def check_terms(dataset: str, rows: Iterable[Mapping[str, Any]], variables: Mapping[str, str]) -> None:
    """Raise ValueError for a value that is not of its variable's codelist. `variables`: name → codelist.

    A --STRESC that stands for the number in --STRESN is no term.
    """
    for row in rows:
        for name, codelist in variables.items():
            value = row.get(name)
            is_number = row.get(f"{name[:-1]}N") is not None
            if value is not None and not is_number and value not in CODELISTS[codelist]:
                raise ValueError(
                    f"{value!r} in {dataset}.{name} is no term of codelist {codelist} that we may write; "
                    f"terms: {', '.join(CODELISTS[codelist])}"
                )


def extended_terms() -> list[tuple[str, str]]:
    """(codelist, term) of the terms that are the sponsor's own."""
    return [
        (codelist, term) for codelist, terms in CODELISTS.items() for term, code in terms.items() if not code
    ]
