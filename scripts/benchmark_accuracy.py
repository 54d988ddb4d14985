"""All stages on a fixed set of phantom studies: easy, typical and hard, with exact truth.

    python scripts/benchmark_accuracy.py [--level LEVEL] [--studies N] [--out FOLDER] [--json FILE]
                                         [--model FILE] [--no-baseline] [--jobs N] [--fresh] [--kept]

Renders each study (two patients, five visits), runs lesiontrack on the folder as a user would, and compares
the tables with the truth. What is found again here is recovery of what was rendered; it validates nothing on
patients. docs/accuracy.md says what each line means. With --out, studies and results are kept, and a second
run only scores what has not changed; --kept scores kept results of other code too.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import cv2
import pandas as pd
from accuracy_courses import Matching, flag_rows, lesion_rows, response_rows, stray_rows
from accuracy_measures import SECTIONS
from accuracy_naive import run_naive
from accuracy_photos import photo_rows
from accuracy_runs import read_found, render, run_lesiontrack
from accuracy_seen import Found
from accuracy_studies import DAYS, LEVELS, SIZE, STUDIES
from accuracy_table import Scores, numbers, table_text
from accuracy_truth import Truth, read_truth

from lesiontrack.phantom.optics import SKIN_TONES

OURS, NAIVE = "lesiontrack", "naive"
Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Task:
    """One study; with fewer `visits`, a smaller `size` and without `swaps` in its test only."""

    level: str
    number: int
    out: Path
    model: str | None = None
    baseline: bool = True
    fresh: bool = False
    kept: bool = False
    visits: int = len(DAYS)
    size: tuple[int, int] = SIZE
    swaps: bool = True


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--level", choices=list(LEVELS), action="append", help="default: all; may be repeated"
    )
    parser.add_argument("--studies", type=int, default=STUDIES, help=f"a level, 1 to {STUDIES}")
    parser.add_argument("--out", type=Path, help="keep studies and results here")
    parser.add_argument("--json", type=Path, help="all numbers and the rows behind them")
    parser.add_argument("--model", help='a model file, or "colour"; default: as lesiontrack run')
    parser.add_argument("--no-baseline", action="store_true")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--fresh", action="store_true", help="run lesiontrack again on kept studies")
    parser.add_argument("--kept", action="store_true", help="score kept results, whatever code made them")
    options = parser.parse_args()
    if not 1 <= options.studies <= STUDIES:
        parser.error(f"--studies ({options.studies}) must be 1 to {STUDIES}")
    with tempfile.TemporaryDirectory() as temporary:
        out = options.out or Path(temporary)
        tasks = [
            Task(
                level, number, out / f"{level}-{number}", options.model, not options.no_baseline,
                options.fresh, options.kept,
            )
            for level in options.level or LEVELS
            for number in range(1, options.studies + 1)
        ]  # fmt: skip
        scores = collect(measure_all(tasks, options.jobs))
    print(report(scores))
    if options.json:
        options.json.write_text(json.dumps(document(scores), indent=1, default=str), encoding="utf-8")


def measure_all(tasks: list[Task], jobs: int) -> list[dict[str, Rows]]:
    if jobs == 1:
        return [measure(task) for task in tasks]
    spawn = multiprocessing.get_context("spawn")  # OpenCV does not survive a fork
    with ProcessPoolExecutor(jobs, mp_context=spawn) as pool:
        return list(pool.map(measure, tasks))


def measure(task: Task) -> dict[str, Rows]:
    """Render, run and score one study: method → table → rows."""
    cv2.setNumThreads(1)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    render(task.level, task.number, task.out, visits=task.visits, size=task.size)
    run_lesiontrack(task.out, model=task.model, fresh=task.fresh, kept=task.kept, swaps=task.swaps)
    truth = read_truth(task.out / "study")
    rows = {OURS: score(task.level, truth, read_found(task.out))}
    if task.baseline:
        rows[NAIVE] = score(task.level, truth, run_naive(task.out, truth))
    return rows


def score(level: str, truth: Truth, found: Found) -> Rows:
    """The rows of every table of Scores, with their level and tone."""
    matching = Matching(truth, found)
    tones = {photo.patient: photo.tone for photo in truth.photos.values()}
    rows: Rows = {
        "photos": photo_rows(truth, found),
        "lesions": lesion_rows(truth, found, matching),
        "strays": stray_rows(truth, found, matching),
        "flags": flag_rows(truth, found, matching),
        "responses": response_rows(truth, found, matching),
        "swaps": [{**swap, "tone": tones[swap["patient"]]} for swap in found.swaps],
    }
    return {name: [{"level": level, **row} for row in table] for name, table in rows.items()}


def collect(measured: list[dict[str, Rows]]) -> dict[str, Scores]:
    """Method → all of its rows."""
    names = [field.name for field in fields(Scores)]
    return {
        method: Scores(
            *(pd.DataFrame([row for one in measured for row in one[method][name]]) for name in names)
        )
        for method in measured[0]
    }


def report(scores: dict[str, Scores]) -> str:
    """By level with all and the baseline, then by skin tone."""
    ours = scores[OURS]
    levels = list(dict.fromkeys(ours.photos["level"]))
    columns = {level: numbers(SECTIONS, ours.where("level", level)) for level in levels}
    if len(levels) > 1:
        columns["all"] = numbers(SECTIONS, ours)
    if NAIVE in scores:
        columns["naive, all"] = numbers(SECTIONS, scores[NAIVE])
    photos, patients = len(ours.photos), ours.photos["patient"].nunique()
    parts = [
        f"{photos} rendered photos of {patients} patients. Recovery of what was rendered, not validity.",
        table_text(columns),
        "By skin tone, all levels",
        table_text({tone: numbers(SECTIONS, ours.where("tone", tone)) for tone in _tones(ours)}),
    ]
    return "\n\n".join(parts)


def _tones(scores: Scores) -> list[str]:
    return [tone for tone in SKIN_TONES if (scores.photos["tone"] == tone).any()]


def document(scores: dict[str, Scores]) -> dict[str, Any]:
    """Method → numbers of all, by level, by tone, and the rows."""
    told = {}
    for method, own in scores.items():
        told[method] = {
            "all": numbers(SECTIONS, own),
            "level": {
                level: numbers(SECTIONS, own.where("level", level)) for level in own.photos["level"].unique()
            },
            "tone": {tone: numbers(SECTIONS, own.where("tone", tone)) for tone in _tones(own)},
            "rows": {
                field.name: [
                    {key: None if pd.isna(value) else value for key, value in row.items()}
                    for row in getattr(own, field.name).astype(object).to_dict("records")
                ]
                for field in fields(own)
            },
        }
    return told


if __name__ == "__main__":
    main()
