"""adam.txt: what the codes of the ADaM datasets mean."""

from __future__ import annotations

from lesiontrack.export.adam.terms import ANALYSES, BASES, CONFIRMATIONS, HANDLINGS, VISITS


def _letters() -> str:
    """The letters of PARAMCD, from the same tables that make the codes."""
    lines = []
    for title, table in (
        ("target set", ANALYSES),
        ("visits read", VISITS),
        ("confirmation", CONFIRMATIONS),
        ("reading", BASES),
        ("new therapy", HANDLINGS),
    ):
        lines += [f"{title}:", *(f"  {letter}  {name}" for letter, name in table.values())]
    return "\n".join(lines)


README = f"""ADaM datasets of lesiontrack

Derived from the tables of the results folder, following pharmaverse/admiralonco where it has a template.
Responses rest on photographs alone: cutaneous, photo-visible. Software is nobody's evaluator: PARCAT2 says
AUTOMATIC or SIGNED. On the signed reading a complete response that no reader has signed is NE; a new lesion
is a progression on either reading only once a reader has signed it. PARCAT3 is PROTOCOL DEFINED RESPONSE
CRITERIA throughout, PARCAT4 says which rules the protocol takes.

PARAMCD (letters in this order; PARCAT6 is the template's code without them)
ADTR   LDIAMn LAREAn LULCn: diameter, area, skin loss of target lesion n (lesion id Ln); N...: non-target
       lesions, W...: candidates for new lesions, O...: lesions in no set.
       SDIAM + target set: sum of diameters; SAREAA: sum of the areas of all lesions.
ADRS   OVR + target set + reading; the others + target set + visits read + reading; DEATH and MDIS alone.
ADTTE  OS, PFS, TTR, RSD (duration of response), DSD (duration of stable disease), then those that apply of
       target set, visits read, confirmation, reading, new therapy.
{_letters()}

Days   ADY 1 is the anchor's day (ADSL.ANCHDT; ADSL.ANCHTYP says whether that is the treatment start or, where
       none is known, the first visit), -1 the day before; there is no day 0. Where the study tells no dates,
       dates are empty and days are not. AVISIT is DAY n, or BASELINE; VISIT is the SDTM datasets' DAY n,
       VISLABEL the study folder's own label.
ADTR   A sum is empty where a target could not be evaluated; LSEXP and LSASS say which lesions were expected
       and assessed, each by itself; where targets merged, the merged outline may stand for all of them.
       ANL01FL: the value is complete. ANL02FL: and lies in the assessment window. BASETYPE:
       whether the baseline is valid. PCHG and PCHGNAD are empty where they would divide by 0. AVALSD is the
       measurement's standard deviation. There is no sum where the subject was not seen after the
       baseline. LESRSP is the response of a lesion by its own diameter.
ADRS   AVAL: CR 1, PR 2, SD 3, NON-CR/NON-PD 4, PD 5, NE 6, MISSING 7; under iRECIST iCPD 5 and iUPD 8; Y 1,
       N 0. OVR: ANL01FL counts where all visits are read, ANL02FL where those in the assessment window are;
       of two visits on one day the worse counts. BOR and CBOR are the best responses of the results, REVNOTE
       what keeps them from being counted as they stand. SRCSEQ is ASEQ of the OVR record behind a parameter.
       Under iRECIST an iUPD counts as PD on its own day unless iCR, iPR or iSD follows before any iCPD.
ADTTE  CNSR 0 event; 1 last known without it; 2 new therapy; 3 missed visits; 4 no valid baseline. Subjects
       for whom an endpoint can't be given have no record of it. SRCDOM, SRCVAR: where the end's date is.
ADSL   One record an enrolled patient, photo-less ones included. Flags of patients.csv go through where the
       column is named as a flag (up to 8 letters, ends in FL) or as a usual analysis set, and says yes or no.

Left out: erythema grades and redness (grades are provisional), actual arm and randomisation date (not
recorded), other open columns of patients.csv. SRCSEQ of ADTR and OVR is that of the SDTM datasets of the same
results and the same choice of rows; it is empty where two visits of a day could be meant.
"""
