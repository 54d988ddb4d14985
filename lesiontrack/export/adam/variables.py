"""Variables of the ADaM datasets: name, label (up to 40 characters), type, and which make up the key."""

from __future__ import annotations

from dataclasses import dataclass

BASELINE = "BASELINE"
LAST_BEFORE = "LAST EVALUABLE VISIT AT OR BEFORE DAY 1"
FIRST_VISIT = "FIRST EVALUABLE VISIT, NOT A VALID BASELINE"


@dataclass(frozen=True)
class Variable:
    """`type`: string, integer, double or date (ISO text here, a number in SAS). `key`: place in the key."""

    name: str
    label: str
    type: str
    key: int | None = None


def _variables(text: str, keys: tuple[str, ...]) -> tuple[Variable, ...]:
    """A line a variable: NAME | label | type."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        name, label, kind = (cell.strip() for cell in line.split("|"))
        found.append(Variable(name, label, kind, keys.index(name) + 1 if name in keys else None))
    return tuple(found)


_SUBJECT = """
STUDYID | Study Identifier | string
USUBJID | Unique Subject Identifier | string
SUBJID | Subject Identifier for the Study | string
"""

_RECORD = (
    _SUBJECT
    + """
TRTP | Planned Treatment | string
ASEQ | Analysis Sequence Number | integer
PARAM | Parameter | string
PARAMCD | Parameter Code | string
PARCAT1 | Parameter Category 1 | string
"""
)

_VISIT = """
AVISIT | Analysis Visit | string
AVISITN | Analysis Visit (N) | integer
VISIT | Visit Name | string
VISLABEL | Visit Label of the Study Folder | string
ADT | Analysis Date | date
ADY | Analysis Relative Day | integer
"""

_SOURCE = """
SRCDOM | Source Data | string
SRCVAR | Source Variable | string
SRCSEQ | Source Sequence Number | integer
"""

ADSL = _variables(
    _SUBJECT
    + """
ARM | Description of Planned Arm | string
TRT01P | Planned Treatment for Period 01 | string
TRTSDT | Date of First Exposure to Treatment | date
ANCHDT | Anchor Date of Relative Days | date
ANCHTYP | What Relative Days Count From | string
ENRLDT | Date of Enrollment | date
ENRLDY | Relative Day of Enrollment | integer
DTHDT | Date of Death | date
DTHADY | Relative Day of Death | integer
DTHFL | Subject Death Flag | string
LSTALVDT | Date Last Known Alive | date
LSTALVDY | Relative Day Last Known Alive | integer
LSTALVSR | Source of Date Last Known Alive | string
ENRLFL | Enrolled Population Flag | string
PHOTOFL | Subject Has Photographs Flag | string
NLESBL | Number of Lesions at Baseline | integer
NTGTBL | Number of Target Lesions at Baseline | integer
SUMBL | Sum of Target Diameters at Baseline (mm) | double
AREABL | Area of All Lesions at Baseline (mm2) | double
ITABL | Typology Angle of Skin, Baseline (deg) | double
ITACBL | Class of Typology Angle at Baseline | string
""",
    ("STUDYID", "USUBJID"),
)

ADTR = _variables(
    _RECORD
    + """
PARCAT3 | Parameter Category 3, Criteria | string
PARCAT4 | Parameter Category 4, Target Set | string
LESIONID | Lesion Identifier | string
TRLNKID | Link ID | string
"""
    + _VISIT
    + """
BASETYPE | Baseline Type | string
ABLFL | Baseline Record Flag | string
AVAL | Analysis Value | double
AVALSD | Standard Deviation of AVAL | double
BASE | Baseline Value | double
CHG | Change from Baseline | double
PCHG | Percent Change from Baseline | double
NADIR | Nadir | double
CHGNAD | Change from Nadir | double
PCHGNAD | Percent Change from Nadir | double
LSEXP | Lesions Expected | string
LSASS | Lesions Assessed | string
CRFL | Complete Response Flag | string
CRNFL | Complete Response in Nadir Flag | string
PDFL | Progressive Disease Flag | string
ANL01FL | Analysis Flag 01, Value Is Complete | string
ANL02FL | Analysis Flag 02, and in Window | string
LESSTAT | Lesion Status at Visit | string
REASNE | Reason Not Evaluable | string
LESRSP | Response of the Lesion by Itself | string
REVSTAT | Review Status | string
"""
    + _SOURCE,
    ("STUDYID", "USUBJID", "PARAMCD", "ADY", "VISLABEL"),
)

ADRS = _variables(
    _RECORD
    + """
PARCAT2 | Parameter Category 2, Reading | string
PARCAT3 | Parameter Category 3, Criteria | string
PARCAT4 | Parameter Category 4, Target Set | string
PARCAT5 | Parameter Category 5, Visits Read | string
PARCAT6 | Parameter Category 6, Template Code | string
"""
    + _VISIT
    + """
AVAL | Analysis Value | double
AVALC | Analysis Value (C) | string
ANL01FL | Analysis Flag 01, Counts | string
ANL02FL | Analysis Flag 02, Counts in Window | string
REVSTAT | Review Status | string
REVNOTE | What Keeps the Response from Counting | string
"""
    + _SOURCE,
    ("STUDYID", "USUBJID", "PARAMCD", "ADY", "VISLABEL"),
)

ADTTE = _variables(
    _RECORD
    + """
PARCAT2 | Parameter Category 2, Reading | string
PARCAT3 | Parameter Category 3, Criteria | string
PARCAT4 | Parameter Category 4, Target Set | string
PARCAT5 | Parameter Category 5, Visits Read | string
PARCAT6 | Parameter Category 6, Template Code | string
PARCAT7 | Parameter Category 7, Confirmation | string
PARCAT8 | Parameter Category 8, New Therapy | string
AVAL | Analysis Value | double
STARTDT | Time-to-Event Origin Date for Subject | date
STARTDY | Time-to-Event Origin Relative Day | integer
ADT | Analysis Date | date
ADY | Analysis Relative Day | integer
CNSR | Censor | integer
EVNTDESC | Event or Censoring Description | string
CNSDTDSC | Censor Date Description | string
"""
    + _SOURCE,
    ("STUDYID", "USUBJID", "PARAMCD"),
)


def with_flags(names: list[str]) -> tuple[Variable, ...]:
    """ADSL with the analysis flags that the study recorded, after our own flags."""
    at = next(i for i, variable in enumerate(ADSL) if variable.name == "PHOTOFL") + 1
    recorded = tuple(Variable(name, f"{name} Flag, as Recorded", "string") for name in names)
    return (*ADSL[:at], *recorded, *ADSL[at:])
