"""Temperatures: what is too sure is made less sure, and the other way round."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the extra `train`")

from hypothesis import given, settings
from hypothesis import strategies as st

from lesiontrack.training.calibration import best_temperature, whole_photo_logits
from lesiontrack.training.network import SmallNetwork


@settings(max_examples=25, deadline=None)
@given(st.floats(0.6, 3.5), st.integers(0, 1000))
def test_the_temperature_that_logits_were_heated_with_is_found(temperature: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 2, 20_000).astype(np.float32)
    truth = (rng.random(20_000) < 1 / (1 + np.exp(-logits))).astype(np.float32)
    found = best_temperature((logits * temperature).astype(np.float32), truth)
    assert found == pytest.approx(temperature, rel=0.1)


def test_it_stays_in_its_range() -> None:
    logits = np.array([9, -9] * 50, np.float32)
    assert best_temperature(logits, (logits < 0).astype(np.float32)) == pytest.approx(4, abs=0.02)
    assert best_temperature(logits / 9, (logits > 0).astype(np.float32)) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("shape", [(40, 70), (33, 32), (300, 200)])
def test_logits_are_of_the_photos_size(shape: tuple[int, int]) -> None:
    pixels = np.full((*shape, 3), 120, np.uint8)
    logits = whole_photo_logits(SmallNetwork().eval(), pixels, 128)
    assert logits.shape == (4, *shape)
    assert np.isfinite(logits).all()
