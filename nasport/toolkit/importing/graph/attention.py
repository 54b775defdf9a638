"""Attention in all its spellings as one operation: queries, keys and values, both products, the linear layer behind them.

Vaswani et al. 2017; with fewer keys and values than queries Ainslie et al. 2023; within windows Liu et al. 2021. A model may
call torch's `scaled_dot_product_attention` or write the products and the softmax; queries, keys and values may come of one
layer or of three; heads and windows may be moved by any permutations. What lies between these layers is followed, and where
something else is on the way (a bias for positions, a mask, a norm) the operation says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import prod

from nasport.toolkit.importing.graph.tensor_graph import Operation, TensorGraph

# What moves values.
_MOVING = frozenset(["reshape", "transpose", "slice", "expand", "roll", "pad"])
_LAYERS = frozenset(["linear", "convolution"])
# What may stand between a layer and the products, beside what moves values.
_BETWEEN = frozenset(["with_constant", "normalization", "activation", "quotient", "product"])
# What may stand between the products, beside the softmax and what moves values.
_ON_SCORES = frozenset(["with_constant", "convolution", "linear", "other", "sum"])
_FARTHEST = 40  # operations between a layer and a product
_MOST_ASIDE = 400  # operations of masks and biases


def attention_collapsed(graph: TensorGraph) -> TensorGraph:
    """The same graph with an operation `self_attention` wherever a value attends to itself.

    Its numbers: `heads`, `head_width`, `key_value_heads`, `bias` and `query_bias` (whether the layer behind it, and those
    of queries, keys and values have biases), `tokens` that attend to each other, `is_biased` (trained numbers are added to
    the products), `is_usual` (layers and products have the usual shapes), `plain` (nothing beyond that is computed within),
    `behind` (the layer behind it and what moves its values).
    """
    links = _Links(graph)
    gone: set[str] = set()
    made: dict[str, Operation] = {}
    for operation in graph.operations:
        core = links.core_of(operation)
        found = _Attention(links, core).whole() if core else None
        if found is not None and not found[1] & gone:
            whole, inner = found
            gone |= inner
            made[whole.output] = whole
    if not made:
        return graph
    kept = [each for each in graph.operations if each.output in made or each.output not in gone]
    return replace(graph, operations=[made.get(each.output, each) for each in kept])


class _Links:
    """Who makes and who reads the values of a graph."""

    def __init__(self, graph: TensorGraph) -> None:
        self.graph = graph
        self.makers = graph.makers()
        self.readers = graph.readers()

    def core_of(self, operation: Operation) -> list[Operation]:
        """The products of an attention that ends with this operation, and what is between them; empty where none does."""
        if operation.kind == "attention":
            return [operation]
        if operation.kind != "matrix_product":
            return []
        between: list[Operation] = []
        softmax = False
        before = self.makers.get(operation.inputs[0])
        while before is not None and before.kind != "matrix_product" and len(between) < _FARTHEST:
            is_softmax = before.kind == "activation" and before.number("activation") == "softmax"
            if not is_softmax and before.kind not in _MOVING | _ON_SCORES:
                return []
            softmax |= is_softmax
            between.append(before)
            before = self.makers.get(before.inputs[0])
        is_product = before is not None and before.kind == "matrix_product"
        return [before, *between, operation] if before is not None and is_product and softmax else []

    def only_reader(self, name: str) -> Operation | None:
        """The operation that alone reads a value, which is no output of the graph."""
        readers = self.readers[name]
        return readers[0] if len(readers) == 1 and name not in self.graph.outputs else None


class _Attention:
    """An attention while its operations are gathered.

    Attributes:
        links: of the graph.
        core: its products and what is between them.
        inner: its operations, by what they give.
        layers: those that give queries, keys and values.
        extras: those that plain attention does not have.
    """

    def __init__(self, links: _Links, core: Sequence[Operation]) -> None:
        self.links, self.core = links, core
        self.inner = {operation.output: operation for operation in core}
        self.layers: list[Operation] = []
        self.extras = [each for each in core if not _is_plain(each)]

    def whole(self) -> tuple[Operation, set[str]] | None:
        """The attention as one operation, and what all of its operations give; None where it is none."""
        first, last = self.core[0], self.core[-1]
        inputs = first.inputs[:3] if len(self.core) == 1 else (*first.inputs, last.inputs[1])
        end = self._on_to_layer()
        if not all(map(self._back_to_layer, inputs)) or end is None:
            return None
        sources = {self._unmoved(layer.inputs[0]) for layer in self.layers}
        if len(sources) != 1:
            return None
        for operation in [each for each in self.inner.values() if each.kind not in _LAYERS]:
            for name in operation.inputs:
                self._aside(name, {self.links.graph.input, *sources})
        source, last = self._windows(end)
        hidden = set(self.inner) - {last.output}
        read = any(reader.output not in self.inner for name in hidden for reader in self.links.readers[name])
        if read or hidden & set(self.links.graph.outputs):
            return None
        numbers = {**self._numbers(end), "behind": self._row(end, last)}
        return self._operation(source, last, numbers, end), set(self.inner)

    def _back_to_layer(self, name: str) -> bool:
        """Take in what is between a value and the layer that it comes of; False where it comes of none."""
        for _ in range(_FARTHEST):
            operation = self.links.makers.get(name)
            if (
                operation is None
                or not operation.inputs
                or operation.kind not in _MOVING | _BETWEEN | _LAYERS
            ):
                return False
            if operation.kind in _LAYERS:
                if operation.output not in self.inner:
                    self.layers.append(operation)
                self.inner[operation.output] = operation
                return True
            if operation.output not in self.inner and not _is_plain(operation):
                self.extras.append(operation)
            self.inner[operation.output] = operation
            name = operation.inputs[0]
        return False

    def _on_to_layer(self) -> Operation | None:
        """Take in what is between the products and the layer that reads what was attended; that layer."""
        operation = self.links.only_reader(self.core[-1].output)
        while operation is not None and operation.kind in _MOVING:
            self.inner[operation.output] = operation
            operation = self.links.only_reader(operation.output)
        if operation is None or operation.kind not in _LAYERS:
            return None
        self.inner[operation.output] = operation
        return operation

    def _aside(self, name: str, ends: set[str]) -> None:
        """Take in what computes a mask, a norm or a bias for positions within."""
        waiting = [name]
        for _ in range(_MOST_ASIDE):
            if not waiting:
                return
            name = waiting.pop()
            operation = self.links.makers.get(name)
            known = name in self.inner or name in ends or operation is None
            if known or operation is None or operation.kind in _LAYERS | {"normalization", "sum"}:
                continue
            self.inner[name] = operation
            self.extras.append(operation)
            waiting += operation.inputs

    def _unmoved(self, name: str) -> str:
        """The value behind permutations and reshapes."""
        while (operation := self.links.makers.get(name)) is not None and operation.kind in (
            "reshape",
            "transpose",
        ):
            name = operation.inputs[0]
        return name

    def _windows(self, end: Operation) -> tuple[str, Operation]:
        """Take in what cuts windows and puts them together: the value before that, and the last operation behind."""
        source, pads = self.layers[0].inputs[0], False
        while (before := self.links.makers.get(source)) is not None and before.kind in _MOVING - {
            "slice",
            "expand",
        }:
            shared = any(reader.output not in self.inner for reader in self.links.readers[source])
            if shared or source in self.links.graph.outputs:
                break
            self.inner[source] = before
            pads |= before.kind == "pad"
            source = before.inputs[0]
        while (following := self.links.only_reader(end.output)) is not None:
            cuts = following.kind == "slice" and pads
            if len(following.inputs) > 1 or (
                following.kind not in ("reshape", "transpose", "roll") and not cuts
            ):
                break
            self.inner[following.output] = end = following
        return source, end

    def _row(self, first: Operation, last: Operation) -> tuple[Operation, ...]:
        """Operations of one input each from the first to the last."""
        row = [last]
        while row[-1] is not first:
            row.append(self.links.makers[row[-1].inputs[0]])
        return tuple(row[::-1])

    def _numbers(self, end: Operation) -> dict[str, object]:
        shapes, layers, first = self.links.graph.shapes, self.layers, self.core[0]
        before = shapes[layers[0].inputs[0]]
        rows = prod(before) // (before[1] if layers[0].kind == "convolution" else before[-1])
        queries, keys = shapes[first.inputs[0]], shapes[first.inputs[1]]
        width = queries[-1]
        total = sum(layer.shape[1] if layer.kind == "convolution" else layer.shape[-1] for layer in layers)
        heads = prod(queries) // (rows * width) or 1
        key_value_heads = max((total // width - heads) // 2, 1)
        kernels = [prod(each.number("kernel")) for each in (*layers, end) if each.kind == "convolution"]
        biases = {bool(layer.number("bias")) for layer in layers}
        is_usual = total == width * (heads + 2 * key_value_heads)
        plain = not self.extras and max(kernels, default=1) == 1 and len(biases) == 1
        return {
            "heads": heads,
            "head_width": width,
            "key_value_heads": key_value_heads,
            "bias": bool(end.number("bias")),
            "query_bias": all(biases),
            "is_biased": any(each.number("operation") == "sum" and each.weights for each in self.extras),
            "tokens": keys[-2] if first.kind == "attention" else queries[-2],
            "is_usual": is_usual,
            "plain": plain and is_usual and not any(each.number("masked") for each in self.core),
        }

    def _operation(
        self, source: str, last: Operation, numbers: Mapping[str, object], end: Operation
    ) -> Operation:
        inner = self.inner.values()
        unstored = sum(int(each.number("unstored", 0)) for each in inner)
        return Operation(
            kind="self_attention",
            inputs=(source,),
            output=last.output,
            shape=last.shape,
            numbers={**numbers, **({"unstored": unstored} if unstored else {})},
            weights=tuple(weight for each in inner for weight in each.weights),
            flops=sum(each.flops for each in inner),
            module=_common([layer.module for layer in (*self.layers, end)]),
            type="self-attention",
            assumed=tuple(text for each in inner for text in each.assumed),
        )


def _is_plain(operation: Operation) -> bool:
    """Whether plain attention has such an operation: products, softmax, what moves values, a fixed factor."""
    if operation.kind == "with_constant":
        return not operation.weights and operation.number("scalar") is not None
    if operation.kind == "activation":
        return bool(operation.number("activation") == "softmax")
    return operation.kind in _MOVING or operation.kind in ("attention", "matrix_product")


def _common(paths: Sequence[str]) -> str:
    """The module that all of these paths lie in."""
    shared: list[str] = []
    for level in zip(*(path.split(".") for path in paths), strict=False):
        if len(set(level)) > 1:
            break
        shared.append(level[0])
    return ".".join(shared)
