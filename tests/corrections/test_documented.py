"""docs/review-files.md tells of every kind of correction and every field, and of none that there isn't."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from lesiontrack.corrections import model
from lesiontrack.corrections.signed import SIGNED

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "review-files.md").read_text("utf-8")
KINDS = {kind.model_fields["kind"].default: kind for kind in get_args(get_args(model.Value)[0])}


def fields_in(section: str) -> list[str]:
    """The names in the first column of the tables."""
    rows = re.findall(r"^\| (`.+?) \|", section, re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`(\w+)`", row)]


def test_every_kind_has_a_section_with_all_its_fields():
    sections = {
        match[1]: match[2]
        for match in re.finditer(r"^### `(\w+)`[^\n]*\n(.*?)(?=^### |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    }
    assert sections.keys() == KINDS.keys()
    for name, kind in KINDS.items():
        if name != "signature":
            assert sorted(fields_in(sections[name])) == sorted({*kind.model_fields} - {"kind"}), name
    signature, _, values = sections["signature"].partition("| in `values`")
    assert sorted(fields_in(signature)) == sorted({*model.Signature.model_fields} - {"kind"})
    assert sorted(fields_in(values)) == sorted(SIGNED)


def test_every_field_of_the_envelope_is_told():
    section = PAGE.partition("## Every file")[2].partition("\n## ")[0]
    assert sorted(fields_in(section)) == sorted(model.Correction.model_fields)
