"""A small study with results made by hand, and a client that holds the token."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient

from lesiontrack.report import write_report
from lesiontrack.results import ResultsFolder
from lesiontrack.review import ReviewState, create_app
from tests.report.conftest import chromium as chromium
from tests.report.made_results import Plan, make_results

PORT = 8123
TOKEN = "the-token-of-these-tests"
RUN = "2024-05-01T10:00:00+00:00"


def make_study(folder: Path, plan: Plan | None = None) -> tuple[Path, ResultsFolder]:
    """STUDY with its photos, and RESULTS with pages beside it."""
    study = folder / "study"
    results = make_results(folder / "results", plan or Plan(lesions=("L01", "L02")))
    for row in results.read_table("photos").to_dict("records"):
        path = study / row["photo"]
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), np.full((48, 64, 3), 150, np.uint8))
    finish(results)
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


@pytest.fixture
def study(tmp_path: Path) -> tuple[Path, ResultsFolder]:
    return make_study(tmp_path)


@pytest.fixture
def state(study: tuple[Path, ResultsFolder]) -> ReviewState:
    root, results = study
    return ReviewState(root, results=results, reader="Dr Test")


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
