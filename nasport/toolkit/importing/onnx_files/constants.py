"""Shape arithmetic in ONNX graphs: operators on a few known numbers, computed with numpy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from nasport.schemas.errors import InputError

if TYPE_CHECKING:
    import onnx

MAX_VALUES = 4096
MAX_RANK = 32
Array: TypeAlias = np.ndarray[Any, Any]
Computing: TypeAlias = Callable[[Sequence[Any], Mapping[str, Any]], Any]


class TooManyError(Exception):
    """A result has more numbers than are computed here."""


def attributes_of(node: onnx.NodeProto) -> dict[str, Any]:
    """A node's attributes by name, in Python's types; tensors and graphs as they are.

    Raises:
        InputError: one is of no type that ONNX knows.
    """
    import onnx

    found: dict[str, Any] = {}
    for attribute in node.attribute:
        try:
            value = onnx.helper.get_attribute_value(attribute)
        except (ValueError, TypeError) as error:
            raise InputError(f"an attribute of {named(node)} cannot be read ({error!s:.80})") from None
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        found[attribute.name] = list(value) if attribute.type in (6, 7, 8) else value
    return found


def named(node: onnx.NodeProto) -> str:
    """A node for messages: its name and operator."""
    operator = f"{node.domain}.{node.op_type}" if node.domain not in ("", "ai.onnx") else node.op_type
    return f"the node {(node.name or ''.join(node.output[:1]))[:80]!r} ({operator[:60]})"


def numbers_of(tensor: onnx.TensorProto) -> Array | None:
    """A tensor's numbers, where they are few and in the file; nothing else is opened."""
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
        found = onnx.numpy_helper.to_array(tensor)
    except Exception:  # a tensor without contents, or with too few
        return None
    return found if found.shape == sides else None


def computed(
    node: onnx.NodeProto, inputs: Sequence[Array | None], shapes: Sequence[Any], opset: int
) -> list[Array] | None:
    """What a node gives, where its inputs are known and the result is small; None where that cannot be told.

    Args:
        node: the node.
        inputs: its inputs where known; None for those that are left out or unknown.
        shapes: of its inputs where known, for Shape and Size alone.
        opset: the version of ONNX's operators.
    """
    if node.domain not in ("", "ai.onnx"):
        return None
    attributes = attributes_of(node)
    try:
        with np.errstate(all="ignore"):
            if node.op_type in ("Shape", "Size"):
                return _of_shape(node.op_type, shapes, attributes)
            function = _COMPUTED.get(node.op_type)
            given = [value for value, name in zip(inputs, node.input, strict=True) if name]
            if function is None or any(value is None for value in given):
                return None
            found = function(inputs, {**attributes, "opset": opset})
    except (
        TooManyError,
        ValueError,
        TypeError,
        IndexError,
        KeyError,
        OverflowError,
        ArithmeticError,
        AttributeError,
    ):
        return None
    several = found if isinstance(found, list) else [found]
    arrays = [np.asarray(each) for each in several]
    if any(each.size > MAX_VALUES or each.ndim > MAX_RANK or each.dtype == object for each in arrays):
        return None
    return arrays


def _of_shape(operator: str, shapes: Sequence[Any], attributes: Mapping[str, Any]) -> list[Array] | None:
    if not shapes or shapes[0] is None:
        return None
    if operator == "Size":
        return [np.asarray(prod(shapes[0]), np.int64)]
    return [
        np.asarray(shapes[0][attributes.get("start", 0) : attributes.get("end", len(shapes[0]))], np.int64)
    ]


def _check(count: int) -> None:
    if count > MAX_VALUES or count < 0:
        raise TooManyError


def _elementwise(function: Callable[..., Any]) -> Computing:
    def compute(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Any:
        _check(prod(np.broadcast_shapes(*[value.shape for value in inputs])))
        found = inputs[0] if len(inputs) > 1 else function(inputs[0])
        for value in inputs[1:]:
            found = function(found, value)
        return found

    return compute


def _divided(left: Array, right: Array) -> Any:
    if left.dtype.kind in "iu":
        return (np.sign(left) * np.sign(right) * (np.abs(left) // np.abs(right))).astype(left.dtype)
    return left / right


def _listed(inputs: Sequence[Any], place: int, attributes: Mapping[str, Any], name: str) -> list[int] | None:
    if len(inputs) > place and inputs[place] is not None:
        return [int(each) for each in inputs[place].reshape(-1)]
    return attributes.get(name)


def _constant_of_shape(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Any:
    sides = [int(side) for side in inputs[0]]
    _check(prod(sides))
    value = numbers_of(attributes["value"]) if "value" in attributes else np.zeros(1, np.float32)
    assert value is not None
    return np.full(sides, value.reshape(-1)[0])


def _gather(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Any:
    data, indices = inputs
    axis = attributes.get("axis", 0)
    _check(data.size // max(data.shape[axis], 1) * indices.size)
    return np.take(data, indices, axis)


def _concat(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Any:
    _check(sum(value.size for value in inputs))
    return np.concatenate(inputs, attributes["axis"])


def _slice(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Any:
    starts, ends = _listed(inputs, 1, attributes, "starts"), _listed(inputs, 2, attributes, "ends")
    assert starts is not None
    assert ends is not None
    axes = _listed(inputs, 3, attributes, "axes") or list(range(len(starts)))
    steps = _listed(inputs, 4, {}, "") or [1] * len(starts)
    cut = [slice(None)] * inputs[0].ndim
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        cut[axis] = slice(start, None if step < 0 and end < -inputs[0].shape[axis] else end, step)
    return inputs[0][tuple(cut)]


def _unsqueeze(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Any:
    axes = _listed(inputs, 1, attributes, "axes") or []
    _check(len(axes) + inputs[0].ndim)
    return np.expand_dims(inputs[0], tuple(axes))


def _squeeze(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Any:
    axes = _listed(inputs, 1, attributes, "axes")
    return np.squeeze(inputs[0], None if axes is None else tuple(axes))


def _cast(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Any:
    import onnx

    return inputs[0].astype(onnx.helper.tensor_dtype_to_np_dtype(attributes["to"]))


def _range(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Any:
    start, limit, step = (value.reshape(-1)[0] for value in inputs)
    _check(max(0, int(np.ceil((float(limit) - float(start)) / float(step)))))
    return np.arange(start, limit, step, dtype=inputs[0].dtype)


def _expand(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Any:
    sides = np.broadcast_shapes(inputs[0].shape, tuple(int(side) for side in inputs[1]))
    _check(prod(sides))
    return np.broadcast_to(inputs[0], sides).copy()


def _tile(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Any:
    repeats = [int(each) for each in inputs[1]]
    _check(inputs[0].size * prod(repeats))
    return np.tile(inputs[0], repeats)


def _reshape(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Any:
    sides = _listed(inputs, 1, attributes, "shape") or []
    if not attributes.get("allowzero", 0):
        sides = [inputs[0].shape[place] if side == 0 else side for place, side in enumerate(sides)]
    return inputs[0].reshape(sides)


def _reduced(function: Callable[..., Any]) -> Computing:
    def compute(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Any:
        axes = _listed(inputs, 1, attributes, "axes")
        keeps = bool(attributes.get("keepdims", 1))
        if not axes and attributes.get("noop_with_empty_axes", 0):
            return inputs[0]
        return np.asarray(function(inputs[0], axis=tuple(axes) if axes else None, keepdims=keeps)).astype(
            inputs[0].dtype
        )

    return compute


def _split(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Any:
    axis, sizes = attributes.get("axis", 0), _listed(inputs, 1, attributes, "split")
    if not sizes:
        raise TooManyError
    return np.split(inputs[0], np.cumsum(sizes)[:-1], axis)


def _non_zero(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Any:
    return np.asarray(np.nonzero(inputs[0]), np.int64)


def _where(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Any:
    _check(prod(np.broadcast_shapes(*[value.shape for value in inputs])))
    return np.where(*inputs)


def _clip(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Any:
    low, high = [*inputs[1:], None, None][:2]
    return np.clip(inputs[0], low, high)


_COMPUTED: dict[str, Computing] = {
    "Identity": lambda inputs, attributes: inputs[0],
    "ConstantOfShape": _constant_of_shape,
    "Gather": _gather,
    "Concat": _concat,
    "Slice": _slice,
    "Unsqueeze": _unsqueeze,
    "Squeeze": _squeeze,
    "Cast": _cast,
    "Range": _range,
    "Expand": _expand,
    "Tile": _tile,
    "Reshape": _reshape,
    "Split": _split,
    "NonZero": _non_zero,
    "Where": _where,
    "Clip": _clip,
    "Transpose": lambda inputs, attributes: np.transpose(inputs[0], attributes.get("perm")),
    "ReduceProd": _reduced(np.prod),
    "ReduceSum": _reduced(np.sum),
    "ReduceMax": _reduced(np.max),
    "ReduceMin": _reduced(np.min),
    "Add": _elementwise(np.add),
    "Sub": _elementwise(np.subtract),
    "Mul": _elementwise(np.multiply),
    "Div": _elementwise(_divided),
    "Mod": _elementwise(np.mod),
    "Min": _elementwise(np.minimum),
    "Max": _elementwise(np.maximum),
    "And": _elementwise(np.logical_and),
    "Or": _elementwise(np.logical_or),
    "Xor": _elementwise(np.logical_xor),
    "Equal": _elementwise(np.equal),
    "Less": _elementwise(np.less),
    "LessOrEqual": _elementwise(np.less_equal),
    "Greater": _elementwise(np.greater),
    "GreaterOrEqual": _elementwise(np.greater_equal),
    "Neg": _elementwise(np.negative),
    "Abs": _elementwise(np.abs),
    "Not": _elementwise(np.logical_not),
    "Floor": _elementwise(np.floor),
    "Ceil": _elementwise(np.ceil),
    "Round": _elementwise(np.rint),
    "Sqrt": _elementwise(np.sqrt),
    "Pow": _elementwise(lambda left, right: np.power(left, right).astype(left.dtype)),
}
