from __future__ import annotations

import pytest

from lesiontrack.study.scales import SCALES, Scale


@pytest.mark.parametrize("scale", SCALES.values(), ids=SCALES)
def test_every_grade_has_words_of_its_own(scale: Scale) -> None:
    names = [sign.name for sign in scale.signs]
    assert len(set(names)) == len(names)
    for sign in scale.signs:
        assert scale.sign(sign.name) is sign
        assert len(set(sign.grades)) == len(sign.grades) >= 4
        assert all(words.strip() for words in sign.grades)
    assert scale.sign("weather") is None


def test_local_skin_responses_sum_to_24() -> None:
    scale = SCALES["lsr-0-4"]
    assert sum(len(sign.grades) - 1 for sign in scale.signs) == 24
