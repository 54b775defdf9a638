"""Write architecture documents as the canonical graphs that score.mjs reads.

    python examples/node/cells.py BUNDLE ARCHITECTURE.json ... > cells.json

Run it where the architectures are made; where they are scored, no Python is needed. BUNDLE (a shipped bundle's name or
a folder) says which numbers beside the operators' descriptions must be written along.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasport.runtime.bundle import Bundle, open_bundle
from nasport.runtime.description_reader import Reader
from nasport.runtime.encoder import Encoder
from nasport.runtime.encoding import EncodedBatch, encode
from nasport.runtime.features import KNOWS, PredictorInput, operator_table, predictor_inputs
from nasport.runtime.globals import global_table
from nasport.runtime.predictor import reachable_parameters
from nasport.schemas import Architecture, InputError, NodeKind, canonicalize, read_architecture


def canonical_cells(architectures: Sequence[Architecture], bundle: Bundle) -> list[dict[str, Any]]:
    """One JSON graph an architecture: {"name", "nodes": [{"operator", "inputs"}]}, with `globals` and `attributes`
    where the bundle reads any, and `tokens` where it reads a description that it does not hold. Where it reads numbers,
    operators known by words alone are written as what the words speak of.

    Raises:
        InputError: a supernet's mixed node, which has several operators.
    """
    batch = _in_known_operators(encode(architectures), bundle)
    graphs = canonicalize(batch.graphs)
    names = bundle.manifest.get("globals", [])
    numbers = global_table(names, batch, graphs, reachable_parameters(graphs))
    operators = _operators(graphs.kinds, bundle)
    cells: list[dict[str, Any]] = [{}] * len(architectures)
    for arrays in predictor_inputs(graphs, chunk=len(graphs)):
        for place, row in enumerate(arrays.rows.tolist()):
            cells[row] = {"name": batch.names[row], "nodes": _nodes(operators, arrays, place)}
            if names:
                cells[row]["globals"] = dict(zip(names, map(_shortest, numbers[row]), strict=True))
    return cells


def _in_known_operators(batch: EncodedBatch, bundle: Bundle) -> EncodedBatch:
    if not batch.worded or KNOWS not in bundle.manifest.get("features", []):
        return batch
    reader = Reader.of(open_bundle(bundle.manifest["encoder"]["name"]))
    return batch if reader is None else reader.in_known_operators(batch)


def _nodes(operators: Sequence[dict[str, Any]], arrays: PredictorInput, place: int) -> list[dict[str, Any]]:
    count = int(arrays.mask[place].sum())
    return [
        operators[kind] | {"inputs": arrays.adjacency[place, v].nonzero()[0].tolist()}
        for v, kind in enumerate(arrays.index[place, :count])
    ]


def _operators(kinds: Sequence[NodeKind], bundle: Bundle) -> list[dict[str, Any]]:
    """What is written of each kind of node but its inputs; numbers that are 0 are left out."""
    features = bundle.manifest.get("features", ["embedding"])
    names = [name for name in features if name != "embedding"]
    written = []
    for kind, row in zip(kinds, operator_table(kinds, names, _no_embedding), strict=False):
        numbers = {name: _shortest(value) for name, value in zip(names, row, strict=True) if value}
        written.append({"operator": _text(kind)} | ({"attributes": numbers} if numbers else {}))
    return _with_tokens(written, bundle) if "embedding" in features else written


def _with_tokens(operators: list[dict[str, Any]], bundle: Bundle) -> list[dict[str, Any]]:
    """With the token ids of the descriptions that the bundle reads and does not hold; only they need the encoder."""
    with np.load(io.BytesIO(bundle.read("operators.npz")), allow_pickle=False) as table:
        held = set(table["texts"].tolist())
    unknown = [one for one in operators if _reads_text(one) and one["operator"] not in held]
    if unknown:
        encoder = Encoder.load(bundle.manifest["encoder"]["name"])
        for one in unknown:
            one["tokens"] = encoder.token_ids(one["operator"])
    return operators


def _reads_text(operator: Mapping[str, Any]) -> bool:
    return bool(operator.get("attributes", {}).get(KNOWS) != 1)


def _text(kind: NodeKind) -> str:
    if len(kind.operators) != 1:
        raise InputError("a mixed node has several operators, expected one architecture of the supernet")
    return kind.operators[0].text


def _shortest(value: np.float32) -> float:
    """The number with the fewest digits that is this one in 32 bits."""
    return float(str(value))


def _no_embedding(texts: Sequence[str]) -> NDArray[np.float32]:
    raise AssertionError(f"no column is an embedding of {texts}")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    name, *documents = sys.argv[1:]
    found = canonical_cells([read_architecture(Path(file)) for file in documents], open_bundle(name))
    print("[" + ",\n".join(json.dumps(cell, ensure_ascii=False) for cell in found) + "]")
