"""Evaluation of ONNX nodes that compute shapes: operators on a few known numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import inf, prod
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from nasport.schemas.errors import InputError

if TYPE_CHECKING:
    import onnx
    from onnx.reference import ReferenceEvaluator

MAX_VALUES = 4096
MAX_RANK = 32
Array: TypeAlias = np.ndarray[Any, Any]
# Operators that are computed: those that broadcast their inputs, those whose bound _largest states, and those that return at
# most as many numbers as they read (NonZero: as many for every axis).
BROADCASTING = frozenset(
    ["Add", "And", "Clip", "Div", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Max", "Min", "Mod", "Mul", "Or",
     "Pow", "Sub", "Where", "Xor"]
)  # fmt: skip
BOUNDED = frozenset(["ConstantOfShape", "Expand", "Gather", "Range", "Shape", "Size", "Tile"])
KEEPING = frozenset(
    ["Abs", "Cast", "Ceil", "Concat", "Floor", "Identity", "Neg", "NonZero", "Not", "ReduceMax", "ReduceMin", "ReduceProd",
     "ReduceSum", "Reshape", "Round", "Slice", "Split", "Sqrt", "Squeeze", "Transpose", "Unsqueeze"]
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
    node: onnx.NodeProto, inputs: Sequence[Array | None], shape: Sequence[int] | None, opset: int
) -> list[Array] | None:
    """Evaluate a node whose inputs are known and whose result is small.

    Args:
        node: node of ONNX.
        inputs: numbers of its inputs; None for omitted and unknown ones.
        shape: shape of its first input, used only by Shape and Size; None if unknown.
        opset: version of ONNX's operators.

    Returns:
        outputs of the node; None if they cannot be evaluated.
    """
    operator = node.op_type
    if node.domain not in ("", "ai.onnx") or operator not in BROADCASTING | BOUNDED | KEEPING:
        return None
    if operator in ("Shape", "Size") and shape is not None:
        inputs = [np.broadcast_to(np.False_, shape)]  # an array of any shape that takes no memory
    fed = {str(index): value for index, value in enumerate(inputs) if value is not None}
    if len(fed) < sum(map(bool, node.input)):
        return None
    try:
        if not _largest(node, list(fed.values())) <= MAX_VALUES:
            return None
        with np.errstate(all="ignore"):
            results = _evaluator(_by_position(node), opset).run(None, fed)
    except Exception:  # a hostile node can raise any error
        return None
    arrays = [np.asarray(result) for result in results]
    is_small = all(array.size <= MAX_VALUES and array.dtype.kind not in "OSU" for array in arrays)
    return arrays if is_small else None


def _largest(node: onnx.NodeProto, inputs: Sequence[Array]) -> float:
    """Return an upper bound of the number of values in the result of a node, and in its intermediate results."""
    if any(attribute.HasField("t") and numbers_of(attribute.t) is None for attribute in node.attribute):
        return inf
    sides: Iterable[int]
    match node.op_type:
        case "Shape" | "Size":
            return MAX_RANK
        case "Range":
            start, limit, step = (float(value.item()) for value in inputs)
            return abs((limit - start) / step)
        case "ConstantOfShape":
            sides = inputs[0].tolist()
        case "Expand":
            sides = np.broadcast_shapes(inputs[0].shape, tuple(inputs[1].tolist()))
        case "Tile":
            sides = [*inputs[0].shape, *inputs[1].tolist()]
        case "Gather":
            axis = next((attribute.i for attribute in node.attribute if attribute.name == "axis"), 0)
            sides = [inputs[0].size // max(inputs[0].shape[axis], 1), inputs[1].size]
        case operator if operator in BROADCASTING:
            sides = np.broadcast_shapes(*(value.shape for value in inputs))
        case _:
            return sum(value.size for value in inputs)
    return prod(max(side, 1) for side in sides)  # an empty result may have large intermediate results


def _by_position(node: onnx.NodeProto) -> bytes:
    """Return a node whose inputs and outputs are named by their positions, so that equal nodes share an evaluator."""
    import onnx

    renamed = onnx.NodeProto(op_type=node.op_type, attribute=node.attribute)
    renamed.input.extend(str(index) if name else "" for index, name in enumerate(node.input))
    renamed.output.extend(f"output {index}" for index in range(len(node.output)))
    return bytes(renamed.SerializeToString(deterministic=True))


@lru_cache(maxsize=256)
def _evaluator(node: bytes, opset: int) -> ReferenceEvaluator:
    """Return an evaluator of a node with a version of ONNX's operators."""
    import onnx
    from onnx.reference import ReferenceEvaluator

    graph = onnx.GraphProto(node=[onnx.NodeProto.FromString(node)])
    graph.input.extend(onnx.ValueInfoProto(name=name) for name in graph.node[0].input if name)
    graph.output.extend(onnx.ValueInfoProto(name=name) for name in graph.node[0].output)
    return ReferenceEvaluator(graph, {"": opset})
