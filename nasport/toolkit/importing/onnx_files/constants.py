"""Evaluation of ONNX nodes that compute shapes: operators on a few known numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from nasport.schemas.errors import InputError

if TYPE_CHECKING:
    import onnx

MAX_VALUES = 4096
MAX_RANK = 32
Array: TypeAlias = np.ndarray[Any, Any]
# Operators that compute shapes. Each needs memory only for its inputs and its outputs.
COMPUTED = frozenset(
    ["Abs", "Add", "And", "Cast", "Ceil", "Clip", "Concat", "ConstantOfShape", "Div", "Equal", "Expand", "Floor", "Gather",
     "Greater", "GreaterOrEqual", "Identity", "Less", "LessOrEqual", "Max", "Min", "Mod", "Mul", "Neg", "NonZero", "Not",
     "Or", "Pow", "Range", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceSum", "Reshape", "Round", "Shape", "Size", "Slice",
     "Split", "Sqrt", "Squeeze", "Sub", "Tile", "Transpose", "Unsqueeze", "Where", "Xor"]
)  # fmt: skip


def attributes_of(node: onnx.NodeProto) -> dict[str, Any]:
    """Return the attributes of a node by name, as Python values; tensors and graphs stay protobuf messages.

    Raises:
        InputError: the type of an attribute is unknown to ONNX.
    """
    import onnx

    attributes: dict[str, Any] = {}
    for attribute in node.attribute:
        try:
            value = onnx.helper.get_attribute_value(attribute)
        except (ValueError, TypeError) as error:
            raise InputError(
                f"an attribute of {node_label(node)} cannot be read ({error!s:.80}), expected one that ONNX defines"
            ) from None
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        attributes[attribute.name] = list(value) if attribute.type in (6, 7, 8) else value
    return attributes


def node_label(node: onnx.NodeProto) -> str:
    """Return a node's name and operator, for error messages."""
    operator = f"{node.domain}.{node.op_type}" if node.domain not in ("", "ai.onnx") else node.op_type
    return f"the node {(node.name or ''.join(node.output[:1]))[:80]!r} ({operator[:60]})"


def numbers_of(tensor: onnx.TensorProto) -> Array | None:
    """Return the numbers of a tensor; None if there are many, or if they are in another file, which is never opened."""
    import onnx

    sides = tuple(tensor.dims)
    if (
        tensor.data_location == onnx.TensorProto.EXTERNAL
        or len(sides) > MAX_RANK
        or any(side < 0 for side in sides)
    ):
        return None
    if (
        prod(sides) > MAX_VALUES
        or tensor.data_type not in range(1, 17)
        or tensor.data_type == onnx.TensorProto.STRING
    ):
        return None
    try:
        array = onnx.numpy_helper.to_array(tensor)
    except Exception:  # the contents of the tensor are missing or incomplete
        return None
    return array if array.shape == sides else None


def computed(
    graph: onnx.GraphProto,
    opset: int,
    inputs: Mapping[str, Array],
    shapes: Mapping[str, Sequence[int] | None],
) -> dict[str, Array]:
    """Evaluate a node whose inputs are known and whose outputs are small.

    Args:
        graph: graph of this one node.
        opset: version of ONNX's operators.
        inputs: numbers of the inputs, by name.
        shapes: inferred shapes of the outputs by name, which limit the memory; None for unknown ones.

    Returns:
        outputs by name; empty if the node cannot be evaluated.
    """
    from onnx.reference import ReferenceEvaluator

    try:
        if not _is_small(graph.node[0], inputs, shapes):
            return {}
        with np.errstate(all="ignore"):
            results = ReferenceEvaluator(graph, {"": opset}).run(None, dict(inputs))
    except Exception:  # a hostile node can raise any error
        return {}
    arrays = {output.name: np.asarray(result) for output, result in zip(graph.output, results, strict=True)}
    is_known = all(array.size <= MAX_VALUES and array.dtype.kind not in "OSU" for array in arrays.values())
    return arrays if is_known else {}


def _is_small(
    node: onnx.NodeProto, inputs: Mapping[str, Array], shapes: Mapping[str, Sequence[int] | None]
) -> bool:
    """Return whether the evaluation of a node needs little memory."""
    if any(attribute.HasField("t") and numbers_of(attribute.t) is None for attribute in node.attribute):
        return False
    if (
        node.op_type == "NonZero"
    ):  # the shape is unknown, but there is at most one index for every axis of every input
        return True
    if node.op_type == "Range":  # the inferred size may have overflowed
        start, limit, step = (float(inputs[name].item()) for name in node.input)
        return abs(limit - start) <= MAX_VALUES * abs(step)
    # Intermediate results of an operator with an empty output can have the size of its other axes.
    sizes = [prod(max(side, 1) for side in shape) for shape in shapes.values() if shape is not None]
    return len(sizes) == len(shapes) and max(sizes, default=0) <= MAX_VALUES
