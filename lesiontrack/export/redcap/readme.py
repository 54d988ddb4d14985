"""redcap.txt: how to make the project, import, and import again."""

from __future__ import annotations

README = """REDCap import of lesiontrack

1. Make an empty project. Upload redcap_data_dictionary.csv as its data dictionary (it replaces all fields).
2. Project Setup, repeating instruments: make visit, lesion_visit, best_response and flag repeating
   (redcap_repeating.csv names them with their labels). patient does not repeat. No events are used.
3. Project Setup: switch off auto-numbering of records; the record id is the patient's code.
4. Data Import Tool: redcap_import.csv, dates as YYYY-MM-DD.

Import again after a later run: the same records and instances are overwritten. By default REDCap keeps what
it has where the file is empty; choose to overwrite with blank values, or what has become unknown stays as
it was.

Instance numbers. REDCap knows an instance by its number alone.
visit          order of study days. A visit that is added later at the end gets the next number.
lesion_visit   order in which the rows came to be known (day of the visit, or day on which the lesion was
               first seen where that is later). A later visit adds its rows at the end.
flag           order of study days, then names.
best_response  fixed: the same number is always the same target set, choice of visits and confirmation.
A visit put in between or before, a photo exchanged, lesions told apart differently, a lesion that is seen
for the first time though it was named before, a flag of an earlier day that is new or gone, or an export of
signed rows alone moves numbers. Then delete the instances in REDCap, or start a new project, before you
import: an import over the old one would mix them. lv_key and fl_key say what an instance is about,
vis_label which visit: where they differ from what the project has under the same number, numbers have
moved.

Days are study days as in the results (0 is the first treatment, or the first visit where none is known; the
field pat_day_zero says which). Responses are cutaneous, photo-visible, and automatic unless the review
field says signed. Erythema grades are provisional unless the scale says otherwise. Empty is unknown, never
0. Fields that may identify a person (dates, and visit labels that can be dates) are marked so. Fields of
the software are read-only in forms (@READONLY); an import fills them all the same. Form status is not
imported: forms stay Incomplete until a person says otherwise. Text is as it was: nothing guards it from
running as a formula if you open redcap_import.csv in a spreadsheet. Other columns of patients.csv are left
out.
"""
