"""Speed and memory of the whole chain, as a ratio to decoding the same photos with cv2.imdecode.

    python scripts/benchmark_pipeline.py STUDY [--jobs 1]

Prints photos per second, the share of each stage and the peak memory of this process. Stages are timed in one
process by wrapping the functions that the pipeline calls, so their sum is below the total.
"""

from __future__ import annotations

import argparse
import importlib
import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

STAGES = {
    "read": ("lesiontrack.pipeline.prepare", "read_photo"),
    "scale": ("lesiontrack.pipeline.prepare", "explain_scale"),
    "colour card": ("lesiontrack.pipeline.prepare", "find_colour"),
    "ruler white": ("lesiontrack.pipeline.prepare", "correction_from_white"),
    "segmentation": ("lesiontrack.pipeline.prepare", "segment"),
    "measurement": ("lesiontrack.pipeline.prepare", "find_lesions"),
    "quality": ("lesiontrack.pipeline.prepare", "assess_quality"),
    "registration": ("lesiontrack.pipeline.join", "register"),
    "tracking": ("lesiontrack.pipeline.site", "track_site"),
    "redness, crops": ("lesiontrack.pipeline.site", "score_tracks"),
    "overviews": ("lesiontrack.pipeline.pictures", "overview"),
    "responses": ("lesiontrack.pipeline", "respond"),
    "report": ("lesiontrack.report", "write_report"),
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("study", type=Path)
    parser.add_argument("--jobs", type=int, default=1, help="above 1: the total only, no stages")
    args = parser.parse_args()
    cv2.setNumThreads(1)

    from lesiontrack import pipeline
    from lesiontrack.study import read_study

    study = read_study(args.study)
    files = [photo.path for patient in study.patients for photo in patient.photos]
    decode = time_decoding(files)
    spent: dict[str, float] = defaultdict(float)
    if args.jobs == 1:
        for name, (module, attribute) in STAGES.items():
            wrap(importlib.import_module(module), attribute, spent, name)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        outcome = pipeline.run(study, Path(folder) / "results", jobs=args.jobs)
        total = time.perf_counter() - start
        start = time.perf_counter()
        pipeline.run(study, Path(folder) / "results", jobs=args.jobs)
        resumed = time.perf_counter() - start
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())

    photos = len(outcome.tables["photos"])
    megapixels = float((outcome.tables["photos"]["width"] * outcome.tables["photos"]["height"]).mean()) / 1e6
    print(
        f"photos                {photos} of {len(files)}, mean {megapixels:.2f} MP, {args.jobs} process(es)"
    )
    print(f"total                 {total:.2f} s, {photos / total:.2f} photos/s")
    print(f"cv2.imdecode          {decode:.2f} s (baseline)")
    print(f"ratio                 {total / decode:.1f}")
    print(f"resumed, all kept     {resumed:.2f} s")
    print(f"results on disk       {size / 1e6 / photos * 1000:.0f} MB per 1,000 photos")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1024**2 if sys.platform == "darwin" else 1024
    )
    print(f"peak memory           {peak:.0f} MB (this process)")
    for name, seconds in sorted(spent.items(), key=lambda item: -item[1]):
        print(f"  {name:<19} {seconds:6.2f} s  {100 * seconds / total:5.1f} %")


def time_decoding(files: list[Path]) -> float:
    contents = [np.frombuffer(path.read_bytes(), np.uint8) for path in files]
    start = time.perf_counter()
    for content in contents:
        if content.size:
            cv2.imdecode(content, cv2.IMREAD_COLOR)
    return time.perf_counter() - start


def wrap(module: Any, attribute: str, spent: dict[str, float], name: str) -> None:
    function: Callable[..., Any] = getattr(module, attribute)

    def timed(*args: Any, **kwargs: Any) -> Any:
        start = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            spent[name] += time.perf_counter() - start

    setattr(module, attribute, timed)


if __name__ == "__main__":
    main()
