"""Rules that merge operations which exporters or users spell out in primitives: activations, pooling, moves, norms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nasport.toolkit.importing.graph.composite_norms import affine, biased, grouped, norm
from nasport.toolkit.importing.graph.composite_view import (
    Replacement,
    Rule,
    View,
    factor,
    is_close,
    scalar,
    shape_of,
)
from nasport.toolkit.importing.graph.tensor_graph import Operation, TensorGraph

LONGEST = 16  # largest number of operations between the input and the output of an activation
_POINTWISE = frozenset(
    ["with_constant", "function", "activation", "product", "sum", "quotient", "difference"]
)


def composed(graph: TensorGraph) -> TensorGraph:
    """Return the graph with each composite merged into one operation.

    A composite is not merged if an operation outside it reads one of its inner values.
    """
    view = View(set(graph.outputs), _RULES)
    view.waiting.update(name for operation in graph.operations for name in set(operation.inputs))
    for operation in graph.operations:
        view.add(operation)
    operations = list(view.producers.values())
    shapes = {graph.input: graph.shapes[graph.input]} | {each.output: each.shape for each in operations}
    outputs = tuple(dict.fromkeys(view.name(name) for name in graph.outputs))
    return replace(graph, operations=operations, shapes=shapes, outputs=outputs).pruned()


def _activated(view: View, last: Operation) -> Replacement | None:
    """Merge an activation that multiplies an input with a gate of itself: silu, hardswish, mish, gelu."""
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
            merged = last.with_changes(
                kind="activation", inputs=(source,), numbers={"activation": name}, type=name
            )
            return Replacement((merged,), (*inner, *between))
    return None


def _gate(view: View, gate: str, source: str, number: float) -> str | None:
    """Return the name of the activation `number * source * gate`; None if it is not one."""
    last = view.producers[gate]
    if last.kind == "activation" and last.inputs == (source,) and is_close(number, 1):
        return {"sigmoid": "silu", "hardsigmoid": "hardswish"}.get(last.number("activation"))
    if last.number("activation") == "sigmoid" and is_close(number, 1):
        scaled = view.producers.get(last.inputs[0])
        return "gelu" if scaled is not None and is_close(factor(scaled), 1.702) else None
    if last.number("activation") == "tanh" and is_close(number, 1):
        return "mish" if view.producer(last.inputs[0], "function", function="softplus") else None
    if last.number("activation") == "relu6" and is_close(number, 1 / 6):
        return "hardswish" if is_close(scalar(view.producers.get(last.inputs[0]), "sum"), 3) else None
    if is_close(scalar(last, "sum"), 1) and is_close(number, 0.5):
        inner = view.producers.get(last.inputs[0])
        is_curve = inner is not None and "erf" in (inner.number("function"), inner.type.lower())
        return "gelu" if is_curve or (inner is not None and inner.number("activation") == "tanh") else None
    return None


def _factors(view: View, last: Operation) -> tuple[float, list[str], list[Operation]]:
    """Split nested products into factors.

    Args:
        view: graph.
        last: outermost product.

    Returns:
        product of all numbers, names of the values that are multiplied, and the operations without the last.
    """
    number, values, inner, pending = 1.0, list[str](), list[Operation](), [last]
    while pending and len(inner) < LONGEST:
        operation = pending.pop()
        if operation is not last:
            inner.append(operation)
        multiplier = factor(operation)
        number *= 1.0 if multiplier is None else multiplier
        for name in operation.inputs:
            producer = view.producers.get(name)
            is_product = producer is not None and (producer.kind == "product" or factor(producer) is not None)
            if producer is not None and is_product and view.is_inner(producer):
                pending.append(producer)
            else:
                values.append(name)
    return number, values, inner


def _between(view: View, value: str, source: str) -> list[Operation] | None:
    """Return the pointwise operations that compute a value from one source; None if they read other values too."""
    operations: dict[str, Operation] = {}
    pending = [value]
    while pending:
        name = pending.pop()
        if name == source or name in operations:
            continue
        producer = view.producers.get(name)
        if producer is None or len(operations) > LONGEST or producer.kind not in _POINTWISE:
            return None
        operations[name] = producer
        pending += producer.inputs
    return list(operations.values())


def _is_gelu(between: Sequence[Operation]) -> bool:
    """Return whether a gate is gelu's; one with tanh must contain the coefficient 0.044715 of the cubic term."""
    has_tanh = any(operation.number("activation") == "tanh" for operation in between)
    return not has_tanh or any(is_close(factor(operation), 0.044715) for operation in between)


def _hard_sigmoid(view: View, last: Operation) -> Replacement | None:
    """Merge a hard sigmoid, relu6(x + 3) / 6."""
    if not is_close(factor(last) if last.kind == "with_constant" else None, 1 / 6):
        return None
    clipped = view.producer(last.inputs[0], "activation", activation="relu6")
    shifted = view.producers.get(clipped.inputs[0]) if clipped is not None else None
    if clipped is None or shifted is None or not is_close(scalar(shifted, "sum"), 3):
        return None
    merged = last.with_changes(
        kind="activation", inputs=shifted.inputs, numbers={"activation": "hardsigmoid"}, type="hardsigmoid"
    )
    return Replacement((merged,), (clipped, shifted))


def _softplus(view: View, last: Operation) -> Replacement | None:
    """Merge torch's softplus, which returns inputs above a threshold unchanged."""
    if last.kind != "other" or last.type != "Where" or len(last.inputs) != 3:
        return None
    condition, source, soft = last.inputs
    compared, curve = view.producer(condition, "other"), view.producer(soft, "function", function="softplus")
    if compared is None or curve is None or compared.type != "Greater":
        return None
    if compared.inputs != (source,) or curve.inputs != (source,):
        return None
    return Replacement((curve.with_changes(output=last.output),), (compared, curve))


def _softmax(view: View, last: Operation) -> Replacement | None:
    """Merge a softmax, exp(x) / sum(exp(x)), with or without subtraction of the maximum."""
    if last.kind != "quotient" or len(last.inputs) != 2:
        return None
    powers, total = (
        view.producer(last.inputs[0], "function", function="exp"),
        view.producer(last.inputs[1], "reduction", mode="sum"),
    )
    if powers is None or total is None or total.inputs[0] != powers.output or len(total.number("axes")) != 1:
        return None
    inner, source = [powers, total], powers.inputs[0]
    moved = view.producer(source, "difference")
    highest = (
        view.producer(moved.inputs[1], "reduction", mode="max")
        if moved is not None and len(moved.inputs) == 2
        else None
    )
    if moved is not None and highest is not None and highest.inputs[0] == moved.inputs[0]:
        inner += [moved, highest]
        source = moved.inputs[0]
    numbers = {"activation": "softmax", "axis": total.number("axes")[0]}
    return Replacement(
        (last.with_changes(kind="activation", inputs=(source,), numbers=numbers, type="softmax"),),
        tuple(inner),
    )


def _pooled(view: View, last: Operation) -> Replacement | None:
    """Turn a mean or maximum over height and width that keeps its axes into global pooling."""
    is_mean = last.kind == "reduction" and last.number("mode") in ("average", "max") and last.number("kept")
    if not is_mean or len(last.shape) != 4 or tuple(last.number("axes")) != (2, 3):
        return None
    return Replacement(
        (last.with_changes(kind="adaptive_pooling", numbers={"mode": last.number("mode")}),), ()
    )


def _reshaped(view: View, last: Operation) -> Replacement | None:
    """Merge two consecutive reshapes, transposes or concatenations."""
    if last.kind == "concat" and not last.number("constants"):
        return _flat(view, last)
    if last.kind not in ("reshape", "transpose"):
        return None
    before = view.producer(last.inputs[0], last.kind)
    if before is None:
        return _dropped(view, last)
    numbers = {}
    if last.kind == "transpose":
        numbers = {"order": tuple(before.number("order")[axis] for axis in last.number("order"))}
    return Replacement((last.with_changes(inputs=before.inputs, numbers=numbers),), (before,))


def _dropped(view: View, last: Operation) -> Replacement | None:
    """Merge a slice of size one with the reshape that removes its axis."""
    piece = view.producer(last.inputs[0], "slice", dropped=False)
    axis = piece.number("axis") if piece is not None else 0
    if piece is None or last.kind != "reshape" or piece.shape[axis] != 1:
        return None
    if last.shape != (*piece.shape[:axis], *piece.shape[axis + 1 :]):
        return None
    return Replacement(
        (
            piece.with_changes(
                output=last.output, shape=last.shape, numbers={**piece.numbers, "step": 1, "dropped": True}
            ),
        ),
        (piece,),
    )


def _flat(view: View, last: Operation) -> Replacement | None:
    """Merge a concatenation with one of its inputs that is a concatenation along the same axis."""
    axis = last.number("axis")
    for position, name in enumerate(last.inputs):
        inner = view.producer(name, "concat", axis=axis, constants=0)
        if inner is not None and last.inputs.count(name) == 1:
            return Replacement(
                (
                    last.with_changes(
                        inputs=(*last.inputs[:position], *inner.inputs, *last.inputs[position + 1 :])
                    ),
                ),
                (inner,),
            )
    return None


def _rolled(view: View, last: Operation) -> Replacement | None:
    """Merge two slices that are concatenated in swapped order into a roll, and consecutive rolls into one."""
    if last.kind == "roll":
        before = view.producer(last.inputs[0], "roll")
        return (
            Replacement((last.with_changes(inputs=before.inputs),), (before,)) if before is not None else None
        )
    if last.kind != "concat" or len(last.inputs) != 2 or last.number("constants"):
        return None
    axis = last.number("axis")
    end, start = (view.producer(name, "slice", axis=axis, step=1, dropped=False) for name in last.inputs)
    if end is None or start is None or end.inputs != start.inputs or start.number("start") != 0:
        return None
    if end.number("start") != start.shape[axis] or shape_of(view, end.inputs[0]) not in (None, last.shape):
        return None
    return Replacement(
        (last.with_changes(kind="roll", inputs=end.inputs, numbers={}, type="roll"),), (end, start)
    )


_RULES: tuple[Rule, ...] = (
    _softplus, _hard_sigmoid, _activated, _softmax, norm, grouped, affine, biased, _pooled, _reshaped, _rolled,
)  # fmt: skip
