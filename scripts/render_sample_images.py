"""Render sample_images/ again, exactly: python scripts/render_sample_images.py [FOLDER]

Writes into a new folder beside it first and then puts photos and truth in place; README.md stays.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import cv2

from lesiontrack.phantom import render_study, sample_study


def main() -> None:
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "sample_images"
    cv2.setNumThreads(1)
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="_samples-") as folder:
        fresh = Path(folder) / "study"
        render_study(sample_study(), fresh, masks=False, on_photo=print)
        for item in fresh.iterdir():
            old = target / item.name
            if old.is_dir():
                shutil.rmtree(old)
            shutil.copytree(item, old) if item.is_dir() else shutil.copy2(item, old)
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    print(f"{target}: {size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
