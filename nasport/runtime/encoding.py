"""Encode architectures as arrays: graphs, names, costs, and the numbers that a predictor reads in addition to the graph.

`encode` converts documents. Some notations convert their texts directly, which is faster and gives the same `EncodedBatch`
after canonicalization.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from nasport.runtime.costs import ReachableCosts, reachable_costs, written_and_reachable
from nasport.runtime.operators import knows_attributes
from nasport.schemas.architecture import Architecture
from nasport.schemas.graphs.document_graph import GraphBatch, raw_graph, stack
from nasport.schemas.operators import Operator
from nasport.schemas.warnings import document_warnings


class EncodedBatch(NamedTuple):
    """B architectures ready to be scored.

    Attributes:
        names: B names, empty for architectures without a name.
        graphs: B graphs in topological order, not yet canonical.
        parameters: B counts of trainable parameters of the whole networks; None if unknown.
        flops: B counts of multiply-accumulates for one input; None if unknown.
        reachable: costs of the B networks without their unreachable nodes.
        uncounted: B reasons why parameters and FLOPs are unknown, empty texts for known costs and for architectures without
            a skeleton; an empty tuple if all costs are known.
        warnings: B tuples of warnings about probable mistakes in the documents; an empty tuple if the batch
            was not encoded from documents.
        worded: the B architectures if one of them has an operator of kind `other`; else an empty tuple.
    """

    names: tuple[str, ...]
    graphs: GraphBatch
    parameters: tuple[int | None, ...]
    flops: tuple[int | None, ...]
    reachable: ReachableCosts
    uncounted: tuple[str, ...] = ()
    warnings: tuple[tuple[str, ...], ...] = ()
    worded: tuple[Architecture, ...] = ()


def encode(architectures: Sequence[Architecture]) -> EncodedBatch:
    """Encode documents as arrays.

    Args:
        architectures: checked architectures, from `parse_architecture` or a notation.
    """
    # Each document is finished before the next one, because its cells cache what is looked up in them.
    rows = [(*written_and_reachable(a), raw_graph(a), document_warnings(a)) for a in architectures]
    costs, reachable, graphs, warnings = zip(*rows, strict=True) if rows else ((), (), (), ())
    return EncodedBatch(
        tuple(architecture.name for architecture in architectures),
        stack(graphs),
        tuple(None if isinstance(cost, str) else cost.parameters for cost in costs),
        tuple(None if isinstance(cost, str) else cost.flops for cost in costs),
        reachable_costs(reachable),
        tuple(
            cost if isinstance(cost, str) and architecture.skeleton else ""
            for cost, architecture in zip(costs, architectures, strict=True)
        ),
        warnings,
        tuple(architectures) if any(map(has_worded, architectures)) else (),
    )


def is_worded(operator: Operator) -> bool:
    """Whether an operator has kind `other`, so that its description must tell what it computes."""
    return not knows_attributes(operator)


def has_worded(architecture: Architecture) -> bool:
    """Whether a network uses an operator of kind `other` of its document."""
    worded = {key for key, operator in architecture.operators.items() if is_worded(operator)}
    return bool(worded) and not worded.isdisjoint(architecture.used_operators)
