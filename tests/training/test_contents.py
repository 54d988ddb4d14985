import pytest

from lesiontrack.training.contents import look_through, read_sets
from lesiontrack.training.dataset import DataSetError
from tests.training.files import SHAPE, pairs, picture, square, write, write_mask


def test_counts_and_a_hash_that_follows_every_file(tmp_path):
    import numpy as np

    ours = tmp_path / "ours"
    for number, stem in enumerate("abc"):
        write(ours / f"images/{stem}.png", picture(number))
    write_mask(ours / "masks/lesion/a.png", square())
    write_mask(ours / "masks/lesion/b.png", np.zeros(SHAPE, bool))
    write_mask(ours / "masks/ulcer/a.png", square(side=3))
    write_mask(ours / "masks/ulcer/c.png", square(side=3))
    (ours / "LICENSE").write_text("CC BY 4.0\n")

    def look():
        (found,) = look_through(read_sets([("folder:ours", ours)]))
        return found

    first = look()
    assert (first.name, first.photos, first.licence) == ("ours", 3, "CC BY 4.0")
    assert first.labelled == {"lesion": 2, "ulcer": 2}
    assert first.present == {"lesion": 1, "ulcer": 2}
    assert look().sha256 == first.sha256
    write_mask(ours / "masks/ulcer/c.png", square(side=4))
    corrected = look()
    assert corrected.sha256 != first.sha256
    write(ours / "images/b.png", picture(9))
    photo = look()
    assert photo.sha256 not in (first.sha256, corrected.sha256)
    (ours / "groups.csv").write_text("image,group\na,p1\nb,p1\n")
    assert look().sha256 not in (first.sha256, corrected.sha256, photo.sha256)


def test_progress_ends_at_its_total(tmp_path):
    told = []
    sets = read_sets([("folder", pairs(tmp_path, "ab"))], on_progress=lambda *now: told.append(now))
    look_through(sets, on_progress=lambda *now: told.append(now))
    assert told == [
        ("reading data sets", 1, 1),
        ("reading photos and masks", 1, 2),
        ("reading photos and masks", 2, 2),
    ]


def test_problems_of_all_sets_are_listed(tmp_path):
    write(tmp_path / "small/images/a.png", picture())
    write_mask(tmp_path / "small/masks/a.png", square((20, 30), side=4))
    (tmp_path / "empty").mkdir()
    specs = [("folder", tmp_path / "small"), ("foldr", tmp_path), ("ph2", tmp_path / "empty")]
    with pytest.raises(DataSetError) as caught:
        read_sets(specs)
    lines = str(caught.value).splitlines()
    assert any("a.png" in line and "30 x 20" in line for line in lines)
    assert any("'foldr'" in line and "did you mean folder?" in line for line in lines)
    assert any("PH2" in line for line in lines)


def test_two_sets_of_one_name_are_refused(tmp_path):
    for name in "ab":
        pairs(tmp_path / name, [name])
    with pytest.raises(DataSetError, match="two sets are named folder; give one a label"):
        read_sets([("folder", tmp_path / "a"), ("folder", tmp_path / "b")])
    assert len(read_sets([("folder", tmp_path / "a"), ("folder:b", tmp_path / "b")])) == 2
