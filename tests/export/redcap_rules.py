"""REDCap's import rules, written out as checks; docs/redcap.md has their sources."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date

from lesiontrack.export.redcap.fields import HEADER

Cells = dict[str, str]
VALIDATION = {
    "date_ymd": re.compile(r"\d{4}-\d{2}-\d{2}"),
    "integer": re.compile(r"[-+]?\d+"),
    "number": re.compile(r"[-+]?[0-9]*\.?[0-9]+"),
    "": re.compile(r"[^\r\n]*"),
}


def table(content: bytes) -> tuple[list[str], list[Cells]]:
    assert not content.startswith(b"\xef\xbb\xbf")  # it would become part of the first field's name
    reader = csv.reader(io.StringIO(content.decode(), newline=""))
    header, *rows = reader
    assert all(len(row) == len(header) for row in rows)
    return header, [dict(zip(header, row, strict=True)) for row in rows]


def check_dictionary(content: bytes) -> dict[str, Cells]:
    """The rules of a data dictionary; returns field name → row."""
    header, rows = table(content)
    assert tuple(header) == HEADER
    assert len(header) == 18
    names = [row["Variable / Field Name"] for row in rows]
    forms = [row["Form Name"] for row in rows]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) and 2 <= len(name) <= 26 for name in [*names, *forms])
    assert names[0] == "record_id"
    assert rows[0]["Field Type"] == "text"
    runs = [form for index, form in enumerate(forms) if index == 0 or forms[index - 1] != form]
    assert len(set(runs)) == len(runs)
    for row in rows:
        assert row["Field Label"]
        assert not set("<>") & set(row["Field Label"])
        assert row["Field Type"] in ("text", "notes", "dropdown", "yesno")
        assert row["Text Validation Type OR Show Slider Number"] in VALIDATION
        if row["Field Type"] != "text":
            assert not row["Text Validation Type OR Show Slider Number"]
        assert bool(row["Choices, Calculations, OR Slider Labels"]) == (row["Field Type"] == "dropdown")
        codes = list(choices(row))
        assert len(set(codes)) == len(codes)
        assert row["Identifier?"] in ("", "y")
    return dict(zip(names, rows, strict=True))


def choices(row: Cells) -> Iterator[str]:
    for choice in filter(None, row["Choices, Calculations, OR Slider Labels"].split("|")):
        code, label = choice.split(",", 1)
        assert re.fullmatch(r"\s*[A-Za-z0-9_]+\s*", code)
        assert label.strip()
        yield code.strip()


def check_import(made: dict[str, bytes]) -> list[Cells]:
    """The rules of a flat import into a project with that dictionary; returns the rows."""
    dictionary = check_dictionary(made["redcap_data_dictionary.csv"])
    _, repeating = table(made["redcap_repeating.csv"])
    forms = {row["form_name"] for row in repeating}
    assert forms < {row["Form Name"] for row in dictionary.values()}
    header, rows = table(made["redcap_import.csv"])
    assert header[0] == "record_id"
    assert set(header) == {*dictionary, "redcap_repeat_instrument", "redcap_repeat_instance"}
    seen = set()
    for row in rows:
        form, instance = row["redcap_repeat_instrument"], row["redcap_repeat_instance"]
        assert row["record_id"]
        assert bool(form) == bool(instance)
        if form:
            assert form in forms
            assert re.fullmatch(r"[1-9]\d*", instance)
            assert int(instance) <= 32767
        key = row["record_id"], form, instance
        assert key not in seen
        seen.add(key)
        for name, described in dictionary.items():
            if row[name] and name != "record_id":
                assert described["Form Name"] == (form or "patient"), (name, form)
                check_value(row[name], described)
    return rows


def check_value(value: str, described: Cells) -> None:
    kind = described["Field Type"]
    if kind == "yesno":
        assert value in ("0", "1")
    elif kind == "dropdown":
        assert value in set(choices(described))
    elif kind == "text":
        validation = described["Text Validation Type OR Show Slider Number"]
        assert VALIDATION[validation].fullmatch(value), (described, value)
        if validation == "date_ymd":
            date.fromisoformat(value)
