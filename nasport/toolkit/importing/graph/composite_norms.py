"""Rules that merge norms spelled out in primitive operations, with their scales and shifts."""

from __future__ import annotations

from collections.abc import Sequence

from nasport.toolkit.importing.graph.composite_view import Replacement, View, is_close, scalar, shape_of
from nasport.toolkit.importing.graph.tensor_graph import Operation


def norm(view: View, last: Operation) -> Replacement | None:
    """Merge a layer norm, (x - mean) / deviation, or an RMS norm, x / root mean square."""
    if last.kind not in ("quotient", "product") or len(last.inputs) != 2:
        return None
    pairs = [last.inputs] if last.kind == "quotient" else [last.inputs, last.inputs[::-1]]
    for above, below in pairs:
        spread = _spread(view, below, last.kind == "product")
        if spread is None:
            continue
        variance, inner = spread
        centered = _centered(view, above)
        axes = tuple(variance.number("axes"))
        measured = _measured(view, variance)
        if measured is None or axes not in ((len(last.shape) - 1,), (1,)):
            continue
        squared, squares = measured
        inner = [*inner, variance, *squares]
        squared_centered = _centered(view, squared)
        if (
            centered is not None
            and squared_centered is not None
            and centered[0] == squared_centered[0]
            and squared_centered[1] == axes
        ):
            inner += [*centered[2], *squared_centered[2]]
            norm, source = "layer", centered[0]
        elif squared == above:
            norm, source = "rms", above
        else:
            continue
        numbers = {"norm": norm, "axes": axes, "groups": 1, "scaled": False, "shifted": False}
        merged = last.with_changes(
            kind="normalization", inputs=(source,), numbers=numbers, type=f"{norm}_norm"
        )
        return Replacement((merged,), tuple({operation.output: operation for operation in inner}.values()))
    return None


def _spread(view: View, value: str, inverse: bool) -> tuple[Operation, list[Operation]] | None:
    """Find the mean under a square root.

    Args:
        view: graph.
        value: name of the root, or of its reciprocal if `inverse`.
        inverse: whether to look for the reciprocal.

    Returns:
        mean, and the operations between it and the value; None if the value is not a root of a mean.
    """
    inner: list[Operation] = []
    root = view.producers.get(value)
    if root is not None and inverse and (root.number("function") == "reciprocal" or _is_inverted(root)):
        inner.append(root)
        root, inverse = view.producers.get(root.inputs[0]), False
    if root is None:
        return None
    power = scalar(root, "power")
    name = root.number("function")
    is_root = name == ("rsqrt" if inverse else "sqrt") or is_close(power, -0.5 if inverse else 0.5)
    if not is_root:
        return None
    inner.append(root)
    mean = view.producers.get(root.inputs[0])
    if mean is not None and (scalar(mean, "sum", "maximum") or mean.number("operation") == "maximum"):
        inner.append(mean)
        mean = view.producers.get(mean.inputs[0])
    if mean is None or mean.kind != "reduction" or mean.number("mode") != "average":
        return None
    return mean, inner


def _is_inverted(operation: Operation) -> bool:
    return (
        operation.number("operation") == "quotient"
        and bool(operation.number("reversed"))
        and operation.number("scalar") == 1
    )


def _measured(view: View, variance: Operation) -> tuple[str, list[Operation]] | None:
    """Return the value x of a mean of squares, mean(x * x), with the operation that computes the squares."""
    square = view.producers.get(variance.inputs[0])
    if square is None:
        return None
    is_square = scalar(square, "power") == 2 or square.number("function") == "square"
    is_product = square.kind == "product" and len(set(square.inputs)) == 1
    return (square.inputs[0], [square]) if is_square or is_product else None


def _centered(view: View, value: str) -> tuple[str, tuple[int, ...], list[Operation]] | None:
    """Recognize a value minus its mean; return the value, the axes of the mean, and the two operations."""
    moved = view.producer(value, "difference")
    mean = (
        view.producer(moved.inputs[1], "reduction", mode="average")
        if moved is not None and len(moved.inputs) == 2
        else None
    )
    if moved is None or mean is None or mean.inputs[0] != moved.inputs[0]:
        return None
    return moved.inputs[0], tuple(mean.number("axes")), [moved, mean]


def grouped(view: View, last: Operation) -> Replacement | None:
    """Merge a group norm that is spelled as an instance norm with groups in place of channels."""
    if last.kind != "reshape":
        return None
    norm = view.producer(last.inputs[0], "normalization", norm="instance", scaled=False, shifted=False)
    spread = view.producer(norm.inputs[0], "reshape") if norm is not None else None
    if (
        norm is None
        or spread is None
        or len(last.shape) < 3
        or len(norm.shape) != 3
        or last.shape[1] % norm.shape[1]
    ):
        return None
    if shape_of(view, spread.inputs[0]) not in (None, last.shape):
        return None
    numbers = {"norm": "group", "axes": (1,), "groups": norm.shape[1], "scaled": False, "shifted": False}
    merged = last.with_changes(kind="normalization", inputs=spread.inputs, numbers=numbers, type="group_norm")
    return Replacement((merged,), (norm, spread))


def affine(view: View, last: Operation) -> Replacement | None:
    """Merge a norm with the trained scale or shift after it."""
    if last.kind != "with_constant" or not any(weight.size for weight in last.weights):
        return None
    norm = view.producer(last.inputs[0], "normalization")
    operation = last.number("operation")
    if (
        norm is None
        or operation not in ("product", "sum")
        or norm.number("shifted")
        or norm.number("norm") == "batch"
    ):
        return None
    scales = operation == "product"
    axes = norm.number("axes")
    if (scales and norm.number("scaled")) or not _lies_along(last.number("constant"), norm.shape, axes):
        return None
    numbers = {**norm.numbers, "scaled" if scales else "shifted": True}
    merged = norm.with_changes(output=last.output, numbers=numbers, weights=(*norm.weights, *last.weights))
    return Replacement((merged,), (norm,))


def biased(view: View, last: Operation) -> Replacement | None:
    """Merge a linear layer without a bias with the trained vector that is added to its output."""
    if (
        last.kind != "with_constant"
        or last.number("operation") != "sum"
        or not any(w.size for w in last.weights)
    ):
        return None
    linear = view.producer(last.inputs[0], "linear", bias=False)
    if linear is None or not _lies_along(last.number("constant"), linear.shape, (len(linear.shape) - 1,)):
        return None
    merged = linear.with_changes(
        output=last.output, numbers={**linear.numbers, "bias": True}, weights=(*linear.weights, *last.weights)
    )
    return Replacement((merged,), (linear,))


def _lies_along(constant: Sequence[int], shape: Sequence[int], axes: Sequence[int]) -> bool:
    """Return whether a constant has the sizes of a shape along these axes, and size 1 along the others."""
    padded = (*(1,) * (len(shape) - len(constant)), *constant)
    return tuple(padded) == tuple(side if axis in axes else 1 for axis, side in enumerate(shape))
