import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.color import rgb2lab

from lesiontrack.colour import lab_to_linear, linear_to_lab, linear_to_srgb, srgb_to_lab, srgb_to_linear
from lesiontrack.colour.cielab import lab_d50_to_linear


def test_against_scikit_image():
    pixels = np.random.default_rng(0).integers(0, 256, (40, 50, 3), np.uint8)
    np.testing.assert_allclose(srgb_to_lab(pixels), rgb2lab(pixels), atol=0.02)


@pytest.mark.parametrize(
    ("srgb", "lab"),
    [  # published values of the sRGB primaries and grey, D65
        ((255, 255, 255), (100, 0, 0)),
        ((0, 0, 0), (0, 0, 0)),
        ((255, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 255, 0), (87.73, -86.18, 83.18)),
        ((0, 0, 255), (32.30, 79.19, -107.86)),
        ((119, 119, 119), (50.03, 0, 0)),
    ],
)
def test_published_values(srgb, lab):
    np.testing.assert_allclose(srgb_to_lab(np.array(srgb, np.uint8)), lab, atol=0.06)


def test_every_8_bit_value_survives_the_round_trip():
    ramp = np.arange(256, dtype=np.uint8)
    np.testing.assert_array_equal(np.round(linear_to_srgb(srgb_to_linear(ramp)) * 255), ramp)
    np.testing.assert_allclose(srgb_to_linear(ramp), srgb_to_linear(ramp / 255), atol=1e-6)


@given(st.tuples(*[st.floats(0, 1)] * 3))
def test_lab_inverts(rgb):
    linear = np.array(rgb)
    np.testing.assert_allclose(lab_to_linear(linear_to_lab(linear)), linear, atol=1e-9)


def test_d50_white_and_greys_are_neutral_in_d65():
    greys = np.array([[100.0, 0, 0], [50, 0, 0], [20, 0, 0]])
    linear = lab_d50_to_linear(greys)
    np.testing.assert_allclose(linear - linear[:, :1], 0, atol=1e-3)
    np.testing.assert_allclose(linear_to_lab(linear)[:, 0], greys[:, 0], atol=0.02)
