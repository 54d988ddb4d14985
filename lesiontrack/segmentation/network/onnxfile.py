"""The parts of an ONNX file (github.com/onnx/onnx, onnx.proto) that a segmentation network may consist of.

What a network doesn't need is refused and not skipped: data in other files, functions, graphs within graphs,
training steps, sparse tensors, operators that make memory out of nothing or run for as long as data say.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from lesiontrack.errors import ModelError
from lesiontrack.segmentation.network.wire import Field, Message, Reader

OPSETS = (13, 26)
MAX_NODES = 5_000
MAX_RANK = 8
FLOAT, UINT8, INT8, INT32, INT64, BOOL, FLOAT16 = 1, 2, 3, 6, 7, 9, 10
WIDTHS = {FLOAT: 4, UINT8: 1, INT8: 1, INT32: 4, INT64: 8, BOOL: 1, FLOAT16: 2}
TYPE_NAMES = {
    FLOAT: "float32",
    UINT8: "uint8",
    INT8: "int8",
    INT32: "int32",
    INT64: "int64",
    FLOAT16: "float16",
}
_OPERATORS = """
Add AveragePool BatchNormalization Cast CastLike Clip Concat Constant Conv ConvTranspose Div Erf Exp Expand
Gelu GlobalAveragePool HardSigmoid HardSwish Identity InstanceNormalization LeakyRelu MaxPool Mul Pad Pow
ReduceMean Relu Reshape Resize Shape Sigmoid Slice Sqrt Squeeze Sub Tanh Transpose Unsqueeze
"""
OPERATORS = frozenset(_OPERATORS.split())
# Operators whose inputs may be left out by an empty name; ONNX Runtime 1.32 crashes on it in some others.
OMITTING = frozenset({"Clip", "Pad", "Resize", "Slice"})
MAX_INTEGER = 65_536  # of an attribute: kernels, strides, axes and groups are far smaller

_ENTRY = Message("a metadata entry", {1: Field("key", "text"), 2: Field("value", "text")})
_ENTRIES = Field("metadata", "message", many=True)
_DOC = Field("doc", "text")
_OPSET = Message("an operator set", {1: Field("domain", "text"), 2: Field("version", "int")})
_DIMENSION = Message(
    "a dimension",
    {1: Field("value", "int"), 2: Field("parameter", "text"), 3: Field("denotation", "text")},
)
_SHAPE = Message("a shape", {1: Field("dimensions", "message", many=True)})
_TENSOR_TYPE = Message("a type", {1: Field("element", "int"), 2: Field("shape", "message")})
_TYPE = Message(
    "a type",
    {1: Field("tensor", "message"), 6: Field("denotation", "text")},
    {4: "a sequence", 5: "a map", 7: "an opaque value", 8: "a sparse tensor", 9: "an optional value"},
)
_VALUE = Message("a value", {1: Field("name", "text"), 2: Field("type", "message"), 3: _DOC, 4: _ENTRIES})
_TENSOR = Message(
    "a tensor",
    {
        1: Field("dimensions", "ints"),
        2: Field("element", "int"),
        4: Field("floats", "count", width=4),
        5: Field("int32s", "count"),
        7: Field("int64s", "count"),
        8: Field("name", "text"),
        9: Field("raw", "bytes"),
        12: _DOC,
        14: Field("location", "int"),
        16: _ENTRIES,
    },
    {
        3: "a segment of a larger tensor",
        6: "text as data",
        10: "double precision data",
        11: "unsigned 64-bit data",
        13: "data in another file",
    },
)
_ATTRIBUTE = Message(
    "an attribute",
    {
        1: Field("name", "text"),
        2: Field("float", "float"),
        3: Field("int", "int"),
        4: Field("string", "text"),
        5: Field("tensor", "message"),
        7: Field("floats", "floats"),
        8: Field("ints", "ints"),
        13: _DOC,
        20: Field("type", "int"),
    },
    {
        6: "a graph within the graph",
        9: "a list of texts",
        10: "a list of tensors",
        11: "graphs within the graph",
        14: "a type as value",
        15: "types as value",
        21: "a reference into a function",
        22: "a sparse tensor",
        23: "sparse tensors",
    },
)
_NODE = Message(
    "a node",
    {
        1: Field("inputs", "text", many=True),
        2: Field("outputs", "text", many=True),
        3: Field("name", "text"),
        4: Field("operator", "text"),
        5: Field("attributes", "message", many=True),
        6: _DOC,
        7: Field("domain", "text"),
        9: _ENTRIES,
    },
    {8: "an overload of a function", 10: "a configuration for several devices"},
)
_GRAPH = Message(
    "the graph",
    {
        1: Field("nodes", "message", many=True),
        2: Field("name", "text"),
        5: Field("tensors", "message", many=True),
        10: _DOC,
        11: Field("inputs", "message", many=True),
        12: Field("outputs", "message", many=True),
        13: Field("values", "message", many=True),
        16: _ENTRIES,
    },
    {14: "quantisation notes", 15: "sparse tensors"},
)
_MODEL = Message(
    "the file",
    {
        1: Field("version", "int"),
        2: Field("producer", "text"),
        3: Field("producer_version", "text"),
        4: Field("domain", "text"),
        5: Field("model_version", "int"),
        6: _DOC,
        7: Field("graph", "message"),
        8: Field("operator_sets", "message", many=True),
        14: _ENTRIES,
    },
    {20: "training steps", 25: "functions", 26: "a configuration for several devices"},
)


@dataclass(frozen=True)
class Value:
    """An input or output: element type as in ONNX, and its sides; None for a free one."""

    name: str
    element: int
    sides: tuple[int | None, ...]

    def __str__(self) -> str:
        sides = ", ".join("free" if side is None else str(side) for side in self.sides)
        return f"{self.name!r} {TYPE_NAMES.get(self.element, f'of type {self.element}')} ({sides})"


@dataclass(frozen=True)
class Outline:
    """What a file says about itself; its graph is not looked at yet."""

    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    metadata: dict[str, str]
    graph: dict[str, Any] = field(repr=False)
    reader: Reader = field(repr=False)


def read_outline(data: bytes) -> Outline:
    """The file's ends and metadata. Raises ModelError where the bytes are no ONNX file."""
    reader = Reader()
    model = reader.read(memoryview(data), _MODEL)
    for part in ("version", "graph", "operator_sets"):
        if part not in model:
            raise ModelError(f"no {part.replace('_', ' ')} in the file: not an ONNX model, or damaged")
    _check_operator_sets([reader.read(item, _OPSET) for item in model["operator_sets"]])
    graph = reader.read(model["graph"], _GRAPH)
    inputs, outputs = (
        tuple(_value(reader, item) for item in graph.get(end, ())) for end in ("inputs", "outputs")
    )
    return Outline(inputs, outputs, _metadata(reader, model.get("metadata", ())), graph, reader)


def check_graph(outline: Outline) -> None:
    """Check every tensor and node. Raises ModelError; reads no other file and runs nothing."""
    reader, graph = outline.reader, outline.graph
    known = {""}
    for item in graph.get("tensors", ()):
        name = _check_tensor(reader, item)
        if name in known:
            raise ModelError(f"two tensors have the name {name!r}")
        known.add(name)
    for value in outline.inputs:
        if value.name in known:
            raise ModelError(f"input {value.name!r} is a tensor of the file too")
        known.add(value.name)
    nodes = graph.get("nodes", ())
    if len(nodes) > MAX_NODES:
        raise ModelError(f"{len(nodes)} nodes; the limit is {MAX_NODES}")
    for item in nodes:
        _check_node(reader, reader.read(item, _NODE), known)
    for value in outline.outputs:
        if value.name not in known:
            raise ModelError(f"nothing makes the output {value.name!r}")
    for item in graph.get("values", ()):
        _value(reader, item)


def _check_operator_sets(sets: Sequence[dict[str, Any]]) -> None:
    if len(sets) != 1 or sets[0].get("domain", "") not in ("", "ai.onnx"):
        domains = ", ".join(repr(item.get("domain", "")) for item in sets)
        raise ModelError(f"operator sets {domains}; only ONNX's own is allowed, once")
    version = sets[0].get("version", 0)
    if not OPSETS[0] <= version <= OPSETS[1]:
        raise ModelError(
            f"ONNX operator set {version}; it must be {OPSETS[0]} to {OPSETS[1]}: export it again"
        )


def _check_node(reader: Reader, node: dict[str, Any], known: set[str]) -> None:
    operator = node.get("operator", "")
    if node.get("domain", "") not in ("", "ai.onnx"):
        raise ModelError(f"operator {operator!r} of domain {node['domain']!r}; only ONNX's own are allowed")
    if operator not in OPERATORS:
        close = get_close_matches(operator, OPERATORS, n=1)
        hint = f"; {close[0]} is" if close else ""
        raise ModelError(f"operator {operator!r} is not among those that a network may use{hint}")
    for name in node.get("inputs", ()):
        if not name and operator not in OMITTING:
            raise ModelError(f"{operator} leaves an input out, which is refused")
        if name not in known:
            raise ModelError(f"{operator} reads {name!r}, which nothing before it makes")
    for item in node.get("attributes", ()):
        attribute = reader.read(item, _ATTRIBUTE)
        integers = [*attribute.get("ints", ()), attribute.get("int", 0)]
        if len(integers) > 2 * MAX_RANK + 1 or any(abs(value) > MAX_INTEGER for value in integers):
            raise ModelError(
                f"{operator} has {attribute.get('name')!r} of {integers[:4]}, which can't be meant"
            )
        if "tensor" in attribute:
            _check_tensor(reader, attribute["tensor"])
    for name in node.get("outputs", ()):
        if name and name in known:
            raise ModelError(f"{operator} makes {name!r}, which is there already")
        known.add(name)


def _check_tensor(reader: Reader, data: memoryview) -> str:
    """The tensor's name; raises ModelError unless its data are in the file and as many as its sides say."""
    tensor = reader.read(data, _TENSOR)
    name = str(tensor.get("name", ""))
    element = tensor.get("element", 0)
    if tensor.get("location", 0) != 0:
        raise ModelError(f"tensor {name!r} has its data in another file, which is refused")
    if element not in WIDTHS:
        raise ModelError(f"tensor {name!r} has elements of type {element}; a network has no such")
    sides = tensor.get("dimensions", [])
    if len(sides) > MAX_RANK or any(side < 0 for side in sides):
        raise ModelError(f"tensor {name!r} has the sides {sides[: MAX_RANK + 1]}, which can't be")
    there = [tensor[part] for part in ("floats", "int32s", "int64s") if part in tensor]
    if "raw" in tensor:
        if len(tensor["raw"]) % WIDTHS[element]:
            raise ModelError(f"tensor {name!r} breaks off: {len(tensor['raw'])} bytes are no whole numbers")
        there.append(len(tensor["raw"]) // WIDTHS[element])
    count = math.prod(sides)
    if len(there) > 1 or sum(there) != count:
        raise ModelError(f"tensor {name!r} has {sum(there)} values where its sides {sides} say {count}")
    return name


def _value(reader: Reader, data: memoryview) -> Value:
    value = reader.read(data, _VALUE)
    name = str(value.get("name", ""))
    kind = reader.read(value["type"], _TYPE) if "type" in value else {}
    tensor = reader.read(kind["tensor"], _TENSOR_TYPE) if "tensor" in kind else {}
    shape = reader.read(tensor["shape"], _SHAPE) if "shape" in tensor else {}
    sides = [reader.read(item, _DIMENSION).get("value") for item in shape.get("dimensions", ())]
    return Value(name, tensor.get("element", 0), tuple(sides))


def _metadata(reader: Reader, items: Sequence[memoryview]) -> dict[str, str]:
    found: dict[str, str] = {}
    for item in items:
        entry = reader.read(item, _ENTRY)
        key = str(entry.get("key", ""))
        if key in found:
            raise ModelError(f"metadata {key!r} comes twice")
        found[key] = str(entry.get("value", ""))
    return found
