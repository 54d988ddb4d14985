"""Tables of what was seen in the photographs, and of what could not be."""

from __future__ import annotations

from lesiontrack.tables.column import columns

PHOTOS = columns("""
patient | str | | patient code
visit | str | | visit label as in the study folder
study_day | int | d | days since the first treatment (day 0), else since the first visit
day_zero | str | | what study days count from: treatment_start or first_visit
site | str | | skin site
view | int | | view of the site at this visit, from 1
modality | str | | clinical, cross_polarised, dermoscopic or woods_lamp
photo | str | | path below the study folder
sha256 | str | | digest of the file's bytes
width | int | px | upright width
height | int | px | upright height
px_per_mm | float | px/mm | scale at its own support; empty where none was found
px_per_mm_sd | float | px/mm | standard deviation of px_per_mm
scale_method | str | | ruler, ruler_unit_assumed (equal ticks taken as mm), stated or none
colour_method | str | | card, ruler_white, constancy (an estimate) or none
segmentation_model | str | | what drew the outlines: a network's id, or colour-edge-1 (colour and edges)
quality | str | | good, limited or not_evaluable
quality_advice | str | | what to do better next time
registered | bool | | whether the photo is in its site's reference frame
registration_method | str | | rung that the registration stands on
registration_confidence | float | 0-1 | estimated probability that landmarks agree to within 2 % of the frame
registration_error_mm | float | mm | residual of the registration's evidence
registration_review | str | | accepted or rejected by a reader; empty: nobody has said
reference_photo | str | | photo whose frame the site is in
notes | str | | what decoding, scale, segmentation and registration had to say
protocol_id | str | | protocol id, version and hash
""")

OBSERVATIONS = columns("""
patient | str | | patient code
site | str | | skin site
lesion | str | | lesion id, L01... per patient, append-only
lesion_name | str | | what readers call it
visit | str | | visit label
study_day | int | d | days since the first treatment (day 0), else since the first visit
day_zero | str | | what study days count from: treatment_start or first_visit
lesion_day | int | d | days since this lesion's first injection, where injections are recorded per lesion
phase | str | | protocol phase on that day
course | int | | treatment course, from 1; 0 before treatment
injected | bool | | whether this lesion was injected before that day, where told
photo | str | | photo that the values come from
role | str | | target, non_target or new
status | str | | present, not_visible, obscured, removed, out_of_frame, new_candidate, \
reappeared, merged or split; empty where it can't be told
evaluable | bool | | whether sizes may be used
reason | str | | why not evaluable, or what the status rests on
area_px | float | px2 | lesion with its ulcer
area_px_sd | float | px2 | standard deviation of area_px
area_mm2 | float | mm2 | lesion with its ulcer; 0 only for not_visible
area_mm2_sd | float | mm2 | standard deviation of area_mm2
longest_diameter_px | float | px | longest diameter
longest_diameter_px_sd | float | px | standard deviation of longest_diameter_px
longest_diameter_mm | float | mm | longest diameter
longest_diameter_mm_sd | float | mm | standard deviation of longest_diameter_mm
perpendicular_diameter_px | float | px | longest diameter at right angles to it
perpendicular_diameter_mm | float | mm | longest diameter at right angles to it
ulcer_area_px | float | px2 | skin loss within or beside the lesion
ulcer_area_px_sd | float | px2 | standard deviation of ulcer_area_px
ulcer_area_mm2 | float | mm2 | skin loss within or beside the lesion
ulcer_area_mm2_sd | float | mm2 | standard deviation of ulcer_area_mm2
depigmentation_area_px | float | px2 | lightened skin around the lesion; not measured by this version
depigmentation_area_mm2 | float | mm2 | lightened skin around the lesion; not measured by this version
delta_a | float | CIELAB a* | redness of lesion and 10 mm rim against the reference
delta_a_sd | float | CIELAB a* | standard deviation of delta_a
field_delta_a | float | CIELAB a* | redness of the treated field against the reference
field_delta_a_sd | float | CIELAB a* | standard deviation of field_delta_a
erythema_reference | str | | what redness is compared with
ita_deg | float | deg | typology angle of the reference skin; depends on light unless calibrated
erythema_grade | float | 0-4 | erythema of the treated field; provisional unless scale_id says otherwise
scale_id | str | | scale of erythema_grade
field_fraction | float | 0-1 | share of the treated field that is in frame
expected_lower | float | 0-4 | lower edge of the protocol's expected band
expected_target | float | 0-4 | middle of the band
expected_upper | float | 0-4 | upper edge of the band
envelope_id | str | | id of the expected course that expected_* and inflammation stand on
inflammation | str | | below, within, above or not_assessable
inflammation_probability | float | 0-1 | probability of that word, given the measurement's error
inflammation_note | str | | why not assessable, or which variant
merged_into | str | | lesion that it merged into
corrections | str | | what readers changed in this row
review_status | str | | unreviewed, corrected, signed, or void: a value that was signed has changed since
signed_by | str | | reader who signed, void signatures included
signed_at | str | | when, ISO 8601, UTC
signature_note | str | | why a signature is void or has no effect
protocol_id | str | | protocol id, version and hash
""")

FLAGS = columns("""
patient | str | | patient code
site | str | | skin site
lesion | str | | lesion id; empty for a flag of the site
visit | str | | visit label
study_day | int | d | study day
flag | str | | what was flagged
value | float | | measured value, in the unit that evidence names
threshold | float | | the rule's threshold
evidence | str | | the numbers behind it, in plain words
rule | str | | rule id in the protocol file
protocol_id | str | | protocol id, version and hash
""")

FAILURES = columns("""
file | str | | file below the study folder, or site
stage | str | | stage that could not go on
reason | str | | why, and what would help
protocol_id | str | | protocol id, version and hash
""")

ACQUISITION = columns("""
photo | str | | path below the study folder
modality | str | | clinical, cross_polarised, dermoscopic or woods_lamp
device | str | | as the study told; never read from the file
relative_to_injection | str | | as the study told
scale_in_frame | bool | | whether a scale was found in the photo
colour_card_in_frame | bool | | whether a colour card was found
sharpness | float | | variance of the Laplacian on skin at 512 px, a relative figure
clipped_fraction | float | 0-1 | skin pixels at the ends of the range
ita_deg | float | deg | typology angle of the reference skin; depends on light unless calibrated
protocol_id | str | | protocol id, version and hash
""")
