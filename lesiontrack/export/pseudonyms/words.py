"""Words of the study's own files that identify nobody: units, frequencies, agents, body sites."""

from __future__ import annotations

import re

from lesiontrack.intake.vocabulary import LESION_WORDS, QUALIFIERS, SHORT_SIDES, SIDES, SITES, fold
from lesiontrack.study.schema import EVENTS

DATE = re.compile(
    r"""(?<!\d)(?:
        \d{4}[-./_ ]\d{1,2}[-./_ ]\d{1,2}          # 2024-03-04
        | \d{1,2}[-./_]\d{1,2}[-./_]\d{2}(?:\d{2})?  # 04.03.2024, 3/4/24
        | (?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])  # 20240304
        | \d{1,2}\.?[ ]?(?:jan|feb|mar|mär|apr|may|mai|jun|jul|aug|sep|o[ck]t|nov|de[cz])[^\W\d]*\.?,?
            [ ]?\d{2,4}
        | (?:19|20)\d{2}-(?:0[1-9]|1[0-2])(?!\d)     # 2024-03
    )(?!\d)
    | (?<![^\W_])(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[^\W\d]*\.?[ ]\d{1,2},?[ ]\d{4}(?!\d)""",
    re.VERBOSE | re.IGNORECASE,
)
"""A calendar date as people write it."""

_UNITS = """iu miu u mio million ie pfu mg g kg ug µg μg mcg ml µl μl ul l mm cm mm2 cm2 mm² cm² sachet
sachets packet packets application applications drop drops fingertip unit units gy fraction fractions"""
_FREQUENCY = """once twice three times four five six seven x per a every other second third nightly night
nights daily day days qd bid tid qod weekly week weeks biweekly fortnightly monthly month months hour hours
min minutes morning evening single dose as needed for on off and or with without under over yes no none true
false partly"""
_OCCLUSION = "occlusion occluded telfa film gauze dressing bandage plaster hydrocolloid foil adhesive open"
_SIZES = """longest long largest short shortest perpendicular diameter axis length width height depth
thickness breslow area ulcer ulceration lesion size sum volume product max min maximum minimum"""
_MOMENTS = "before after pre post during injection injected same visit"
_AGENTS = """il interleukin aldesleukin proleukin imiquimod aldara zyclara tazarotene tazorac zorac retinoid
tretinoin adapalene ipilimumab nivolumab pembrolizumab relatlimab atezolizumab dabrafenib trametinib
vemurafenib cobimetinib encorafenib binimetinib imatinib dacarbazine temozolomide carboplatin paclitaxel
interferon alfa alpha beta t vec tvec talimogene laherparepvec bcg gm csf dncb dpcp ingenol fluorouracil fu
diclofenac clobetasol betamethasone hydrocortisone mupirocin fusidic acid antibiotic steroid cream gel
ointment lotion placebo vehicle"""
_ORGANS = """skin lymph node nodes lung liver brain bone spleen adrenal kidney soft tissue subcutis muscle
bowel mucosa"""
_EVENTS = """biopsy excision radiotherapy systemic therapy amputation cryotherapy electrochemotherapy ect
surgery laser therapy shave punch incision sentinel node dissection lymphadenectomy new start stop change
progression relapse death infection hospital admission local recurrence"""


def _folded(*texts: str) -> frozenset[str]:
    return frozenset(fold(word) for text in texts for word in text.split())


KNOWN = _folded(_UNITS, _FREQUENCY, _OCCLUSION, _SIZES, _MOMENTS, _ORGANS)
AGENTS = KNOWN | _folded(_AGENTS)
EVENT_WORDS = _folded(_EVENTS, " ".join(EVENTS).replace("_", " "))
SITE_WORDS = frozenset({*SITES, *SIDES, *SHORT_SIDES, *QUALIFIERS, *LESION_WORDS, "of", "the", "dorsal"}) | {
    fold(part) for slug in SITES.values() for part in slug.split("-")
}

_PIECE = re.compile(r"[^\W\d_]+[²2]?|\d+(?:[.,]\d+)?|[^\w\s]|_")


def all_known(text: str, words: frozenset[str], *, digits: int = 2) -> bool:
    """Whether a text holds no date, no word but `words`, and no number of more than `digits` digits."""
    if DATE.search(text):
        return False
    for piece in _PIECE.findall(text):
        if piece[0].isdigit():
            if len(piece.replace(",", ".").split(".")[0]) > digits:
                return False
        elif piece[0].isalpha() and fold(piece) not in words:
            return False
    return True
