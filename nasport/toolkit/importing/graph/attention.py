"""Self-attention merged into one operation, whatever primitive operations express it.

Covers attention of Vaswani et al. 2017, attention with fewer keys and values than queries (Ainslie et al. 2023), and attention
within windows (Liu et al. 2021). A model may call torch's `scaled_dot_product_attention` or spell out the products and the
softmax. Queries, keys and values may come from one layer or from three, and any permutations may move heads and windows.
Additional operations between these layers (positional bias, mask, norm) are merged as well, and the result is marked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import prod

from nasport.toolkit.importing.graph.tensor_graph import Operation, TensorGraph

# Operations that only move values.
_MOVING = frozenset(["reshape", "transpose", "slice", "expand", "roll", "pad"])
_LAYERS = frozenset(["linear", "convolution"])
# Further operations allowed between a layer and the products.
_BETWEEN = frozenset(["with_constant", "normalization", "activation", "quotient", "product"])
# Further operations allowed between the two products, besides the softmax.
_ON_SCORES = frozenset(["with_constant", "convolution", "linear", "other", "sum"])
_FARTHEST = 40  # largest number of operations between a layer and a product
_MOST_ASIDE = 400  # largest number of operations that compute masks and biases


def attention_collapsed(graph: TensorGraph) -> TensorGraph:
    """Return the graph with every self-attention merged into one operation of kind `self_attention`.

    The numbers of such an operation are `heads`, `head_width`, `key_value_heads`, `bias` (whether the output layer has a
    bias), `query_bias` (whether the layers of queries, keys and values have biases), `tokens` (how many attend to each
    other), `is_biased` (whether trained numbers are added to the products), `is_usual` (whether layers and products have the
    usual shapes), `plain` (whether the attention computes only what plain attention does), and `behind` (the output layer
    and the operations after it that move its values).
    """
    links = _Links(graph)
    absorbed: set[str] = set()
    merged: dict[str, Operation] = {}
    for operation in graph.operations:
        core = links.core_of(operation)
        found = _Attention(links, core).merged() if core else None
        if found is not None and not found[1] & absorbed:
            attention, inner = found
            absorbed |= inner
            merged[attention.output] = attention
    if not merged:
        return graph
    kept = [
        operation
        for operation in graph.operations
        if operation.output in merged or operation.output not in absorbed
    ]
    return replace(graph, operations=[merged.get(operation.output, operation) for operation in kept])


class _Links:
    """Producers and readers of the values of a graph."""

    def __init__(self, graph: TensorGraph) -> None:
        self.graph = graph
        self.producers = graph.producers()
        self.readers = graph.readers()

    def core_of(self, operation: Operation) -> list[Operation]:
        """Return the operations from the first product of an attention to the last, if it ends with this operation.

        The list is empty if no attention ends here. It has a single entry if the operation is an attention itself.
        """
        if operation.kind == "attention":
            return [operation]
        if operation.kind != "matrix_product":
            return []
        between: list[Operation] = []
        softmax = False
        before = self.producers.get(operation.inputs[0])
        while before is not None and before.kind != "matrix_product" and len(between) < _FARTHEST:
            is_softmax = before.kind == "activation" and before.number("activation") == "softmax"
            if not is_softmax and before.kind not in _MOVING | _ON_SCORES:
                return []
            softmax |= is_softmax
            between.append(before)
            before = self.producers.get(before.inputs[0])
        is_product = before is not None and before.kind == "matrix_product"
        return [before, *between, operation] if before is not None and is_product and softmax else []

    def only_reader(self, name: str) -> Operation | None:
        """Return the only reader of a value; None if there are several, or if the value is an output of the graph."""
        readers = self.readers[name]
        return readers[0] if len(readers) == 1 and name not in self.graph.outputs else None


class _Attention:
    """Collects the operations of one attention.

    Attributes:
        links: producers and readers of the graph.
        core: the products and the operations between them.
        inner: all operations of the attention, by the name of their output.
        layers: layers that compute queries, keys and values.
        extras: operations that plain attention lacks.
    """

    def __init__(self, links: _Links, core: Sequence[Operation]) -> None:
        self.links, self.core = links, core
        self.inner = {operation.output: operation for operation in core}
        self.layers: list[Operation] = []
        self.extras = [operation for operation in core if not _is_plain(operation)]

    def merged(self) -> tuple[Operation, set[str]] | None:
        """Return the attention as one operation, with the outputs of all its operations; None if it is not one."""
        first, last = self.core[0], self.core[-1]
        inputs = first.inputs[:3] if len(self.core) == 1 else (*first.inputs, last.inputs[1])
        end = self._absorb_output_layer()
        if not all(map(self._absorb_input_layer, inputs)) or end is None:
            return None
        sources = {self._unmoved(layer.inputs[0]) for layer in self.layers}
        if len(sources) != 1:
            return None
        for operation in [operation for operation in self.inner.values() if operation.kind not in _LAYERS]:
            for name in operation.inputs:
                self._absorb_side_input(name, {self.links.graph.input, *sources})
        source, last = self._absorb_windows(end)
        hidden = set(self.inner) - {last.output}
        read = any(reader.output not in self.inner for name in hidden for reader in self.links.readers[name])
        if read or hidden & set(self.links.graph.outputs):
            return None
        numbers = {**self._numbers(end), "behind": self._path(end, last)}
        return self._operation(source, last, numbers, end), set(self.inner)

    def _absorb_input_layer(self, name: str) -> bool:
        """Add the operations from a value back to the layer that computes it; return False if there is no such layer."""
        for _ in range(_FARTHEST):
            operation = self.links.producers.get(name)
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

    def _absorb_output_layer(self) -> Operation | None:
        """Add the operations from the last product to the output layer, and return that layer if there is one."""
        operation = self.links.only_reader(self.core[-1].output)
        while operation is not None and operation.kind in _MOVING:
            self.inner[operation.output] = operation
            operation = self.links.only_reader(operation.output)
        if operation is None or operation.kind not in _LAYERS:
            return None
        self.inner[operation.output] = operation
        return operation

    def _absorb_side_input(self, name: str, ends: set[str]) -> None:
        """Add the operations that compute a mask or a positional bias.

        Args:
            name: value that an operation of the attention reads.
            ends: values at which the search stops.
        """
        waiting = [name]
        for _ in range(_MOST_ASIDE):
            if not waiting:
                return
            name = waiting.pop()
            operation = self.links.producers.get(name)
            known = name in self.inner or name in ends or operation is None
            if known or operation is None or operation.kind in _LAYERS | {"normalization", "sum"}:
                continue
            self.inner[name] = operation
            self.extras.append(operation)
            waiting += operation.inputs

    def _unmoved(self, name: str) -> str:
        """Return the value that precedes the permutations and reshapes which compute this value."""
        while (operation := self.links.producers.get(name)) is not None and operation.kind in (
            "reshape",
            "transpose",
        ):
            name = operation.inputs[0]
        return name

    def _absorb_windows(self, end: Operation) -> tuple[str, Operation]:
        """Add the operations that cut a map into windows and join them again.

        Args:
            end: output layer of the attention.

        Returns:
            name of the value before windows are cut, and the last operation after they are joined.
        """
        source, pads = self.layers[0].inputs[0], False
        while (before := self.links.producers.get(source)) is not None and before.kind in _MOVING - {
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

    def _path(self, first: Operation, last: Operation) -> tuple[Operation, ...]:
        """Return the operations from the first to the last, by following the first input of each operation backward."""
        path = [last]
        while path[-1] is not first:
            path.append(self.links.producers[path[-1].inputs[0]])
        return tuple(path[::-1])

    def _numbers(self, end: Operation) -> dict[str, object]:
        shapes, layers, first = self.links.graph.shapes, self.layers, self.core[0]
        before = shapes[layers[0].inputs[0]]
        rows = prod(before) // (before[1] if layers[0].kind == "convolution" else before[-1])
        queries, keys = shapes[first.inputs[0]], shapes[first.inputs[1]]
        width = queries[-1]
        total = sum(layer.shape[1] if layer.kind == "convolution" else layer.shape[-1] for layer in layers)
        heads = prod(queries) // (rows * width) or 1
        key_value_heads = max((total // width - heads) // 2, 1)
        kernels = [
            prod(operation.number("kernel"))
            for operation in (*layers, end)
            if operation.kind == "convolution"
        ]
        biases = {bool(layer.number("bias")) for layer in layers}
        is_usual = total == width * (heads + 2 * key_value_heads)
        plain = not self.extras and max(kernels, default=1) == 1 and len(biases) == 1
        return {
            "heads": heads,
            "head_width": width,
            "key_value_heads": key_value_heads,
            "bias": bool(end.number("bias")),
            "query_bias": all(biases),
            "is_biased": any(
                operation.number("operation") == "sum" and operation.weights for operation in self.extras
            ),
            "tokens": keys[-2] if first.kind == "attention" else queries[-2],
            "is_usual": is_usual,
            "plain": plain and is_usual and not any(operation.number("masked") for operation in self.core),
        }

    def _operation(
        self, source: str, last: Operation, numbers: Mapping[str, object], end: Operation
    ) -> Operation:
        inner = self.inner.values()
        unstored = sum(int(operation.number("unstored", 0)) for operation in inner)
        return Operation(
            kind="self_attention",
            inputs=(source,),
            output=last.output,
            shape=last.shape,
            numbers={**numbers, **({"unstored": unstored} if unstored else {})},
            weights=tuple(weight for operation in inner for weight in operation.weights),
            flops=sum(operation.flops for operation in inner),
            module=_common([layer.module for layer in (*self.layers, end)]),
            type="self-attention",
            assumed=tuple(text for operation in inner for text in operation.assumed),
        )


def _is_plain(operation: Operation) -> bool:
    """Return whether an operation can be part of plain attention: a product, softmax, a move of values, or a fixed factor."""
    if operation.kind == "with_constant":
        return not operation.weights and operation.number("scalar") is not None
    if operation.kind == "activation":
        return bool(operation.number("activation") == "softmax")
    return operation.kind in _MOVING or operation.kind in ("attention", "matrix_product")


def _common(paths: Sequence[str]) -> str:
    """Return the longest module path that all of these paths begin with."""
    shared: list[str] = []
    for level in zip(*(path.split(".") for path in paths), strict=False):
        if len(set(level)) > 1:
            break
        shared.append(level[0])
    return ".".join(shared)
