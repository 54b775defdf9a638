"""Norms spelled out in primitives, with their scales and shifts."""

from __future__ import annotations

from collections.abc import Sequence

from nasport.toolkit.importing.graph.composite_view import Found, View, is_close, scalar, shape_of
from nasport.toolkit.importing.graph.tensor_graph import Operation


def norm(view: View, last: Operation) -> Found | None:
    """A value less its mean by its deviation (layer norm), or a value by its root mean square (RMS norm)."""
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
        of, squares = measured
        inner = [*inner, variance, *squares]
        of_centered = _centered(view, of)
        if (
            centered is not None
            and of_centered is not None
            and centered[0] == of_centered[0]
            and of_centered[1] == axes
        ):
            inner += [*centered[2], *of_centered[2]]
            norm, source = "layer", centered[0]
        elif of == above:
            norm, source = "rms", above
        else:
            continue
        numbers = {"norm": norm, "axes": axes, "groups": 1, "scaled": False, "shifted": False}
        made = last.but(kind="normalization", inputs=(source,), numbers=numbers, type=f"{norm}_norm")
        return Found((made,), tuple({each.output: each for each in inner}.values()))
    return None


def _spread(view: View, value: str, inverse: bool) -> tuple[Operation, list[Operation]] | None:
    """The mean of squares under a root: the root itself, or one by it."""
    inner: list[Operation] = []
    one = view.makers.get(value)
    if one is not None and inverse and (one.number("function") == "reciprocal" or _is_inverted(one)):
        inner.append(one)
        one, inverse = view.makers.get(one.inputs[0]), False
    if one is None:
        return None
    power = scalar(one, "power")
    name = one.number("function")
    is_root = name == ("rsqrt" if inverse else "sqrt") or is_close(power, -0.5 if inverse else 0.5)
    if not is_root:
        return None
    inner.append(one)
    below = view.makers.get(one.inputs[0])
    if below is not None and (scalar(below, "sum", "maximum") or below.number("operation") == "maximum"):
        inner.append(below)
        below = view.makers.get(below.inputs[0])
    if below is None or below.kind != "reduction" or below.number("mode") != "average":
        return None
    return below, inner


def _is_inverted(operation: Operation) -> bool:
    return (
        operation.number("operation") == "quotient"
        and bool(operation.number("reversed"))
        and operation.number("scalar") == 1
    )


def _measured(view: View, variance: Operation) -> tuple[str, list[Operation]] | None:
    """What a mean is taken of the squares of."""
    square = view.makers.get(variance.inputs[0])
    if square is None:
        return None
    is_square = scalar(square, "power") == 2 or square.number("function") == "square"
    is_product = square.kind == "product" and len(set(square.inputs)) == 1
    return (square.inputs[0], [square]) if is_square or is_product else None


def _centered(view: View, value: str) -> tuple[str, tuple[int, ...], list[Operation]] | None:
    """A value less its mean: the value, the axes of the mean, and the operations."""
    moved = view.maker(value, "difference")
    mean = (
        view.maker(moved.inputs[1], "reduction", mode="average")
        if moved is not None and len(moved.inputs) == 2
        else None
    )
    if moved is None or mean is None or mean.inputs[0] != moved.inputs[0]:
        return None
    return moved.inputs[0], tuple(mean.number("axes")), [moved, mean]


def grouped(view: View, last: Operation) -> Found | None:
    """A group norm as an instance norm of groups for channels."""
    if last.kind != "reshape":
        return None
    norm = view.maker(last.inputs[0], "normalization", norm="instance", scaled=False, shifted=False)
    spread = view.maker(norm.inputs[0], "reshape") if norm is not None else None
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
    made = last.but(kind="normalization", inputs=spread.inputs, numbers=numbers, type="group_norm")
    return Found((made,), (norm, spread))


def affine(view: View, last: Operation) -> Found | None:
    """A norm's own scale and shift."""
    if last.kind != "with_constant" or not any(weight.size for weight in last.weights):
        return None
    norm = view.maker(last.inputs[0], "normalization")
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
    made = norm.but(output=last.output, numbers=numbers, weights=(*norm.weights, *last.weights))
    return Found((made,), (norm,))


def biased(view: View, last: Operation) -> Found | None:
    """A product with a matrix and a vector added to it: one linear layer."""
    if (
        last.kind != "with_constant"
        or last.number("operation") != "sum"
        or not any(w.size for w in last.weights)
    ):
        return None
    linear = view.maker(last.inputs[0], "linear", bias=False)
    if linear is None or not _lies_along(last.number("constant"), linear.shape, (len(linear.shape) - 1,)):
        return None
    made = linear.but(
        output=last.output, numbers={**linear.numbers, "bias": True}, weights=(*linear.weights, *last.weights)
    )
    return Found((made,), (linear,))


def _lies_along(constant: Sequence[int], shape: Sequence[int], axes: Sequence[int]) -> bool:
    """Whether a constant has just these axes of a shape."""
    whole = (*(1,) * (len(shape) - len(constant)), *constant)
    return tuple(whole) == tuple(side if place in axes else 1 for place, side in enumerate(shape))
