"""What `lesiontrack review` opens, and what it refuses with one line and exit code 2."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from lesiontrack.cli import main
from lesiontrack.cli import review as command
from lesiontrack.results import CUT_MARKER, ResultsFolder
from lesiontrack.review import ReviewState
from lesiontrack.review.opening import open_state
from lesiontrack.review.serve import listen

Made = tuple[Path, ResultsFolder]


def refusal(*arguments: object) -> str:
    outcome = CliRunner().invoke(main, ["review", *map(str, arguments), "--no-browser"])
    assert outcome.exit_code == 2, outcome.output
    return " ".join(outcome.output.split())


def test_results_find_their_study(study: Made) -> None:
    root, results = study
    state = open_state(results.root, reader="Dr Test")
    assert state.study_root == root.resolve()
    assert (state.reader, state.blinded) == ("Dr Test", False)
    assert state.loaded is not None


def test_a_study_that_was_moved_is_given(study: Made, tmp_path: Path) -> None:
    root, results = study
    moved = root.rename(tmp_path / "moved")
    assert "give it with --study" in refusal(results.root)
    assert open_state(results.root, study=moved).study_root == moved
    other = tmp_path / "other"
    other.mkdir()
    assert "holds none of the 3 photos" in refusal(results.root, "--study", other)
    results.rerun.unlink()
    assert "does not say which study" in refusal(results.root)


def test_a_frozen_cut_and_unfinished_results_are_refused(study: Made) -> None:
    _, results = study
    results.provenance.unlink()
    assert "is not finished" in refusal(results.root)
    results.write(CUT_MARKER, b"{}")
    assert "is a frozen data cut" in refusal(results.root)


def test_a_study_without_results_opens_too(study: Made) -> None:
    root, results = study
    shutil.rmtree(results.root)
    state = open_state(root)
    assert (state.loaded, state.run, state.tasks(), state.rerun) == (None, "", (), None)


def test_a_folder_without_photos_is_no_study(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    assert "it holds no photo" in refusal(tmp_path)


def test_a_blinded_reading_needs_a_name(study: Made) -> None:
    assert "needs the reader's name" in refusal(study[1].root, "--blinded")


def test_a_port_in_use_is_said(study: Made) -> None:
    with listen(0) as taken:
        assert "is in use" in refusal(study[1].root, "--port", taken.getsockname()[1])


def test_the_address_is_printed_and_ctrl_c_stops(study: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []

    def serve(state: ReviewState, *, port: int, on_ready: object) -> None:
        assert callable(on_ready)
        on_ready("http://127.0.0.1:1/?token=x")
        raise KeyboardInterrupt

    monkeypatch.setattr("lesiontrack.review.serve.serve", serve)
    monkeypatch.setattr("webbrowser.open", opened.append)
    outcome = CliRunner().invoke(command.review, [str(study[1].root)])
    assert outcome.exit_code == 0
    assert "http://127.0.0.1:1/?token=x" in outcome.output
    assert "Stopped." in outcome.output
    assert opened == ["http://127.0.0.1:1/?token=x"]
