"""Weights that several operations read, and those that an exporter repeated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from nasport.toolkit.importing.graph.tensor_graph import Operation, Weight

SHARED = "a tensor that several layers read, counted for each of them, as exporters store equal tensors once"
REPEATED = "a value that the exporter repeated for every image, counted once"
_JOINED = ("concat", "with_constant")


def counted_once(operations: Iterable[Operation]) -> list[Operation]:
    """Operations of which every weight counts where it is read first: the model shares it."""
    seen: set[str] = set()
    found = []
    for operation in operations:
        again = tuple(replace(weight, is_shared=weight.name in seen) for weight in operation.weights)
        seen.update(weight.name for weight in again)
        found.append(operation.but(weights=again))
    return found


def counted_each(operations: Sequence[Operation], batch: int) -> list[Operation]:
    """Operations of a file that stores equal tensors once: each use counts, and says so.

    Args:
        operations: as they were read.
        batch: images of the example.
    """
    uses = Counter(
        weight.name
        for operation in operations
        for weight in operation.weights
        if weight.size and len(weight.shape) > 1 and operation.kind not in _JOINED
    )
    seen: set[str] = set()
    found = []
    for operation in operations:
        names = {weight.name for weight in operation.weights if uses[weight.name] > 1}
        assumed = [SHARED] if names & seen else []
        seen |= names
        weights = operation.weights
        if batch > 1 and operation.kind in _JOINED:
            weights = tuple(_of_one_image(weight, batch) for weight in weights)
            assumed += [REPEATED] if weights != operation.weights else []
        found.append(operation.but(weights=weights, assumed=(*operation.assumed, *assumed)))
    return found


def _of_one_image(weight: Weight, batch: int) -> Weight:
    repeated = weight.is_trained and len(weight.shape) > 2 and weight.shape[0] == batch
    return replace(weight, shape=(1, *weight.shape[1:])) if repeated else weight
