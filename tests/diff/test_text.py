"""What a comparison says, in the terminal and as a table."""

from __future__ import annotations

import pandas as pd

from lesiontrack.diff import Diff, compare
from lesiontrack.diff.table import COLUMNS, change_table
from lesiontrack.diff.text import SHOWN, changes, summary
from lesiontrack.spreadsheet import csv_bytes
from tests.diff.made import pair

PHOTO = "PT01/2024-04-01/calf.jpg"


def test_nothing_to_say() -> None:
    a, b = pair()
    found = compare(a.side(), b.side())
    assert list(summary(found))[-1] == "No value differs."
    assert list(changes(found)) == []
    assert list(change_table(found).columns) == list(COLUMNS)


def test_summary_counts_by_table_and_cause() -> None:
    a, b = pair()
    b.row("photos", photo=PHOTO)["sha256"] = "other"
    b.row("observations", photo=PHOTO)["longest_diameter_mm"] = 12.6
    b.row("doses", patient="PT02")["amount"] = 2.0
    b.thresholds = {"response.pd_rise_pct": 25.0}
    text = "\n".join(summary(compare(a.side(), b.side())))
    assert f"photos: 1 replaced: {PHOTO}" in text
    assert "protocol: response.pd_rise_pct 20 -> 25" in text
    assert "doses: 1 value in 1 row changed" in text
    assert "Differences: 3 changed values" in text
    assert "  2  photo replaced" in text
    assert "  1  recorded in the study: doses.csv" in text


def test_changes_name_value_share_and_cause() -> None:
    a, b = pair()
    b.row("observations", photo=PHOTO)["longest_diameter_mm"] = 6.8
    lines = [line.strip() for line in changes(compare(a.side(), b.side()))]
    assert lines == [
        "",
        "observations",
        "PT01",
        "calf, L01, 2024-04-01",
        "longest_diameter_mm: 13.6 -> 6.8 (-50.00%)",
        "because: no cause found",
    ]


def test_rows_that_changed_alike_are_told_once() -> None:
    a, b = pair()
    for row in b.tables["observations"]:
        row["delta_a"] = 4.0
    text = "\n".join(changes(compare(a.side(), b.side())))
    assert text.count("delta_a: 3 -> 4") == 2
    assert text.count("… and 3 more rows alike") == 2
    every = "\n".join(changes(compare(a.side(), b.side()), everything=True))
    assert "alike" not in every
    assert every.count("L01, ") == 6


def test_long_lists_end_with_what_is_left_out() -> None:
    a, b = pair()
    for index in range(SHOWN + 5):
        b.tables["events"].append(
            {"patient": f"PT{index:02d}", "study_day": index, "event": "biopsy", "lesion": f"L{index:02d}"}
        )
    found = compare(a.side(), b.side())
    assert list(changes(found))[-1].startswith("… and 5 more rows: --all shows them")
    assert "more rows: --all" not in "\n".join(changes(found, everything=True))


def test_of_long_notes_only_what_differs_is_shown() -> None:
    a, b = pair()
    kept = "a sentence that stays as it is and is rather long, as notes of responses are"
    a.row("best_responses", patient="PT01")["note"] = f"{kept}; first"
    b.row("best_responses", patient="PT01")["note"] = f"{kept}; second"
    found = compare(a.side(), b.side())
    assert "      note: first -> second" in list(changes(found))
    (line,) = change_table(found).to_dict("records")
    assert (line["old"], line["new"]) == (f"{kept}; first", f"{kept}; second")


def _negative() -> Diff:
    a, b = pair()
    a.row("observations", photo=PHOTO)["ita_deg"] = -17.5
    b.row("observations", photo=PHOTO)["ita_deg"] = -17.25
    return compare(a.side(), b.side())


def test_table_has_a_line_for_every_value_with_all_digits() -> None:
    a, b = pair()
    b.row("observations", photo=PHOTO)["longest_diameter_mm"] = 13.600000000000001
    b.tables["events"].append({"patient": "PT01", "study_day": -7, "event": "biopsy", "lesion": None})
    table = change_table(compare(a.side(), b.side()))
    size, event = table.to_dict("records")
    assert (size["old"], size["new"]) == (13.6, 13.600000000000001)
    assert b",-17.5,-17.25," in csv_bytes(change_table(_negative()))
    assert size["key"] == "patient=PT01; site=calf; lesion=L01; visit=2024-04-01"
    assert (event["change"], event["cause"]) == ("added", "recorded in the study: events.csv")
    assert pd.isna(event["column"])
    assert event["key"] == "patient=PT01; study_day=-7; event=biopsy; lesion="
