"""Tables of what the study's own files and its readers say, kept with the results for the exports."""

from __future__ import annotations

from lesiontrack.tables.column import columns

PATIENTS = columns("""
patient | str | | patient code
arm | str | | arm of the study
day_zero | str | | what study days count from: treatment_start or first_visit
zero_date | str | | ISO date of day 0, where one is known
treatment_start | str | | ISO date of the first treatment
enrolled | str | | ISO date of enrolment
enrolled_day | int | d | study day of enrolment
death_date | str | | ISO date of death
death_day | int | d | study day of death
last_contact | str | | ISO date when last known to be alive
last_contact_day | int | d | study day when last known to be alive
photos | int | | photos of this patient in the study
further | str | | other columns of patients.csv, as JSON
protocol_id | str | | protocol id, version and hash
""")

DOSES = columns("""
patient | str | | patient code
agent | str | | what was given, as recorded
kind | str | | injection or topical, where the protocol names the agent
start_day | int | d | study day of the dose, or first day of the course
end_day | int | d | last day of the course
lesion | str | | lesion id, where told
amount | float | | amount, in `unit`
unit | str | | unit of the amount
frequency | str | | how often
occlusion | str | | whether and how occluded
margin_mm | float | mm | treated margin around the lesion
course | int | | number of the treatment course
protocol_id | str | | protocol id, version and hash
""")

EVENTS = columns("""
patient | str | | patient code
study_day | int | d | study day
event | str | | what happened, as recorded
lesion | str | | lesion id, where told
protocol_id | str | | protocol id, version and hash
""")

MEASUREMENTS = columns("""
patient | str | | patient code
visit | str | | visit label
study_day | int | d | study day
lesion | str | | lesion id
method | str | | caliper, ultrasound, CT or palpation
quantity | str | | what was measured, as recorded
value | float | | as recorded, in `unit`
unit | str | | unit of the value
compared_with | str | | column of observations that stands beside it: longest_diameter_mm, \
perpendicular_diameter_mm, area_mm2 or ulcer_area_mm2; empty where none does
value_comparable | float | mm or mm2 | value in the unit of that column
photo_value | float | mm or mm2 | the photo's value of that lesion and visit
photo_sd | float | mm or mm2 | its standard deviation
difference | float | mm or mm2 | photo_value - value_comparable
note | str | | why there is nothing to compare
protocol_id | str | | protocol id, version and hash
""")

GRADES = columns("""
patient | str | | patient code
site | str | | skin site
visit | str | | visit label
study_day | int | d | study day
lesion | str | | lesion id; empty: the site as a whole
sign | str | | what was graded, as recorded
scale_id | str | | scale that it was graded on, as recorded
grade | float | | as recorded
rater | str | | who graded
source | str | | clinician.csv, or review (`lesiontrack review`)
protocol_id | str | | protocol id, version and hash
""")

REVIEWS = columns("""
id | str | | name of the file in _review/
kind | str | | kind of correction, or signature, or withdrawal
patient | str | | patient code
site | str | | skin site
lesion | str | | lesion id
visit | str | | visit label
study_day | int | d | study day
photo | str | | path below the study folder, where it is about one photo
what | str | | what was said, in words
note | str | | the reader's note
by | str | | reader
at | str | | when, ISO 8601, UTC
state | str | | in force, replaced, withdrawn, void or no effect
why | str | | what that state rests on
protocol_id | str | | protocol id, version and hash
""")
