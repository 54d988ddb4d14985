"""What becomes of each column of each table when an export is pseudonymised: the one place that says so.

keep        numbers, and words that come from lesiontrack or the protocol, never from the study's own files
patient     new code by keyed hash
visit       dayNNN from the study day, where the label is a date; dayNNN and weekNN stay
site        words of body sites stay; others become a keyed code
lesion      L01 … stay; names that a person gave become keyed codes (several: separated by ", ")
photo       code/visit/site of the photo, by the rules above
file        the same; what isn't a photo of the results becomes a keyed code
digest      keyed hash, so that the photo's or correction's holder can't be found by it
text        written by lesiontrack: codes, labels, names and dates in it are replaced, quotations taken out
label       text of the study that analyses need (arm, sign, scale): kept, unless it names a patient or reader
            or holds a date
reader      keyed code of a reader's or rater's name
value_of    of refusals: label where the row is of an arm, else keep
agent       kept where the protocol names the agent or its words are known; else a keyed code
event       kept where its words are known; else "other_event"
known       kept where each of its words is known (`words`); else empty
flags_only  JSON of the study's own columns: yes, no, true, false, 0 and 1 stay, all else goes
empty       emptied: calendar dates, devices, readers' notes

A column without a rule is emptied; the tests see to it that there is none.
"""

from __future__ import annotations

from collections.abc import Mapping


def _by_column(rules: Mapping[str, str]) -> dict[str, str]:
    return {column: rule for rule, columns in rules.items() for column in columns.split()}


_READING = "analysis visits confirmation basis"

RULES: Mapping[str, Mapping[str, str]] = {
    name: _by_column(rules)
    for name, rules in {
        "patients": {
            "patient": "patient",
            "label": "arm",
            "empty": "zero_date treatment_start enrolled death_date last_contact",
            "flags_only": "further",
            "keep": "day_zero enrolled_day death_day last_contact_day photos protocol_id",
        },
        "photos": {
            "patient": "patient",
            "visit": "visit",
            "site": "site",
            "photo": "photo reference_photo",
            "digest": "sha256",
            "text": "quality_advice notes",
            "keep": """study_day day_zero view modality width height px_per_mm px_per_mm_sd scale_method
                colour_method segmentation_model quality registered registration_method
                registration_confidence registration_error_mm registration_review protocol_id""",
        },
        "observations": {
            "patient": "patient",
            "visit": "visit",
            "site": "site",
            "lesion": "lesion lesion_name merged_into",
            "photo": "photo",
            "text": "reason erythema_reference inflammation_note corrections signature_note",
            "reader": "signed_by",
            "empty": "signed_at",
            "keep": """study_day day_zero lesion_day phase course injected role status evaluable
                area_px area_px_sd area_mm2 area_mm2_sd
                longest_diameter_px longest_diameter_px_sd longest_diameter_mm longest_diameter_mm_sd
                perpendicular_diameter_px perpendicular_diameter_mm
                ulcer_area_px ulcer_area_px_sd ulcer_area_mm2 ulcer_area_mm2_sd
                depigmentation_area_px depigmentation_area_mm2
                delta_a delta_a_sd field_delta_a field_delta_a_sd ita_deg erythema_grade scale_id
                field_fraction expected_lower expected_target expected_upper envelope_id inflammation
                inflammation_probability review_status protocol_id""",
        },
        "flags": {
            "patient": "patient",
            "visit": "visit",
            "site": "site",
            "lesion": "lesion",
            "text": "evidence",
            "keep": "study_day flag value threshold rule protocol_id",
        },
        "doses": {
            "patient": "patient",
            "agent": "agent",
            "lesion": "lesion",
            "known": "unit frequency occlusion",
            "keep": "kind start_day end_day amount margin_mm course protocol_id",
        },
        "events": {
            "patient": "patient",
            "event": "event",
            "lesion": "lesion",
            "keep": "study_day protocol_id",
        },
        "measurements": {
            "patient": "patient",
            "visit": "visit",
            "lesion": "lesion",
            "known": "quantity unit",
            "text": "note",
            "keep": """study_day method value compared_with value_comparable photo_value photo_sd difference
                protocol_id""",
        },
        "grades": {
            "patient": "patient",
            "visit": "visit",
            "site": "site",
            "lesion": "lesion",
            "label": "sign scale_id",
            "reader": "rater",
            "keep": "study_day grade source protocol_id",
        },
        "reviews": {
            "digest": "id",
            "patient": "patient",
            "visit": "visit",
            "site": "site",
            "lesion": "lesion",
            "photo": "photo",
            "text": "what why",
            "reader": "by",
            "empty": "note at",
            "keep": "kind study_day state protocol_id",
        },
        "lesion_responses": {
            "patient": "patient",
            "visit": "visit baseline_visit",
            "site": "site",
            "lesion": "lesion",
            "keep": """role study_day in_assessment_window baseline_valid longest_diameter_mm
                baseline_longest_diameter_mm nadir_longest_diameter_mm change_from_baseline_pct
                change_from_nadir_pct area_mm2 area_change_from_baseline_pct measurable response review_status
                protocol_id""",
        },
        "visit_responses": {
            "patient": "patient",
            "visit": "visit",
            "lesion": "targets",
            "keep": """study_day in_assessment_window analysis sum_mm baseline_sum_mm nadir_sum_mm sum_mm2
                baseline_sum_mm2 nadir_sum_mm2 target_response non_target_response new_lesion response
                response_if_candidates_are_new review_status protocol_id""",
        },
        "best_responses": {
            "patient": "patient",
            "text": "note",
            "keep": """analysis visits confirmation response study_day signed duration_days durable
                durable_after_pd protocol_id""",
        },
        "rates": {
            "label": "arm",
            "keep": f"""{_READING} endpoint numerator denominator rate lower upper not_evaluable worst_case
                best_case wilson_lower wilson_upper redraws redrawn_median redrawn_lower redrawn_upper
                redrawn_fixed protocol_id""",
        },
        "rate_differences": {
            "label": "arm_1 arm_2",
            "keep": f"""{_READING} endpoint numerator_1 denominator_1 numerator_2 denominator_2 difference
                lower upper uncorrected_lower uncorrected_upper fisher_p worst_case best_case protocol_id""",
        },
        "time_to_event": {
            "patient": "patient",
            "label": "arm",
            "text": "reason",
            "keep": f"""{_READING} handling endpoint evaluable start_day end_day duration_days event
                protocol_id""",
        },
        "survival": {
            "label": "arm",
            "text": "note",
            "keep": f"""{_READING} handling endpoint patients left_out events median_days median_lower
                median_upper logrank_p protocol_id""",
        },
        "survival_curves": {
            "label": "arm",
            "keep": f"""{_READING} handling endpoint time_days at_risk events censored survival lower upper
                protocol_id""",
        },
        "lesion_rates": {
            "label": "arm",
            "keep": """visits basis lesions_of endpoint numerator denominator patients rate naive_lower
                naive_upper icc design_effect lower upper bootstrap_lower bootstrap_upper not_evaluable
                worst_case best_case patient_rate protocol_id""",
        },
        "refusals": {
            "value_of": "value",
            "keep": """by lesion_visits evaluable obscured out_of_frame no_scale not_registered merged removed
                not_photographed poor_photo other refusal_rate protocol_id""",
        },
        "agreement": {
            "text": "note",
            "keep": """method compared_with pairs patients unpaired bias bias_lower bias_upper sd loa_lower
                loa_upper protocol_id""",
        },
        "failures": {"file": "file", "text": "reason", "keep": "stage protocol_id"},
        "acquisition": {
            "photo": "photo",
            "empty": "device",
            "known": "relative_to_injection",
            "keep": """modality scale_in_frame colour_card_in_frame sharpness clipped_fraction ita_deg
                protocol_id""",
        },
    }.items()
}

SETTINGS: Mapping[str, Mapping[str, str]] = {
    "doses": RULES["doses"],
    "visits": _by_column({"patient": "patient", "visit": "visit", "keep": "study_day"}),
    "lesions": _by_column(
        {"patient": "patient", "site": "site", "lesion": "lesion", "known": "organ", "keep": "role"}
    ),
}
"""The same for the rows that settings.json keeps; what else it holds is left out."""
