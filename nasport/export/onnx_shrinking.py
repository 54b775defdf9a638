"""What every exported graph goes through before it is shipped.

An exporter leaves things in its file that do not belong to a model: the source lines of whoever exported
it, notes on every node, a version of the format that older runtimes refuse. A large model also need not be
shipped in float32. The functions here change a graph in place, except where they say otherwise, and none of
them knows which model it is.

**Weights as int8, arithmetic in float32.** A weight matrix `W` (inputs, outputs) becomes `Q` (int8) and one
scale per output channel `s`, `W ~ Q * s`, so `x W = (x Q) * s`: the graph casts `Q` to float32, multiplies,
and scales the result. An embedding table gets one scale per row; the int8 rows are taken first and only
those are cast.

`DequantizeLinear` would say the same in one node, but ONNX Runtime (1.31) fuses it with the following
MatMul into one that rounds the *activations* to int8 as well, which moves the result and is not what was
measured. A `Cast` is folded into a constant when the model is loaded and stays what it says.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Collection, Iterable, Iterator, MutableSequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper, numpy_helper

from nasport.schemas.writing import write_atomically

# The newest format version that ONNX Runtime 1.17 and the onnxruntime-web of its time read.
NEWEST_IR_VERSION = 9

# Weights below this many numbers (biases, norms, a table of two token types) gain nothing by rounding.
SMALLEST_INT8_WEIGHT = 16_384

Int8Array = npt.NDArray[np.int8]
FloatArray = npt.NDArray[np.float32]


def strip_metadata(model: onnx.ModelProto) -> None:
    """Remove doc strings, metadata and the noted shapes of inner values, also in sub-graphs and functions."""
    model.doc_string = ""
    del model.metadata_props[:]
    _strip_graph(model.graph)
    for function in model.functions:
        function.doc_string = ""
        del function.metadata_props[:]
        del function.value_info[:]
        _strip_nodes(function.node)


def _strip_graph(graph: onnx.GraphProto) -> None:
    graph.doc_string = ""
    del graph.metadata_props[:]
    del graph.value_info[:]
    for tensor in graph.initializer:
        tensor.doc_string = ""
        del tensor.metadata_props[:]
    for value in (*graph.input, *graph.output):
        value.doc_string = ""
        del value.metadata_props[:]
    _strip_nodes(graph.node)


def _strip_nodes(nodes: Iterable[onnx.NodeProto]) -> None:
    for node in nodes:
        node.doc_string = ""
        del node.metadata_props[:]
        for attribute in node.attribute:
            attribute.doc_string = ""
        for graph in _sub_graphs(node):
            _strip_graph(graph)


def _sub_graphs(node: onnx.NodeProto) -> Iterator[onnx.GraphProto]:
    """The branches of a conditional node, the body of a loop."""
    for attribute in node.attribute:
        yield from (*attribute.graphs, *([attribute.g] if attribute.HasField("g") else []))


def keep_output(model: onnx.ModelProto, old: str, new: str) -> None:
    """Leave `old` as the only output of the graph and call it `new`.

    Raises:
        ValueError: there is no output `old`, or a value called `new` exists already (the file would still
            be valid and mean something else).
    """
    graph = model.graph
    kept = [output for output in graph.output if output.name == old]
    if not kept:
        raise ValueError(f"no output {old!r} among {[output.name for output in graph.output]}")
    if new in value_names(graph):
        raise ValueError(f"the name {new!r} is taken by another value of the graph")
    del graph.output[:]
    graph.output.extend(kept)
    graph.output[0].name = new
    for node in graph.node:
        for names in (node.input, node.output):
            _replace(names, [new if name == old else name for name in names])


def value_names(graph: onnx.GraphProto) -> set[str]:
    """Names of everything that flows in the graph: inputs, constants and the outputs of nodes."""
    names = {value.name for value in graph.input} | {tensor.name for tensor in graph.initializer}
    return names | {name for node in graph.node for name in node.output}


def remove_unused(model: onnx.ModelProto) -> None:
    """Remove nodes and constants that no output depends on."""
    graph = model.graph
    needed = {output.name for output in graph.output}
    kept: list[onnx.NodeProto] = []
    for node in reversed(graph.node):
        if needed.intersection(node.output):
            kept.append(node)
            needed.update(_names_read(node))
    tensors = [tensor for tensor in graph.initializer if tensor.name in needed]
    _replace(graph.node, reversed(kept))
    _replace(graph.initializer, tensors)


def _names_read(node: onnx.NodeProto) -> set[str]:
    names = set(node.input)
    for graph in _sub_graphs(node):
        for inner in graph.node:
            names |= _names_read(inner)
    return names


def _replace(repeated: MutableSequence[Any], items: Iterable[Any]) -> None:
    kept = list(items)
    del repeated[:]
    repeated.extend(kept)


def store_int8(model: onnx.ModelProto, *, smallest: int = SMALLEST_INT8_WEIGHT) -> int:
    """Store the large float32 weights of MatMul and Gather nodes as int8 with a scale per channel or row.

    Returns:
        How many weights were replaced.

    Raises:
        ValueError: a weight to be stored is also read in some other way, so that both forms would have to
            be kept.
    """
    graph = model.graph
    weights = {
        tensor.name: tensor
        for tensor in graph.initializer
        if tensor.data_type == onnx.TensorProto.FLOAT
        and len(tensor.dims) == 2
        and int(np.prod(tensor.dims)) >= smallest
    }
    nodes: list[onnx.NodeProto] = []
    stored: dict[str, list[onnx.TensorProto]] = {}
    for node in graph.node:
        name = _weight_of(node, weights)
        if name is None:
            nodes.append(node)
            continue
        quantise = _quantised_gather if node.op_type == "Gather" else _quantised_matmul
        tensors, replacement = quantise(node, name, numpy_helper.to_array(weights[name]))
        stored.setdefault(name, tensors)
        nodes.extend(replacement)
    for node in nodes:
        for name in stored.keys() & set(node.input):
            raise ValueError(f"weight {name!r} is also read by {node.op_type} {node.name!r}")
    tensors_left = [tensor for tensor in graph.initializer if tensor.name not in stored]
    _replace(graph.node, nodes)
    _replace(graph.initializer, [*tensors_left, *(t for pair in stored.values() for t in pair)])
    return len(stored)


def _weight_of(node: onnx.NodeProto, weights: Collection[str]) -> str | None:
    """Name of the weight that `node` multiplies with or takes rows of."""
    if node.op_type == "MatMul" and node.input[1] in weights:
        return str(node.input[1])
    by_row = all(attribute.i == 0 for attribute in node.attribute if attribute.name == "axis")
    if node.op_type == "Gather" and by_row and node.input[0] in weights:
        return str(node.input[0])
    return None


def _quantised_matmul(
    node: onnx.NodeProto, name: str, weight: FloatArray
) -> tuple[list[onnx.TensorProto], list[onnx.NodeProto]]:
    """`x W` as `(x Cast(Q)) * s`, with one scale for each column of `W`."""
    values, scales = round_to_int8(weight, axis=0)
    output = node.output[0]
    replacement = [
        helper.make_node("Cast", [f"{name}.int8"], [f"{output}.weight"], to=onnx.TensorProto.FLOAT),
        helper.make_node("MatMul", [node.input[0], f"{output}.weight"], [f"{output}.unscaled"]),
        helper.make_node("Mul", [f"{output}.unscaled", f"{name}.scale"], [output]),
    ]
    return _tensors(name, values, scales[0]), replacement


def _quantised_gather(
    node: onnx.NodeProto, name: str, table: FloatArray
) -> tuple[list[onnx.TensorProto], list[onnx.NodeProto]]:
    """Rows of a table as `Cast(rows of Q) * rows of s`; the table itself is never widened."""
    values, scales = round_to_int8(table, axis=1)
    output, indices = node.output[0], node.input[1]
    replacement = [
        helper.make_node("Gather", [f"{name}.int8", indices], [f"{output}.int8"]),
        helper.make_node("Cast", [f"{output}.int8"], [f"{output}.float"], to=onnx.TensorProto.FLOAT),
        helper.make_node("Gather", [f"{name}.scale", indices], [f"{output}.scale"]),
        helper.make_node("Mul", [f"{output}.float", f"{output}.scale"], [output]),
    ]
    return _tensors(name, values, scales), replacement


def _tensors(name: str, values: Int8Array, scales: FloatArray) -> list[onnx.TensorProto]:
    return [
        numpy_helper.from_array(values, f"{name}.int8"),
        numpy_helper.from_array(scales, f"{name}.scale"),
    ]


def round_to_int8(weight: FloatArray, *, axis: int) -> tuple[Int8Array, FloatArray]:
    """Symmetric int8 with one scale for each slice along `axis`; `values * scales` is near `weight`.

    Args:
        weight: (rows, columns) float32.
        axis: the axis that a scale is shared along: 0 gives a scale per column, 1 one per row.

    Returns:
        values: (rows, columns) int8 in -127..127.
        scales: float32, (1, columns) or (rows, 1); 1 where the whole slice is zero.
    """
    largest = np.abs(weight).max(axis=axis, keepdims=True)
    scales = np.where(largest > 0, largest / 127.0, 1.0).astype(np.float32)
    values = np.clip(np.rint(weight / scales), -127, 127).astype(np.int8)
    return values, scales


def local_paths(data: bytes) -> list[str]:
    """The marks of a developer's machine (`/home/`, `site-packages`, ...) that occur in `data`."""
    here = (Path.home(), Path.cwd(), Path(tempfile.gettempdir()))
    marks = [
        "/home/",
        "/Users/",
        "\\Users\\",
        "site-packages",
        *(f"{path}/" for path in here if len(path.parts) > 1),
    ]
    return [mark for mark in marks if mark.encode() in data]


def model_bytes(model: onnx.ModelProto) -> bytes:
    """The content of the file of a stripped model, checked; the same model gives the same bytes.

    Raises:
        onnx.checker.ValidationError: the model is not valid ONNX.
        ValueError: the format version is too new for older runtimes, or a local path is left in the file.
    """
    if model.ir_version > NEWEST_IR_VERSION:
        raise ValueError(f"IR version {model.ir_version} is newer than {NEWEST_IR_VERSION}")
    onnx.checker.check_model(model, full_check=True)
    data: bytes = model.SerializeToString(deterministic=True)
    if marks := local_paths(data):
        raise ValueError(f"the model holds local paths: {', '.join(marks)}")
    return data


def save_model(model: onnx.ModelProto, path: Path) -> bytes:
    """Check a stripped model and write it in one piece; returns the bytes written.

    Raises:
        onnx.checker.ValidationError, ValueError: as `model_bytes`.
    """
    data = model_bytes(model)
    write_atomically(path, data)
    return data


def describe(data: bytes) -> dict[str, str | int]:
    """The entry of a file's content in a bundle's manifest: `{"sha256": hexadecimal, "bytes": size}`."""
    return {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}


def describe_file(path: Path) -> dict[str, str | int]:
    """The entry of a file on disk in a bundle's manifest."""
    return describe(path.read_bytes())
