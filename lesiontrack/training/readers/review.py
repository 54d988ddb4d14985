"""What readers drew in `lesiontrack review`: windows of a study's photos, the rest of which stays open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lesiontrack.corrections import MaskEdit, Store
from lesiontrack.corrections.located import photo_digest
from lesiontrack.corrections.masks import refusal
from lesiontrack.corrections.png import brightness, stretched
from lesiontrack.corrections.store import FOLDER
from lesiontrack.errors import StudyError
from lesiontrack.study import PhotoEntry, read_study
from lesiontrack.training.dataset import LEARNED, UNLABELLED, Dataset, DataSetError, Sample
from lesiontrack.training.readers.pairs_of_files import make_sample
from lesiontrack.training.readers.pictures import read_picture
from lesiontrack.wording import counted

_GONE = "no photo of the study has the content that was drawn on (changed, removed or excluded since)"
_UNREADABLE = "the photo is damaged, or of a format that training does not read (HEIC)"
_DIGITS = 16  # of a photo's SHA-256 in a sample's id: ids go into model cards, and patients' codes must not
_NAMED = 5  # corrections that one note names


@dataclass(frozen=True, eq=False)
class Windows:
    """Masks of one photo as readers drew them, in time order: where windows overlap, the last one counts.

    Attributes:
        classes: those drawn in any window, in LEARNED order.
    """

    classes: tuple[str, ...]
    edits: tuple[MaskEdit, ...]

    def planes(self, shape: tuple[int, int]) -> NDArray[np.uint8]:
        planes = np.full((len(self.classes), *shape), UNLABELLED, np.uint8)
        for edit in self.edits:
            right, bottom = min(edit.x + edit.width, shape[1]), min(edit.y + edit.height, shape[0])
            part = (0, 0, right - edit.x, bottom - edit.y)
            for kind, text in edit.masks.items():
                plane = planes[self.classes.index(kind)]
                drawn = stretched(brightness(text), edit.width, edit.height, part)
                plane[edit.y : bottom, edit.x : right] = drawn
        return planes


def read(name: str, folder: Path) -> Dataset:
    """The study folder. A class that was not drawn in a window, and all that lies outside, is UNLABELLED.

    Masks count whose correction is in force and whose photo is, by its SHA-256, still a photo of the study;
    the others are counted in the notes. The group of a photo is its patient, as the study files it now. Ids
    and notes name neither patients nor readers, as they go into the model's split and card.
    """
    if not (folder / FOLDER).is_dir():
        raise DataSetError(
            f"{folder} has no {FOLDER}/ of readers' corrections; draw masks with: lesiontrack review RESULTS"
        )
    kept = Store(folder).read()
    drawn = [
        _Drawn(entry.id, entry.correction.by, entry.value)
        for entry in kept.in_force
        if isinstance(entry.value, MaskEdit)
    ]
    if not drawn:
        raise DataSetError(f"{folder / FOLDER} holds no drawn mask that is in force")
    try:
        photos = [photo for patient in read_study(folder).patients for photo in patient.photos]
    except StudyError as error:
        raise DataSetError(f"{folder}: {error}") from error
    of_photo: dict[str, list[_Drawn]] = {}
    for one in drawn:
        of_photo.setdefault(one.edit.photo_sha256, []).append(one)
    found = _photos_by_content(photos, {digest: every[0].edit.photo for digest, every in of_photo.items()})
    samples: list[Sample] = []
    refused: dict[str, list[str]] = {}  # reason → names of corrections
    for digest, every in sorted(of_photo.items()):
        if digest in found:
            samples += _samples(name, found[digest], every, refused)
        else:
            refused.setdefault(_GONE, []).extend(one.id for one in every)
    left_out = [
        f"{counted(len(ids), 'drawn mask')} left out: {why}: {_few(ids)}" for why, ids in refused.items()
    ]
    if not samples:
        raise DataSetError(f"{folder}: no drawn mask can be used; {'; '.join(left_out)}")
    if kept.failures:
        files = _few([f"{failure.file} {failure.reason}" for failure in kept.failures])
        left_out.append(f"{counted(len(kept.failures), 'file')} of {FOLDER} can't be used: {files}")
    used = len(drawn) - sum(len(ids) for ids in refused.values())
    summary = (
        f"{counted(used, 'drawn window')} in {counted(len(samples), 'photo')} of "
        f"{counted(len({sample.group for sample in samples}), 'patient')}, by "
        f"{counted(len({one.by for one in drawn}), 'reader')}; all else is open"
    )
    classes = tuple(kind for kind in LEARNED if any(kind in sample.labelled for sample in samples))
    source = "masks that readers of a study drew"
    return Dataset(name, tuple(samples), classes, "not stated", source, (summary, *left_out))


@dataclass(frozen=True)
class _Drawn:
    """A correction's id, who drew, and what."""

    id: str
    by: str
    edit: MaskEdit


def _photos_by_content(photos: Sequence[PhotoEntry], wanted: Mapping[str, str]) -> dict[str, PhotoEntry]:
    """SHA-256 → photo of the study; looked for under its name first, then, if it was moved, everywhere."""
    names = {*wanted.values()}
    found: dict[str, PhotoEntry] = {}
    for these in (
        [photo for photo in photos if photo.relative in names],
        [photo for photo in photos if photo.relative not in names],
    ):
        if len(found) == len(wanted):
            break
        for photo in these:
            try:
                digest = photo_digest(photo.path)
            except OSError:
                continue
            if digest in wanted and (digest not in found or photo.relative == wanted[digest]):
                found[digest] = photo
    return found


def _samples(
    name: str, photo: PhotoEntry, drawn: Sequence[_Drawn], refused: dict[str, list[str]]
) -> list[Sample]:
    """One, or none where nothing can be used; what can't be is added to `refused`."""
    try:
        picture = read_picture(photo.path)
    except DataSetError:
        refused.setdefault(_UNREADABLE, []).extend(one.id for one in drawn)
        return []
    good: list[MaskEdit] = []
    for one in drawn:
        problem = refusal(one.edit, picture.shape[1], picture.shape[0])
        if problem:
            refused.setdefault(problem, []).append(one.id)
        else:
            good.append(one.edit)
    if not good:
        return []
    told = {kind for edit in good for kind in edit.masks}
    labels = Windows(tuple(kind for kind in LEARNED if kind in told), tuple(good))
    return [make_sample(name, good[0].photo_sha256[:_DIGITS], picture, [labels], photo.patient)]


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
