"""provenance.json: what made the results, from what, and when; the only place with times of day."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import pandas as pd

import lesiontrack
from lesiontrack.protocol import Protocol
from lesiontrack.segmentation.choice import ModelChoice
from lesiontrack.study import Study

PACKAGES = ("numpy", "opencv-python-headless", "scikit-image", "scipy", "pandas", "pillow", "onnxruntime")


def provenance(
    study: Study,
    protocol: Protocol,
    tables: Mapping[str, pd.DataFrame],
    *,
    model: ModelChoice,
    options: Mapping[str, str | bool | None],
    started: datetime,
) -> dict[str, Any]:
    """Versions, protocol, options and photo digests; no path of the machine."""
    photos = tables["photos"]
    return {
        "software": {"lesiontrack": lesiontrack.__version__, "python": platform.python_version()}
        | {name: version(name) for name in PACKAGES},
        "platform": platform.platform(terse=True),
        "protocol": {"id": protocol.id, "version": protocol.version, "sha256": protocol.hash},
        "study": {"title": study.title, "thresholds": dict(study.thresholds)},
        "options": dict(options),
        "segmentation": {"id": model.id, "sha256": model.sha256 or None},
        "photos": dict(zip(photos["photo"].tolist(), photos["sha256"].tolist(), strict=True)),
        "started": started.isoformat(timespec="seconds"),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
    }
