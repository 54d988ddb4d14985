from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lesiontrack.training.dataset import DataSetError, Sample
from lesiontrack.training.split import (
    PARTS,
    Pair,
    Split,
    group_samples,
    make_split,
    read_split,
    write_split,
)


def sample(name, group=None, also=(), image=None):
    return Sample(name, name.partition("/")[0], Path(image or f"{name}.jpg"), (), group, also)


names = st.lists(st.text("abcdef/0123", min_size=1, max_size=6), min_size=1, max_size=40, unique=True)


@settings(deadline=None, max_examples=60)
@given(names, st.data())
def test_no_pair_and_no_group_is_ever_divided(ids, data):
    groups = data.draw(st.lists(st.sampled_from([None, "p", "q", "r"]), min_size=len(ids), max_size=len(ids)))
    samples = [sample(name, group) for name, group in zip(ids, groups, strict=True)]
    links = data.draw(st.lists(st.tuples(st.sampled_from(ids), st.sampled_from(ids)), max_size=20))
    found = group_samples(samples, [Pair(a, b, "") for a, b in links])
    split = make_split(samples, groups=found, seed=data.draw(st.integers(0, 9)))
    assert set(split) == set(ids)
    assert all(split[a] == split[b] for a, b in links)
    for group in "pqr":
        assert len({split[one.id] for one in samples if one.group == group}) <= 1
    assert all(
        group == min(name for name, other in found.items() if other == group) for group in found.values()
    )


def test_shares_are_met_and_a_seed_gives_another_split():
    samples = [sample(f"a/{number:04}") for number in range(4000)]
    groups = group_samples(samples)
    split = make_split(samples, groups=groups, seed=1)
    counts = Counter(split.values())
    assert counts["train"] / 4000 == pytest.approx(0.76, abs=0.03)
    assert counts["validation"] / 4000 == pytest.approx(0.08, abs=0.02)
    assert counts["test"] / 4000 == pytest.approx(0.16, abs=0.02)
    assert dict(make_split(samples, groups=groups, seed=1)) == dict(split)
    assert dict(make_split(samples, groups=groups, seed=2)) != dict(split)


def test_more_data_moves_nothing_that_was_there():
    few = [sample(f"a/{number:03}") for number in range(200)]
    many = [*few, *(sample(f"b/{number:03}") for number in range(300))]
    before = make_split(few, groups=group_samples(few))
    after = make_split(many, groups=group_samples(many))
    assert all(after[name] == part for name, part in before.items())


def test_isic_pictures_of_several_challenges_stay_together():
    samples = [
        sample("isic2017/ISIC_0000001"),
        sample("isic2018/ISIC_0000001", image="x/ISIC_0000001.png"),
        sample("isic2018/ISIC_0000002"),
    ]
    groups = group_samples(samples)
    assert (
        groups["isic2017/ISIC_0000001"] == groups["isic2018/ISIC_0000001"] != groups["isic2018/ISIC_0000002"]
    )


def test_pairs_know_a_picture_under_all_its_ids():
    samples = [sample("fuseg/1", also=("skin/1",)), sample("fuseg/2")]
    groups = group_samples(samples, [Pair("skin/1", "fuseg/2", ""), Pair("gone/1", "fuseg/2", "")])
    assert set(groups.values()) == {"fuseg/1"}


def test_a_published_split_is_kept_and_what_would_leak_is_left_out():
    samples = [sample(f"a/{number}") for number in range(6)]
    published = Split({"a/0": "train", "a/1": "test", "a/2": "test", "a/4": "validation"}, {})
    groups = group_samples(samples, [Pair("a/0", "a/1", ""), Pair("a/2", "a/3", "")])
    split = make_split(samples, groups=groups, published=published)
    assert split["a/0"] == "train"
    assert "a/1" not in split
    assert "test in the published split" in split.why["a/1"]
    assert split["a/2"] == split["a/3"] == "test"
    assert split["a/4"] == "validation"
    assert split["a/5"] in PARTS
    assert [one.id for one in split.choose(samples, "train")].count("a/1") == 0


def test_a_picture_is_found_under_the_id_of_another_set():
    split = Split({"fuseg/1": "test"}, {"fuseg/1": "fuseg/1"})
    assert split.part_of(sample("skin/1", also=("fuseg/1",))) == "test"
    assert split.part_of(sample("skin/2")) is None
    with pytest.raises(ValueError, match="must be one of train, validation, test"):
        split.choose([], "dev")


@settings(deadline=None, max_examples=60)
@given(names)
def test_a_split_comes_back_from_its_file(tmp_path_factory, ids):
    path = tmp_path_factory.mktemp("split") / "split.csv"
    samples = [sample(name) for name in ids]
    links = [Pair(a, b, "") for a, b in zip(ids[::3], ids[1::3], strict=False)]
    published = Split({ids[0]: "train", ids[min(1, len(ids) - 1)]: "test"}, {})
    split = make_split(samples, groups=group_samples(samples, links), published=published)
    write_split(split, path)
    again = read_split(path)
    assert dict(again) == dict(split)
    assert again.groups == split.groups
    assert again.why == split.why


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,part\na,train\n", "no column 'id'"),
        ("id,part\na,dev\n", "part 'dev'"),
        ("id,part\na,train\na,test\n", "a is there twice"),
        ("id,group,part\na,g,train\nb,g,test\n", "must be in one part"),
        ("", "empty"),
    ],
)
def test_files_that_are_no_split(tmp_path, text, message):
    (tmp_path / "split.csv").write_text(text)
    with pytest.raises(DataSetError, match=message):
        read_split(tmp_path / "split.csv")


@pytest.mark.parametrize("shares", [(0.5, 0.2, 0.2), (1.2, -0.1, -0.1), (1.0, 0.0)])
def test_shares_that_are_none(shares):
    with pytest.raises(ValueError, match="add up to 1"):
        make_split([], groups={}, shares=shares)
