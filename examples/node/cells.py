"""Write architecture documents as the canonical graphs that score.mjs reads.

    python examples/node/cells.py BUNDLE ARCHITECTURE.json ... > cells.json

Run it where the architectures are made; where they are scored, no Python is needed. BUNDLE (a shipped bundle's name or
a folder) says which numbers beside the operators' descriptions must be written along.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nasport.runtime.bundle import open_bundle
from nasport.runtime.encoding import encode
from nasport.runtime.features import PredictorInput, predictor_inputs
from nasport.runtime.globals import global_table
from nasport.runtime.predictor import reachable_parameters
from nasport.schemas import Architecture, GraphBatch, InputError, NodeKind, canonicalize, read_architecture


def canonical_cells(
    architectures: Sequence[Architecture], manifest: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """One JSON graph an architecture: {"name", "nodes": [{"operator", "inputs"}]}, with `globals` and `attributes`
    where the bundle of this manifest reads any.

    Raises:
        InputError: a supernet's mixed node, which has several operators.
    """
    batch = encode(architectures)
    graphs = canonicalize(batch.graphs)
    names = manifest.get("globals", [])
    numbers = global_table(names, batch, graphs, reachable_parameters(graphs)).tolist()
    features = manifest.get("features", ["embedding"])
    cells: list[dict[str, Any]] = [{}] * len(architectures)
    for arrays in predictor_inputs(graphs, chunk=len(graphs)):
        for place, row in enumerate(arrays.rows.tolist()):
            cells[row] = {"name": batch.names[row], "nodes": _nodes(graphs, arrays, place, features)}
            if names:
                cells[row]["globals"] = dict(zip(names, numbers[row], strict=True))
    return cells


def _nodes(
    graphs: GraphBatch, arrays: PredictorInput, place: int, features: Sequence[str]
) -> list[dict[str, Any]]:
    count = int(arrays.mask[place].sum())
    kinds = [graphs.kinds[kind] for kind in arrays.index[place, :count]]
    return [
        _operator(kind, features) | {"inputs": arrays.adjacency[place, v].nonzero()[0].tolist()}
        for v, kind in enumerate(kinds)
    ]


def _operator(kind: NodeKind, features: Sequence[str]) -> dict[str, Any]:
    if len(kind.operators) != 1:
        raise InputError("a mixed node has several operators, expected one architecture of the supernet")
    (operator,) = kind.operators
    attributes = {name: value for name, value in operator.attributes if name in features}
    return {"operator": operator.text} | ({"attributes": attributes} if attributes else {})


if __name__ == "__main__":
    bundle, *documents = sys.argv[1:]
    found = canonical_cells(
        [read_architecture(Path(file)) for file in documents], open_bundle(bundle).manifest
    )
    print("[" + ",\n".join(json.dumps(cell, ensure_ascii=False) for cell in found) + "]")
