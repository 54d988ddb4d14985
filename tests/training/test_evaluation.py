import json
import subprocess
import sys
from dataclasses import dataclass
from math import isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lesiontrack.colour import lab_to_linear, linear_to_srgb
from lesiontrack.segmentation import Layer, Segmentation
from lesiontrack.training.dataset import LEARNED, UNLABELLED, Sample
from lesiontrack.training.evaluation import (
    Evaluation,
    MaskScore,
    PhotoScore,
    evaluate,
    figures_of,
    score_photo,
    tone_named,
    typology_angle,
)
from lesiontrack.training.evaluation.scores import LEVELS, calibration_error, reliability

from .files import SHAPE, picture, square, write


@dataclass(frozen=True)
class Given:
    """Labels from arrays: class → (H, W) of 0, 1, 255."""

    by_class: dict

    @property
    def classes(self):
        return tuple(self.by_class)

    def planes(self, shape):
        return np.stack([np.asarray(plane, np.uint8) for plane in self.by_class.values()])


def sample(name="set/a", *, image=None, group=None, **labels):
    return Sample(name, name.split("/")[0], image, (Given(labels),), group)


def marked(**planes):
    """A segmentation with (H, W) probabilities by class."""
    shape = next(iter(planes.values())).shape
    layers = {name: Layer.crop(np.asarray(plane, np.float32)) for name, plane in planes.items()}
    return Segmentation(shape, {name: layer for name, layer in layers.items() if layer}, "test-1")


def score(one, segmentation):
    return score_photo(one, one_labels(one), segmentation, tone="tan", seconds=0.5)


def one_labels(one):
    labels = np.full((len(LEARNED), *SHAPE), UNLABELLED, np.uint8)
    for given_ in one.labels:
        for name, plane in zip(given_.classes, given_.planes(SHAPE), strict=True):
            labels[LEARNED.index(name)] = plane
    return labels


def masks(truth, found, labelled):
    """A score from three counts: pixels of the class, marked, both; of so many labelled."""
    both, truth_only, found_only = found[1], truth - found[1], found[0] - found[1]
    pixels, true = np.zeros(LEVELS, np.int64), np.zeros(LEVELS, np.int64)
    pixels[0], true[0] = labelled - found[0], truth_only
    pixels[-1], true[-1] = both + found_only, both
    return MaskScore("ulcer", pixels, true)


def photo(mask, *, name="set/a", group=None, tone="tan"):
    return PhotoScore(name, "set", group or name, tone, 0.1, (mask,), 0, 0)


def test_overlap_is_counted_where_the_photo_is_labelled():
    truth = square().astype(np.uint8)  # 8 x 8 from row 10, column 20
    truth[:, :22] = UNLABELLED  # leaves 8 x 6
    found = marked(ulcer=square(left=24).astype(float))  # 8 x 4 of them, and 8 x 4 beside
    mask = score(sample(ulcer=truth), found).masks[0]
    assert (mask.name, mask.truth, mask.marked, mask.both) == ("ulcer", 48, 64, 32)
    assert mask.labelled == 40 * 38
    assert mask.dice == pytest.approx(64 / 112)
    assert mask.jaccard == pytest.approx(32 / 80)


def test_only_labelled_classes_are_scored():
    found = marked(ulcer=square(), lesion=square(), skin=np.ones(SHAPE))
    scored = score(sample(lesion=square(), skin=np.ones(SHAPE)), found)
    assert [mask.name for mask in scored.masks] == ["skin", "lesion"]
    assert scored.mask("ulcer") is None


def test_a_half_is_marked_and_less_is_not():
    for probability, count in ((0.5, 64), (0.49, 0)):
        mask = score(sample(ulcer=square()), marked(ulcer=square() * probability)).masks[0]
        assert mask.marked == count


def test_obstruction_called_lesion_counts_unless_it_is_on_the_lesion():
    tape = square(side=10, top=0, left=0)  # 100 px, 16 of them over the lesion
    lesion = square(side=20, top=6, left=6)
    one = sample(obstruction=tape, lesion=lesion)
    scored = score(one, marked(lesion=lesion | square(side=5, top=0, left=0)))
    assert scored.hidden == 84
    assert scored.hidden_marked == 25
    assert score(sample(lesion=lesion), marked(lesion=lesion)).hidden == 0


def test_masks_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"set/a are \(4, 4\)"):
        score(sample(ulcer=square()), Segmentation((4, 4), {}, "x"))


def test_figures_keep_pooled_pixels_and_photos_apart():
    photos = [
        photo(masks(1000, (1000, 900), 10_000), name="set/large"),
        photo(masks(100, (0, 0), 10_000), name="set/missed"),
        photo(masks(0, (50, 0), 10_000), name="set/empty"),
        photo(masks(0, (0, 0), 10_000), name="set/empty2"),
    ]
    figures = figures_of(photos, "ulcer", dataset="set")
    assert (figures.photos, figures.failed, figures.found, figures.refused) == (2, 1, 1, 1)
    assert figures.pooled_dice == pytest.approx(1800 / (1100 + 1050))
    assert figures.pooled_jaccard == pytest.approx(900 / (1100 + 1050 - 900))
    assert figures.mean_dice == pytest.approx(0.45)
    assert figures.mean_jaccard == pytest.approx(900 / 1100 / 2)
    assert (figures.empty, figures.empty_marked) == (2, 1)
    assert figures.empty_share == pytest.approx(0.0025)
    assert isnan(figures.pooled_dice_interval[0])  # too few to tell
    assert figures.as_dict()["pooled_dice_interval"] == [None, None]


def test_intervals_widen_where_photos_belong_together():
    rng = np.random.default_rng(3)
    both = rng.integers(0, 100, 40)
    alone = [photo(masks(100, (100, int(n)), 1000), name=f"set/{i}") for i, n in enumerate(sorted(both))]
    grouped = [
        photo(masks(100, (100, int(n)), 1000), name=f"set/{i}", group=f"g{i // 8}")
        for i, n in enumerate(sorted(both))
    ]
    low, high = figures_of(alone, "ulcer", dataset="set").mean_jaccard_interval
    lower, higher = figures_of(grouped, "ulcer", dataset="set").mean_jaccard_interval
    mean = figures_of(alone, "ulcer", dataset="set").mean_jaccard
    assert lower < low < mean < high < higher


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50)).filter(lambda t: sum(t) > 0),
        min_size=1,
        max_size=8,
    )
)
def test_dice_and_jaccard_agree(cases):
    found = [
        photo(masks(both + missed, (both + extra, both), 1000), name=f"set/{i}")
        for i, (both, missed, extra) in enumerate(cases)
    ]
    figures = figures_of(found, "ulcer", dataset="set")
    assert figures.pooled_dice == pytest.approx(2 * figures.pooled_jaccard / (1 + figures.pooled_jaccard))
    for one in found:
        mask = one.masks[0]
        assert mask.dice == pytest.approx(2 * mask.jaccard / (1 + mask.jaccard))


def test_calibration_error_of_known_probabilities():
    pixels, true = np.zeros(LEVELS, np.int64), np.zeros(LEVELS, np.int64)
    pixels[0], pixels[51], pixels[204] = 900, 60, 40  # 0, 0.2 and 0.8
    true[51], true[204] = 12, 32
    perfect = MaskScore("ulcer", pixels, true)
    assert calibration_error([perfect]) == pytest.approx(0, abs=1e-12)
    assert [(row.pixels, row.predicted, row.true) for row in reliability([perfect])] == [
        (900, 0, 0),
        (60, pytest.approx(0.2), 0.2),
        (40, pytest.approx(0.8), 0.8),
    ]
    sure = MaskScore("ulcer", pixels, true - np.where(np.arange(LEVELS) == 204, 20, 0))  # 0.3 and not 0.8
    assert calibration_error([sure]) == pytest.approx(0.5 * 40 / 1000)
    assert calibration_error([sure], first=13) == pytest.approx(0.5 * 40 / 100)
    assert isnan(calibration_error([MaskScore("ulcer", pixels * 0, true * 0)]))


@pytest.mark.parametrize(
    ("angle", "tone"),
    [(56, "very_light"), (55, "light"), (41, "intermediate"), (28, "tan"), (10, "brown"), (-30, "dark")],
)
def test_tones_by_their_published_limits(angle, tone):
    assert tone_named(angle) == tone


def test_a_photo_without_angle_has_no_tone():
    assert tone_named(None) == "unknown"


def coloured(lab):
    srgb = linear_to_srgb(lab_to_linear(np.array(lab, float)))
    return np.round(np.clip(srgb, 0, 1) * 255).astype(np.uint8)


SKIN, RED, BLUE, GREY = (65, 12, 15), (45, 40, 25), (40, 0, -30), (80, 0, 0)  # ITA of SKIN is 45


def labels_of(shape, **planes):
    labels = np.full((len(LEARNED), *shape), UNLABELLED, np.uint8)
    for name, plane in planes.items():
        labels[LEARNED.index(name)] = plane
    return labels


def test_tone_is_of_labelled_skin_without_what_lies_on_it():
    shape = (200, 300)
    pixels = np.full((*shape, 3), coloured(GREY))
    skin, lesion, glove = square(shape, 20, 20, 150), square(shape, 60, 60, 40), square(shape, 20, 130, 40)
    for mask, colour in ((skin, SKIN), (square(shape, 57, 57, 46), RED), (glove, BLUE)):
        pixels[mask] = coloured(colour)
    labels = labels_of(shape, skin=skin, lesion=lesion, obstruction=glove)
    assert typology_angle(pixels, labels) == pytest.approx(45, abs=0.7)


def test_tone_beside_the_lesion_where_no_skin_is_labelled():
    shape = (200, 300)
    pixels = np.full((*shape, 3), coloured(SKIN))
    pixels[:, 170:] = coloured(GREY)
    lesion = square(shape, 60, 120, 40)
    pixels[lesion] = coloured(RED)
    assert typology_angle(pixels, labels_of(shape, lesion=lesion)) == pytest.approx(45, abs=0.7)
    large = np.repeat(np.repeat(pixels, 4, 0), 4, 1)
    labels = labels_of((800, 1200), lesion=np.repeat(np.repeat(lesion, 4, 0), 4, 1))
    assert typology_angle(large, labels) == pytest.approx(45, abs=0.7)


@pytest.mark.parametrize("colour", [(70, 8, -2), (70, 8, 4), (70, 0, 0)])
def test_no_tone_under_a_cast(colour):
    shape = (200, 300)
    pixels = np.full((*shape, 3), coloured(colour))
    assert typology_angle(pixels, labels_of(shape, lesion=square(shape, 60, 60, 40))) is None
    assert typology_angle(pixels, labels_of(shape, skin=np.ones(shape))) is None


def test_no_tone_without_lesion_and_skin():
    pixels = np.full((200, 300, 3), coloured(SKIN))
    assert typology_angle(pixels, labels_of((200, 300), lesion=np.zeros((200, 300)))) is None


def samples_in(folder, count=3):
    result = []
    for index in range(count):
        image = write(folder / f"{index}.png", picture(index))
        result.append(sample(f"set/{index}", image=image, ulcer=square().astype(np.uint8)))
    return result


def test_every_photo_goes_through_the_segmenter(tmp_path):
    seen, steps = [], []

    def segmenter(photo):
        seen.append(photo.pixels)
        # The second photo is missed.
        return marked(ulcer=square() * float(len(seen) != 2))

    samples = samples_in(tmp_path)
    looked = []
    evaluation = evaluate(
        segmenter, samples, on_progress=lambda *at: steps.append(at), on_photo=looked.append
    )
    assert all(np.array_equal(pixels, picture(index)) for index, pixels in enumerate(seen))
    assert steps == [(1, 3), (2, 3), (3, 3)]
    assert [one.score.sample for one in looked] == ["set/0", "set/1", "set/2"]
    assert evaluation.model == "test-1"
    assert evaluation.datasets == ("set",)
    figures = evaluation.of("set", "ulcer")
    assert (figures.photos, figures.failed, figures.refused) == (3, 1, 1)
    assert figures.mean_jaccard == pytest.approx(2 / 3)
    assert evaluation.seconds("set") >= 0
    with pytest.raises(KeyError, match="skin"):
        evaluation.of("set", "skin")


def test_the_table_and_json_say_the_same(tmp_path):
    evaluation = evaluate(lambda photo: marked(ulcer=square()), samples_in(tmp_path))
    tones = {photo.tone for photo in evaluation.photos}
    rows = evaluation.figures()
    assert rows[0].tone == ""
    assert {row.tone for row in rows[1:]} == tones
    document = json.loads(json.dumps(evaluation.as_dict(), allow_nan=False))
    assert document["figures"][0]["mean_dice"] == 1
    assert document["datasets"]["set"]["obstruction_share_marked"] is None
    assert [row["id"] for row in document["photos"]] == ["set/0", "set/1", "set/2"]
    text = evaluation.table()
    assert "test-1" in text
    assert "nominal" in text
    assert "1.000" in next(line for line in text.splitlines() if line.startswith("set"))
    assert "nominal" not in evaluation.table(by_tone=False)


def test_tones_are_told_apart():
    good, bad = masks(100, (100, 100), 1000), masks(100, (0, 0), 1000)
    evaluation = Evaluation("m", (photo(good, tone="light"), photo(bad, name="set/b", tone="dark")))
    assert evaluation.of("set", "ulcer", tone="light").mean_jaccard == 1
    assert evaluation.of("set", "ulcer", tone="dark").mean_jaccard == 0
    assert evaluation.of("set", "ulcer", tone="tan").photos == 0


def test_nothing_to_evaluate_is_an_error():
    with pytest.raises(ValueError, match="no sample"):
        evaluate(lambda photo: marked(ulcer=square()), [])


def test_torch_is_not_needed():
    code = "import sys; sys.modules['torch'] = None; import lesiontrack.training.evaluation"
    subprocess.run([sys.executable, "-c", code], check=True)
