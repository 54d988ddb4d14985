"""The output tables: columns, types, units and meaning in one place, so that tables and dictionary agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

DTYPES = {"str": "string", "int": "Int64", "float": "Float64", "bool": "boolean"}


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    unit: str
    meaning: str


def _columns(text: str) -> tuple[Column, ...]:
    rows = (line.split("|") for line in text.strip().splitlines())
    return tuple(Column(*(cell.strip() for cell in row)) for row in rows)


PHOTOS = _columns("""
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
reference_photo | str | | photo whose frame the site is in
notes | str | | what decoding, scale, segmentation and registration had to say
protocol_id | str | | protocol id, version and hash
""")

OBSERVATIONS = _columns("""
patient | str | | patient code
site | str | | skin site
lesion | str | | lesion id, L01... per patient, append-only
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
review_status | str | | unreviewed until a reader has signed
protocol_id | str | | protocol id, version and hash
""")

FLAGS = _columns("""
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

LESION_RESPONSES = _columns("""
patient | str | | patient code
site | str | | skin site
lesion | str | | lesion id
role | str | | target, non_target or new
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

VISIT_RESPONSES = _columns("""
patient | str | | patient code
visit | str | | visit label
study_day | int | d | study day
in_assessment_window | bool | | whether responses are read on that day; empty: no treatment start known
analysis | str | | target set: recist_2_per_organ, protocol_targets or all_lesion_area
targets | str | | lesion ids in the sum
sum_mm | float | mm | sum of longest diameters; empty where one is not evaluable, and for all_lesion_area
baseline_sum_mm | float | mm | the same at baseline
nadir_sum_mm | float | mm | smallest sum_mm up to the visit before, baseline included
sum_mm2 | float | mm2 | sum of areas; all_lesion_area only
baseline_sum_mm2 | float | mm2 | the same at baseline; all_lesion_area only
nadir_sum_mm2 | float | mm2 | smallest sum_mm2 up to the visit before, baseline included; all_lesion_area only
target_response | str | | CR, PR, SD, PD or NE
non_target_response | str | | CR, NON-CR/NON-PD, PD or NE; empty where there are none
new_lesion | str | | none, candidate (a reader has not said) or signed
response | str | | overall, cutaneous, photo-visible; automatic, candidates not counted as new lesions
response_if_candidates_are_new | str | | overall, were every new-lesion candidate real
review_status | str | | unreviewed until a reader has signed
protocol_id | str | | protocol id, version and hash
""")

BEST_RESPONSES = _columns("""
patient | str | | patient code
analysis | str | | target set
visits | str | | assessment_window or all_visits
confirmation | str | | confirmed (a second reading after the protocol's interval) or unconfirmed
response | str | | best overall response, cutaneous, photo-visible; automatic
study_day | int | d | day of that response
signed | bool | | whether a reader has signed what it rests on
note | str | | what keeps it from being counted as it stands
protocol_id | str | | protocol id, version and hash
""")

RATES = _columns("""
analysis | str | | target set
visits | str | | assessment_window or all_visits
confirmation | str | | confirmed or unconfirmed
basis | str | | automatic or signed
endpoint | str | | ORR, CR or DCR
numerator | int | | patients with it
denominator | int | | all enrolled patients, those without photos included
rate | float | 0-1 | numerator / denominator
lower | float | 0-1 | 95 % Clopper-Pearson
upper | float | 0-1 | 95 % Clopper-Pearson
not_evaluable | int | | patients in the denominator without an evaluable response
worst_case | float | 0-1 | rate, were none of those a responder
best_case | float | 0-1 | rate, were all of those responders
protocol_id | str | | protocol id, version and hash
""")

FAILURES = _columns("""
file | str | | file below the study folder, or site
stage | str | | stage that could not go on
reason | str | | why, and what would help
protocol_id | str | | protocol id, version and hash
""")

ACQUISITION = _columns("""
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

TABLES: Mapping[str, tuple[Column, ...]] = {
    "photos": PHOTOS,
    "observations": OBSERVATIONS,
    "flags": FLAGS,
    "lesion_responses": LESION_RESPONSES,
    "visit_responses": VISIT_RESPONSES,
    "best_responses": BEST_RESPONSES,
    "rates": RATES,
    "failures": FAILURES,
    "acquisition": ACQUISITION,
}


def frame(table: str, rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows → a typed DataFrame with exactly the table's columns; a missing value is NA, never 0.

    Raises KeyError for a row with a column that the table does not have: a misspelt name must not vanish.
    """
    columns = TABLES[table]
    names = [column.name for column in columns]
    rows = list(rows)
    for row in rows:
        unknown = set(row) - set(names)
        if unknown:
            raise KeyError(f"{table} has no column {', '.join(sorted(unknown))}")
    data = {
        column.name: pd.Series([row.get(column.name) for row in rows], dtype=DTYPES[column.type])
        for column in columns
    }
    return pd.DataFrame(data, columns=names)


def data_dictionary() -> pd.DataFrame:
    """One row a column of every table: table, column, type, unit, meaning."""
    rows = [
        {"table": table, "column": c.name, "type": c.type, "unit": c.unit, "meaning": c.meaning}
        for table, columns in TABLES.items()
        for c in columns
    ]
    return pd.DataFrame(rows)
