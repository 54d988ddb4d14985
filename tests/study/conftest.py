from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

MakeStudy = Callable[..., Path]


@pytest.fixture
def make_study(tmp_path: Path) -> MakeStudy:
    """Write a study: photos get bytes of their own, which nothing here decodes; files map name → content."""

    def make(*photos: str, **files: str | bytes) -> Path:
        root = tmp_path / "study"
        root.mkdir(exist_ok=True)
        for photo in photos:
            path = root / photo
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"\xff\xd8" + photo.encode())
        for name, content in files.items():
            path = root / (name.replace("_toml", ".toml") if name.endswith("_toml") else f"{name}.csv")
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return root

    return make
