"""The pages. Each module has a `blueprint`; `app.create_app` registers those of this list."""

from __future__ import annotations

from types import ModuleType

from lesiontrack.review.pages import assign, bar, draw, grades, images, lesion, log, report, site, worklist

MODULES: tuple[ModuleType, ...] = (
    worklist, lesion, log, report, images, draw, site, assign, grades, bar,
)  # fmt: skip
