"""Many architectures as arrays, with what the score is printed beside: names, parameters, FLOPs; and what a predictor
may read beside the graph.

`encode` is the generic way from documents. A notation may have a faster one straight from its texts; both give an
`EncodedBatch` that is the same after canonicalisation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nasport.runtime.costs import LiveCosts, all_and_live, live_costs
from nasport.schemas.architecture import Architecture
from nasport.schemas.graphs import GraphBatch, raw_graph, stack


@dataclass(frozen=True)
class EncodedBatch:
    """B architectures ready to be scored.

    Attributes:
        names: B names, empty where an architecture has none.
        graphs: B graphs in topological order, not yet canonical.
        parameters: B counts of trainable parameters of the whole networks; None where unknown.
        flops: B counts of multiply-accumulates for one input; None where unknown.
        live: costs of the B networks without their dead nodes.
    """

    names: tuple[str, ...]
    graphs: GraphBatch
    parameters: tuple[int | None, ...]
    flops: tuple[int | None, ...]
    live: LiveCosts


def encode(architectures: Sequence[Architecture]) -> EncodedBatch:
    """Documents to arrays.

    Args:
        architectures: checked ones, as `parse_architecture` or a notation gives them.
    """
    found = [all_and_live(architecture) for architecture in architectures]
    return EncodedBatch(
        tuple(architecture.name for architecture in architectures),
        stack([raw_graph(architecture) for architecture in architectures]),
        tuple(cost.parameters if cost else None for cost, _ in found),
        tuple(cost.flops if cost else None for cost, _ in found),
        live_costs([live for _, live in found]),
    )
