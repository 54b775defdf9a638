"""Attention in all its spellings as one operation: queries, keys and values, both products, the linear layer behind them.

Vaswani et al. 2017; with fewer keys and values than queries Ainslie et al. 2023. A model may call torch's
`scaled_dot_product_attention` or write the products and the softmax; queries, keys and values may come of one layer or of
three; heads may be moved by any permutations. What lies between these layers is followed, and where something else is on
the way (a bias for positions, a mask, windows) the operation says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import prod

from nasport.toolkit.importing.graph.tensor_graph import Operation, TensorGraph

# What moves values, and what weights them all alike.
_MOVING = frozenset(["reshape", "transpose", "slice", "expand", "roll", "pad"])
_LAYERS = frozenset(["linear", "convolution"])
_MOST_STEPS = 400


def attention_collapsed(graph: TensorGraph) -> TensorGraph:
    """The same graph with an operation `self_attention` wherever a value attends to itself.

    Its numbers: `heads`, `head_width`, `key_value_heads`, `bias` and `query_bias` (whether the layer behind it, and those
    of queries, keys and values have biases), `tokens` that attend to each other, `extras` (what else is computed within),
    `behind` (the layer behind it and what moves its values).
    """
    makers, readers = graph.makers(), graph.readers()
    gone: set[str] = set()
    made: dict[str, Operation] = {}
    for operation in graph.operations:
        found = None
        if operation.kind == "attention":
            found = _core(operation.inputs[:3], [operation], makers, readers, graph)
        elif operation.kind == "matrix_product":
            products = _products(operation, makers)
            if products is not None:
                first, between = products
                # Queries times keys: which of them is which does not matter, as both come of the same value.
                inputs = (*first.inputs, operation.inputs[1])
                found = _core(inputs, [first, *between, operation], makers, readers, graph)
        if found is not None and not {each.output for each in found[1]} & gone:
            whole, inner = found
            gone |= {each.output for each in inner}
            made[whole.output] = whole
    if not made:
        return graph
    operations = [
        made.get(operation.output, operation)
        for operation in graph.operations
        if operation.output in made or operation.output not in gone
    ]
    return replace(graph, operations=operations)


def _products(second: Operation, makers: dict[str, Operation]) -> tuple[Operation, list[Operation]] | None:
    """The product of queries and keys before a product with values, and what is between them, a softmax among it."""
    between: list[Operation] = []
    has_softmax = False
    name = second.inputs[0]
    for _ in range(40):
        operation = makers.get(name)
        if operation is None:
            return None
        if operation.kind == "matrix_product":
            return (operation, between) if has_softmax else None
        is_softmax = operation.kind == "activation" and operation.number("activation") == "softmax"
        has_softmax |= is_softmax
        passes = is_softmax or operation.kind in {
            *_MOVING,
            "with_constant",
            "convolution",
            "linear",
            "other",
            "sum",
        }
        if not passes:
            return None
        between.append(operation)
        name = operation.inputs[0]
    return None


def _core(
    inputs: tuple[str, ...],
    core: list[Operation],
    makers: dict[str, Operation],
    readers: dict[str, list[Operation]],
    graph: TensorGraph,
) -> tuple[Operation, list[Operation]] | None:
    """The whole of an attention around its products, and all operations that it stands for; None where it is none."""
    inner = {operation.output: operation for operation in core}
    layers: dict[str, Operation] = {}
    extras = [each for each in core if each.kind in ("other", "convolution", "linear", "sum")]
    extras += [
        each
        for each in core
        if each.kind == "with_constant" and (each.weights or each.number("scalar") is None)
    ]
    for name in inputs:
        for operation in _back_to_layer(name, makers):
            if operation is None:
                return None
            inner[operation.output] = operation
            if operation.kind in _LAYERS:
                layers[operation.output] = operation
            elif operation.kind not in _MOVING and not _is_scaling(operation):
                extras.append(operation)
    sources = {_unmoved(layer.inputs[0], makers) for layer in layers.values()}
    end = _on_to_layer(core[-1], readers, inner)
    if len(sources) != 1 or end is None:
        return None
    # Side computations within (a mask, a bias for positions) belong to it too.
    for operation in [each for each in inner.values() if each.kind not in _LAYERS]:
        for name in operation.inputs:
            _take_side(name, makers, inner, {graph.input, *sources}, extras)
    source, last = _windows(next(iter(layers.values())).inputs[0], end, makers, readers, inner, graph)
    outputs = set(inner) - {last.output}
    outside = [reader.output for name in outputs for reader in readers[name] if reader.output not in inner]
    if outside or any(name in graph.outputs for name in outputs):
        return None
    whole = _whole(list(layers.values()), core, end, list(inner.values()), extras, graph)
    numbers = {**whole.numbers, "behind": _row(end, last, makers)}
    whole = whole.but(inputs=(source,), output=last.output, shape=last.shape, numbers=numbers)
    return whole, list(inner.values())


def _windows(
    source: str,
    end: Operation,
    makers: dict[str, Operation],
    readers: dict[str, list[Operation]],
    inner: dict[str, Operation],
    graph: TensorGraph,
) -> tuple[str, Operation]:
    """The value that windows were cut from, and the operation that puts them together again; both ways go to `inner`."""
    pads = False
    while (before := makers.get(source)) is not None and before.kind in (
        "reshape",
        "transpose",
        "roll",
        "pad",
    ):
        if any(reader.output not in inner for reader in readers[source]) or source in graph.outputs:
            break
        inner[source] = before
        pads |= before.kind == "pad"
        source = before.inputs[0]
    while len(readers[end.output]) == 1 and end.output not in graph.outputs:
        following = readers[end.output][0]
        cuts = following.kind == "slice" and pads
        if following.kind not in ("reshape", "transpose", "roll") and not cuts:
            break
        if len(following.inputs) > 1:
            break
        inner[following.output] = end = following
    return source, end


def _row(first: Operation, last: Operation, makers: dict[str, Operation]) -> tuple[Operation, ...]:
    """Operations of one input each from the first to the last."""
    row = [last]
    while row[-1] is not first:
        row.append(makers[row[-1].inputs[0]])
    return tuple(row[::-1])


def _back_to_layer(name: str, makers: dict[str, Operation]) -> Iterator[Operation | None]:
    """Operations back to the linear layer that a value comes of; None where there is none."""
    for _ in range(30):
        operation = makers.get(name)
        if operation is None or operation.kind in ("matrix_product", "attention", "self_attention"):
            yield None
            return
        yield operation
        if operation.kind in _LAYERS:
            return
        kept = operation.kind in (
            *_MOVING,
            "with_constant",
            "normalization",
            "activation",
            "quotient",
            "product",
        )
        if not kept or not operation.inputs:
            yield None
            return
        name = operation.inputs[0]
    yield None


def _on_to_layer(
    operation: Operation, readers: dict[str, list[Operation]], inner: dict[str, Operation]
) -> Operation | None:
    """The linear layer that reads what was attended; what is between goes to `inner`."""
    for _ in range(20):
        following = readers[operation.output]
        if len(following) != 1:
            return None
        operation = following[0]
        if operation.kind not in (*_MOVING, *_LAYERS):
            return None
        inner[operation.output] = operation
        if operation.kind in _LAYERS:
            return operation
    return None


def _take_side(
    name: str,
    makers: dict[str, Operation],
    inner: dict[str, Operation],
    ends: set[str],
    extras: list[Operation],
) -> None:
    waiting = [name]
    for _ in range(_MOST_STEPS):
        if not waiting:
            return
        name = waiting.pop()
        operation = makers.get(name)
        if (
            name in inner
            or name in ends
            or operation is None
            or operation.kind in ("normalization", "sum", *_LAYERS)
        ):
            continue
        inner[name] = operation
        extras.append(operation)
        waiting += operation.inputs


def _unmoved(name: str, makers: dict[str, Operation]) -> str:
    """The value behind permutations and reshapes."""
    while (operation := makers.get(name)) is not None and operation.kind in ("reshape", "transpose"):
        name = operation.inputs[0]
    return name


def _is_scaling(operation: Operation) -> bool:
    return (
        operation.kind == "with_constant" and not operation.weights and operation.number("scalar") is not None
    )


def _whole(
    layers: list[Operation],
    core: list[Operation],
    end: Operation,
    inner: list[Operation],
    extras: list[Operation],
    graph: TensorGraph,
) -> Operation:
    """The operation that stands for all of them."""
    source = layers[0].inputs[0]
    before = graph.shapes[source]
    is_map = layers[0].kind == "convolution"
    rows = prod(before) // (before[1] if is_map else before[-1])
    queries, products = graph.shapes[core[0].inputs[0]], graph.shapes[core[0].inputs[1]]
    width = queries[-1]
    total = sum(layer.shape[1] if layer.kind == "convolution" else layer.shape[-1] for layer in layers)
    heads = prod(queries) // (rows * width) or 1
    tokens = queries[-2]
    if core[0].kind == "attention":
        tokens = products[-2]
    key_value_heads = max((total // width - heads) // 2, 1)
    several = any(
        layer.kind == "convolution" and prod(layer.number("kernel")) > 1 for layer in (*layers, end)
    )
    numbers = {
        "heads": heads,
        "head_width": width,
        "key_value_heads": key_value_heads,
        "bias": bool(end.number("bias")),
        "query_bias": all(layer.number("bias") for layer in layers),
        "tokens": tokens,
        "rows": rows // graph.batch,
        "extras": tuple(dict.fromkeys(each.type or each.kind for each in extras)),
        "plain": not extras
        and not several
        and not any(each.number("masked") for each in core)
        and len({bool(layer.number("bias")) for layer in layers}) == 1
        and total == width * (heads + 2 * key_value_heads),
    }
    weights = tuple(weight for each in inner for weight in each.weights)
    flops = sum(each.flops for each in inner)
    unstored = sum(int(each.number("unstored", 0)) for each in inner)
    if unstored:
        numbers["unstored"] = unstored
    module = _common([layer.module for layer in (*layers, end)])
    assumed = tuple(dict.fromkeys(text for each in inner for text in each.assumed))
    return Operation(
        "self_attention",
        (source,),
        end.output,
        end.shape,
        numbers,
        weights,
        flops,
        module,
        "self-attention",
        assumed,
    )


def _common(paths: list[str]) -> str:
    """The module that all of these paths lie in."""
    parts = [path.split(".") for path in paths]
    shared = []
    for level in zip(*parts, strict=False):
        if len(set(level)) > 1:
            break
        shared.append(level[0])
    return ".".join(shared)
