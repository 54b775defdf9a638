"""What exporters or users spell out in primitives, as one operation again: norms and activations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nasport.toolkit.importing.graph.composite_norms import affine, biased, grouped, norm
from nasport.toolkit.importing.graph.composite_view import (
    Found,
    Rule,
    View,
    factor,
    is_close,
    scalar,
    shape_of,
)
from nasport.toolkit.importing.graph.tensor_graph import Operation, TensorGraph

LONGEST = 16  # operations between an activation's input and its end
_POINTWISE = frozenset(
    ["with_constant", "function", "activation", "product", "sum", "quotient", "difference"]
)


def composed(graph: TensorGraph) -> TensorGraph:
    """The graph with composites as one operation each; values within them that others read keep their operations."""
    view = View(set(graph.outputs), _RULES)
    view.waiting.update(name for operation in graph.operations for name in set(operation.inputs))
    for operation in graph.operations:
        view.add(operation)
    operations = list(view.makers.values())
    shapes = {graph.input: graph.shapes[graph.input]} | {each.output: each.shape for each in operations}
    outputs = tuple(dict.fromkeys(view.name(name) for name in graph.outputs))
    return replace(graph, operations=operations, shapes=shapes, outputs=outputs).pruned()


def _activated(view: View, last: Operation) -> Found | None:
    """An input times a gate of itself: silu, hardswish, mish, gelu."""
    if last.kind != "product" and factor(last) is None:
        return None
    number, values, inner = _factors(view, last)
    if len(values) != 2:
        return None
    for source, gate in (values, values[::-1]):
        between = _between(view, gate, source)
        if not between:
            continue
        name = _gate(view, gate, source, number)
        if name == "gelu" and not _is_gelu(between):
            name = None
        if name is not None:
            made = last.but(kind="activation", inputs=(source,), numbers={"activation": name}, type=name)
            return Found((made,), (*inner, *between))
    return None


def _gate(view: View, gate: str, source: str, number: float) -> str | None:
    """The activation that is a number times an input times this gate."""
    last = view.makers[gate]
    if last.kind == "activation" and last.inputs == (source,) and is_close(number, 1):
        return {"sigmoid": "silu", "hardsigmoid": "hardswish"}.get(last.number("activation"))
    if last.number("activation") == "sigmoid" and is_close(number, 1):
        scaled = view.makers.get(last.inputs[0])
        return "gelu" if scaled is not None and is_close(factor(scaled), 1.702) else None
    if last.number("activation") == "tanh" and is_close(number, 1):
        return "mish" if view.maker(last.inputs[0], "function", function="softplus") else None
    if last.number("activation") == "relu6" and is_close(number, 1 / 6):
        return "hardswish" if is_close(scalar(view.makers.get(last.inputs[0]), "sum"), 3) else None
    if is_close(scalar(last, "sum"), 1) and is_close(number, 0.5):
        inner = view.makers.get(last.inputs[0])
        is_curve = inner is not None and "erf" in (inner.number("function"), inner.type.lower())
        return "gelu" if is_curve or (inner is not None and inner.number("activation") == "tanh") else None
    return None


def _factors(view: View, last: Operation) -> tuple[float, list[str], list[Operation]]:
    """A product as a number and values, with the operations that make it, the last left out."""
    number, values, inner, open_ones = 1.0, list[str](), list[Operation](), [last]
    while open_ones and len(inner) < LONGEST:
        one = open_ones.pop()
        if one is not last:
            inner.append(one)
        multiplier = factor(one)
        number *= 1.0 if multiplier is None else multiplier
        for name in one.inputs:
            maker = view.makers.get(name)
            goes_on = maker is not None and (maker.kind == "product" or factor(maker) is not None)
            if maker is not None and goes_on and view.is_inner(maker):
                open_ones.append(maker)
            else:
                values.append(name)
    return number, values, inner


def _between(view: View, value: str, source: str) -> list[Operation] | None:
    """The operations that make a value of one source alone; None where they read others."""
    found: dict[str, Operation] = {}
    open_ones = [value]
    while open_ones:
        name = open_ones.pop()
        if name == source or name in found:
            continue
        maker = view.makers.get(name)
        if maker is None or len(found) > LONGEST or maker.kind not in _POINTWISE:
            return None
        found[name] = maker
        open_ones += maker.inputs
    return list(found.values())


def _is_gelu(between: Sequence[Operation]) -> bool:
    """Whether a gate with a hyperbolic tangent has gelu's cube in it."""
    is_tangent = any(each.number("activation") == "tanh" for each in between)
    return not is_tangent or any(is_close(factor(each), 0.044715) for each in between)


def _hard_sigmoid(view: View, last: Operation) -> Found | None:
    """A sixth of relu6 of the input and three."""
    if not is_close(factor(last) if last.kind == "with_constant" else None, 1 / 6):
        return None
    clipped = view.maker(last.inputs[0], "activation", activation="relu6")
    shifted = view.makers.get(clipped.inputs[0]) if clipped is not None else None
    if clipped is None or shifted is None or not is_close(scalar(shifted, "sum"), 3):
        return None
    made = last.but(
        kind="activation", inputs=shifted.inputs, numbers={"activation": "hardsigmoid"}, type="hardsigmoid"
    )
    return Found((made,), (clipped, shifted))


def _softplus(view: View, last: Operation) -> Found | None:
    """A softplus that gives large inputs as they are, as torch has it."""
    if last.kind != "other" or last.type != "Where" or len(last.inputs) != 3:
        return None
    condition, source, soft = last.inputs
    compared, curve = view.maker(condition, "other"), view.maker(soft, "function", function="softplus")
    if compared is None or curve is None or compared.type != "Greater":
        return None
    if compared.inputs != (source,) or curve.inputs != (source,):
        return None
    return Found((curve.but(output=last.output),), (compared, curve))


def _softmax(view: View, last: Operation) -> Found | None:
    """Exponentials by their sum."""
    if last.kind != "quotient" or len(last.inputs) != 2:
        return None
    powers, total = (
        view.maker(last.inputs[0], "function", function="exp"),
        view.maker(last.inputs[1], "reduction", mode="sum"),
    )
    if powers is None or total is None or total.inputs[0] != powers.output or len(total.number("axes")) != 1:
        return None
    inner, source = [powers, total], powers.inputs[0]
    moved = view.maker(source, "difference")
    highest = (
        view.maker(moved.inputs[1], "reduction", mode="max")
        if moved is not None and len(moved.inputs) == 2
        else None
    )
    if moved is not None and highest is not None and highest.inputs[0] == moved.inputs[0]:
        inner += [moved, highest]
        source = moved.inputs[0]
    numbers = {"activation": "softmax", "axis": total.number("axes")[0]}
    return Found(
        (last.but(kind="activation", inputs=(source,), numbers=numbers, type="softmax"),), tuple(inner)
    )


def _pooled(view: View, last: Operation) -> Found | None:
    """A mean over whole channels, kept as single pixels."""
    is_mean = last.kind == "reduction" and last.number("mode") in ("average", "max") and last.number("kept")
    if not is_mean or len(last.shape) != 4 or tuple(last.number("axes")) != (2, 3):
        return None
    return Found((last.but(kind="adaptive_pooling", numbers={"mode": last.number("mode")}),), ())


def _reshaped(view: View, last: Operation) -> Found | None:
    """Two reshapes, transposes or concatenations after each other."""
    if last.kind == "concat" and not last.number("constants"):
        return _flat(view, last)
    if last.kind not in ("reshape", "transpose"):
        return None
    before = view.maker(last.inputs[0], last.kind)
    if before is None:
        return _dropped(view, last)
    numbers = {}
    if last.kind == "transpose":
        numbers = {"order": tuple(before.number("order")[axis] for axis in last.number("order"))}
    return Found((last.but(inputs=before.inputs, numbers=numbers),), (before,))


def _dropped(view: View, last: Operation) -> Found | None:
    """A slice of one place, and its axis taken away."""
    piece = view.maker(last.inputs[0], "slice", dropped=False)
    axis = piece.number("axis") if piece is not None else 0
    if piece is None or last.kind != "reshape" or piece.shape[axis] != 1:
        return None
    if last.shape != (*piece.shape[:axis], *piece.shape[axis + 1 :]):
        return None
    return Found(
        (
            piece.but(
                output=last.output, shape=last.shape, numbers={**piece.numbers, "step": 1, "dropped": True}
            ),
        ),
        (piece,),
    )


def _flat(view: View, last: Operation) -> Found | None:
    """A concatenation without one along the same axis within it."""
    axis = last.number("axis")
    for place, name in enumerate(last.inputs):
        inner = view.maker(name, "concat", axis=axis, constants=0)
        if inner is not None and last.inputs.count(name) == 1:
            return Found(
                (last.but(inputs=(*last.inputs[:place], *inner.inputs, *last.inputs[place + 1 :])),), (inner,)
            )
    return None


def _rolled(view: View, last: Operation) -> Found | None:
    """The end of a value before its beginning; rolls along several axes are one."""
    if last.kind == "roll":
        before = view.maker(last.inputs[0], "roll")
        return Found((last.but(inputs=before.inputs),), (before,)) if before is not None else None
    if last.kind != "concat" or len(last.inputs) != 2 or last.number("constants"):
        return None
    axis = last.number("axis")
    end, start = (view.maker(name, "slice", axis=axis, step=1, dropped=False) for name in last.inputs)
    if end is None or start is None or end.inputs != start.inputs or start.number("start") != 0:
        return None
    if end.number("start") != start.shape[axis] or shape_of(view, end.inputs[0]) not in (None, last.shape):
        return None
    return Found((last.but(kind="roll", inputs=end.inputs, numbers={}, type="roll"),), (end, start))


_RULES: tuple[Rule, ...] = (
    _softplus, _hard_sigmoid, _activated, _softmax, norm, grouped, affine, biased, _pooled, _reshaped, _rolled,
)  # fmt: skip
