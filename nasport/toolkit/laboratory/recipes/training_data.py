"""What a bundle's manifest says of the architectures that it was trained on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from nasport.schemas.graphs.document_graph import GraphBatch


class TaughtSpace(NamedTuple):
    """Canonical graphs of one space, its name, and its labels in words."""

    name: str
    labels: str
    graphs: GraphBatch


def trained_on(spaces: Sequence[TaughtSpace], *, smallest: int = 0) -> dict[str, Any]:
    """A manifest's `trained_on`: the spaces, the range of nodes, and the descriptions of all operators.

    Args:
        spaces: with all architectures of each that were trained on.
        smallest: graphs of fewer nodes do not count for the range.
    """
    nodes = np.concatenate([space.graphs.mask.sum(axis=1) for space in spaces])
    used = {
        operator.text
        for space in spaces
        for row in np.unique(space.graphs.index[space.graphs.mask]).tolist()
        for operator in space.graphs.kinds[row].operators
    }
    return {
        "spaces": [
            {"name": space.name, "architectures": len(space.graphs), "labels": space.labels}
            for space in spaces
        ],
        "nodes": [int(nodes[nodes >= smallest].min()), int(nodes.max())],
        "operators": sorted(used),
    }
