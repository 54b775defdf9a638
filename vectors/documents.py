"""Build the documents of the vectors: every kind, attribute, rule of a cell, join, skeleton and name.

The functions return JSON documents. `all_documents` gives each an id that says what it shows.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from typing import Any

from nasport.runtime.costs import costs
from nasport.schemas import InputError, architecture_from_json, vocabulary
from nasport.schemas.operators import attribute_words, kind_named, kinds, may_state
from nasport.toolkit.notations import notation
from tests.own_cells import at, own, random_cell
from tests.real_networks import published
from vectors.edge_documents import edge_documents
from vectors.reported_documents import reported_documents
from vectors.special_documents import document, named_documents, nodes_of, recurrent, skeletons

Document = dict[str, Any]

# One or two values of each attribute that takes numbers; textual attributes take each of their words.
NUMBERS: dict[str, tuple[float, ...]] = {
    "kernel": (2, 5),
    "stride": (2, 3),
    "dilation": (2,),
    "groups": (2, 4),
    "expansion": (1, 2.5),
    "repeats": (2,),
    "channels": (8, 24),
    "heads": (2, 8),
    "squeeze": (0, 0.125),
    "squeeze_multiple": (8,),
    "head_width": (16,),
    "bias": (0, 1),
    "query_bias": (0, 1),
    "key_value_heads": (1, 2),
    "kernel_width": (1, 7),
    "padding": (0, 2),
    "padding_width": (0, 3),
    "ceil": (1,),
    "resolution": (8, 4),
    "resolution_width": (4,),
    "parameters": (0, 1234),
    "flops": (98765,),
    "start": (4,),
}
# What an attribute needs beside it.
BESIDE: dict[str, dict[str, Any]] = {
    "padding_width": {"padding": 1},
    "ceil": {"padding": 1},
    "resolution_width": {"resolution": 8},
    "flops": {"parameters": 77},
    "squeeze_of": {"squeeze": 0.25},
    "squeeze_multiple": {"squeeze": 0.25},
    "squeeze_activation": {"squeeze": 0.25},
    "gate": {"squeeze": 0.25},
    "order": {"activation": "relu"},
    "expand": {"expansion": 1},
    "query_bias": {"bias": 0},
    "key_value_heads": {"heads": 4},
}
CELLS = 52
RELABELED = 20
OWN_CELLS = 20
# Descriptions of operators of kind `other`, some with an attribute.
DESCRIPTIONS = (
    "Convolution with a square kernel of size three",
    "5x5 depthwise separable convolution",
    "Mobile inverted bottleneck, kernel 5, widened by six",
    "Max pooling over windows of 3 by 3",
    "Averages the neighborhood of 5 by 5 pixels",
    "Multi-head self-attention with 4 heads",
    "A gated mixture of wavelets",
    "Skip connection that passes the input on",
    "Dilated convolution of size 3 with rate 2",
    "Squeeze-and-excitation block",
    "Feed-forward network with expansion 3",
    "Faltung mit einem Kern von 3 mal 3",
    "1\u00d71 pointwise convolution, then ReLU — «bottleneck»",
    "卷积 3x3",
    "Zero operation: no connection",
)


def all_documents() -> Iterator[tuple[str, Document]]:
    """Yield id and document of all vectors except those from notations; ids are unique."""
    groups = (
        ("key", of_keys()),
        ("attribute", of_attributes()),
        ("own", of_own_cells()),
        ("network", [of.to_json() for _, build, _, _ in published() for of in [build()]]),
        ("cell", random_cells(CELLS)),
        (
            "relabeled",
            [
                relabeled(value, seed)
                for seed, value in enumerate(itertools.islice(random_cells(CELLS), 0, 2 * RELABELED, 2))
            ],
        ),
        ("described", described()),
        ("large", [large_cell(seed, size) for seed, size in enumerate((66, 100, 140))]),
        ("skeleton", skeletons()),
        ("recurrent", recurrent()),
        ("named", named_documents()),
        ("edge", edge_documents()),
        ("reported", reported_documents()),
    )
    for name, values in groups:
        for number, value in enumerate(values):
            yield f"{name}-{number}", value


def is_valid(value: Document) -> bool:
    """Whether nasport accepts a document."""
    try:
        architecture_from_json(value)
    except InputError:
        return False
    return True


def of_keys() -> Iterator[Document]:
    """Yield chains and cells that together have every key of the vocabulary."""
    keys = [key for key in vocabulary() if key not in ("input", "output")]
    for start in range(0, len(keys), 6):
        part = keys[start : start + 6]
        if start // 6 % 2:
            stages = [{"op": key, "width": 16 + 8 * place} for place, key in enumerate(part)]
            yield document(
                {}, {"input": {"channels": 3, "height": 32, "width": 32}, "stages": stages, "classes": 10}
            )
        else:
            chain = [at("x", "input")]
            for key in part:
                chain.append(at(f"n{len(chain)}", key, chain[-1]["id"]))
            # An operator without an output, such as `none`, does not cut the cell in two.
            yield document({"cell": {"nodes": [*chain, at("y", "output", "x", chain[-1]["id"])]}})


def of_attributes() -> Iterator[Document]:
    """Yield documents in which operators of every kind state each of their attributes, several operators a document."""
    for name in kinds():
        if name in ("input", "output"):
            continue
        attributes = [*kind_named(name).needs, *may_state(name)]
        values = [
            (place, attribute, value)
            for attribute in attributes
            for place, value in enumerate(_values(name, attribute))
        ]
        values = sorted(values, key=lambda entry: entry[0])[: max(9, len(attributes))]
        entries: list[list[Document]] = [[], []]  # operators of known and of unknown cost
        for _, attribute, value in values:
            words = f"{name.replace('_', ' ')} {attribute} {value}"
            entry = {
                "text": words,
                "kind": name,
                **_needed(name),
                **_beside(name, attribute),
                attribute: value,
            }
            if is_valid(_with_operators([entry])):
                known = costs(architecture_from_json(_with_operators([entry])))
                entries[known is None].append(entry)
        for several in entries:
            for start in range(0, len(several), 10):
                yield _with_operators(several[start : start + 10])


def _with_operators(entries: list[Document]) -> Document:
    """Return a network that applies each operator to the same map of 16 channels; each result is an output."""
    operators = {f"o{place}": entry for place, entry in enumerate(entries)}
    nodes = [
        at("x", "input"),
        at("c", "conv_3x3", "x", channels=16),
        *(at(f"n{key}", key, "c") for key in operators),
    ]
    nodes += [at(f"y{key}", "output", f"n{key}") for key in operators]
    return own(nodes, (3, 16, 16), operators)


def _needed(kind: str) -> Document:
    return {need: _values(kind, need)[0] for need in kind_named(kind).needs}


def _values(kind: str, attribute: str) -> tuple[Any, ...]:
    words = {**attribute_words(), **kind_named(kind).words}
    return NUMBERS[attribute] if attribute in NUMBERS else tuple(words[attribute])


def _beside(kind: str, attribute: str) -> Document:
    if (kind, attribute) == ("normalization", "groups"):
        return {"norm": "group"}
    return {name: value for name, value in BESIDE.get(attribute, {}).items() if name in may_state(kind)}


def of_own_cells() -> Iterator[Document]:
    """Yield cells whose nodes state their channels; random ones, and a few with several resolutions and outputs."""
    yield from (random_cell(seed, 6 + seed % 5) for seed in range(OWN_CELLS))
    pyramid = [
        at("x", "input"),
        at("fine", "conv_3x3", "x", channels=8),
        at("coarse", "conv_3x3", "fine", channels=16, stride=2),
        at("up", "upsample_nearest", "coarse", stride=2),
        at("both", "conv_1x1", "fine", "up", join="concat", channels=12),
        at("small", "max_pool_2x2", "both", resolution=5, resolution_width=3),
        at("y0", "output", "both"),
        at("y1", "output", "small"),
    ]
    yield own(pyramid, (3, 20, 12))
    yield own(pyramid, (3, 20, 12), stage={"resolution": 20})
    told = {
        "mixer": {"text": "Mixes tokens", "parameters": 300, "flops": 4000, "channels": 6, "resolution": 5}
    }
    mixed = [at("x", "input"), at("m", "mixer", "x"), at("y", "output", "m")]
    yield own(mixed, operators=told, classes=7)


def random_cells(count: int) -> Iterator[Document]:
    """Yield random networks of one or two cells: joins, candidates, ordered operators, duplicate inputs, roles."""
    seeds = itertools.count()
    while count:
        seed = next(seeds)
        rng = random.Random(f"cells {seed}")
        cells: Document = {}
        for name in ("normal", "reduce")[: 1 + (seed % 3 == 0)]:
            channels = rng.choice(("same", "same", "split", "stack"))
            nodes = nodes_of(rng, rng.randint(2, 11), channels, mixed=seed % 6 == 1)
            role = {"reduce": rng.choice(("reduction", "normal"))}.get(name, "normal")
            cells[name] = {"role": role, "channels": channels, "nodes": nodes}
        value = document(cells, None if seed % 4 == 3 else _skeleton(rng, list(cells)))
        # Most networks have a known cost.
        if seed % 5 == 0 or "skeleton" not in value or costs(architecture_from_json(value)) is not None:
            count -= 1
            yield value


def _skeleton(rng: random.Random, names: list[str]) -> Document:
    stages: list[Document] = []
    for _ in range(rng.randint(1, 5)):
        stage: Document = {"cell": rng.choice(names)} if rng.random() < 0.85 else {"op": "nor_conv_3x3"}
        stage |= {"repeats": rng.randint(1, 4)} if rng.random() < 0.5 else {}
        stage |= {"width": rng.choice((16, 24, 32))} if rng.random() < 0.6 else {}
        stage |= {"stride": 2} if rng.random() < 0.3 else {}
        stages.append(stage)
    size = {"channels": 3, "height": rng.choice((32, 33)), "width": 32}
    skeleton: Document = {"input": size, "stem": [{"op": "stem_conv3x3", "width": 16}], "stages": stages}
    return skeleton | ({"head": [{"op": "global_avg_pool"}], "classes": 100} if rng.random() < 0.7 else {})


def relabeled(value: Document, seed: int) -> Document:
    """Return the same network with other ids and nodes and inputs in another order, so that the hash is the same."""
    rng = random.Random(seed)
    operators = vocabulary()
    cells = {}
    for name, cell in value["cells"].items():
        names = {node["id"]: f"{rng.randrange(10**6)} {place}" for place, node in enumerate(cell["nodes"])}
        nodes = []
        for node in cell["nodes"]:
            inputs = [names[source] for source in node.get("inputs", ())]
            keys = node.get("candidates") or [node["op"]]
            if not any(operators[key].ordered for key in keys):
                rng.shuffle(inputs)
            nodes.append(
                {**node, "id": names[node["id"]], **({"inputs": inputs} if "inputs" in node else {})}
            )
        rng.shuffle(nodes)
        cells[name] = {**cell, "nodes": nodes}
    return {**value, "cells": cells}


def described() -> Iterator[Document]:
    """Yield networks with operators that only a text describes: in cells and chains, alone and with stated costs."""
    for number, text in enumerate(DESCRIPTIONS):
        operator: Document = {"text": text}
        operator |= {"kernel": 3} if number % 5 == 1 else {}
        operator |= {"parameters": 500, "flops": 9000} if number % 5 == 2 else {}
        operator |= {"ordered": True} if number % 7 == 3 else {}
        nodes = [
            at("x", "input"),
            at("a", "new", "x"),
            at("b", "conv_3x3", "x", "a"),
            at("c", "new", "b", "a"),
            at("y", "output", "b", "c"),
        ]
        yield {**document({"cell": {"nodes": nodes}}), "operators": {"new": operator}}
        if number % 3 == 0:
            continue
        stages = [
            {"op": "conv_3x3", "width": 16},
            {"op": "new", "repeats": 2},
            {"op": "new", "width": 32, "stride": 2},
        ]
        skeleton = {"input": {"channels": 3, "height": 32, "width": 32}, "stages": stages, "classes": 10}
        yield {**document({}, skeleton), "operators": {"new": operator}}


def large_cell(seed: int, size: int) -> Document:
    """Return a cell with `size` nodes, at most three inputs each."""
    rng = random.Random(f"large {seed}")
    nodes = [at("0", "input")]
    for place in range(1, size - 1):
        sources = rng.sample(range(max(0, place - 6), place), min(place, rng.randint(1, 2)))
        op = rng.choice(("conv_3x3", "conv_1x1", "skip_connect", "sep_conv_3x3", "max_pool_3x3", "sum"))
        nodes.append(at(str(place), op, *map(str, sources)))
    read = {source for node in nodes for source in node["inputs"]}
    nodes.append(
        at("y", "output", *[node["id"] for node in nodes if node["id"] not in read and node["op"] != "none"])
    )
    return document({"cell": {"nodes": nodes}})


def of_notations(texts: list[tuple[str, str]], count: int) -> Iterator[tuple[str, Document]]:
    """Yield id and document of the first `count` texts of every notation."""
    seen: dict[str, int] = {}
    for name, text in texts:
        number = seen[name] = seen.get(name, 0) + 1
        if number <= count:
            yield f"{name}-{number - 1}", notation(name).parse(text).to_json()
