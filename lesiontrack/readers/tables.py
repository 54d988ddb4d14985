"""The files of a comparison: columns, types, units and meaning in one place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from lesiontrack.tables.column import DTYPES, Column, columns

PAIRS = columns("""
question | str | | what was asked
patient | str | | patient code
site | str | | skin site; empty where the question is of the patient or the lesion
visit | str | | visit label
lesion | str | | lesion id; lesions of outlines that lie in the part that both judged
sign | str | | sign that was graded
scale_id | str | | scale of the grade
class | str | | lesion, ulcer, obstruction or skin, of outlines
photo | str | | path below the study folder
state | str | | agree, differ, only A (reader B said nothing of it) or only B
answer_a | str | | what reader A said, in words
answer_b | str | | what reader B said, in words
implied_a | bool | | reader A signed the row with that value, or said it of the whole visit, not by itself
implied_b | bool | | the same of reader B
left_open | bool | | for a third reader: they differ or one did not say, and the main store has no answer
main_store | str | | what the main store says of it now, and by whom: merged from both, or said after both
ids_a | str | | reader A's files in _review/readers
ids_b | str | | reader B's files in _review/readers
note | str | | what else is to be known
""")

AGREEMENT = columns("""
question | str | | what was asked
sign | str | | sign that was graded
scale_id | str | | scale of the grade
both | int | | subjects that both read
patients | int | | patients that these belong to
only_a | int | | subjects that reader A alone read; in no statistic
only_b | int | | subjects that reader B alone read; in no statistic
from_signatures | int | | of both: an answer follows from a signature, or from a word on the whole visit
agree | int | | of both: the same answer
agreement | float | | agree / both, 0..1
agreement_lower | float | | lower 95 % limit: exact, at the effective number (Korn and Graubard 1998)
agreement_upper | float | | upper 95 % limit
kappa | float | | Cohen's kappa (1960): exact agreement beyond chance, at most 1
kappa_lower | float | | lower 95 % limit: jackknife over patients, Student's t; asymptotic (Fleiss, \
Cohen and Everitt 1969) with one subject a patient
kappa_upper | float | | upper 95 % limit
pabak | float | | 2 agreement - 1 (Byrt, Bishop and Carlin 1993): kappa if both answers were as frequent; \
questions of yes or no
mean_difference | float | | mean of A - B of grades: whether one grades higher than the other
kappa_linear | float | | weighted kappa (Cohen 1968) of grades, weight 1 - distance / range
kappa_linear_lower | float | | lower 95 % limit, as of kappa
kappa_linear_upper | float | | upper 95 % limit
kappa_quadratic | float | | the same with squared distances (Fleiss and Cohen 1973)
kappa_quadratic_lower | float | | lower 95 % limit, as of kappa
kappa_quadratic_upper | float | | upper 95 % limit
note | str | | what limits the figures
""")

CROSSTABLES = columns("""
question | str | | what was asked
sign | str | | sign that was graded
scale_id | str | | scale of the grade
answer_a | str | | answer of reader A
answer_b | str | | answer of reader B
subjects | int | | subjects with these two answers
""")

MEASUREMENTS = columns("""
what | str | | outlines, place of a lesion, or landmarks
patient | str | | patient code
site | str | | skin site
visit | str | | visit label
lesion | str | | lesion id; of outlines: lesions whose place lies in the part that both judged
photo | str | | path below the study folder
photo_sha256 | str | | digest of the photo
class | str | | lesion, ulcer, obstruction or skin
region | int | | of outlines: number of the connected part of the photo that windows of both cover
x | int | px | left edge of that part's bounding box, in the upright photo
y | int | px | top edge
width | int | px | width of the bounding box
height | int | px | height of the bounding box
judged_by_both_px | int | px2 | size of that part
outside_a_px | int | px2 | what reader A drew in the same windows where reader B judged nothing; not compared
outside_b_px | int | px2 | what reader B drew where reader A judged nothing; not compared
px_per_mm | float | px/mm | scale of the photo, from the results; of landmarks: of the reference photo
area_a_px | int | px2 | reader A's area in the part that both judged
area_b_px | int | px2 | reader B's area there
area_a_mm2 | float | mm2 | reader A's area there
area_b_mm2 | float | mm2 | reader B's area there
difference_mm2 | float | mm2 | area of A - area of B
dice | float | | overlap 2 both / (A + B), of areas, 0..1 (Dice 1945); empty where both drew nothing
distance_px | float | px | between the two places; of landmarks: mean distance between where either set lays \
the points of both (similarity, least squares), in the reference photo
distance_mm | float | mm | the same in mm
counts_as_one | bool | | within the limits of --min-dice and --max-distance, so that a merge takes it
note | str | | what else is to be known
""")

MEASUREMENT_AGREEMENT = columns("""
quantity | str | | what was compared, one value a region or place
unit | str | | unit of all values; ratio: computed on logarithms and given back, but for the ICC
compared | int | | regions or places
patients | int | | patients that these belong to
left_out | int | | pairs without a value; the note says why
mean_a | float | | mean of reader A
mean_b | float | | mean of reader B
bias | float | | mean of A - B (Bland and Altman 1986)
bias_lower | float | | lower 95 % limit: patients drawn with replacement; Student's t with one each
bias_upper | float | | upper 95 % limit
sd | float | | standard deviation of a single difference, between and within patients together (Bland and \
Altman 2007); of ratios: of their logarithms
loa_lower | float | | lower 95 % limit of agreement: bias - 1.96 sd
loa_upper | float | | upper 95 % limit of agreement
icc_2_1 | float | | intraclass correlation ICC(2,1): absolute agreement of any two such readers (Shrout and \
Fleiss 1979); may be negative
icc_2_1_lower | float | | lower 95 % limit: jackknife over patients, Student's t; F-based (McGraw and Wong \
1996) with one region a patient
icc_2_1_upper | float | | upper 95 % limit
icc_3_1 | float | | ICC(3,1): consistency of these two, whatever one measures more than the other
icc_3_1_lower | float | | lower 95 % limit, as of ICC(2,1)
icc_3_1_upper | float | | upper 95 % limit
median | float | | of overlaps and distances
lowest | float | | of overlaps and distances
highest | float | | of overlaps and distances
note | str | | what limits the figures
""")

FILES: Mapping[str, tuple[str, tuple[Column, ...]]] = {
    "agreement.csv": ("How far they agree, a row a question, sign and scale.", AGREEMENT),
    "crosstables.csv": ("How often they gave each pair of answers.", CROSSTABLES),
    "disagreements.csv": ("What they do not agree on, or one of them did not read.", PAIRS),
    "measurements.csv": ("Outlines and places of both, a row a region or place.", MEASUREMENTS),
    "measurement_agreement.csv": ("How far areas, overlaps and distances agree.", MEASUREMENT_AGREEMENT),
    "pairs.csv": ("Every answer of both readers, side by side; nothing is left out.", PAIRS),
}
"""File → what it is, and its columns."""


def table(columns_: tuple[Column, ...], rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows as a typed table; raises KeyError for a column that it does not have."""
    rows = list(rows)
    names = [column.name for column in columns_]
    for row in rows:
        if unknown := set(row) - set(names):
            raise KeyError(f"no column {', '.join(sorted(unknown))}")
    return pd.DataFrame(
        {
            column.name: pd.Series([row.get(column.name) for row in rows], dtype=DTYPES[column.type])
            for column in columns_
        },
        columns=names,
    )
