"""Many architectures as arrays, with what the score is printed beside: names, parameters, FLOPs; and what a predictor
may read beside the graph.

`encode` is the generic way from documents. A notation may have a faster one straight from its texts; both give an
`EncodedBatch` that is the same after canonicalisation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from nasport.runtime.costs import LiveCosts, all_and_live, live_costs
from nasport.runtime.operators import knows_attributes
from nasport.schemas.architecture import Architecture
from nasport.schemas.graphs.document_graph import GraphBatch, raw_graph, stack
from nasport.schemas.operators import Operator
from nasport.schemas.warnings import document_warnings


class EncodedBatch(NamedTuple):
    """B architectures ready to be scored.

    Attributes:
        names: B names, empty where an architecture has none.
        graphs: B graphs in topological order, not yet canonical.
        parameters: B counts of trainable parameters of the whole networks; None where unknown.
        flops: B counts of multiply-accumulates for one input; None where unknown.
        live: costs of the B networks without their dead nodes.
        uncounted: B reasons why parameters and FLOPs are unknown, empty where they are known or there is no skeleton to
            count by; or nothing at all where all are known.
        warnings: of B documents what is probably not meant as it is written; or nothing at all where no document is.
        worded: the B architectures where an operator of one of them is known by words alone; else nothing.
    """

    names: tuple[str, ...]
    graphs: GraphBatch
    parameters: tuple[int | None, ...]
    flops: tuple[int | None, ...]
    live: LiveCosts
    uncounted: tuple[str, ...] = ()
    warnings: tuple[tuple[str, ...], ...] = ()
    worded: tuple[Architecture, ...] = ()


def encode(architectures: Sequence[Architecture]) -> EncodedBatch:
    """Documents to arrays.

    Args:
        architectures: checked ones, as `parse_architecture` or a notation gives them.
    """
    # Everything of one document before the next: what is looked up of its cells is looked up once.
    found = [(*all_and_live(a), raw_graph(a), document_warnings(a)) for a in architectures]
    costs, live, graphs, warnings = zip(*found, strict=True) if found else ((), (), (), ())
    return EncodedBatch(
        tuple(architecture.name for architecture in architectures),
        stack(graphs),
        tuple(None if isinstance(cost, str) else cost.parameters for cost in costs),
        tuple(None if isinstance(cost, str) else cost.flops for cost in costs),
        live_costs(live),
        tuple(
            cost if isinstance(cost, str) and architecture.skeleton else ""
            for cost, architecture in zip(costs, architectures, strict=True)
        ),
        warnings,
        tuple(architectures) if any(map(has_worded, architectures)) else (),
    )


def is_worded(operator: Operator) -> bool:
    """Whether nothing is known of an operator but its words, and numbers perhaps."""
    return not knows_attributes(operator)


def has_worded(architecture: Architecture) -> bool:
    """Whether an architecture brings an operator that is known by words alone."""
    return any(map(is_worded, architecture.operators.values()))
