"""The five instruments and their fields."""

from __future__ import annotations

from lesiontrack.export.redcap.choices import (
    ANALYSIS,
    CONFIRMATION,
    DAY_ZERO,
    INFLAMMATION,
    NEW_LESION,
    RESPONSE,
    REVIEW,
    ROLE,
    STATUS,
    VISITS,
)
from lesiontrack.export.redcap.fields import Field

DAY = "Study day (0 = first treatment, else first visit)"
PROVISIONAL = "Provisional unless the scale says otherwise"

SETS = {
    "recist_2_per_organ": ("r2", "RECIST 1.1 rules, 2 targets per organ"),
    "protocol_targets": ("pt", "RECIST 1.1 rules, protocol targets"),
    "all_lesion_area": ("area", "Area of all lesions"),
    "irecist": ("ir", "iRECIST rules"),
    "itrecist_combined": ("itc", "itRECIST-style, combined"),
    "itrecist_injected": ("iti", "itRECIST-style, injected"),
    "itrecist_not_injected": ("itn", "itRECIST-style, not injected"),
}
"""Analysis → the middle of its field names, and its heading."""

REPEATING = {
    "visit": "[vis_label]",
    "lesion_visit": "[lv_lesion] [lv_visit]",
    "best_response": "[br_analysis] [br_visits] [br_confirmation]",
    "flag": "[fl_flag] [fl_lesion] [fl_visit]",
}
"""Repeating instrument → its custom label."""

PATIENT = (
    Field("record_id", "patient", "text", "Patient code", "record_id"),
    Field("pat_arm", "patient", "text", "Arm", "arm"),
    Field("pat_day_zero", "patient", "dropdown", "What study days count from", "day_zero", DAY_ZERO),
    Field("pat_start", "patient", "date", "First treatment", "treatment_start", identifier=True),
    Field("pat_enrolled_day", "patient", "integer", "Enrolment, study day", "enrolled_day"),
    Field("pat_death_day", "patient", "integer", "Death, study day", "death_day"),
    Field("pat_contact_day", "patient", "integer", "Last known alive, study day", "last_contact_day"),
    Field("pat_photos", "patient", "integer", "Photographs in the study", "photos"),
    Field("pat_protocol", "patient", "text", "Protocol file (id@version#hash)", "protocol_id"),
)


def _of_set(analysis: str) -> tuple[Field, ...]:
    middle, heading = SETS[analysis]
    unit = "mm2" if analysis == "all_lesion_area" else "mm"
    fields = (
        ("targets", "text", "Lesions in the sum", None),
        ("sum", "number", f"Sum ({unit})", None),
        ("base", "number", f"Sum at baseline ({unit})", None),
        ("nadir", "number", f"Smallest sum before ({unit})", None),
        ("target", "dropdown", "Target response", RESPONSE),
        ("nontarget", "dropdown", "Non-target response", RESPONSE),
        ("new", "dropdown", "New lesion", NEW_LESION),
        ("response", "dropdown", "Overall response (cutaneous, photo-visible)", RESPONSE),
        ("ifnew", "dropdown", "Overall response, were every new-lesion candidate real", RESPONSE),
        ("review", "dropdown", "Review status", REVIEW),
    )
    return tuple(
        Field(
            f"vis_{middle}_{name}",
            "visit",
            kind,
            f"{label}: {heading}",
            f"{middle}_{name}",
            choices,
            section=heading if name == "targets" else "",
        )
        for name, kind, label, choices in fields
    )


VISIT = (
    Field("vis_label", "visit", "text", "Visit", "visit", identifier=True),
    Field("vis_day", "visit", "integer", DAY, "study_day"),
    Field("vis_date", "visit", "date", "Date", "date", identifier=True),
    Field("vis_window", "visit", "yesno", "In the assessment window", "in_assessment_window"),
    *(field for analysis in SETS for field in _of_set(analysis)),
)

LESION_VISIT = (
    Field("lv_key", "lesion_visit", "text", "Key: lesion, site and visit", "key", identifier=True),
    Field("lv_lesion", "lesion_visit", "text", "Lesion", "lesion"),
    Field("lv_site", "lesion_visit", "text", "Site", "site"),
    Field("lv_visit", "lesion_visit", "text", "Visit", "visit", identifier=True),
    Field("lv_day", "lesion_visit", "integer", DAY, "study_day"),
    Field("lv_date", "lesion_visit", "date", "Date", "date", identifier=True),
    Field("lv_phase", "lesion_visit", "text", "Phase of the protocol", "phase"),
    Field("lv_injected", "lesion_visit", "yesno", "Injected before that day", "injected"),
    Field("lv_role", "lesion_visit", "dropdown", "Role", "role", ROLE),
    Field("lv_status", "lesion_visit", "dropdown", "Status", "status", STATUS),
    Field("lv_evaluable", "lesion_visit", "yesno", "Sizes may be used", "evaluable"),
    Field("lv_reason", "lesion_visit", "notes", "Why not evaluable, or what the status rests on", "reason"),
    Field("lv_merged_into", "lesion_visit", "text", "Merged into", "merged_into"),
    Field("lv_diameter_mm", "lesion_visit", "number", "Longest diameter (mm)", "longest_diameter_mm"),
    Field("lv_diameter_sd", "lesion_visit", "number", "Its standard deviation", "longest_diameter_mm_sd"),
    Field(
        "lv_perp_mm", "lesion_visit", "number", "Diameter at right angles (mm)", "perpendicular_diameter_mm"
    ),
    Field("lv_area_mm2", "lesion_visit", "number", "Area (mm2)", "area_mm2"),
    Field("lv_area_sd", "lesion_visit", "number", "Its standard deviation", "area_mm2_sd"),
    Field("lv_ulcer_mm2", "lesion_visit", "number", "Area of skin loss (mm2)", "ulcer_area_mm2"),
    Field("lv_ulcer_sd", "lesion_visit", "number", "Its standard deviation", "ulcer_area_mm2_sd"),
    Field("lv_delta_a", "lesion_visit", "number", "Redness against the reference (CIELAB a*)", "delta_a"),
    Field("lv_delta_a_sd", "lesion_visit", "number", "Its standard deviation", "delta_a_sd"),
    Field(
        "lv_ery_grade",
        "lesion_visit",
        "number",
        "Erythema, treated field",
        "erythema_grade",
        note=PROVISIONAL,
    ),
    Field("lv_ery_scale", "lesion_visit", "text", "Scale of the erythema grade", "scale_id"),
    Field(
        "lv_inflammation",
        "lesion_visit",
        "dropdown",
        "Inflammation against the expected course",
        "inflammation",
        INFLAMMATION,
        note=PROVISIONAL,
    ),
    Field("lv_envelope", "lesion_visit", "text", "Expected course that it stands on", "envelope_id"),
    Field("lv_baseline", "lesion_visit", "text", "Baseline visit", "baseline_visit", identifier=True),
    Field("lv_baseline_valid", "lesion_visit", "yesno", "Baseline is valid", "baseline_valid"),
    Field(
        "lv_change_base", "lesion_visit", "number", "Diameter from baseline (%)", "change_from_baseline_pct"
    ),
    Field("lv_change_nadir", "lesion_visit", "number", "Diameter from nadir (%)", "change_from_nadir_pct"),
    Field("lv_response", "lesion_visit", "dropdown", "Response of the lesion itself", "response", RESPONSE),
    Field("lv_review", "lesion_visit", "dropdown", "Review status", "review_status", REVIEW),
)

BEST_RESPONSE = (
    Field("br_analysis", "best_response", "dropdown", "Target set", "analysis", ANALYSIS),
    Field("br_visits", "best_response", "dropdown", "Visits read", "visits", VISITS),
    Field("br_confirmation", "best_response", "dropdown", "Confirmation", "confirmation", CONFIRMATION),
    Field(
        "br_response",
        "best_response",
        "dropdown",
        "Best overall response (cutaneous, photo-visible; automatic)",
        "response",
        RESPONSE,
    ),
    Field("br_day", "best_response", "integer", DAY, "study_day"),
    Field("br_date", "best_response", "date", "Date", "date", identifier=True),
    Field("br_signed", "best_response", "yesno", "A reader has signed what it rests on", "signed"),
    Field("br_note", "best_response", "notes", "What keeps it from being counted as it stands", "note"),
)

FLAG = (
    Field("fl_key", "flag", "text", "Key: flag, rule, lesion, site and visit", "key", identifier=True),
    Field("fl_flag", "flag", "text", "Flag: outside the configured research envelope", "flag"),
    Field("fl_lesion", "flag", "text", "Lesion", "lesion"),
    Field("fl_site", "flag", "text", "Site", "site"),
    Field("fl_visit", "flag", "text", "Visit", "visit", identifier=True),
    Field("fl_day", "flag", "integer", DAY, "study_day"),
    Field("fl_date", "flag", "date", "Date", "date", identifier=True),
    Field("fl_value", "flag", "number", "Measured value", "value"),
    Field("fl_threshold", "flag", "number", "Threshold of the rule", "threshold"),
    Field("fl_evidence", "flag", "notes", "Numbers behind it", "evidence"),
    Field("fl_rule", "flag", "text", "Rule in the protocol file", "rule"),
)

FIELDS = (*PATIENT, *VISIT, *LESION_VISIT, *BEST_RESPONSE, *FLAG)
"""All fields, instrument after instrument, record id first."""
