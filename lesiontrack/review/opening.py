"""From what the command was given to the state of a review: which results, which study."""

from __future__ import annotations

from pathlib import Path

from lesiontrack.errors import ResultsError, StudyError
from lesiontrack.results import ResultsFolder
from lesiontrack.review.rerun import read_rerun
from lesiontrack.review.state import ReviewState
from lesiontrack.study.files import PHOTO_SUFFIXES, is_results_folder


def open_state(
    folder: Path, *, study: Path | None = None, reader: str | None = None, blinded: bool = False
) -> ReviewState:
    """The state for a results folder, or for a study folder that was not run yet.

    Raises ResultsError for a frozen cut, an unfinished or damaged results folder; StudyError where the study
    folder can't be found, or is another one.
    """
    results = ResultsFolder(folder)
    if results.is_cut():
        raise ResultsError(f"{folder} is a frozen data cut: review the results that it was made from")
    if not results.is_ours():
        if is_results_folder(folder):
            results.require()
        if study is not None:
            raise ResultsError(f"{folder} is not a results folder; --study goes with one")
        if not any(path.suffix.lower() in PHOTO_SUFFIXES for path in folder.rglob("*")):
            raise StudyError(f"{folder} is neither a results folder nor a study folder: it holds no photo")
        return ReviewState(folder, reader=reader, blinded=blinded)
    results.require()
    root = study or _recorded_study(results)
    state = ReviewState(root, results=results, reader=reader, blinded=blinded)
    photos = [row["photo"] for row in state.cohort.tables["photos"]] if state.cohort else []
    if photos and not any(state.photo_path(photo) for photo in photos):
        raise StudyError(
            f"{root} holds none of the {len(photos)} photos of {folder}; give the study folder with --study"
        )
    return state


def _recorded_study(results: ResultsFolder) -> Path:
    try:
        recorded = read_rerun(results)["study"]
    except ResultsError as error:
        raise StudyError(
            f"{results.root} does not say which study it was made from; give the study folder with --study"
        ) from error
    root = (results.root / str(recorded)).resolve()
    if not root.is_dir():
        raise StudyError(f"the study folder {root} is not there any more; give it with --study")
    return root
