"""A comparison as files."""

from __future__ import annotations

from pathlib import Path

from lesiontrack.readers.agreement import agreement_rows, cross_rows
from lesiontrack.readers.comparison import Comparison
from lesiontrack.readers.folder import write_folder
from lesiontrack.readers.readme import readme_text
from lesiontrack.readers.rows import disagreement_rows, pair_rows
from lesiontrack.readers.sizes import measurement_rows, size_rows
from lesiontrack.readers.tables import FILES, table
from lesiontrack.spreadsheet import csv_bytes


def write_comparison(comparison: Comparison, out: Path, *, merged: str = "") -> None:
    """Write the tables of `tables.FILES` and README.txt; raises ResultsError.

    merged: how a merge went, one sentence for the README. Call `folder.check_target` first.
    """
    every = pair_rows(comparison.pairs, comparison.main)
    rows = {
        "agreement.csv": agreement_rows(comparison.pairs),
        "crosstables.csv": cross_rows(comparison.pairs),
        "disagreements.csv": disagreement_rows(every),
        "measurements.csv": measurement_rows(comparison.pairs),
        "measurement_agreement.csv": size_rows(comparison.pairs),
        "pairs.csv": every,
    }
    files = {name: csv_bytes(table(FILES[name][1], rows[name])) for name in FILES}
    text = readme_text(comparison, merged or "Nothing was merged.")
    write_folder(out, {**files, "README.txt": text.encode()})
