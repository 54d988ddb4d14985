"""Tables of the cohort: time to event, lesion-level rates, refusals, agreement with other measurements."""

from __future__ import annotations

from lesiontrack.tables.column import columns

TIME_TO_EVENT = columns("""
patient | str | | patient code
arm | str | | arm of the study
analysis | str | | target set
visits | str | | assessment_window or all_visits
confirmation | str | | confirmed or unconfirmed: the responses that TTR, DOR and SD_DURATION rest on
basis | str | | automatic, or signed: an unsigned complete response is not evaluable, the rest counts as read
handling | str | | new_therapy_censors or treatment_policy (a new therapy is ignored)
endpoint | str | | TTR, DOR, SD_DURATION, PFS or OS
evaluable | bool | | whether the endpoint can be given for this patient
start_day | int | d | study day that the duration counts from
end_day | int | d | study day of event or censoring
duration_days | int | d | end_day - start_day + 1
event | bool | | True: the event happened; False: censored
reason | str | | the event, or why censored, or why there is none
protocol_id | str | | protocol id, version and hash
""")

SURVIVAL = columns("""
analysis | str | | target set
visits | str | | assessment_window or all_visits
confirmation | str | | confirmed or unconfirmed
basis | str | | automatic, or signed: an unsigned complete response is not evaluable, the rest counts as read
handling | str | | new_therapy_censors or treatment_policy
endpoint | str | | TTR, DOR, SD_DURATION, PFS or OS
arm | str | | arm of the study; all: every patient
patients | int | | patients with this endpoint
left_out | int | | patients for whom it can't be given
events | int | | of the patients
median_days | float | d | Kaplan-Meier median; empty where not reached
median_lower | float | d | 95 % limit
median_upper | float | d | 95 % limit; empty where not reached
logrank_p | float | 0-1 | log-rank test between the arms; in the row of all
note | str | | why not given, and what to keep in mind
protocol_id | str | | protocol id, version and hash
""")

SURVIVAL_CURVES = columns("""
analysis | str | | target set
visits | str | | assessment_window or all_visits
confirmation | str | | confirmed or unconfirmed
basis | str | | automatic, or signed: an unsigned complete response is not evaluable, the rest counts as read
handling | str | | new_therapy_censors or treatment_policy
endpoint | str | | TTR, DOR, SD_DURATION, PFS or OS
arm | str | | arm of the study; all: every patient
time_days | int | d | duration at which events or censorings lie
at_risk | int | | patients at risk just before
events | int | | at that time
censored | int | | at that time
survival | float | 0-1 | Kaplan-Meier estimate from that time on
lower | float | 0-1 | 95 % limit, log-log
upper | float | 0-1 | 95 % limit, log-log
protocol_id | str | | protocol id, version and hash
""")

RATE_DIFFERENCES = columns("""
analysis | str | | target set
visits | str | | assessment_window or all_visits
confirmation | str | | confirmed or unconfirmed
basis | str | | automatic, or signed: an unsigned complete response is not evaluable, the rest counts as read
endpoint | str | | ORR, CR, DCR or DRR (durable response)
arm_1 | str | | an arm of the study
arm_2 | str | | another arm, later in natural order of the names
numerator_1 | int | | patients of arm_1 with the endpoint
denominator_1 | int | | enrolled patients of arm_1
numerator_2 | int | | patients of arm_2 with the endpoint
denominator_2 | int | | enrolled patients of arm_2
difference | float | -1-1 | rate of arm_1 - rate of arm_2
lower | float | -1-1 | 95 % Newcombe, with continuity correction
upper | float | -1-1 | 95 % Newcombe, with continuity correction
uncorrected_lower | float | -1-1 | 95 % Newcombe, without continuity correction
uncorrected_upper | float | -1-1 | 95 % Newcombe, without continuity correction
fisher_p | float | 0-1 | two-sided p of Fisher's exact test; not corrected for several tests
worst_case | float | -1-1 | were none of the not evaluable of arm_1, and all of arm_2, with the endpoint
best_case | float | -1-1 | were all of the not evaluable of arm_1, and none of arm_2, with the endpoint
protocol_id | str | | protocol id, version and hash
""")

LESION_RATES = columns("""
visits | str | | assessment_window or all_visits
basis | str | | automatic, or signed: an unsigned complete response is not evaluable, the rest counts as read
arm | str | | arm of the study; all: every patient
lesions_of | str | | all, injected or not_injected
endpoint | str | | CR (not visible), ORR (CR or PR) or DCR, best of each lesion by its own diameter
numerator | int | | lesions with it
denominator | int | | lesions of the baseline
patients | int | | patients who have them
rate | float | 0-1 | numerator / denominator
naive_lower | float | 0-1 | 95 % Clopper-Pearson, as if lesions were independent
naive_upper | float | 0-1 | 95 % Clopper-Pearson, as if lesions were independent
icc | float | | intracluster correlation of lesions of a patient (analysis of variance)
design_effect | float | | variance against that of independent lesions
lower | float | 0-1 | 95 %, at the effective number of lesions
upper | float | 0-1 | 95 %, at the effective number of lesions
bootstrap_lower | float | 0-1 | 95 % percentile, patients drawn with replacement
bootstrap_upper | float | 0-1 | 95 % percentile, patients drawn with replacement
not_evaluable | int | | lesions in the denominator without an evaluable visit
worst_case | float | 0-1 | rate, were none of those responding
best_case | float | 0-1 | rate, were all of those responding
patient_rate | float | 0-1 | the patient-level rate of the same endpoint, for comparison
protocol_id | str | | protocol id, version and hash
""")

REFUSALS = columns("""
by | str | | all, phase, arm, tone (ITA class) or visits
value | str | | which phase, arm, class or reading
lesion_visits | int | | lesions that were there to be seen, times visits after the baseline
evaluable | int | | of those, with a size that may be used
obscured | int | | not evaluable: skin loss, crust, dressing or hair over the place
out_of_frame | int | | not evaluable: its skin is not in the photo
no_scale | int | | not evaluable: no px/mm
poor_photo | int | | not evaluable: the photo's quality
not_registered | int | | not evaluable: the visit could not be joined to the site
merged | int | | not evaluable: merged into another lesion
removed | int | | not evaluable: an event says so
not_photographed | int | | a visit of the patient without a row of the lesion
other | int | | not evaluable for another reason
refusal_rate | float | 0-1 | 1 - evaluable / lesion_visits
protocol_id | str | | protocol id, version and hash
""")

AGREEMENT = columns("""
method | str | | what the photo is compared with: caliper, ultrasound, CT or palpation
compared_with | str | | column of observations
pairs | int | | lesion-visits measured both ways
patients | int | | patients who have them
unpaired | int | | rows of measurements.csv without a photo value beside them
bias | float | mm or mm2 | mean of photo - method
bias_lower | float | mm or mm2 | 95 % limit; patients drawn with replacement
bias_upper | float | mm or mm2 | 95 % limit; patients drawn with replacement
sd | float | mm or mm2 | of the differences, between and within patients together
loa_lower | float | mm or mm2 | Bland-Altman 95 % limit of agreement
loa_upper | float | mm or mm2 | Bland-Altman 95 % limit of agreement
note | str | | what to keep in mind
protocol_id | str | | protocol id, version and hash
""")
