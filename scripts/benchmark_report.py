"""How long the pages of a large cohort take, and how large they get.

    python scripts/benchmark_report.py RESULTS [--lesions 1000] [--jobs 1] [--keep FOLDER]

RESULTS is a finished results folder, as `lesiontrack run sample_images -o RESULTS` makes one. Its patients
are repeated under new codes until there are that many lesions: the pictures, outlines and rows are a run's,
only their number is made up. Prints seconds, pages a second, and mean and largest size of each kind of page.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd

from lesiontrack.pipeline.siteindex import INDEX, read_site_index
from lesiontrack.report import write_report
from lesiontrack.results import MARKER, ResultsFolder, json_bytes
from lesiontrack.tables import TABLES, frame, records

KINDS = ("index.html", "patients", "lesions", "sheets")
MB = 1e6


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("results", type=Path)
    parser.add_argument("--lesions", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a new folder for the cohort and its pages")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        root = args.keep or Path(temporary) / "cohort"
        lesions = repeat(ResultsFolder(args.results), ResultsFolder(root), args.lesions)
        write_report(root, jobs=args.jobs)  # once for the disk's cache
        began, spent = time.perf_counter(), processor_seconds()
        write_report(root, jobs=args.jobs)
        seconds, spent = time.perf_counter() - began, processor_seconds() - spent
        sizes = {kind: page_sizes(root / kind) for kind in KINDS}
    pages = sum(map(len, sizes.values()))
    print(f"{lesions} lesions, {pages} pages, {args.jobs} processes")
    print(f"{seconds:.1f} s, {pages / seconds:.0f} pages/s, {1000 * seconds / lesions:.0f} ms a lesion")
    print(f"{spent:.1f} s of processor time in all processes")
    usage = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(f"peak memory {usage[0] / 1000:.0f} MB, largest worker {usage[1] / 1000:.0f} MB")
    for kind, found in sizes.items():
        if found:
            mean, largest = sum(found) / len(found) / MB, max(found) / MB
            print(f"{kind:11s} {len(found):5d} pages, mean {mean:.2f} MB, largest {largest:.2f} MB")


def processor_seconds() -> float:
    """Of this process and its ended children: it says the same on a busy machine."""
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in usage)


def page_sizes(path: Path) -> list[int]:
    files = [path] if path.is_file() else path.glob("*.html")
    return [file.stat().st_size for file in files]


def repeat(source: ResultsFolder, target: ResultsFolder, wanted: int) -> int:
    """Copies `source` to `target` with its patients repeated; returns the number of lesions."""
    source.require()
    entries = read_site_index(source)
    one = len({(entry.patient, lesion) for entry in entries for lesion in entry.lesions})
    copies = -(-wanted // max(1, one))
    shutil.copytree(source.sites, target.sites)
    for path in (source.protocol, source.provenance, source.root / MARKER):
        target.write(path.name, path.read_bytes())
    settings = json.loads(source.settings.read_text("utf-8"))
    settings["doses"] = [d for k in range(copies) for d in recoded(settings.get("doses", []), k)]
    target.write(source.settings.name, json_bytes(settings))
    sites = json.loads((source.sites / INDEX).read_text("utf-8"))
    target.write(f"sites/{INDEX}", json_bytes([row for k in range(copies) for row in recoded(sites, k)]))
    for name in TABLES:
        table = read(source, name)
        rows = [row for k in range(copies) for row in recoded(table, k)] if named(table) else table
        target.write_table(name, frame(name, rows))
    return one * copies


def recoded(rows: list[dict[str, Any]], copy: int) -> list[dict[str, Any]]:
    return [row | {"patient": f"{row['patient']}-{copy + 1:03d}"} for row in rows]


def named(rows: list[dict[str, Any]]) -> bool:
    return bool(rows) and "patient" in rows[0]


def read(source: ResultsFolder, name: str) -> list[dict[str, Any]]:
    """Rows of a table; results of an earlier version may lack columns, or the table."""
    path = source.tables / f"{name}.parquet"
    columns = {column.name for column in TABLES[name]}
    if not path.is_file():
        return []
    return [{k: v for k, v in row.items() if k in columns} for row in records(pd.read_parquet(path))]


if __name__ == "__main__":
    main()
