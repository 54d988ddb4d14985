"""The main job on real serial close-ups: `lesiontrack run` on nci_study against hand-made truth.

    LESIONTRACK_DATA=... python scripts/benchmark_main_job.py [--results DIR]

Prints, per visit and over all, what was evaluated and the error of the longest diameter. A visit counts as
evaluated where the lesion nearest the truth's outline has an evaluable longest diameter in mm. Baseline: the
same diameter from Otsu's threshold on CIELAB lightness over the whole frame (largest blob that leaves the
border free), at the true scale.
"""

from __future__ import annotations

import argparse
import math
import os
import tempfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd

from lesiontrack.photo import read_photo
from lesiontrack.pipeline import run
from lesiontrack.pipeline.siteindex import read_site, read_site_index
from lesiontrack.results import ResultsFolder

NEAR = 0.75  # of the true longest diameter: farther from the outline's centre is another lesion


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--results", type=Path, help="keep the results here")
    parser.add_argument("--protocol", default="response-only")
    args = parser.parse_args()
    data = Path(os.environ["LESIONTRACK_DATA"])
    with tempfile.TemporaryDirectory() as temporary:
        results = args.results or Path(temporary) / "results"
        outcome = run(data / "nci_study", results, protocol=args.protocol)
        truth = pd.read_csv(data / "nci_moles" / "truth.csv", dtype={"case": str})
        visits = pd.read_csv(data / "nci_moles" / "study_truth.csv", dtype={"patient": str})
        truth = visits.merge(truth[["file", "polygon", "px_per_mm", "ld_px", "border"]], on="file")
        rows = [
            compare(row, outcome.tables["observations"], ResultsFolder(results), data)
            for row in truth.to_dict("records")
        ]
        report(pd.DataFrame(rows), outcome)


def compare(
    truth: dict[str, Any], observations: pd.DataFrame, results: ResultsFolder, data: Path
) -> dict[str, Any]:
    points = np.array([pair.split() for pair in truth["polygon"].split(";")], float)
    centre = points.mean(axis=0)
    row = {
        "visit": f"{truth['patient']}/{truth['visit']}",
        "truth_mm": truth["ld_mm"],
        "border": truth["border"],
    }
    found = nearest_lesion(truth, centre, observations, results)
    photo = data / "nci_study" / truth["patient"] / truth["visit"] / "mole.jpg"
    row["otsu_error"] = otsu_diameter(photo) / truth["px_per_mm"] / truth["ld_mm"] - 1
    if found is None:
        return row | {"why": "no lesion there"}
    row |= {"lesion": found["lesion"], "status": found["status"], "why": found["reason"]}
    if found["evaluable"] and pd.notna(found["longest_diameter_mm"]):
        row["error"] = float(found["longest_diameter_mm"]) / truth["ld_mm"] - 1
        row["sd"] = float(found["longest_diameter_mm_sd"]) / truth["ld_mm"]
    return row


def nearest_lesion(
    truth: dict[str, Any], centre: np.ndarray, observations: pd.DataFrame, results: ResultsFolder
) -> dict[str, Any] | None:
    best: tuple[float, dict[str, Any]] | None = None
    for entry in read_site_index(results):
        if entry.patient != truth["patient"]:
            continue
        for lesion, track in zip(entry.lesions, read_site(results, entry).tracks, strict=True):
            for sighting in track.sightings:
                if sighting.visit != truth["visit"] or sighting.photo_xy is None:
                    continue
                distance = math.dist(sighting.photo_xy, centre)
                if distance < NEAR * truth["ld_px"] and (best is None or distance < best[0]):
                    at = (observations["patient"] == truth["patient"]) & (observations["lesion"] == lesion)
                    at &= observations["visit"] == truth["visit"]
                    best = (distance, observations[at].iloc[0].to_dict())
    return best[1] if best else None


def otsu_diameter(path: Path) -> float:
    lightness = cv2.cvtColor(read_photo(path).pixels, cv2.COLOR_RGB2LAB)[:, :, 0]
    _, dark = cv2.threshold(lightness, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(dark)
    height, width = dark.shape
    inside = [
        k
        for k in range(1, count)
        if min(stats[k, :2]) > 0 and stats[k, 0] + stats[k, 2] < width and stats[k, 1] + stats[k, 3] < height
    ]
    if not inside:
        return math.nan
    largest = max(inside, key=lambda k: stats[k, 4])
    points = np.argwhere(labels == largest).astype(np.float32)
    hull = cv2.convexHull(points)[:, 0, :]
    return float(max(np.linalg.norm(hull[:, None] - hull[None], axis=2).ravel()) + 1)


def report(table: pd.DataFrame, outcome: Any) -> None:
    shown = table.assign(
        error=100 * table["error"], otsu_error=100 * table["otsu_error"], sd=100 * table["sd"]
    )
    print(
        shown.sort_values("error", key=lambda e: -e.abs(), na_position="first")
        .round(1)
        .to_string(index=False, max_colwidth=70)
    )
    errors = table["error"].dropna().abs()
    otsu = table["otsu_error"].dropna().abs()
    print(f"\nexit code              {outcome.exit_code}")
    print(f"visits evaluated       {len(errors)} of {len(table)} ({len(errors) / len(table):.0%})")
    for name, values in (("lesiontrack", errors), ("baseline (Otsu)", otsu)):
        print(
            f"{name:<22} |error| of the longest diameter: median {values.median():.1%}, "
            f"75 % {values.quantile(0.75):.1%}, 95 % {values.quantile(0.95):.1%}; within 10 %: "
            f"{(values <= 0.10).sum()} of {len(table)}"
        )
    sure = table.dropna(subset=["error"])
    print(f"within 2 sd            {(sure['error'].abs() <= 2 * sure['sd']).mean():.0%} of evaluated visits")
    lesions = outcome.tables["observations"][["patient", "lesion"]].drop_duplicates()
    print(f"lesions                {len(lesions)} (truth: 16, of which DN4's second mole is not outlined)")


if __name__ == "__main__":
    main()
