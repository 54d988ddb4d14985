"""A field of the REDCap project, its row in the data dictionary, and values as its validation has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

HEADER = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)
"""The 18 columns of a data dictionary, as REDCap names them."""

READ_ONLY = "@READONLY"
"""Action tag: what the software measured is not typed over by hand."""


@dataclass(frozen=True)
class Field:
    """A field.

    Attributes:
        name: 26 characters at most, as REDCap recommends; unique in the project.
        form: instrument.
        kind: text, date, integer, number, notes, yesno, or dropdown with `choices` (word → code).
        column: of the rows that the form is filled from.
        note: shown under the field.
        identifier: left out of de-identified exports by REDCap.
    """

    name: str
    form: str
    kind: str
    label: str
    column: str
    choices: Mapping[str, int] | None = None
    note: str = ""
    identifier: bool = False
    section: str = ""

    def dictionary_row(self) -> tuple[str, ...]:
        """Its row in the data dictionary."""
        field_type = self.kind if self.kind in ("notes", "yesno", "dropdown") else "text"
        validation = {"date": "date_ymd", "integer": "integer", "number": "number"}.get(self.kind, "")
        choices = " | ".join(
            f"{code}, {word.replace('_', ' ')}" for word, code in (self.choices or {}).items()
        )
        tag = "" if self.column == "record_id" else READ_ONLY
        told = (self.name, self.form, self.section, field_type, self.label, choices, self.note, validation)
        return (*told, "", "", "y" if self.identifier else "", *([""] * 6), tag)

    def cell(self, value: Any) -> str:
        """The value as REDCap imports it; "" where there is none.

        Raises ValueError for a word without a code: REDCap would refuse the whole import for it.
        """
        if value is None or value == "":
            return ""
        if self.kind == "yesno":
            return "1" if value else "0"
        if self.kind == "dropdown":
            if self.choices is None or value not in self.choices:
                raise ValueError(
                    f"{value!r} has no REDCap code in {self.name}; known: {', '.join(self.choices or ())}"
                )
            return str(self.choices[value])
        if self.kind == "integer":
            return str(int(value))
        if self.kind == "number":
            return format(Decimal(str(value)).normalize(), "f")
        return " ".join(str(value).split())
