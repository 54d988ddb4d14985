"""sdtm_readme.txt: what the datasets are, in words."""

from __future__ import annotations

from collections.abc import Sequence

from lesiontrack.export.sdtm.results import SIZES
from lesiontrack.export.sdtm.study import SOFTWARE, SdtmStudy
from lesiontrack.export.sdtm.subjects import events_left_out
from lesiontrack.export.sdtm.terms import extended_terms

_TEXT = """SDTM datasets of lesiontrack, as CDISC Dataset-JSON 1.1
Datasets: {datasets}

These files follow SDTMIG 3.4 as far as the study's records go. They are not certified by CDISC, not
a submission, and come without Define-XML. Check them before use. Research software, not a medical
device.

Who evaluated. TUNAM, TRNAM and RSNAM say {software} where the software measured and derived.
TUEVAL, TREVAL and RSEVAL are empty throughout: software is no evaluator, and an empty one here
never stands for the investigator. Records with an empty TRNAM come from measurements.csv, which
does not say who measured. SUPPTR and SUPPRS (TRREVIEW, RSREVIEW) say whether a reader has signed a
value (SIGNED), and whether it has changed since (VOID); SUPPTR TRCORR says what readers changed. A
reader who signs is no evaluator either: what was measured stays measured, and nobody recorded
whether the reader was the investigator or an independent assessor.
{signed}
Days. Our day 0 is the day of RFSTDTC: --DY is 1 on it, -1 the day before, and there is no day 0.
SUPPDM DAYZERO says whether it is the first treatment or, where that is unknown, the first visit.
--DTC is empty where no date is known. VISITNUM and VISIT are that day: visits have no common
schedule.

Lesions. TULNKID: T, NT, NEW by the role in the study, X for a lesion that no rule has classified (a
fragment of one that split, one that only measurements.csv names); TUSPID and TRSPID keep
lesiontrack's own id. A candidate for a new lesion is TUMSTATE EQUIVOCAL, and NEWLPROG EQUIVOCAL,
until a reader has signed it. A lesion that merged is TUMSTATE TUMOR MERGED. TULOC is SKIN where the
name of the skin site does not tell a single place.

Sizes. As measured, unrounded; SUPPTR TRSD is the standard deviation. AREA with TRGRPID EROSION is
skin loss within or beside the lesion: that use of AREA is the sponsor's. Not evaluable: TRSTAT NOT
DONE with the reason. Size 0 stands only where the lesion's skin is in view and nothing is left.

Responses. RSCAT is PROTOCOL DEFINED RESPONSE CRITERIA for every target set: responses rest on
photographs alone, whatever published rules they follow; RSSCAT and RSSPID name them. SUPPRS
RSWINDOW: whether responses are read on that day; RSIFNEW: the response were every candidate for a
new lesion real.

Not in any SDTM dataset: best overall response and rates (derived: ADaM), the erythema grade (its
scale is provisional), inflammation against the expected course, flags, sizes in pixels,
demographics, consent, site and country (not recorded by the study).
Sponsor's own terms: {extended}.
{left_out}"""


def readme_text(study: SdtmStudy, datasets: Sequence[str]) -> str:
    """Of these datasets; what the study recorded and no dataset took is named."""
    measured = study.rows("measurements")
    unmapped = [
        row for row in measured if row["compared_with"] not in SIZES or row["value_comparable"] is None
    ]
    left_out = []
    if unmapped:
        names = ", ".join(sorted({f"{row['quantity']} ({row['unit']})" for row in unmapped}))
        left_out.append(
            f"{len(unmapped)} of {len(measured)} rows of measurements.csv have no test here: {names}."
        )
    if events := events_left_out(study):
        left_out.append(f"Events without a domain here: {', '.join(events)}.")
    signed = "Only what a reader has signed is in TU, TR and RS.\n" if study.source.signed_only else ""
    return _TEXT.format(
        datasets=", ".join(datasets) or "none: the study has no rows",
        software=SOFTWARE,
        signed=signed,
        extended=", ".join(f"{term} (codelist {codelist})" for codelist, term in extended_terms()),
        left_out="".join(f"{line}\n" for line in left_out),
    )
