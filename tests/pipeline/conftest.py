"""A small rendered study, run once: two lesions that grow and shrink over three visits."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from lesiontrack.phantom import (
    CameraSpec,
    LesionSpec,
    PatientSpec,
    RulerSpec,
    SiteSeries,
    SiteSpec,
    StudySpec,
    VisitSpec,
    render_study,
)
from lesiontrack.pipeline import Results, run

from .bench import BIG, SMALL, THIRD, VISITS, Bench, plain_stages

CAMERA = CameraSpec(width=640, height=480, px_per_mm=9.0)
RULER = RulerSpec(zero_mm=(-28.0, 18.0), length_mm=50.0)
DAYS = (0, 14, 28)


def small_spec() -> StudySpec:
    grows = LesionSpec("A", (-14.0, -6.0), (11.0, 9.0), size=((0, 1.0), (28, 1.6)))
    shrinks = LesionSpec("B", (14.0, -4.0), (13.0, 11.0), size=((0, 1.0), (28, 0.5)))
    site = SiteSpec("left-calf", lesions=(grows, shrinks), hairs_per_cm2=0.2)
    visits = tuple(VisitSpec(day, CAMERA, RULER) for day in DAYS)
    patient = PatientSpec("PT001", date(2024, 3, 4), (SiteSeries(site, visits),))
    return StudySpec((patient,), seed=4)


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rendered") / "study"
    render_study(small_spec(), folder, masks=False)
    return folder


@pytest.fixture(scope="session")
def finished(rendered: Path, tmp_path_factory: pytest.TempPathFactory) -> Results:
    """The results of one undisturbed run; read only.

    Outlines by colour and edges: how well the network outlines is measured in benchmarks and stands in its
    card, and new weights must not change what these tests say of the chain. `test_model.py` has the network.
    """
    return run(rendered, tmp_path_factory.mktemp("finished") / "results", jobs=1, model="colour")


@pytest.fixture
def study(rendered: Path, tmp_path: Path) -> Path:
    """A copy of the rendered study to change."""
    return Path(shutil.copytree(rendered, tmp_path / "study"))


@pytest.fixture
def results(finished: Results, tmp_path: Path) -> Path:
    """A copy of the finished results to change."""
    return Path(shutil.copytree(finished.folder, tmp_path / "results"))


@pytest.fixture(scope="session")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Small photos of one site: L01 (big) is gone at the second visit, where L03 is new; L02 stays."""
    made = Bench(tmp_path_factory.mktemp("measured"))
    for visit, spots in zip(VISITS, ((BIG, SMALL), (THIRD, SMALL), (THIRD, SMALL)), strict=True):
        made.put(visit, *spots)
    made.write("study.toml", 'protocol = "response-only"\n[treatment_start]\nPT1 = 2024-03-04\n')
    with pytest.MonkeyPatch.context() as patch:
        plain_stages(patch)
        made.measure()
    return made


@pytest.fixture
def bench(measured: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A copy to change, measured once."""
    plain_stages(monkeypatch)
    return Bench(Path(shutil.copytree(measured.root, tmp_path / "copy")), dict(measured.known))
