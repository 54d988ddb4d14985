"""Tables of response: lesion → visit → patient → cohort."""

from __future__ import annotations

from lesiontrack.tables.column import columns

LESION_RESPONSES = columns("""
patient | str | | patient code
site | str | | skin site
lesion | str | | lesion id
role | str | | target, non_target or new
measurable | bool | | whether it was as large as a target must be (10 mm) at the baseline
visit | str | | visit label
study_day | int | d | study day
in_assessment_window | bool | | whether responses are read on that day; empty: no treatment start known
baseline_visit | str | | visit that change is counted from
baseline_valid | bool | | False: no evaluable visit at day <= 0, or no treatment start known
longest_diameter_mm | float | mm | at this visit
baseline_longest_diameter_mm | float | mm | at the baseline visit
nadir_longest_diameter_mm | float | mm | smallest up to the visit before, baseline included
change_from_baseline_pct | float | % | of the longest diameter
change_from_nadir_pct | float | % | of the longest diameter
area_mm2 | float | mm2 | at this visit
area_change_from_baseline_pct | float | % | of the area
response | str | | CR, PR, SD, PD or NE by the lesion's own diameter; automatic, unsigned
review_status | str | | unreviewed until a reader has signed
protocol_id | str | | protocol id, version and hash
""")

VISIT_RESPONSES = columns("""
patient | str | | patient code
visit | str | | visit label
study_day | int | d | study day
in_assessment_window | bool | | whether responses are read on that day; empty: no treatment start known
analysis | str | | target set: recist_2_per_organ, protocol_targets, all_lesion_area, irecist, \
itrecist_combined, itrecist_injected or itrecist_not_injected
targets | str | | lesion ids in the sum
sum_mm | float | mm | sum of longest diameters; empty where one is not evaluable, and for all_lesion_area
baseline_sum_mm | float | mm | the same at baseline
nadir_sum_mm | float | mm | smallest sum_mm up to the visit before, baseline included
sum_mm2 | float | mm2 | sum of areas; all_lesion_area only
baseline_sum_mm2 | float | mm2 | the same at baseline; all_lesion_area only
nadir_sum_mm2 | float | mm2 | smallest sum_mm2 up to the visit before, baseline included; all_lesion_area only
target_response | str | | CR, PR, SD, PD or NE; of irecist iCR, iPR, iSD, iUPD, iCPD or NE
non_target_response | str | | CR, NON-CR/NON-PD, PD or NE (of irecist with i); empty where there are none
new_lesion | str | | none, candidate (a reader has not said) or signed; empty where new lesions don't count
response | str | | overall, cutaneous, photo-visible; automatic, candidates not counted as new lesions
response_if_candidates_are_new | str | | overall, were every new-lesion candidate real
review_status | str | | unreviewed until a reader has signed
protocol_id | str | | protocol id, version and hash
""")

BEST_RESPONSES = columns("""
patient | str | | patient code
analysis | str | | target set
visits | str | | assessment_window or all_visits
confirmation | str | | confirmed (a second reading after the protocol's interval) or unconfirmed
response | str | | best overall response, cutaneous, photo-visible; automatic
study_day | int | d | day of that response
signed | bool | | whether a reader has signed what it rests on
durable | bool | | a response up to the first PD that lasts as the protocol asks; empty: can't be told yet
duration_days | int | d | from the first to the last assessment of the longest response up to the first PD
durable_after_pd | bool | | durable, were responses after a first PD counted too (as in OPTiM)
note | str | | what keeps it from being counted as it stands
protocol_id | str | | protocol id, version and hash
""")

RATES = columns("""
analysis | str | | target set
visits | str | | assessment_window or all_visits
confirmation | str | | confirmed or unconfirmed
basis | str | | automatic, or signed: an unsigned complete response is not evaluable, the rest counts as read
arm | str | | arm of the study; all: every patient
endpoint | str | | ORR, CR, DCR or DRR (durable response)
numerator | int | | patients with it
denominator | int | | all enrolled patients, those without photos included
rate | float | 0-1 | numerator / denominator
lower | float | 0-1 | 95 % Clopper-Pearson
upper | float | 0-1 | 95 % Clopper-Pearson
not_evaluable | int | | patients in the denominator without an evaluable response
worst_case | float | 0-1 | rate, were none of those a responder
best_case | float | 0-1 | rate, were all of those responders
wilson_lower | float | 0-1 | 95 % Wilson score
wilson_upper | float | 0-1 | 95 % Wilson score
redraws | int | | times that all sizes were drawn anew within their standard deviations
redrawn_median | float | 0-1 | median rate over those draws
redrawn_lower | float | 0-1 | 2.5 % of the draws lie below
redrawn_upper | float | 0-1 | 2.5 % of the draws lie above
redrawn_fixed | float | 0-1 | share of the sizes without a standard deviation, which are not drawn
protocol_id | str | | protocol id, version and hash
""")
