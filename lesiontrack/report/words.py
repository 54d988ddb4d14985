"""The words of the pages: fixed sentences, and numbers as people read them."""

from __future__ import annotations

from typing import Any

from lesiontrack.statements import DISCLAIMER as DISCLAIMER
from lesiontrack.statements import VALIDATION as VALIDATION

NOT_MEASURED = (
    "Depigmentation over time and the signs that a photo can't show (swelling, pain, induration) are not "
    "measured by this version."
)
FIRST_VISIT = (
    "No treatment start is known: days count from the first visit. There is no phase and no expected course, "
    "and inflammation is not assessable."
)
UNREVIEWED = "Automatic values; no reader has signed them."
NO_AUDIT_TRAIL = (
    "Signatures are plain files beside the photos, not an electronic record in the sense of 21 CFR Part 11."
)

_STATUS = {
    "present": "present",
    "not_visible": "not visible",
    "obscured": "obscured",
    "removed": "removed",
    "out_of_frame": "out of frame",
    "new_candidate": "candidate for a new lesion",
    "reappeared": "reappeared",
    "merged": "merged",
    "split": "split",
    None: "not evaluable",
}
_ANALYSES = {
    "protocol_targets": "Protocol targets",
    "recist_2_per_organ": "RECIST 1.1, two per organ",
    "all_lesion_area": "All lesions, by area",
    "irecist": "iRECIST",
    "itrecist_combined": "itRECIST-style, injected and not injected combined",
    "itrecist_injected": "itRECIST-style, injected lesions",
    "itrecist_not_injected": "itRECIST-style, lesions not injected",
}
_RESPONSES = {
    "CR": "CR: no visible lesion among those counted",
    "PR": "PR: meets the PR threshold",
    "SD": "SD: meets neither the PR nor the PD threshold",
    "PD": "PD: meets the PD threshold",
    "NE": "NE: not evaluable",
    "NON-CR/NON-PD": "NON-CR/NON-PD: still there; growth is for a reader to judge",
    "MISSING": "MISSING: nothing was assessed",
    "iCR": "iCR: no visible lesion among those counted",
    "iPR": "iPR: meets the PR threshold",
    "iSD": "iSD: meets neither the PR nor the PD threshold",
    "iUPD": "iUPD: meets the PD threshold, unconfirmed",
    "iCPD": "iCPD: progression confirmed by a later visit",
    "NON-iCR/NON-iUPD": "NON-iCR/NON-iUPD: still there; growth is for a reader to judge",
}


_LAYERS = {
    "lesion": "lesion",
    "ulcer": "ulcer (dashed)",
    "obstruction": "what hides skin (dotted)",
    "erythema": "erythema (long dashes)",
    "depigmentation": "depigmentation (dash-dot)",
    "skin": "skin (thin)",
}


def layer_text(name: str) -> str:
    """Name of a mask, with the line that it is drawn by."""
    return _LAYERS.get(name, name)


def scale_bar(px_per_mm: float, width: float) -> int:
    """The longest round number of mm that takes at most a third of a picture `width` px wide; at least 1."""
    return max((mm for mm in (1, 2, 5, 10, 20, 50) if mm * px_per_mm <= width / 3), default=1)


def number(value: Any, digits: int = 1) -> str:
    """A number with its digits; a dash for a missing one, so that it can't be read as 0."""
    if value is None:
        return "–"
    if not isinstance(value, int | float):
        return str(value)
    text = f"{value:.{digits}f}" if isinstance(value, float) else str(value)
    return f"−{text[1:]}" if text.startswith("-") and float(text) else text.removeprefix("-")


def with_error(value: float | None, sd: float | None, digits: int = 1) -> str:
    """Value ± 1.96 sd, where the sd is known and not 0."""
    return number(value, digits) + (f" ± {number(1.96 * sd, digits)}" if value is not None and sd else "")


def percent(share: float | None, digits: int = 0) -> str:
    """A share of 0..1 as a percentage."""
    return "–" if share is None else f"{number(100.0 * share, digits)} %"


def change(value: float | None) -> str:
    """A change in percent with its sign."""
    if value is None:
        return "–"
    return f"{'+' if round(value) > 0 else ''}{number(float(value), 0)} %"


def day_text(value: int | None) -> str:
    """Study day with its sign where it is before day 0."""
    return "–" if value is None else f"day {value}" if value >= 0 else f"day −{abs(value)}"


def status_text(value: str | None) -> str:
    return _STATUS.get(value, str(value))


def response_text(value: str | None, *, signed: bool = False) -> str:
    """What a response code says, for a legend or a hint; a CR is confirmed by a reader's signature only."""
    text = _RESPONSES.get(value or "", str(value))
    if value not in ("CR", "iCR"):
        return text
    return f"{text}; signed by a reader" if signed else f"{text}; unsigned, so not confirmed"


def analysis_text(value: str) -> str:
    """Name of a target set."""
    return _ANALYSES.get(value, value)


def plain(value: str | None) -> str:
    """A table's word for people: "all_visits" → "all visits"; a dash for none."""
    return (value or "–").replace("_", " ")
