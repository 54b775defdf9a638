"""Compute the blocks of docs/reference/spec.md that show results.

`python -m tests.spec_examples` writes them into the page; `test_spec.py` checks that the page has them. A block is the text
between the comment `<!-- computed: NAME -->` and the next empty line.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np

from nasport.runtime.bundle import open_bundle
from nasport.runtime.costs import reachable_costs, written_and_reachable
from nasport.runtime.costs.reachable import (
    nominal_architecture,
    reachable_architecture,
    with_both_inputs,
)
from nasport.runtime.costs.skeleton import network_cost, placed_layers
from nasport.runtime.encoding import encode
from nasport.runtime.features import operator_table, predictor_inputs
from nasport.runtime.globals import global_table
from nasport.runtime.operators.quantities import UnknownCostError
from nasport.runtime.predictor import Predictor, reachable_parameters
from nasport.schemas.architecture import Architecture, architecture_from_json
from nasport.schemas.graphs import canonical as rules
from nasport.schemas.graphs import document_graph as graphs
from nasport.schemas.graphs.document_graph import NodeKind, raw_graph, stack
from nasport.schemas.operators import Operator, kinds, known_operator
from tests.commands import ROOT

PAGE = ROOT / "docs" / "reference" / "spec.md"
BUNDLE = "universal"
BLOCK = re.compile(r"(<!-- computed: (?P<name>.+) -->\n)(?P<text>(?:.+\n)*)")
_DOCUMENT = re.compile(r"<!-- document: (\w+) -->\n```json\n(.*?)```", re.DOTALL)
_OPERATORS: tuple[dict[str, Any] | str, ...] = (
    *("conv_3x3", "max_pool_3x3", "mb_3x3_e4_se", "ir_3x3_t3", "stem_conv3x3", "sub", "channel_shuffle"),
    {"text": "Mean"},
    {"text": "Max pooling 3 by 3", "kind": "pooling", "kernel": 3, "mode": "average"},
    {
        "text": "Wide \u00e9 \U0001f600",
        "kind": "convolution",
        "kernel": 3,
        "kernel_width": 3,
        "padding": 1,
        "groups": 1,
    },
    {"text": "Bottleneck", "kind": "bottleneck", "kernel": 3, "expansion": 0.25, "squeeze": 0.00005},
)


@cache
def documents() -> dict[str, Architecture]:
    """Return the example documents of the page by name."""
    found = _DOCUMENT.findall(PAGE.read_text("utf-8"))
    return {name: architecture_from_json(json.loads(text)) for name, text in found}


def computed(name: str) -> str:
    """Return the text of the block of a name."""
    if name == "kinds":
        return _kinds()
    what, _, of = name.partition(" of ")
    lines = _JSON if name == "operator json" else _LINES[what](documents()[of])
    return "```text\n" + "".join(f"{line.rstrip()}\n" for line in lines) + "```\n"


def _kinds() -> str:
    rows = [
        "| kind | family | needs | optional, with defaults | words | beside |",
        "|---|---|---|---|---|---|",
    ]
    general = kinds()["input"].beside
    for name, kind in kinds().items():
        optional = ", ".join(f"`{key}` {json.dumps(value)}" for key, value in kind.optional.items())
        words = "; ".join(f"`{key}`: {', '.join(values)}" for key, values in kind.words.items())
        beside = "; ".join(
            f"`{key}`: `{other[0]}`" + "".join(f" = {value}" for value in other[1:])
            for key, other in kind.beside.items()
            if key not in general
        )
        family = "" if kind.family == name else f"`{kind.family}`"
        needs = ", ".join(f"`{need}`" for need in kind.needs)
        rows.append(
            f"| `{name}` | {family} | {needs} | {optional.replace('null', '-')} | {words} | {beside} |"
        )
    return "".join(f"{row}\n" for row in rows)


def _operator_json() -> Iterator[str]:
    for item in _OPERATORS:
        if isinstance(item, str):
            operator = known_operator(item)
            assert operator is not None
            yield f"{item}: {_text(operator.to_json())}"
        else:
            yield f"{json.dumps(item, ensure_ascii=False)}: {_text(Operator.from_json(item).to_json())}"


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _graph(architecture: Architecture) -> Iterator[str]:
    raw = raw_graph(architecture)
    yield "node  digest            text"
    for place, kind in enumerate(raw.kinds):
        yield f"{place:4}  {kind.digest:016x}  {_kind_text(kind)}"
    yield "edges (source -> target: label)"
    yield "  " + ", ".join(f"{u} -> {v}: {label}" for v, u, label in raw.edges)
    yield "skeleton"
    yield f"  {_skeleton_text(architecture)}"
    yield f"  {raw.skeleton.hex()}"


def _kind_text(kind: NodeKind) -> str:
    return _text([[operator.to_json() for operator in kind.operators], kind.role, kind.cell])


def _skeleton_text(architecture: Architecture) -> str:
    """Return the text of which the skeleton digest is the hash."""
    found: list[str] = []

    class Recorder:
        """Stands for the module `json` and records the text."""

        @staticmethod
        def dumps(value: Any, **options: Any) -> str:
            found.append(json.dumps(value, **options))
            return found[-1]

    graphs.__dict__["json"] = Recorder
    try:
        graphs._digest.cache_clear()
        digest = graphs.skeleton_digest(architecture)
    finally:
        graphs.__dict__["json"] = json
    assert hashlib.sha256(found[-1].encode()).digest()[:16] == digest
    return found[-1]


def _canonical(architecture: Architecture) -> Iterator[str]:
    batch = stack([raw_graph(architecture)])
    active = rules._on_path(batch)
    edges = rules._plain_single_inputs(
        np.where(active[:, :, None] & active[:, None, :], batch.labels, np.int32(0))
    )
    depth = rules.depths(edges, active)
    digests = np.array([kind.digest for kind in batch.kinds], np.uint64)
    first = rules._initial(digests[batch.index], depth, edges, active)
    last = rules._refine(first, edges, active)
    order = np.lexsort((last, depth, ~active), axis=-1)[0, : int(active.sum())].tolist()
    yield "node  depth  first color       final color"
    for place in np.flatnonzero(active[0]).tolist():
        yield f"{place:4}  {depth[0, place]:5}  {first[0, place]:016x}  {last[0, place]:016x}"
    yield f"order  {' '.join(map(str, order))}"
    yield from _labels(architecture)


def _labels(architecture: Architecture) -> Iterator[str]:
    found = rules.canonicalize(stack([raw_graph(architecture)]))
    yield "labels, one row for each node in canonical order"
    for row in found.labels[0].tolist():
        yield "  " + " ".join(map(str, row))
    yield f"hash  {rules.hashes(found)[0]}"


def _costs(architecture: Architecture) -> Iterator[str]:
    try:
        network_cost(architecture)
        yield from _layers("as written", architecture, even=False)
    except UnknownCostError:
        yield "as written: unknown"
    reachable = with_both_inputs(reachable_architecture(architecture))
    yield from _layers("without unreachable nodes", nominal_architecture(reachable), even=True)
    network = written_and_reachable(architecture)[1]
    assert network is not None
    yield f"  levels {dict(network.levels)}"
    numbers = vars(reachable_costs([network]))
    yield "  " + ", ".join(f"{name} {value[0]:.10g}" for name, value in numbers.items())


def _layers(title: str, architecture: Architecture, even: bool) -> Iterator[str]:
    cost = network_cost(architecture, even).cost
    yield f"{title}: {cost.parameters} parameters, {cost.flops} multiply-accumulates"
    for layer in placed_layers(architecture, even, plan=False):
        part, place = layer.path[1:]
        shape = "x".join(map(str, layer.target))
        levels = ", ".join(f"{n}: {number}" for n, number in sorted(layer.cost.levels.items(), reverse=True))
        times = f"{layer.times} times " if layer.times > 1 else ""
        numbers = f"{layer.cost.parameters} parameters, {layer.cost.flops} MACs"
        yield f"  {part}[{place}] {times}gives {shape}: {numbers}, levels {{{levels}}}"


def _arrays(architecture: Architecture) -> Iterator[str]:
    predictor = _predictor()
    manifest = predictor.bundle.manifest
    batch = encode([architecture])
    found = rules.canonicalize(batch.graphs)
    (arrays,) = predictor_inputs(found, 1)
    rows = operator_table(found.kinds, manifest["features"], _no_embedding)
    used = [place for place, column in enumerate(rows.T) if column.any()]
    count = int(arrays.mask.sum())
    index = arrays.index[0, :count].tolist()
    distinct = list(dict.fromkeys(index))
    yield f"features: {', '.join(manifest['features'][place] for place in used)}"
    for row in distinct:
        yield f"  row {distinct.index(row)}: {_numbers(rows[row, used])}"
    yield f"index: {' '.join(str(distinct.index(row)) for row in index)}"
    fed = np.argwhere(arrays.adjacency[0] > 0).tolist()
    yield f"edges (source -> target): {', '.join(f'{u} -> {v}' for v, u in fed)}"
    network = global_table(manifest["globals"], batch, found, reachable_parameters(found))[0]
    yield "globals"
    for name, number in zip(manifest["globals"], network.tolist(), strict=True):
        yield f"  {name} {number:.5f}"
    (score,) = predictor.score([architecture])
    yield "statistics"
    for name, number in predictor.statistics(batch).items():
        yield f"  {name} {number[0]:.4f}"
    yield f"score {score.score:.4f}, distance {score.distance:.4f}"


def _reading(architecture: Architecture) -> Iterator[str]:
    predictor = _predictor()
    batch = encode([architecture])
    reader = predictor._reader
    assert reader is not None
    for key, operator in architecture.operators.items():
        found = reader.read(operator)
        sure = "sure" if found.sure else "unsure"
        yield f"{key} is read as {_text(found.operator.to_json())}, {sure}, with the confidence {found.confidence:.4f}"
    known, replaced, _ = predictor._in_known_operators(batch, rules.canonicalize(batch.graphs))
    for row in replaced.index[0][replaced.mask[0]].tolist():
        yield f"  {_kind_text(replaced.kinds[row])}"
    relative = reachable_parameters(replaced)
    yield "globals"
    names = predictor.bundle.manifest["globals"]
    for name, number in zip(names, global_table(names, known, replaced, relative)[0].tolist(), strict=True):
        yield f"  {name} {number:.5f}"
    (score,) = predictor.score([architecture])
    yield f"hash {score.hash}, relative parameters {relative[0]:.6g}"
    yield f"score {score.score:.4f}, distance {score.distance:.4f}"
    yield "warnings"
    yield from (f"  {warning}" for warning in score.warnings)


def _numbers(values: Sequence[float]) -> str:
    return " ".join(f"{value:.5g}" for value in values)


@cache
def _predictor() -> Predictor:
    return Predictor(open_bundle(BUNDLE), ["cpu"])


def _no_embedding(texts: Sequence[str]) -> Any:
    raise AssertionError(f"the bundle {BUNDLE} reads no embeddings of {texts}")


_JSON = tuple(_operator_json())
_LINES = {
    "graph": _graph,
    "canonical form": _canonical,
    "labels": _labels,
    "costs": _costs,
    "arrays": _arrays,
    "reading": _reading,
}


if __name__ == "__main__":
    page = PAGE.read_text("utf-8")
    PAGE.write_text(BLOCK.sub(lambda block: block[1] + computed(block["name"]), page), "utf-8")
