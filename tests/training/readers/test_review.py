"""Masks that readers drew in a study, as a labelled set."""

import base64
import shutil
from datetime import UTC, datetime, timedelta
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lesiontrack.corrections import Assignment, Entry, LesionName, MaskEdit, Store, Withdrawal
from lesiontrack.photo import read_photo
from lesiontrack.training.contents import look_through, read_sets
from lesiontrack.training.dataset import LEARNED, UNLABELLED, DataSetError, Sample
from lesiontrack.training.readers.review import Windows
from lesiontrack.training.samples import join_labels, read_dataset
from lesiontrack.training.split import group_samples, make_split
from tests.training.files import SHAPE, picture, write, write_mask

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


def png(mask) -> str:
    buffer = BytesIO()
    Image.fromarray(np.asarray(mask).astype(np.uint8) * 255).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def photo(study, patient="PT001", visit="day000", site="leg", seed=0, **options):
    return write(study / patient / visit / f"{site}.png", picture(seed), **options)


def edit(study, path, box, /, **masks) -> MaskEdit:
    """box: x, y, width, height; a mask is an array, or True or False all over."""
    x, y, width, height = box
    patient, visit, _ = path.relative_to(study).parts
    drawn = {
        kind: png(np.full((height, width), mask) if isinstance(mask, bool) else mask)
        for kind, mask in masks.items()
    }
    return MaskEdit(
        patient=patient, site=path.stem, visit=visit, photo=path.relative_to(study).as_posix(),
        photo_sha256=read_photo(path).sha256, x=x, y=y, width=width, height=height, masks=drawn,
    )  # fmt: skip


def add(study, value, *, minutes=0, by="A. Reader") -> Entry:
    return Store(study).add(value, by=by, at=START + timedelta(minutes=minutes))


def planes_of(sample: Sample) -> dict[str, np.ndarray]:
    return dict(zip(LEARNED, sample.load()[1], strict=True))


def read_one(study) -> Sample:
    (sample,) = read_dataset("review:ours", study).samples
    return sample


def test_labels_are_of_the_window_and_of_the_drawn_classes_alone(tmp_path):
    path = photo(tmp_path)
    mask = np.zeros((12, 20), bool)
    mask[3:6, 4:9] = True
    add(tmp_path, edit(tmp_path, path, (30, 10, 20, 12), ulcer=mask, skin=True))
    sample = read_one(tmp_path)
    assert sample.labelled == ("skin", "ulcer")
    planes = planes_of(sample)
    assert (planes["ulcer"][10:22, 30:50] == mask).all()
    assert (planes["skin"][10:22, 30:50] == 1).all()
    for name in ("skin", "ulcer"):
        outside = np.ones(SHAPE, bool)
        outside[10:22, 30:50] = False
        assert (planes[name][outside] == UNLABELLED).all()
    assert (planes["lesion"] == UNLABELLED).all()
    assert (planes["obstruction"] == UNLABELLED).all()


def test_windows_of_one_photo_add_up_and_the_later_one_counts_where_they_overlap(tmp_path):
    path = photo(tmp_path)
    add(tmp_path, edit(tmp_path, path, (0, 0, 20, 20), lesion=True), minutes=2)
    add(tmp_path, edit(tmp_path, path, (10, 10, 20, 20), lesion=False, ulcer=False), minutes=5)
    add(tmp_path, edit(tmp_path, path, (12, 12, 4, 4), ulcer=True), minutes=1)
    planes = planes_of(read_one(tmp_path))
    expected = np.full(SHAPE, UNLABELLED)
    expected[:20, :20] = 1
    expected[10:30, 10:30] = 0
    assert (planes["lesion"] == expected).all()
    assert (planes["ulcer"][12:16, 12:16] == 0).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 30), st.integers(1, 30), st.integers(1, 30),
                          st.booleans()), min_size=1, max_size=5))  # fmt: skip
def test_any_windows_are_laid_as_they_were_drawn(boxes):
    expected = np.full(SHAPE, UNLABELLED, np.uint8)
    edits = []
    for x, y, width, height, inside in boxes:
        width, height = min(width, SHAPE[1] - x), min(height, SHAPE[0] - y)
        expected[y : y + height, x : x + width] = inside
        edits.append(
            MaskEdit(
                patient="a",
                site="b",
                visit="day000",
                photo="c",
                photo_sha256="0" * 64,
                x=x,
                y=y,
                width=width,
                height=height,
                masks={"lesion": png(np.full((height, width), inside))},
            )
        )
    assert (Windows(("lesion",), tuple(edits)).planes(SHAPE)[0] == expected).all()


def test_what_was_withdrawn_or_is_no_mask_does_not_count(tmp_path):
    path = photo(tmp_path)
    kept = add(tmp_path, edit(tmp_path, path, (0, 0, 10, 10), lesion=True))
    wrong = add(tmp_path, edit(tmp_path, path, (20, 20, 10, 10), lesion=True), minutes=1)
    add(tmp_path, LesionName(patient="PT001", lesion="L01", name="the big one"), minutes=2)
    add(tmp_path, Withdrawal(of=wrong.id), minutes=3)
    assert (planes_of(read_one(tmp_path))["lesion"] == 1).sum() == 100
    add(tmp_path, Withdrawal(of=kept.id), minutes=4)
    with pytest.raises(DataSetError, match="no drawn mask that is in force"):
        read_dataset("review", tmp_path)


def test_a_study_without_corrections_says_how_they_are_made(tmp_path):
    photo(tmp_path)
    with pytest.raises(DataSetError, match="lesiontrack review"):
        read_dataset("review", tmp_path)


def test_photos_that_changed_or_are_gone_are_left_out_and_counted(tmp_path):
    paths = [photo(tmp_path, f"PT00{number}", seed=number) for number in range(4)]
    ids = [add(tmp_path, edit(tmp_path, path, (0, 0, 9, 9), lesion=True)).id for path in paths]
    write(paths[0], picture(99))
    paths[1].unlink()
    data = read_dataset("review:ours", tmp_path)
    assert len(data.samples) == 2
    (note,) = [note for note in data.notes if "left out" in note]
    assert note.startswith("2 drawn masks left out")
    assert ids[0] in note
    assert ids[1] in note
    assert "2 drawn windows in 2 photos of 2 patients, by 1 reader" in data.notes[0]
    for path in paths[2:]:
        path.unlink()
    with pytest.raises(DataSetError, match="4 drawn masks left out"):
        read_dataset("review:ours", tmp_path)


def test_a_photo_that_was_moved_is_found_and_its_id_stays(tmp_path):
    path = photo(tmp_path)
    add(tmp_path, edit(tmp_path, path, (0, 0, 9, 9), lesion=True))
    before = read_one(tmp_path)
    new = tmp_path / "PT007" / "day014" / "left-calf.png"
    new.parent.mkdir(parents=True)
    shutil.move(path, new)
    after = read_one(tmp_path)
    assert after.id == before.id
    assert after.image == new
    assert after.group == "ours/PT007"


def test_a_window_that_reaches_out_is_cut_at_the_edge_of_the_photo(tmp_path):
    path = photo(tmp_path)
    mask = np.zeros((20, 10), bool)
    mask[:, :3] = True
    add(tmp_path, edit(tmp_path, path, (SHAPE[1] - 5, SHAPE[0] - 7, 10, 20), lesion=mask))
    plane = planes_of(read_one(tmp_path))["lesion"]
    assert (plane[-7:, -5:] == mask[:7, :5]).all()
    assert (plane != UNLABELLED).sum() == 35


def test_a_window_beyond_the_photo_and_a_damaged_mask_are_left_out(tmp_path):
    path = photo(tmp_path)
    good = edit(tmp_path, path, (0, 0, 9, 9), lesion=True)
    add(tmp_path, good)
    beyond = add(tmp_path, good.model_copy(update={"x": SHAPE[1]}), minutes=1)
    broken = base64.b64encode(b"\x89PNG\r\n\x1a\n and no more").decode()
    damaged = add(tmp_path, good.model_copy(update={"masks": {"lesion": broken}}), minutes=2)
    data = read_dataset("review", tmp_path)
    (sample,) = data.samples
    assert (planes_of(sample)["lesion"] == 1).sum() == 81
    told = " ".join(data.notes)
    assert beyond.id in told
    assert damaged.id in told


def test_files_that_were_tampered_with_are_named(tmp_path):
    path = photo(tmp_path)
    add(tmp_path, edit(tmp_path, path, (0, 0, 9, 9), lesion=True))
    (tmp_path / "_review" / "notes.json").write_text("{}")
    assert any("notes.json" in note for note in read_dataset("review", tmp_path).notes)


def test_windows_are_of_the_upright_photo(tmp_path):
    path = photo(tmp_path, orientation=6)
    height, width = SHAPE[1], SHAPE[0]  # upright
    mask = np.zeros((height, width), bool)
    mask[50:58, 3:9] = True
    add(tmp_path, edit(tmp_path, path, (0, 0, width, height), lesion=mask))
    sample = read_one(tmp_path)
    pixels, labels = sample.load()
    assert pixels.shape[:2] == (height, width)
    assert (labels[LEARNED.index("lesion")] == mask).all()
    (contents,) = look_through([read_dataset("review:ours", tmp_path)])
    assert contents.present == {"lesion": 1}


def test_a_mask_that_is_smaller_than_its_window_is_stretched(tmp_path):
    path = photo(tmp_path)
    small = np.zeros((4, 5), bool)
    small[:, 2:] = True
    value = edit(tmp_path, path, (0, 0, 20, 16), lesion=small)
    add(tmp_path, value)
    plane = planes_of(read_one(tmp_path))["lesion"][:16, :20]
    assert (plane == np.kron(small, np.ones((4, 4)))).all()


def test_a_patient_is_on_one_side_of_a_split(tmp_path):
    for patient in range(12):
        for visit in ("day000", "day014", "day028"):
            path = photo(tmp_path, f"PT{patient:03}", visit, seed=hash((patient, visit)) % 2**32)
            add(tmp_path, edit(tmp_path, path, (0, 0, 9, 9), lesion=True))
    samples = join_labels([read_dataset("review", tmp_path)])
    split = make_split(samples, groups=group_samples(samples))
    parts: dict[str | None, set[str]] = {}
    for sample in samples:
        parts.setdefault(sample.group, set()).add(split[sample.id])
    assert len(parts) == 12
    assert all(len(found) == 1 for found in parts.values())
    assert len({*split.values()}) > 1


def test_neither_patients_nor_readers_are_named_in_what_goes_into_a_card(tmp_path):
    path = photo(tmp_path, "PT-Miller")
    other = photo(tmp_path, "PT-Smith", seed=1)
    add(tmp_path, edit(tmp_path, path, (0, 0, 9, 9), lesion=True), by="Dr. Jones")
    add(tmp_path, edit(tmp_path, other, (0, 0, 9, 9), lesion=True), by="Dr. Jones")
    other.unlink()
    data = read_dataset("review:ours", tmp_path)
    groups = group_samples(join_labels([data]))
    said = " ".join([*(sample.id for sample in data.samples), *data.notes, data.source, *groups.values()])
    assert not any(name in said for name in ("Miller", "Smith", "Jones", str(tmp_path)))


def test_the_photo_in_another_set_has_the_labels_of_both(tmp_path):
    study, folder = tmp_path / "study", tmp_path / "folder"
    path = photo(study)
    add(study, edit(study, path, (0, 0, 9, 9), lesion=True))
    write(folder / "images" / "a.png", picture(0))
    write_mask(folder / "masks" / "ulcer" / "a.png", np.zeros(SHAPE, bool))
    (sample,) = join_labels(read_sets([("review:ours", study), ("folder", folder)]))
    assert sample.labelled == ("lesion", "ulcer")
    assert sample.group == "ours/PT001"


def test_an_excluded_photo_is_left_out(tmp_path):
    path = photo(tmp_path)
    second = photo(tmp_path, "PT002", seed=1)
    add(tmp_path, edit(tmp_path, path, (0, 0, 9, 9), lesion=True))
    value = edit(tmp_path, second, (0, 0, 9, 9), lesion=True)
    add(tmp_path, value)
    away = Assignment(
        photo=value.photo, photo_sha256=value.photo_sha256, patient="PT002", visit="day000", site="leg",
        excluded=True,
    )  # fmt: skip
    add(tmp_path, away, minutes=1)
    data = read_dataset("review", tmp_path)
    assert [sample.group for sample in data.samples] == ["review/PT001"]
