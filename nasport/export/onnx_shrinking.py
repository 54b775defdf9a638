"""Clean up and shrink exported ONNX graphs before they are shipped.

An exporter leaves unwanted content in a file: source lines of the exporting machine, metadata on every node, and a format
version that older runtimes refuse. Large models can be shipped with smaller weights than float32. The functions of this
module work on any model and change a graph in place, unless their docstring states otherwise.

**Weights as int8, arithmetic in float32.** A weight matrix `W` (inputs, outputs) becomes `Q` (int8) with one scale `s` per
output channel, `W ~ Q * s`. Then `x W = (x Q) * s`: the graph casts `Q` to float32, multiplies, and scales the result. An
embedding table has one scale per row; the graph gathers int8 rows and casts only these.

`DequantizeLinear` would do the same in one node. But ONNX Runtime (1.31) fuses it with the following MatMul into a node
that also rounds the *activations* to int8, which changes the result. A `Cast` of a constant is folded when the model is
loaded, and the multiplication stays in float32.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Iterator, MutableSequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper, numpy_helper

from nasport.schemas.writing import write_atomically

# Newest format version that ONNX Runtime 1.17 and the onnxruntime-web of the same version read.
NEWEST_IR_VERSION = 9

# Smallest number of elements of a weight to store as int8. Biases, norms and tiny tables would save too little.
SMALLEST_INT8_WEIGHT = 16_384

Int8Array = npt.NDArray[np.int8]
FloatArray = npt.NDArray[np.float32]


def strip_metadata(model: onnx.ModelProto) -> None:
    """Remove doc strings, metadata and shapes of intermediate values, including those in sub-graphs and functions."""
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
    """Yield the sub-graphs of a node: branches of a conditional, body of a loop."""
    for attribute in node.attribute:
        yield from (*attribute.graphs, *([attribute.g] if attribute.HasField("g") else []))


def keep_output(model: onnx.ModelProto, old: str, new: str) -> None:
    """Remove all outputs of the graph except `old` and rename it to `new`.

    Raises:
        ValueError: the graph has no output `old`, or it already has a value `new`. Reusing that name would give a valid
            graph with another meaning.
    """
    graph = model.graph
    kept = [output for output in graph.output if output.name == old]
    if not kept:
        raise ValueError(f"no output {old!r}, expected one of {[output.name for output in graph.output]}")
    if new in value_names(graph):
        raise ValueError(f"the graph already has a value {new!r}, expected an unused name")
    del graph.output[:]
    graph.output.extend(kept)
    graph.output[0].name = new
    for node in graph.node:
        for names in (node.input, node.output):
            _replace(names, [new if name == old else name for name in names])


def value_names(graph: onnx.GraphProto) -> set[str]:
    """Return the names of all values of the graph: inputs, constants and the outputs of nodes."""
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

    Args:
        model: model to change in place.
        smallest: smallest number of elements of a weight to store as int8.

    Returns:
        number of weights that were replaced.

    Raises:
        ValueError: a node of another type also reads one of these weights, so the float32 weight would be needed too.
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
        quantize = _quantized_gather if node.op_type == "Gather" else _quantized_matmul
        tensors, replacement = quantize(node, name, numpy_helper.to_array(weights[name]))
        stored.setdefault(name, tensors)
        nodes.extend(replacement)
    for node in nodes:
        for name in stored.keys() & set(node.input):
            raise ValueError(
                f"weight {name!r} is also read by {node.op_type} {node.name!r}, "
                "expected only MatMul or Gather nodes to read it"
            )
    other_tensors = [tensor for tensor in graph.initializer if tensor.name not in stored]
    _replace(graph.node, nodes)
    _replace(graph.initializer, [*other_tensors, *(tensor for pair in stored.values() for tensor in pair)])
    return len(stored)


def _weight_of(node: onnx.NodeProto, weights: Collection[str]) -> str | None:
    """Return the name of the weight that `node` multiplies by (MatMul) or gathers rows of; None for other nodes."""
    if node.op_type == "MatMul" and node.input[1] in weights:
        return str(node.input[1])
    by_row = all(attribute.i == 0 for attribute in node.attribute if attribute.name == "axis")
    if node.op_type == "Gather" and by_row and node.input[0] in weights:
        return str(node.input[0])
    return None


def _quantized_matmul(
    node: onnx.NodeProto, name: str, weight: FloatArray
) -> tuple[list[onnx.TensorProto], list[onnx.NodeProto]]:
    """Return tensors and nodes that compute `x W` as `(x Cast(Q)) * s`, with one scale for each column of `W`."""
    values, scales = round_to_int8(weight, axis=0)
    output = node.output[0]
    replacement = [
        helper.make_node("Cast", [f"{name}.int8"], [f"{output}.weight"], to=onnx.TensorProto.FLOAT),
        helper.make_node("MatMul", [node.input[0], f"{output}.weight"], [f"{output}.unscaled"]),
        helper.make_node("Mul", [f"{output}.unscaled", f"{name}.scale"], [output]),
    ]
    return _tensors(name, values, scales[0]), replacement


def _quantized_gather(
    node: onnx.NodeProto, name: str, table: FloatArray
) -> tuple[list[onnx.TensorProto], list[onnx.NodeProto]]:
    """Return tensors and nodes that compute rows of a table as `Cast(rows of Q) * rows of s`; only these rows are cast."""
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
    """Round a matrix to int8 symmetrically, so that `values * scales` approximates `weight`.

    Args:
        weight: (rows, columns) float32.
        axis: axis along which elements share a scale: 0 gives one scale per column, 1 gives one scale per row.

    Returns:
        values: (rows, columns) int8 in -127..127.
        scales: float32, (1, columns) or (rows, 1); 1 if all elements that share the scale are zero.
    """
    largest = np.abs(weight).max(axis=axis, keepdims=True)
    scales = np.where(largest > 0, largest / 127.0, 1.0).astype(np.float32)
    values = np.clip(np.rint(weight / scales), -127, 127).astype(np.int8)
    return values, scales


def local_paths(data: bytes) -> list[str]:
    """Return the parts of local paths (`/home/`, `site-packages`, ...) that occur in `data`."""
    local = (Path.home(), Path.cwd(), Path(tempfile.gettempdir()))
    marks = [
        "/home/",
        "/Users/",
        "\\Users\\",
        "site-packages",
        *(f"{path}/" for path in local if len(path.parts) > 1),
    ]
    return [mark for mark in marks if mark.encode() in data]


def model_bytes(model: onnx.ModelProto) -> bytes:
    """Check a stripped model and return the content of its file; equal models give equal bytes.

    Raises:
        onnx.checker.ValidationError: the model is not valid ONNX.
        ValueError: the format version is too new for older runtimes, or the file contains a local path.
    """
    if model.ir_version > NEWEST_IR_VERSION:
        raise ValueError(f"IR version {model.ir_version}, expected at most {NEWEST_IR_VERSION}")
    onnx.checker.check_model(model, full_check=True)
    data: bytes = model.SerializeToString(deterministic=True)
    if marks := local_paths(data):
        raise ValueError(f"the model contains local paths, expected none: {', '.join(marks)}")
    return data


def save_model(model: onnx.ModelProto, path: Path) -> bytes:
    """Check a stripped model, write it atomically, and return the content of the file.

    Raises:
        onnx.checker.ValidationError: the model is not valid ONNX.
        ValueError: as for `model_bytes`.
    """
    data = model_bytes(model)
    write_atomically(path, data)
    return data
