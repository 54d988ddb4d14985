"""README.txt of an export: what lies in the folder, how to open it, and what it is not."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from lesiontrack.export.source import Source
from lesiontrack.statements import DISCLAIMER, VALIDATION

_RESPONSES = (
    "Responses rest on photographs alone: cutaneous, photo-visible. They are automatic unless the table says "
    "that a reader corrected or signed them."
)
_WIDTH = 106

_FORMATS = {
    "csv": """One file a table; data_dictionary.csv says what each column is, its type and its unit. Unknown
is empty, never 0. protocol_id names the protocol file (id@version#hash) that the values were read under.

UTF-8 with byte order mark, comma, CRLF. Text that begins with = + - @, a tab or a line break has an
apostrophe in front, so that no spreadsheet runs it as a formula. Spreadsheets turn ids such as 0039 into
numbers when they open a CSV file by double-click: import it with these columns as text, or take the Parquet
files.

In Python, with lesiontrack (text as it was, all columns as text):
from lesiontrack.spreadsheet import read_csv
observations = read_csv("observations.csv")

With pandas alone (numbers as numbers; codes as text; the apostrophe stays where there was one):
import pandas as pd
observations = pd.read_csv("observations.csv", encoding="utf-8-sig", dtype={"patient": "string"})

In R:
observations <- read.csv("observations.csv", fileEncoding = "UTF-8-BOM",
colClasses = c(patient = "character"))
""",
    "parquet": """One file a table; data_dictionary.parquet says what each column is, its type and its unit.
Unknown is null, never 0. protocol_id names the protocol file (id@version#hash) that the values were read
under. Types are as in the dictionary, and each column carries its unit and meaning as field metadata.
Nothing is escaped here.

import pandas as pd
observations = pd.read_parquet("observations.parquet")
""",
    "sdtm": """SDTM domains as Dataset-JSON 1.1, one file a domain, with controlled terms of CDISC. Day 0 of
the results is day 1 here, as CDISC has no day 0. Photo-only criteria are PROTOCOL DEFINED RESPONSE
CRITERIA; software is never given as evaluator.
""",
    "adam": """ADaM datasets as Dataset-JSON 1.1, one file a dataset. Day 0 of the results is day 1 here, as
CDISC has no day 0. Photo-only criteria are named as such.
""",
    "redcap": """Import file and data dictionary for REDCap. Make the project from the dictionary first,
then import the data file; dates are YYYY-MM-DD, and empty means unknown.
""",
    "figures": """Each figure as SVG and PNG (300 dpi), 85 or 175 mm wide. captions.txt has a caption and a
text alternative for each, and says which figures could not be drawn and why. Colours are of the Okabe-Ito
palette, and shapes or hatches tell the same without colour. Text in the SVG files is outlines, so that no
font is needed.
""",
}
_PSEUDONYMS = (
    "Pseudonymised: new patient codes ({how}), visits by study day, no calendar date, no device and no free "
    "text of the study. Columns that were emptied are still there. Study days, body sites, sizes and rare "
    "combinations remain and may tell a patient to those who know them: handle it as personal data."
)


def readme_text(source: Source, format: str, files: Sequence[str], *, pseudonyms: str = "") -> str:
    """The text. `files`: those of the format; `pseudonyms`: how codes were made, empty for none."""
    parts = [_head(format), _FORMATS[format]]
    if source.signed_only:
        parts.append(_signed(source))
    if pseudonyms:
        parts.append(textwrap.fill(_PSEUDONYMS.format(how=pseudonyms), _WIDTH) + "\n")
    if source.missing:
        told = f"Tables that the run did not make: {', '.join(source.missing)}."
        parts.append(textwrap.fill(told, _WIDTH) + "\n")
    listed = [*files, "methods.txt: for a paper, from what was run", "provenance.json: versions"]
    parts.append("Files:\n" + "".join(f"{name}\n" for name in listed))
    return "\n".join(parts)


def _head(format: str) -> str:
    paragraphs = (f"lesiontrack export: {format}", DISCLAIMER, f"{VALIDATION} {_RESPONSES}")
    return "\n\n".join(textwrap.fill(text, _WIDTH) for text in paragraphs) + "\n"


def _signed(source: Source) -> str:
    text = (
        "Only what a reader has signed, in the tables that know of signatures; photos, doses, events, "
        "grades, reviews and failures are whole. Rates, survival and times to events are those of the signed "
        "basis: there a complete response counts only once a reader has signed it; other responses count as "
        "read automatically."
    )
    observations = source.tables.get("observations")
    if observations is not None and observations.empty:
        text += " Nothing is signed yet, so the tables of sizes and responses are empty."
    return textwrap.fill(text, _WIDTH) + "\n"
