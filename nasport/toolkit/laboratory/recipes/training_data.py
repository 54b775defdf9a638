"""Training data in the manifest of a bundle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from nasport.schemas.graphs.document_graph import GraphBatch


class TaughtSpace(NamedTuple):
    """A space in the training data.

    Attributes:
        name: name of the space.
        labels: what the labels are, in words.
        graphs: canonical graphs of its architectures.
    """

    name: str
    labels: str
    graphs: GraphBatch


def trained_on(spaces: Sequence[TaughtSpace], *, smallest: int = 0) -> dict[str, Any]:
    """Return the manifest's `trained_on`: the spaces, the range of numbers of nodes, and the descriptions of all operators.

    Args:
        spaces: spaces with all their architectures in the training.
        smallest: smallest number of nodes that counts for the range.
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
