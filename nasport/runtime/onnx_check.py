"""Check the ONNX file of a bundle before ONNX Runtime opens it.

A bundle may come from a stranger. Its graph may use only the operator types that shipped bundles use, without subgraphs,
functions and data in other files, and with constants no larger than the file says. The check reads the protobuf encoding
itself, because the package `onnx` is not part of the runtime. Protobuf merges repeated messages and takes the last of
repeated values, so every occurrence of a field is checked.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import NamedTuple

from nasport.schemas.errors import InputError

MAX_NODES = 5_000
MAX_AXES = 8

# Number of values of all constants together. The sentence encoder has 22.6 million.
MAX_VALUES = 1 << 27

_TYPES = """
    Add Cast Clip Concat ConstantOfShape Div Equal Erf Exp Expand Gather Gemm LayerNormalization Log MatMul Max Min Mul Neg Pad
    Pow Range ReduceL2 ReduceSum Relu Reshape Shape Slice Softmax Sqrt Squeeze Sub Transpose Unsqueeze Where
"""
OPERATOR_TYPES = frozenset(_TYPES.split())
# Operator types that may have only constant inputs. ONNX Runtime computes such nodes while it opens a file.
_FOLDED = frozenset(("Cast", "Mul", "ConstantOfShape"))

# Bytes of a value of each element type: float32, int8, int64, bool.
_SIZES = {1: 4, 3: 1, 7: 8, 9: 1}
# The ORT format of ONNX Runtime, which is no protobuf, has this text at offset 4.
_ORT_FORMAT = b"ORTM"

Shape = tuple[int, ...]
_Value = int | memoryview


class _Tensor(NamedTuple):
    """A stored tensor: its name, sizes, element type and bytes."""

    name: str
    shape: Shape
    element: int
    data: memoryview


class _Node(NamedTuple):
    """A node of the graph: its operator type, the names of its inputs and outputs, and its tensor attributes."""

    operator: str
    inputs: list[str]
    outputs: list[str]
    tensors: list[_Tensor]


def checked_graph(data: bytes, *, file: str | None = None) -> bytes:
    """Return the bytes of an ONNX model after the checks.

    Args:
        data: content of the file.
        file: name of the file for error messages.

    Raises:
        InputError: the content is not an ONNX model, or it has something that bundles do not need.
    """
    try:
        _check_model(memoryview(data))
    except _RefusedError as error:
        raise InputError(str(error), file=file) from None
    return data


class _RefusedError(Exception):
    """A reason to refuse a model, one sentence."""


def _check_model(data: memoryview) -> None:
    if data[4:8] == _ORT_FORMAT:
        raise _RefusedError("the model has the ORT format, expected the ONNX format")
    nodes: list[_Node] = []
    constants: dict[str, Shape] = {}
    stored: dict[str, _Tensor] = {}
    graphs = 0
    for number, value in _fields(data):
        if number in (20, 25):
            raise _RefusedError("the model has functions or training data, expected one graph")
        if number == 7:
            graphs += 1
            for tensor in _read_graph(_message(value), nodes):
                stored[tensor.name] = tensor
    if not graphs:
        raise _RefusedError("the file is not an ONNX model, expected one with a graph")
    constants.update((name, tensor.shape) for name, tensor in stored.items())
    values = sum(prod(shape) for shape in constants.values())
    for node in nodes:
        inputs = [name for name in node.inputs if name]
        if not all(name in constants for name in inputs):
            continue
        shape = _folded_shape(node, [constants[name] for name in inputs], stored)
        constants.update((name, shape) for name in node.outputs)
        values += prod(shape)
        if values > MAX_VALUES:
            raise _RefusedError(f"the constants have more than {MAX_VALUES:,} values, expected fewer")


def _read_graph(data: memoryview, nodes: list[_Node]) -> Iterator[_Tensor]:
    """Append the nodes of a graph and yield its constants."""
    for number, value in _fields(data):
        if number == 1:
            nodes.append(_node(_message(value)))
            if len(nodes) > MAX_NODES:
                raise _RefusedError(f"the graph has more than {MAX_NODES:,} nodes, expected fewer")
        elif number == 5:
            yield _tensor(_message(value))
        elif number in (14, 15):
            raise _RefusedError("the graph has sparse or quantized constants, expected dense ones")


def _node(data: memoryview) -> _Node:
    operator = ""
    inputs: list[str] = []
    outputs: list[str] = []
    tensors: list[_Tensor] = []
    for number, value in _fields(data):
        if number == 1:
            inputs.append(_text(value))
        elif number == 2:
            outputs.append(_text(value))
        elif number == 4:
            operator = _text(value)
            if operator not in OPERATOR_TYPES:
                listed = ", ".join(sorted(OPERATOR_TYPES))
                raise _RefusedError(
                    f"the graph has the operator type {operator!r:.100}, expected one of {listed}"
                )
        elif number == 5:
            tensors += _attribute(_message(value))
        elif number in (7, 8) and _text(value) not in ("", "ai.onnx"):
            raise _RefusedError(
                f"the graph has operators of the domain {_text(value)!r:.100}, expected standard operators"
            )
    if not operator:
        raise _RefusedError("a node of the graph has no operator type, expected one")
    return _Node(operator, inputs, outputs, tensors)


def _attribute(data: memoryview) -> Iterator[_Tensor]:
    """Yield the tensors of an attribute; refuse subgraphs, sparse tensors and references to attributes of functions."""
    for number, value in _fields(data):
        if number in (5, 10):
            yield _tensor(_message(value))
        elif number in (6, 11):
            raise _RefusedError("a node has a subgraph, expected a graph without control flow")
        elif number in (21, 22, 23):
            raise _RefusedError(
                "a node has a sparse tensor or refers to a function, expected plain attributes"
            )


def _tensor(data: memoryview) -> _Tensor:
    name, element, raw = "", 0, memoryview(b"")
    dims: list[int] = []
    for number, value in _fields(data):
        if number == 1:
            dims += _numbers(value)
            if len(dims) > MAX_AXES:
                raise _RefusedError(
                    f"the constant {name!r:.100} has more than {MAX_AXES} axes, expected fewer"
                )
        elif number == 2:
            element = _number(value)
        elif number == 8:
            name = _text(value)
        elif number == 9:
            raw = _message(value)
        elif number == 13 or (number == 14 and value != 0):
            raise _RefusedError("a constant is in another file, expected all constants inside the model")
        elif number in (3, 4, 5, 6, 7, 10, 11):
            raise _RefusedError(f"the constant {name!r:.100} has typed data, expected raw data")
    if element not in _SIZES:
        raise _RefusedError(
            f"the constant {name!r:.100} has element type {element}, expected float32, int64, int8 or bool"
        )
    if prod(dims) * _SIZES[element] != len(raw):
        problem = f"the constant {name!r:.100} of shape {dims} has {len(raw)} bytes, expected {prod(dims) * _SIZES[element]}"
        raise _RefusedError(problem)
    return _Tensor(name, tuple(dims), element, raw)


def _folded_shape(node: _Node, shapes: list[Shape], stored: dict[str, _Tensor]) -> Shape:
    """Return the output shape of a node that has only constant inputs, or an upper bound."""
    if node.operator not in _FOLDED or not shapes:
        listed = ", ".join(sorted(_FOLDED))
        raise _RefusedError(
            f"a node of type {node.operator!r} has only constant inputs, expected that only of {listed}"
        )
    if node.operator == "ConstantOfShape":
        tensor = stored.get(node.inputs[0])
        if tensor is None or tensor.element != 7:
            raise _RefusedError("the shape of a ConstantOfShape is computed, expected a stored one")
        sizes = (int.from_bytes(tensor.data[at : at + 8], "little") for at in range(0, len(tensor.data), 8))
        return tuple(sizes)
    rank = max(map(len, shapes))
    padded = [(1,) * (rank - len(shape)) + shape for shape in shapes]
    return tuple(map(max, *padded)) if len(padded) > 1 else padded[0]


def _fields(data: memoryview) -> Iterator[tuple[int, _Value]]:
    """Yield the number and the value of every field of a protobuf message: an int, or the bytes of a longer value."""
    position, end = 0, len(data)
    while position < end:
        key, position = _varint(data, position)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, position = _varint(data, position)
            yield number, value
            continue
        if wire not in (1, 2, 5):
            raise _RefusedError("the file is not an ONNX model: a field has an unknown encoding")
        length, position = _varint(data, position) if wire == 2 else ({1: 8, 5: 4}[wire], position)
        if position + length > end:
            raise _RefusedError("the file is not an ONNX model: it ends inside a field")
        yield number, data[position : position + length]
        position += length


def _varint(data: memoryview, position: int) -> tuple[int, int]:
    """Return the number that begins at a position, and the position after it."""
    value = 0
    for shift in range(0, 70, 7):
        if position >= len(data):
            break
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFFFFFFFFFFFFFF, position
    raise _RefusedError("the file is not an ONNX model: a number does not end")


def _numbers(value: _Value) -> list[int]:
    """Return the sizes in one field of `dims`: a single number, or several packed in bytes."""
    found: list[int] = []
    position = 0
    if isinstance(value, int):
        found = [value]
    else:
        while position < len(value):
            number, position = _varint(value, position)
            found.append(number)
    return found


def _number(value: _Value) -> int:
    return value if isinstance(value, int) else -1


def _message(value: _Value) -> memoryview:
    if isinstance(value, int):
        raise _RefusedError("the file is not an ONNX model: a number where a message was expected")
    return value


def _text(value: _Value) -> str:
    return bytes(_message(value)).decode("utf-8", "replace")
