"""What ONNX Runtime is given and what is believed of its answers."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from lesiontrack.errors import ModelError
from lesiontrack.segmentation.network import check_model
from lesiontrack.segmentation.network.session import Session, open_session
from tests.segmentation.network.fixture import WEIGHTS, threshold_model, threshold_proto


def test_probabilities_are_what_the_weights_say() -> None:
    colours = np.array([[214, 168, 142], [110, 66, 48], [178, 40, 44], [40, 60, 200]], np.uint8)
    batch = np.repeat(colours[:, None, None, :], 32, 1).repeat(64, 2)
    answer = Session(check_model(threshold_model()))(batch)
    assert answer.shape == (4, 4, 32, 64)
    scaled = colours / 255
    for index, (r, g, b, constant) in enumerate(WEIGHTS.values()):
        expected = 1 / (1 + np.exp(-(scaled @ [r, g, b] + constant)))
        np.testing.assert_allclose(answer[:, index, 5, 7], expected, atol=1e-5)


def test_one_session_a_process_and_file() -> None:
    data = threshold_model()
    assert open_session(check_model(data)) is open_session(check_model(data))
    assert open_session(check_model(data)) is not open_session(check_model(threshold_model(id="other")))


def spoilt(*replacing: onnx.NodeProto, **tensors: np.ndarray) -> bytes:
    """The threshold model with other nodes between the logits and the output."""
    proto = threshold_proto()
    del proto.graph.node[4]
    proto.graph.node.extend(replacing)
    proto.graph.initializer.extend(numpy_helper.from_array(array, name) for name, array in tensors.items())
    return bytes(proto.SerializeToString())


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (spoilt(helper.make_node("Identity", ["logits"], ["probability"])), "no probabilities"),
        (spoilt(helper.make_node("Sqrt", ["logits"], ["probability"])), "no probabilities"),
        (
            spoilt(
                helper.make_node("Sigmoid", ["logits"], ["turned"]),
                helper.make_node("Transpose", ["turned"], ["probability"], perm=[0, 1, 3, 2]),
            ),
            "it must be float32",
        ),
        (
            spoilt(
                helper.make_node("Sigmoid", ["logits"], ["small"]),
                helper.make_node("Concat", ["small", "small"], ["probability"], axis=1),
            ),
            "ONNX Runtime refuses it|it must be float32",
        ),
        (spoilt(helper.make_node("Sigmoid", ["logits"], ["probability"], alpha=0.5)), "refuses it"),
        (
            spoilt(
                helper.make_node("Reshape", ["logits", "sides"], ["probability"]),
                sides=np.array([7, 7, 7, 7], np.int64),
            ),
            "refuses it|network failed",
        ),
        (
            spoilt(
                helper.make_node("Resize", ["logits", "", "up"], ["huge"], mode="nearest"),
                helper.make_node("Resize", ["huge", "", "up"], ["huger"], mode="nearest"),
                helper.make_node("GlobalAveragePool", ["huger"], ["one"]),
                helper.make_node("Mul", ["one", "logits"], ["product"]),
                helper.make_node("Sigmoid", ["product"], ["probability"]),
                up=np.array([1, 1, 100, 100], np.float32),
            ),
            "network failed",
        ),
    ],
    ids=["logits", "nan", "turned", "classes", "attribute", "shape", "memory"],
)
def test_a_network_that_does_something_else_is_refused_before_its_first_photo(
    data: bytes, words: str
) -> None:
    with pytest.raises(ModelError, match=words) as caught:
        Session(check_model(data))
    assert "threshold-1" in str(caught.value)
    assert "onnxruntime_src" not in str(caught.value)


def test_the_checked_file_needs_neither_onnx_nor_torch() -> None:
    code = (
        "import sys\nfrom lesiontrack.segmentation import segment\n"
        "from lesiontrack.segmentation.network import check_model, Network\n"
        "from lesiontrack.photo import Photo\nimport numpy as np\n"
        f"Network(check_model(bytes.fromhex('{threshold_model().hex()}')))"
        "(Photo(np.zeros((40, 50, 3), np.uint8), ''))\n"
        "print([name for name in ('onnx', 'torch') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
