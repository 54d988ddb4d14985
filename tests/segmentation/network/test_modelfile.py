"""A model file that isn't one, is damaged or hostile is refused with one error class, and never crashes."""

from __future__ import annotations

import io
import pickle
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from lesiontrack.errors import ModelError
from lesiontrack.segmentation.network import check_model, read_model_file
from lesiontrack.segmentation.network.modelfile import MAX_BYTES
from lesiontrack.segmentation.network.wire import MAX_FIELDS
from tests.segmentation.network.fixture import METADATA, WEIGHTS, threshold_model, threshold_proto

GOOD = threshold_model()


def test_a_good_file_says_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(GOOD)
    model = read_model_file(path)
    assert (model.id, model.classes) == ("threshold-1", tuple(WEIGHTS))
    assert (model.search_px, model.crop_px) == ((192, 128), 128)
    assert model.not_validated == METADATA["not_validated"]
    assert model.data == GOOD
    assert len(model.sha256) == 64


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("archive/data.pkl", b"x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (zipped(), "torch checkpoint"),
        (pickle.dumps({"weights": 1}), "pickle"),
        (b"\x89HDF\r\n\x1a\n", "HDF5"),
        (struct.pack("<Q", 40) + b'{"weights":{}}', "safetensors"),
        (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        (b"\n <!DOCTYPE html><title>Not found</title>", "web page"),
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (bytes(64), "field 0"),
        (b"\xff" * 64, "ONNX"),
        (GOOD[:-1], "breaks off"),
        (GOOD[: len(GOOD) // 2], "breaks off"),
        (GOOD + GOOD, "twice"),
    ],
)
def test_what_is_no_onnx_file_is_named(data: bytes, words: str) -> None:
    with pytest.raises(ModelError, match=words) as caught:
        check_model(data)
    assert "lesiontrack train" in str(caught.value)


def test_errors_name_the_file(tmp_path: Path) -> None:
    path = tmp_path / "weights.onnx"
    path.write_bytes(zipped())
    with pytest.raises(ModelError, match=r"weights\.onnx: a zip archive"):
        read_model_file(path)
    with pytest.raises(ModelError, match=r"nothing\.onnx: no such file.*colour"):
        read_model_file(tmp_path / "nothing.onnx")
    with pytest.raises(ModelError, match="no such file"):
        read_model_file(tmp_path)
    with pytest.raises(ModelError):
        read_model_file("a\0b.onnx")


def test_a_file_beyond_the_limit_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.onnx"
    with open(path, "wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(ModelError, match=str(MAX_BYTES)):
        read_model_file(path)


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        ({"lesiontrack_model": None}, "not one of lesiontrack"),
        ({"lesiontrack_model": "2"}, "update"),
        ({"id": None}, "'id'"),
        ({"id": "../../etc/passwd"}, "id '../../etc"),
        ({"id": "<script>"}, "letters"),
        ({"id": "x" * 65}, "64"),
        ({"classes": "skin,lesion,ulcer,tumour"}, "'tumour' is none of skin"),
        ({"classes": "skin,lesion,ulcer,skin"}, "twice"),
        ({"classes": "skin,lesion"}, "output 'probability'"),
        ({"search_px": "large"}, "search_px 'large'"),
        ({"search_px": "100000"}, "64 to 2048"),
        ({"search_px": "384,384"}, "different"),
        ({"search_px": "96,128,160,192,224"}, "4 at most"),
        ({"crop_px": "100"}, "multiple of 32"),
        ({"crop_px": "64,128"}, "1 at most"),
        ({"crop_px": "१२८"}, "whole numbers"),
        ({"licence": " "}, "'licence'"),
        ({"not_validated": None}, "'not_validated'"),
        ({"trained_on": "photos\x1b[2J"}, "control"),
        ({"trained_on": "x" * 5000}, "5000"),
    ],
)
def test_metadata_that_is_wrong_or_missing(metadata: dict[str, str | None], words: str) -> None:
    with pytest.raises(ModelError, match=words):
        check_model(threshold_model(**metadata))


Spoil = Callable[[onnx.ModelProto], object]


def _rename(field: str, value: str) -> Spoil:
    return lambda m: setattr(m.graph.node[4], field, value)


def _other_file(m: onnx.ModelProto) -> None:
    tensor = m.graph.initializer[1]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../etc/passwd")


def _dimension(name: str, index: int, value: int) -> Spoil:
    def spoil(m: onnx.ModelProto) -> None:
        (end,) = m.graph.input if name == "rgb" else m.graph.output
        end.type.tensor_type.shape.dim[index].dim_value = value

    return spoil


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_other_file, "another file"),
        (lambda m: setattr(m.graph.initializer[1], "data_location", 1), "another file"),
        (lambda m: m.functions.add(name="f", domain="mine"), "functions"),
        (lambda m: m.training_info.add(), "training"),
        (
            lambda m: m.graph.node[4].attribute.append(helper.make_attribute("body", onnx.GraphProto())),
            "a graph within",
        ),
        (_rename("op_type", "If"), "operator 'If'"),
        (_rename("op_type", "Loop"), "operator 'Loop'"),
        (lambda m: m.graph.node[4].input.append(""), "Sigmoid leaves an input out"),
        (
            lambda m: m.graph.node[3].attribute.append(helper.make_attribute("dilations", [1 << 40, 1])),
            "'dilations'.*can't be meant",
        ),
        (_rename("op_type", "Sigmoid2"), "Sigmoid is"),
        (_rename("domain", "com.microsoft"), "com.microsoft"),
        (_rename("overload", "x"), "overload"),
        (lambda m: m.opset_import.append(helper.make_opsetid("ai.onnx.ml", 3)), "ai.onnx.ml"),
        (lambda m: setattr(m.opset_import[0], "version", 7), "operator set 7"),
        (lambda m: m.ClearField("graph"), "no graph"),
        (lambda m: setattr(m.graph.input[0], "name", "image"), "input 'image' uint8"),
        (lambda m: setattr(m.graph.input[0].type.tensor_type, "elem_type", 1), "'rgb' float32"),
        (lambda m: m.graph.input.append(m.graph.input[0]), "rgb"),
        (_dimension("rgb", 3, 1), "it must be 'rgb' uint8"),
        (_dimension("rgb", 1, 256), "it must be 'rgb' uint8"),
        (_dimension("probability", 1, 5), "it must be 'probability' float32"),
        (_dimension("probability", 0, 1), "it must be 'probability'"),
        (lambda m: m.graph.output[0].type.tensor_type.shape.dim.add(), "it must be 'probability'"),
        (lambda m: m.graph.initializer[1].dims.append(1 << 40), "values where its sides"),
        (lambda m: m.graph.initializer[1].dims.append(-1), "which can't be"),
        (lambda m: m.graph.initializer[1].float_data.append(1.0), "values where its sides"),
        (lambda m: setattr(m.graph.initializer[1], "data_type", TensorProto.STRING), "elements of type 8"),
        (lambda m: m.graph.initializer.append(m.graph.initializer[0]), "two tensors"),
        (lambda m: m.graph.node.insert(0, m.graph.node[4]), "which nothing before it makes"),
        (lambda m: m.graph.node.append(m.graph.node[4]), "there already"),
        (lambda m: m.graph.sparse_initializer.add(), "sparse"),
        (lambda m: m.metadata_props.add(key="id", value="other"), "'id' comes twice"),
        (lambda m: setattr(m.graph, "doc_string", "x" * 30_000), "the limit is 20000"),
    ],
)
def test_what_a_network_does_not_need_is_refused(spoil: Spoil, words: str) -> None:
    proto = threshold_proto()
    spoil(proto)
    with pytest.raises(ModelError, match=words):
        check_model(proto.SerializeToString())


def test_notes_of_exporters_and_plain_tensor_data_are_let_through() -> None:
    proto = threshold_proto()
    proto.doc_string = proto.producer_name = "any"
    proto.graph.node[0].metadata_props.add(key="pkg.torch", value="x")
    proto.graph.value_info.append(helper.make_tensor_value_info("planes", TensorProto.FLOAT, None))
    constants = proto.graph.initializer[2]
    values = numpy_helper.to_array(constants)
    constants.ClearField("raw_data")
    constants.float_data.extend(values.tolist())
    proto.graph.initializer.append(numpy_helper.from_array(np.array([1, 2], np.int64), "unused"))
    assert check_model(proto.SerializeToString()).id == "threshold-1"


def test_many_small_fields_are_refused_in_little_time() -> None:
    with pytest.raises(ModelError, match=str(MAX_FIELDS)):
        check_model(b"\x42\x00" * (MAX_FIELDS + 1))


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_refused_in_our_own_words(data: bytes) -> None:
    with pytest.raises(ModelError):
        check_model(data)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """The good file with a few bytes changed, cut out, doubled or put in."""
    data = bytearray(GOOD)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data) - 1))
        length = draw(st.integers(0, 12))
        piece = draw(st.one_of(st.binary(max_size=12), st.just(bytes(data[start : start + length]) * 2)))
        data[start : start + length] = piece
    return bytes(data)


@given(mutated())
@settings(max_examples=600, deadline=None)
def test_a_damaged_file_is_a_model_or_a_model_error(data: bytes) -> None:
    try:
        model = check_model(data)
    except ModelError as error:
        text = str(error)
    else:
        assert set(model.classes) <= set(WEIGHTS)
        text = model.id
    assert text.isprintable()
