"""Counts of weights that several operations read, and of weights that an exporter repeated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from nasport.toolkit.importing.graph.tensor_graph import Operation, Weight

SHARED = "a tensor that several layers read, counted once for each layer because exporters store equal tensors once"
REPEATED = "a value that the exporter repeated for every image, counted once"
_JOINED = ("concat", "with_constant")


def counted_once(operations: Iterable[Operation]) -> list[Operation]:
    """Mark every weight that an earlier operation reads as shared, so that it is counted once."""
    seen: set[str] = set()
    marked = []
    for operation in operations:
        weights = tuple(replace(weight, is_shared=weight.name in seen) for weight in operation.weights)
        seen.update(weight.name for weight in weights)
        marked.append(operation.with_changes(weights=weights))
    return marked


def counted_each(operations: Sequence[Operation], batch: int) -> list[Operation]:
    """Count every use of a weight, for a file that may store equal tensors once, and note this assumption.

    Args:
        operations: operations of the file.
        batch: number of images in the example input.

    Returns:
        operations with the assumptions added; weights that the exporter repeated for every image have the size for one.
    """
    uses = Counter(
        weight.name
        for operation in operations
        for weight in operation.weights
        if weight.size and len(weight.shape) > 1 and operation.kind not in _JOINED
    )
    seen: set[str] = set()
    counted = []
    for operation in operations:
        names = {weight.name for weight in operation.weights if uses[weight.name] > 1}
        assumed = [SHARED] if names & seen else []
        seen |= names
        weights = operation.weights
        if batch > 1 and operation.kind in _JOINED:
            weights = tuple(_of_one_image(weight, batch) for weight in weights)
            assumed += [REPEATED] if weights != operation.weights else []
        counted.append(operation.with_changes(weights=weights, assumed=(*operation.assumed, *assumed)))
    return counted


def _of_one_image(weight: Weight, batch: int) -> Weight:
    is_repeated = weight.is_trained and len(weight.shape) > 2 and weight.shape[0] == batch
    return replace(weight, shape=(1, *weight.shape[1:])) if is_repeated else weight
