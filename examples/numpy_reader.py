"""Compute a bundle's predictor with NumPy alone: without nasport, without ONNX Runtime.

python examples/numpy_reader.py BUNDLE prints the score of every network in the bundle's vectors.json, computed from its
arrays, and the largest difference from the recorded scores. Shows how little another language needs.
"""

import json
import sys
from pathlib import Path

import numpy as np


def fields(data):
    """Yield (number, value) of a protobuf message; a value is an int or bytes."""
    place = 0

    def varint():
        nonlocal place
        value = shift = 0
        while True:
            byte = data[place]
            value |= (byte & 127) << shift
            place, shift = place + 1, shift + 7
            if byte < 128:
                return value

    while place < len(data):
        key = varint()
        if key & 7 == 0:
            yield key >> 3, varint()
        else:
            size = varint() if key & 7 == 2 else {1: 8, 5: 4}[key & 7]
            yield key >> 3, data[place : place + size]
            place += size


def several(data, number):
    return [value for found, value in fields(data) if found == number]


def one(data, number, default=b""):
    return (several(data, number) or [default])[-1]


def tensor(data):
    kind = {1: np.float32, 7: np.int64}[one(data, 2)]
    return np.frombuffer(one(data, 9), kind).reshape(several(data, 1))


def attribute(data):
    kind, number = one(data, 20), {1: 2, 2: 3, 3: 4, 4: 5, 7: 8}
    if kind == 7:
        return several(data, 8)
    value = one(data, number[kind], 0)
    signed = int(np.uint64(value).astype(np.int64)) if kind == 2 else value
    return {1: lambda: np.frombuffer(value, np.float32)[0], 4: lambda: tensor(value)}.get(
        kind, lambda: signed
    )()


def cut(x, starts, ends, axes=None, steps=None):
    for k, axis in enumerate(range(len(starts)) if axes is None else axes):
        part = slice(starts[k], ends[k], 1 if steps is None else steps[k])
        x = x[(slice(None),) * (axis % x.ndim) + (part,)]
    return x


def normalized(x, scale, bias, axis=-1, epsilon=1e-5, stash_type=1):
    centered = x - x.mean(axis, keepdims=True)
    return centered / np.sqrt((centered**2).mean(axis, keepdims=True) + epsilon) * scale + bias


def padded(x, pads, value=0, axes=None, mode=b"constant"):
    widths = np.zeros((x.ndim, 2), int)
    widths[np.arange(x.ndim) if axes is None else axes] = np.reshape(pads, (2, -1)).T
    return np.pad(x, widths, constant_values=value)


OPERATORS = {
    "Add": np.add, "Sub": np.subtract, "Mul": np.multiply, "Div": np.divide, "Pow": np.power, "MatMul": np.matmul,
    "Max": np.maximum, "Min": np.minimum, "Neg": np.negative, "Sqrt": np.sqrt, "Log": np.log, "Exp": np.exp,
    "Relu": lambda x: np.maximum(x, 0), "Equal": np.equal, "Range": np.arange, "Slice": cut, "Pad": padded,
    "Clip": lambda x, low=None, high=None: np.clip(x, low, high),
    "Concat": lambda *parts, axis: np.concatenate(parts, axis),
    "Gather": lambda x, index, axis=0: np.take(x, index, axis),
    "Gemm": lambda a, b, c=0, alpha=1, beta=1, **turned: alpha * a @ (b.T if turned.get("transB") else b) + beta * c,
    "LayerNormalization": normalized, "Transpose": lambda x, perm=None: np.transpose(x, perm),
    "Squeeze": lambda x, axes=None: np.squeeze(x, None if axes is None else tuple(axes)),
    "Unsqueeze": lambda x, axes: np.expand_dims(x, tuple(axes)),
    "Expand": lambda x, shape: np.broadcast_to(x, np.broadcast_shapes(x.shape, tuple(shape))),
    "Reshape": lambda x, shape, allowzero=0: x.reshape([x.shape[k] if size == 0 else size for k, size in enumerate(shape)]),
    "ReduceSum": lambda x, axes, keepdims=1, noop_with_empty_axes=0: x.sum(tuple(axes), keepdims=bool(keepdims)),
    "Shape": lambda x, start=0, end=None: np.array(x.shape[start:end]),
    "Cast": lambda x, to: x.astype({1: np.float32, 7: np.int64, 9: bool}[to]),
}  # fmt: skip


def run(model, inputs):
    """Return all tensors of an ONNX graph by name, given its inputs."""
    graph = one(model, 7)
    tensors = {one(data, 8).decode(): tensor(data) for data in several(graph, 5)} | inputs
    for node in several(graph, 1):
        named = {one(data, 1).decode(): attribute(data) for data in several(node, 5)}
        given = [tensors.get(name.decode()) for name in several(node, 1)]
        tensors[one(node, 2).decode()] = OPERATORS[one(node, 4).decode()](*given, **named)
    return tensors


def arrays(document, operators, globals_read):
    """Return the inputs of one document of vectors.json, padded to the next of the sizes of the specification."""
    count = len(document["index"])
    size = next(size for size in (8, 16, 32, 64, 128, 256, 512) if count <= size)
    index, adjacency = np.zeros((1, size), np.int64), np.zeros((1, size, size), np.float32)
    index[0, :count] = document["index"]
    for target, source in document["edges"]:
        adjacency[0, target, source] = 1
    mask = (np.arange(size) < count).astype(np.float32)[None]
    inputs = {"operators": operators, "index": index, "adjacency": adjacency, "mask": mask}
    return inputs | ({"globals": np.array([document["globals"]], np.float32)} if globals_read else {})


def main(folder):
    manifest, vectors = (
        json.loads((folder / name).read_text("utf-8")) for name in ("bundle.json", "vectors.json")
    )
    model = (folder / "predictor.onnx").read_bytes()
    operators, largest = np.array(vectors["operators"], np.float32), 0.0
    for document in (document for document in vectors["documents"] if "outputs" in document):
        inputs = arrays(document, operators, "globals" in manifest["inputs"])
        score, recorded = run(model, inputs)["score"][0], document["outputs"]["score"]
        largest = max(largest, abs(score - recorded))
        print(f"{score:.6f}  {document['document'].get('name', document['hash'])}")
    print(f"largest difference {largest:.1e}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
