"""Before and after a fine-tuning, on the same photos."""

import numpy as np

from lesiontrack.training.comparison import Outcome, changes, compare
from lesiontrack.training.evaluation import Evaluation, MaskScore, PhotoScore


def scored(sample, *, both, truth, marked, name="ulcer", dataset="ours"):
    """A photo of 1000 labelled pixels, marked at level 230."""
    pixels, true = np.zeros(256, np.int64), np.zeros(256, np.int64)
    pixels[230], pixels[0] = marked, 1000 - marked
    true[230], true[0] = both, truth - both
    return PhotoScore(sample, dataset, sample, "", 0.1, (MaskScore(name, pixels, true),), 0, 0)


def evaluation(*photos):
    return Evaluation("some-model", photos)


def test_figures_of_both_models_stand_side_by_side():
    before = evaluation(
        scored("a", both=90, truth=100, marked=100), scored("b", both=40, truth=50, marked=50)
    )
    after = evaluation(scored("a", both=20, truth=100, marked=20), scored("b", both=45, truth=50, marked=50))
    (change,) = changes(before, after)
    assert change.worse
    assert str(change) == (
        "ours, ulcer, 2 photos: Dice of pooled pixels 0.867 → 0.591, failed 0 → 1: worse than before"
    )
    (back,) = changes(after, before)
    assert not back.worse
    assert "worse" not in str(back)


def test_more_failed_photos_are_worse_though_the_pixels_are_better():
    before = evaluation(scored("a", both=70, truth=100, marked=70), scored("b", both=9, truth=10, marked=10))
    after = evaluation(scored("a", both=90, truth=100, marked=90), scored("b", both=5, truth=10, marked=10))
    (change,) = changes(before, after)
    assert change.after.pooled_dice > change.before.pooled_dice
    assert change.worse


def test_classes_that_no_photo_shows_have_no_change():
    one = evaluation(
        scored("a", both=0, truth=0, marked=30), scored("b", both=9, truth=9, marked=9, name="lesion")
    )
    assert [change.before.name for change in changes(one, one)] == ["lesion"]


def test_without_test_photos_there_are_no_figures():
    assert compare(None, []) == Outcome(None, ())  # type: ignore[arg-type]
