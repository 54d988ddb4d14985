"""A network of a few hundred bytes whose answers are known: each class is a threshold on colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

# class → weights of red, green, blue (0..1) and a constant, before the sigmoid. Skin is light and red, a
# lesion dark, an ulcer much redder than green, and what hides skin is blue.
WEIGHTS: Mapping[str, tuple[float, float, float, float]] = {
    "skin": (20.0, 0.0, -20.0, -1.0),
    "lesion": (-10.0, -10.0, -10.0, 13.0),
    "ulcer": (30.0, -30.0, 0.0, -12.0),
    "obstruction": (-40.0, 0.0, 40.0, -4.0),
}
METADATA: Mapping[str, str] = {
    "lesiontrack_model": "1",
    "id": "threshold-1",
    "classes": ",".join(WEIGHTS),
    "search_px": "128,192",
    "crop_px": "128",
    "licence": "CC0-1.0",
    "trained_on": "nothing: thresholds written by hand for tests",
    "not_validated": "Not validated on any population.",
}
NODES: Sequence[tuple[str, Sequence[str], Sequence[str], dict[str, Any]]] = (
    ("Cast", ["rgb"], ["floats"], {"to": TensorProto.FLOAT}),
    ("Transpose", ["floats"], ["planes"], {"perm": [0, 3, 1, 2]}),
    ("Mul", ["planes", "scale"], ["scaled"], {}),
    ("Conv", ["scaled", "weights", "constants"], ["logits"], {"kernel_shape": [1, 1]}),
    ("Sigmoid", ["logits"], ["probability"], {}),
)


def threshold_proto(
    weights: Mapping[str, Sequence[float]] = WEIGHTS, **metadata: str | None
) -> onnx.ModelProto:
    """The model as ONNX's own object, to be spoilt by tests; metadata of None is left out."""
    values = np.array([weights[name] for name in weights], np.float32)
    tensors = {
        "scale": np.array(1 / 255, np.float32),
        "weights": values[:, :3].reshape(-1, 3, 1, 1),
        "constants": values[:, 3],
    }
    graph = helper.make_graph(
        [helper.make_node(kind, inputs, outputs, **given) for kind, inputs, outputs, given in NODES],
        "thresholds",
        [helper.make_tensor_value_info("rgb", TensorProto.UINT8, ["n", "h", "w", 3])],
        [helper.make_tensor_value_info("probability", TensorProto.FLOAT, ["n", len(weights), "h", "w"])],
        [numpy_helper.from_array(array, name) for name, array in tensors.items()],
    )
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    described = {**METADATA, "classes": ",".join(weights), **metadata}
    helper.set_model_props(proto, {key: value for key, value in described.items() if value is not None})
    return proto


def threshold_model(weights: Mapping[str, Sequence[float]] = WEIGHTS, **metadata: str | None) -> bytes:
    """The model's file: the same bytes for the same arguments."""
    data: bytes = threshold_proto(weights, **metadata).SerializeToString(deterministic=True)
    return data
