from dataclasses import replace
from pathlib import Path

import pytest

from lesiontrack.training.contents import read_sets
from lesiontrack.training.dataset import LEARNED, DataSetError, Sample
from lesiontrack.training.parts import divide, gaps, of_part, part_counts, require_lessons, shared_photos
from lesiontrack.training.readers.masks import MaskFiles
from lesiontrack.training.samples import join_labels
from lesiontrack.training.split import Split
from tests.training.files import pairs, picture, skin_photo, square, write, write_mask


def sample(name, *classes):
    return Sample(name, name.partition("/")[0], Path(f"{name}.png"), (MaskFiles(classes, ()),))


def test_copies_share_a_part_and_rendered_sets_are_not_searched(tmp_path):
    for name in ("ours", "phantom"):
        for number in range(5):
            photo = skin_photo(number, (120, 160), 60)
            write(tmp_path / name / f"images/a{number:02}.png", photo)
            write_mask(tmp_path / name / f"masks/a{number:02}.png", square(photo.shape[:2]))
            write(tmp_path / name / f"images/b{number:02}.png", photo[:, ::-1].copy())
            write_mask(tmp_path / name / f"masks/b{number:02}.png", square(photo.shape[:2]))
    told = []
    (ours,) = read_sets([("folder:ours", tmp_path / "ours")])
    split = divide(join_labels([ours]), on_progress=lambda *now: told.append(now))
    assert all(split[f"ours/a{number:02}"] == split[f"ours/b{number:02}"] for number in range(5))
    assert len({*split.groups.values()}) == 5
    assert told[-1] == ("looking for copies", 20, 20)
    (rendered,) = read_sets([("folder:phantom", tmp_path / "phantom")])
    alone = divide(join_labels([rendered]), rendered=["phantom"])
    assert len({*alone.groups.values()}) == 10


def test_photos_of_a_published_split_stay(tmp_path):
    samples = join_labels(read_sets([("folder", pairs(tmp_path, "abcdef"))]))
    for part in ("train", "test"):
        published = Split({one.id: part for one in samples}, {one.id: one.id for one in samples})
        assert {*divide(samples, rendered=["folder"], published=published).values()} == {part}


def test_counts_of_sets_that_share_photos(tmp_path):
    ulcers = pairs(tmp_path / "ulcers", "abc")
    more = tmp_path / "more"
    for number, stem in enumerate("bcd", 1):
        write(more / f"images/{stem}.png", picture(number))
        write(
            ulcers / f"images/{stem}.jpg" if stem == "d" else ulcers / f"images/{stem}.png", picture(number)
        )
        write_mask(more / f"masks/skin/{stem}.png", square())
    for stem in "bc":
        (ulcers / f"images/{stem}.jpg").unlink()
    first, second = sets = read_sets([("folder:ulcers", ulcers), ("folder:more", more)])
    samples = join_labels(sets)
    assert [one.id for one in samples] == ["more/d", "ulcers/a", "ulcers/b", "ulcers/c"]
    split = Split(
        {"ulcers/a": "train", "ulcers/b": "test", "more/d": "train"}, {one.id: "g" for one in samples}
    )
    assert part_counts(first, samples, split) == {"train": 1, "validation": 0, "test": 1, "": 1}
    assert part_counts(second, samples, split) == {"train": 1, "validation": 0, "test": 1, "": 1}
    assert (shared_photos(first, samples), shared_photos(second, samples)) == (0, 2)


def test_samples_of_a_part_carry_the_splits_groups():
    split = Split({"a/1": "test", "a/2": "test", "a/3": "train"}, {"a/1": "a/1", "a/2": "a/1", "a/3": "a/3"})
    samples = [replace(sample(f"a/{number}", "skin"), group="own") for number in (1, 2, 3)]
    assert [(one.id, one.group) for one in of_part(samples, split, "test")] == [
        ("a/1", "a/1"),
        ("a/2", "a/1"),
    ]


def test_what_parts_lack_is_told():
    samples = [sample("a/1", *LEARNED[:3]), sample("a/2", "skin"), sample("a/3", "lesion")]
    split = Split({"a/1": "train", "a/2": "validation", "a/3": "test"}, {one.id: one.id for one in samples})
    assert gaps(samples, split) == [
        "no photo labels obstruction: it stays as it was only as far as shared weights let it; test it",
        "no photo of the validation part labels lesion, ulcer: probabilities of it are not calibrated",
        "no photo of the test part labels skin, ulcer: there will be no figures of it",
    ]


def test_nothing_to_learn_from_is_refused():
    samples = [sample("a/1", *LEARNED), sample("a/2", "lesion")]
    everything = Split({"a/1": "train"}, {"a/1": "a/1"})
    require_lessons(samples, everything, fresh=True)
    with pytest.raises(DataSetError, match=r"none of the 2 photos is in the train part .* a/1, a/2"):
        require_lessons(samples, Split({"b/1": "train"}, {"b/1": "b/1"}), fresh=False)
    lesions = Split({"a/2": "train", "a/1": "test"}, {"a/1": "a/1", "a/2": "a/2"})
    with pytest.raises(DataSetError, match=r"labels skin, ulcer, obstruction, .* lesiontrack phantom"):
        require_lessons(samples, lesions, fresh=True)
    require_lessons(samples, lesions, fresh=False)
