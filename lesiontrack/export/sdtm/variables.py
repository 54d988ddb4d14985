"""The SDTM datasets that are written: labels, variables, codelists (SDTMIG 3.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lesiontrack.export.datasetjson import DatasetColumn


@dataclass(frozen=True)
class Dataset:
    """`keys`: what makes a record unique, in order; also the order of the records but for --SEQ.

    `codelists`: variable → NCI code of the codelist that its values are checked against.
    """

    name: str
    label: str
    columns: tuple[DatasetColumn, ...]
    codelists: Mapping[str, str]


def _dataset(name: str, label: str, keys: str, text: str) -> Dataset:
    """A line a variable: NAME | label | string or integer or double [| codelist]."""
    columns, codelists = [], {}
    order = keys.split()
    for line in text.strip().splitlines():
        variable, caption, kind, *codelist = (cell.strip() for cell in line.split("|"))
        key = order.index(variable) + 1 if variable in order else None
        columns.append(DatasetColumn(variable, caption, kind, key=key))
        if codelist:
            codelists[variable] = codelist[0]
    return Dataset(name, label, tuple(columns), codelists)


def _identifiers(domain: str) -> str:
    return f"""STUDYID | Study Identifier | string
DOMAIN | Domain Abbreviation | string
USUBJID | Unique Subject Identifier | string
{domain}SEQ | Sequence Number | integer
"""


_VISIT = """
VISITNUM | Visit Number | integer
VISIT | Visit Name | string
"""

DM = _dataset(
    "DM",
    "Demographics",
    "STUDYID USUBJID",
    """STUDYID | Study Identifier | string
DOMAIN | Domain Abbreviation | string
USUBJID | Unique Subject Identifier | string
SUBJID | Subject Identifier for the Study | string
RFSTDTC | Subject Reference Start Date/Time | string
RFXSTDTC | Date/Time of First Study Treatment | string
RFXENDTC | Date/Time of Last Study Treatment | string
DTHDTC | Date/Time of Death | string
DTHFL | Subject Death Flag | string | C66742
ARMCD | Planned Arm Code | string
ARM | Description of Planned Arm | string""",
)

TU = _dataset(
    "TU",
    "Tumor/Lesion Identification",
    "STUDYID USUBJID TUSEQ",
    _identifiers("TU")
    + """TUREFID | Reference ID | string
TUSPID | Sponsor-Defined Identifier | string
TULNKID | Link ID | string
TUTESTCD | Tumor/Lesion ID Short Name | string | C96784
TUTEST | Tumor/Lesion ID Test Name | string | C96783
TUORRES | Tumor/Lesion ID Result | string | C123650
TUSTRESC | Tumor/Lesion ID Result Std. Format | string | C123650
TUNAM | Laboratory/Vendor Name | string
TULOC | Location of the Tumor/Lesion | string | C74456
TULAT | Laterality | string | C99073
TUMETHOD | Method of Identification | string | C85492
TUEVAL | Evaluator | string"""
    + _VISIT
    + """TUDTC | Date/Time of Tumor/Lesion Identification | string
TUDY | Study Day of Tumor/Lesion Identification | integer""",
)

TR = _dataset(
    "TR",
    "Tumor/Lesion Results",
    "STUDYID USUBJID TRSEQ",
    _identifiers("TR")
    + """TRGRPID | Group ID | string
TRREFID | Reference ID | string
TRSPID | Sponsor-Defined Identifier | string
TRLNKID | Link ID | string
TRLNKGRP | Link Group | string
TRTESTCD | Tumor/Lesion Assessment Short Name | string | C96779
TRTEST | Tumor/Lesion Assessment Test Name | string | C96778
TRORRES | Result or Finding in Original Units | string
TRORRESU | Original Units | string | C71620
TRSTRESC | Character Result/Finding in Std Format | string | C124309
TRSTRESN | Numeric Result/Finding in Standard Units | double
TRSTRESU | Standard Units | string | C71620
TRSTAT | Completion Status | string | C66789
TRREASND | Reason Not Done | string
TRNAM | Laboratory/Vendor Name | string
TRMETHOD | Method Used to Identify the Tumor/Lesion | string | C85492
TRBLFL | Baseline Flag | string | C66742
TREVAL | Evaluator | string"""
    + _VISIT
    + """TRDTC | Date/Time of Tumor/Lesion Measurement | string
TRDY | Study Day of Tumor/Lesion Measurement | integer""",
)

RS = _dataset(
    "RS",
    "Disease Response and Clin Classification",
    "STUDYID USUBJID RSSEQ",
    _identifiers("RS")
    + """RSSPID | Sponsor-Defined Identifier | string
RSLNKGRP | Link Group | string
RSTESTCD | Assessment Short Name | string | C96782
RSTEST | Assessment Name | string | C96781
RSCAT | Category for Assessment | string | C124298
RSSCAT | Subcategory | string
RSORRES | Result or Finding in Original Units | string
RSSTRESC | Character Result/Finding in Std Format | string | C96785
RSNAM | Vendor Name | string
RSEVAL | Evaluator | string"""
    + _VISIT
    + """RSDTC | Date/Time of Assessment | string
RSDY | Study Day of Assessment | integer""",
)

EX = _dataset(
    "EX",
    "Exposure",
    "STUDYID USUBJID EXSEQ",
    _identifiers("EX")
    + """EXLNKID | Link ID | string
EXTRT | Name of Treatment | string
EXCAT | Category of Treatment | string
EXDOSE | Dose | double
EXDOSU | Dose Units | string
EXDOSFRM | Dose Form | string
EXDOSFRQ | Dosing Frequency per Interval | string | C71113
EXLOC | Location of Dose Administration | string | C74456
EXLAT | Laterality | string | C99073
EXSTDTC | Start Date/Time of Treatment | string
EXENDTC | End Date/Time of Treatment | string
EXSTDY | Study Day of Start of Treatment | integer
EXENDY | Study Day of End of Treatment | integer""",
)

PR = _dataset(
    "PR",
    "Procedures",
    "STUDYID USUBJID PRSEQ",
    _identifiers("PR")
    + """PRLNKID | Link ID | string
PRTRT | Reported Name of Procedure | string
PRLOC | Location of Procedure | string | C74456
PRLAT | Laterality | string | C99073
PRSTDTC | Start Date/Time of Procedure | string
PRSTDY | Study Day of Start of Procedure | integer""",
)

CM = _dataset(
    "CM",
    "Concomitant/Prior Medications",
    "STUDYID USUBJID CMSEQ",
    _identifiers("CM")
    + """CMTRT | Reported Name of Drug, Med, or Therapy | string
CMSTDTC | Start Date/Time of Medication | string
CMSTDY | Study Day of Start of Medication | integer""",
)

RELREC = _dataset(
    "RELREC",
    "Related Records",
    "STUDYID RDOMAIN USUBJID IDVAR IDVARVAL RELID",
    """STUDYID | Study Identifier | string
RDOMAIN | Related Domain Abbreviation | string
USUBJID | Unique Subject Identifier | string
IDVAR | Identifying Variable | string
IDVARVAL | Identifying Variable Value | string
RELTYPE | Relationship Type | string
RELID | Relationship Identifier | string""",
)

DOMAINS = (DM, TU, TR, RS, EX, PR, CM)


def supplemental(domain: str) -> Dataset:
    """SUPP-- of a domain."""
    return _dataset(
        f"SUPP{domain}",
        f"Supplemental Qualifiers for {domain}",
        "STUDYID RDOMAIN USUBJID IDVAR IDVARVAL QNAM",
        """STUDYID | Study Identifier | string
RDOMAIN | Related Domain Abbreviation | string
USUBJID | Unique Subject Identifier | string
IDVAR | Identifying Variable | string
IDVARVAL | Identifying Variable Value | string
QNAM | Qualifier Variable Name | string
QLABEL | Qualifier Variable Label | string
QVAL | Data Value | string
QORIG | Origin | string
QEVAL | Evaluator | string""",
    )
