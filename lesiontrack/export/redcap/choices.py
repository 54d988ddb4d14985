"""Codes of the words that dropdowns hold. A code never changes its meaning: projects keep them."""

from __future__ import annotations

RESPONSE = {
    "CR": 1, "PR": 2, "SD": 3, "NON-CR/NON-PD": 4, "PD": 5, "NE": 6, "MISSING": 7,
    "iCR": 11, "iPR": 12, "iSD": 13, "NON-iCR/NON-iUPD": 14, "iUPD": 15, "iCPD": 16,
}  # fmt: skip
STATUS = {
    "present": 1, "not_visible": 2, "obscured": 3, "removed": 4, "out_of_frame": 5, "new_candidate": 6,
    "reappeared": 7, "merged": 8, "split": 9,
}  # fmt: skip
ROLE = {"target": 1, "non_target": 2, "new": 3}
NEW_LESION = {"none": 0, "candidate": 1, "signed": 2}
REVIEW = {"unreviewed": 0, "signed": 1, "corrected": 2, "void": 3}
INFLAMMATION = {"below": 1, "within": 2, "above": 3, "not_assessable": 9}
DAY_ZERO = {"treatment_start": 1, "first_visit": 2}
VISITS = {"assessment_window": 1, "all_visits": 2}
CONFIRMATION = {"confirmed": 1, "unconfirmed": 2}
ANALYSIS = {
    "recist_2_per_organ": 1, "protocol_targets": 2, "all_lesion_area": 3, "irecist": 4,
    "itrecist_combined": 5, "itrecist_injected": 6, "itrecist_not_injected": 7,
}  # fmt: skip
