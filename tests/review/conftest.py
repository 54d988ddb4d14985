"""A small study with results made by hand, and a client that holds the token."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient

from lesiontrack.report import write_report
from lesiontrack.results import ResultsFolder
from lesiontrack.review import ReviewState, create_app
from lesiontrack.review.loaded import Loaded, load
from tests.report.made_results import Plan, make_results

if TYPE_CHECKING:
    from tests.review.pictured import Pictured

PORT = 8123
TOKEN = "the-token-of-these-tests"
WIDTH, HEIGHT = 64, 48
RUN = "2024-05-01T10:00:00+00:00"


def make_study(folder: Path, plan: Plan | None = None, *, pages: bool = False) -> tuple[Path, ResultsFolder]:
    """STUDY with its photos, and RESULTS beside it, with report pages where `pages`."""
    study = folder / "study"
    results = make_results(folder / "results", plan or Plan(lesions=("L01", "L02")))
    photos = results.read_table("photos")
    for index, row in photos.iterrows():
        path = study / row["photo"]
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), np.full((HEIGHT, WIDTH, 3), 100 + int(index) % 100, np.uint8))
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        photos.loc[index, ["sha256", "width", "height"]] = digest, WIDTH, HEIGHT
    results.write_table("photos", photos)
    finish(results)
    if pages:
        write_report(results.root)
    return study, results


def finish(results: ResultsFolder, run: str = RUN) -> None:
    """As the end of a run leaves it."""
    results.write("provenance.json", json.dumps({"finished": run}).encode())
    rerun = {"study": "../study", "protocol": None, "model": "colour"}
    results.write("rerun.json", json.dumps(rerun).encode())


class HereClient(FlaskClient):
    """Asks by the server's own address."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        kwargs.setdefault("base_url", f"http://127.0.0.1:{PORT}")
        return super().open(*args, **kwargs)


def client_of(app: Flask, *, token: str = TOKEN) -> FlaskClient:
    app.test_client_class = HereClient
    client = app.test_client()
    client.get(f"/?token={token}")
    return client


@pytest.fixture(scope="session", autouse=True)
def _tables_are_read_once() -> Iterator[None]:
    """Results whose files are those of a folder that was read before are not read again: that takes most of a
    test's time. Pictures then come from that earlier folder."""
    known: dict[tuple[object, ...], Loaded] = {}

    def load_once(results: ResultsFolder) -> Loaded:
        files = (path for path in sorted(results.root.rglob("*")) if path.is_file())
        stats = ((path.relative_to(results.root), path.stat()) for path in files)
        key = tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats)
        if key not in known:
            known[key] = load(results)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lesiontrack.review.state.load", load_once)
        yield


@pytest.fixture(scope="session")
def pictured_once(tmp_path_factory: pytest.TempPathFactory) -> Pictured:
    """To be copied (`photofolders.copied`)."""
    from tests.review.pictured import pictured

    return pictured(tmp_path_factory.mktemp("pictured"))


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("review")
    make_study(folder, pages=True)
    return folder


@pytest.fixture
def study(made_once: Path, tmp_path: Path) -> tuple[Path, ResultsFolder]:
    """A copy of its own: STUDY and RESULTS side by side."""
    shutil.copytree(made_once, tmp_path, dirs_exist_ok=True)
    return tmp_path / "study", ResultsFolder(tmp_path / "results")


def state_of(folder: Path, *, reader: str = "Dr Test") -> ReviewState:
    return ReviewState(folder / "study", results=ResultsFolder(folder / "results"), reader=reader)


@pytest.fixture
def state(study: tuple[Path, ResultsFolder]) -> ReviewState:
    return state_of(study[0].parent)


@pytest.fixture
def app(state: ReviewState) -> Flask:
    app = create_app(state, token=TOKEN, port=PORT)
    app.testing = True
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return client_of(app)


@pytest.fixture
def send(client: FlaskClient) -> Callable[..., Any]:
    """Post a value to /api/corrections, as a page of the last run does."""

    def post(value: dict[str, Any], *, note: str = "", run: str = RUN) -> Any:
        return client.post("/api/corrections", json={"value": value, "note": note, "run": run})

    return post
