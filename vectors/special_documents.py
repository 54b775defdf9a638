"""Documents of the vectors that are written by hand: skeletons, recurrent cells, empty cells, names, roles."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from nasport.schemas import vocabulary

Document = dict[str, Any]
JOINS = ("sum", "concat", "product", "mean")
IMAGE = {"channels": 3, "height": 32, "width": 32}
_OPERATORS = (
    *("nor_conv_3x3", "nor_conv_1x1", "avg_pool_3x3", "skip_connect", "none", "sep_conv_3x3", "dil_conv_5x5"),
    *("sum", "relu", "batch_norm", "squeeze_excitation", "self_attention_h2", "mb_3x3_e3", "res_basic_block"),
)
_SEVERAL_INPUTS = (
    "sub",
    "div",
    "elementwise_prod",
    "elementwise_sum",
    "elementwise_max",
    "mean",
    "concat",
    "sum",
    "matmul",
)


def document(cells: Document, skeleton: Document | None = None, **more: Any) -> Document:
    """Return a document with these cells."""
    whole = {"format": "nasport-architecture", "version": 1, "cells": cells, **more}
    return whole if skeleton is None else {**whole, "skeleton": skeleton}


def node(name: str, op: str, *inputs: str, **more: Any) -> Document:
    """Return a node of a cell."""
    return {"id": name, "op": op, "inputs": list(inputs), **more}


def nodes_of(rng: random.Random, count: int, channels: str, mixed: bool = False) -> list[Document]:
    """Return the nodes of a random cell with `count` nodes besides its inputs and outputs."""
    nodes = [node("in", "input", role="c_{k-2}"), node("in2", "input", role="c_{k-1}")][
        : 1 + (channels == "stack")
    ]
    for place in range(count):
        names = [each["id"] for each in nodes]
        inputs = [rng.choice(names) for _ in range(rng.choice((1, 1, 2, 2, 3)))]  # some occur twice
        several = len(inputs) > 1 and rng.random() < 0.25
        entry = node(f"n{place}", rng.choice(_SEVERAL_INPUTS if several else _OPERATORS), *inputs)
        if len(inputs) > 1 and rng.random() < 0.4 and not vocabulary()[entry["op"]].ordered:
            entry["join"] = rng.choice(JOINS)
        if mixed and rng.random() < 0.5:
            del entry["op"]
            entry["candidates"] = rng.sample(_OPERATORS[:7], rng.randint(1, 4))
        elif entry["op"] in ("nor_conv_3x3", "nor_conv_1x1") and rng.random() < 0.3:
            entry["attributes"] = rng.choice(
                ({"groups": 2}, {"activation": "silu"}, {"norm": "none"}, {"dilation": 2})
            )
        nodes.append(entry)
    names = [each["id"] for each in nodes]
    nodes.append(node("out", "output", *rng.sample(names[1:], min(len(names) - 1, rng.randint(1, 4)))))
    if rng.random() < 0.15:
        nodes.append(node("out2", "output", rng.choice(names), role="auxiliary", join="concat"))
    return nodes


def skeletons() -> Iterator[Document]:
    """Yield skeletons of all sorts; some pairs are the same network, written with other repeats."""
    conv = "nor_conv_3x3"
    cell = {"nodes": [node("x", "input"), node("a", conv, "x"), node("y", "output", "x", "a")]}
    concat = {
        "nodes": [node("x", "input"), node("a", conv, "x"), node("y", "output", "x", "a", join="concat")]
    }
    two = {"a": cell, "b": {**cell, "nodes": [*cell["nodes"][:2], node("y", "output", "a")]}}
    stem: list[Document] = [{"op": "stem_conv3x3", "width": 16}]
    bodies: list[tuple[Document, list[Document]]] = [
        ({}, [{"op": conv, "width": 16, "repeats": 3}]),
        ({}, [{"op": conv, "width": 16}, {"op": conv, "width": 16}, {"op": conv, "width": 16}]),
        ({}, [{"op": conv, "width": 16}, {"op": conv, "repeats": 2}]),
        (
            {},
            [
                {"op": conv, "width": 16, "stride": 2},
                {"op": conv, "width": 16},
                {"op": conv, "width": 32, "stride": 2},
            ],
        ),
        (
            {},
            [
                {"op": conv, "width": 16, "attributes": {"stride": 2}},
                {"op": conv, "attributes": {"channels": 8}},
            ],
        ),
        ({}, [{"op": "max_pool_3x3", "stride": 2}, {"op": "global_avg_pool"}, {"op": "linear", "width": 64}]),
        ({}, [{"op": "none"}, {"op": conv, "width": 8}]),
        ({}, [{"op": conv, "width": 16, "resolution": 16}, {"op": conv, "resolution": 16}]),
        ({}, [{"op": "avg_pool_3x3", "stride": 3, "resolution": 10}]),
        ({}, [{"op": "skip_connect", "width": 24}, {"op": "skip_connect", "stride": 2}]),
        ({"c": cell}, [{"cell": "c", "repeats": 4}]),
        ({"c": cell}, [{"cell": "c"}, {"cell": "c", "repeats": 3}]),
        (
            {"c": cell},
            [{"cell": "c", "width": 16, "stride": 2}, {"cell": "c"}, {"cell": "c", "width": 32, "stride": 2}],
        ),
        ({"c": cell}, [{"cell": "c", "width": 32}, {"cell": "c", "width": 32}, {"op": conv, "width": 32}]),
        ({"c": concat}, [{"cell": "c", "width": 16}, {"cell": "c"}, {"cell": "c", "width": 16}]),
        ({"c": {**cell, "channels": "split"}}, [{"cell": "c", "width": 31}, {"cell": "c", "width": 31}]),
        ({"c": {**cell, "channels": "stack"}}, [{"cell": "c", "width": 12, "repeats": 2}]),
        (two, [{"cell": "a"}, {"cell": "b", "stride": 2}, {"cell": "a"}]),
        (two, [{"cell": "b"}, {"cell": "a", "stride": 2}, {"cell": "b"}]),
        ({**two, "unused": cell}, [{"cell": "a"}, {"cell": "b"}]),
        (
            {"c": {**cell, "role": "reduction"}, "d": cell},
            [{"cell": "d"}, {"cell": "c", "stride": 2, "width": 32}],
        ),
    ]
    for cells, stages in bodies:
        yield document(cells, {"input": IMAGE, "stem": stem, "stages": stages, "classes": 10})
    for size in (
        {},
        {"channels": 1},
        {"channels": 1, "height": 28, "width": 28},
        {"channels": 3, "height": 7},
        {"length": 35},
    ):
        yield document({"c": cell}, {"input": size, "stem": stem, "stages": [{"cell": "c"}]})
    yield document({"c": cell}, {"stages": [{"cell": "c", "width": 10}]})
    yield document(
        {}, {"input": IMAGE, "stages": [{"op": conv, "width": 16}], "head": [{"op": "linear", "width": 9}]}
    )
    yield document(
        {"c": cell},
        {"input": IMAGE, "stages": [{"op": conv, "width": 8}], "stem": [{"cell": "c", "width": 8}]},
    )
    patch = {"op": "patch_embedding", "width": 64, "attributes": {"kernel": 8}}
    tokens: list[Document] = [patch, {"op": "class_token"}, {"op": "positional_embedding"}]
    body: list[Document] = [
        {"op": "layer_norm"},
        {"op": "self_attention_h4", "repeats": 2},
        {"op": "feed_forward_e4"},
    ]
    yield document(
        {}, {"input": IMAGE, "stem": tokens, "stages": body, "head": [{"op": "first_token"}], "classes": 10}
    )
    yield document(
        {}, {"input": IMAGE, "stem": tokens[:1], "stages": body, "head": [{"op": "global_avg_pool"}]}
    )
    yield document(
        {}, {"input": IMAGE, "stem": tokens, "stages": [*body, {"op": "patch_tokens"}], "classes": 10}
    )


def recurrent() -> Iterator[Document]:
    """Yield recurrent networks, which the bundle refuses."""
    inputs = [node("x", "input", role="x"), node("h", "input", role="h_prev_0")]
    out = {"role": "h_new_0"}
    cells = [
        [
            *inputs,
            node("f", "linear", "x", "h"),
            node("t", "activation_tanh", "f"),
            node("y", "output", "t", **out),
        ],
        [
            *inputs,
            node("f", "linear", "x"),
            node("s", "elementwise_sum", "f", "h"),
            node("y", "output", "s", **out),
        ],
        [
            *inputs,
            node("g", "linear", "x", "h"),
            node("u", "linear", "x", "h"),
            node("b", "blend", "g", "u", "h"),
            node("y", "output", "b", **out),
        ],
    ]
    stages = [{"cell": "r", "width": 20, "repeats": 2}]
    skeleton = {
        "input": {"length": 35},
        "stem": [{"op": "embedding", "width": 20}],
        "stages": stages,
        "classes": 1000,
    }
    for nodes in cells:
        yield document({"r": {"role": "recurrent", "nodes": nodes}}, skeleton)
        yield document({"r": {"role": "recurrent", "nodes": nodes}})


def named_documents() -> Iterator[Document]:
    """Yield documents with unusual names, without a path, with unread and unfed nodes, and with all optional keys."""
    odd = (
        "10",
        "2",
        "__proto__",
        "constructor",
        "toString",
        "ünïcödé",
        "名前",
        "🧠",
        " ",
        "a.b[0]",
        '"',
        "\\",
        "-1",
        "1e3",
    )
    for start in (0, 5):
        chain = [node(odd[start], "input")]
        for name in odd[start + 1 : start + 8]:
            chain.append(node(name, "conv_3x3" if len(chain) % 2 else "skip_connect", chain[-1]["id"]))
        chain.append(node("01", "output", chain[-1]["id"], chain[2]["id"]))
        skeleton = {
            "input": IMAGE,
            "stages": [{"cell": "10", "width": 16}, {"cell": "2"}, {"cell": "__proto__"}],
        }
        yield document(
            {"10": {"nodes": chain}, "2": {"nodes": chain}, "__proto__": {"nodes": chain}},
            skeleton,
            name=odd[start],
        )
    # Integer-like names before others: the order of the document counts.
    small = [node("x", "input"), node("a", "relu", "x"), node("y", "output", "a")]
    other = [node("x", "input"), node("a", "conv_3x3", "x"), node("y", "output", "a")]
    yield document({"b": {"nodes": small}, "2": {"nodes": other}, "1": {"nodes": small}})
    yield document({"1": {"nodes": small}, "2": {"nodes": other}, "b": {"nodes": small}})
    operators = {
        "7": {"text": "Convolution 3 by 3", "kind": "convolution", "kernel": 3},
        "__proto__": {"text": "My block", "kind": "block", "parameters": 100, "flops": 2000},
        "conv_3x3": {"text": "Another convolution 3 by 3", "kind": "convolution", "kernel": 3, "dilation": 3},
    }
    own = [node("x", "input"), *(node(f"n{key}", key, "x") for key in operators)]
    own.append(node("y", "output", *(each["id"] for each in own[1:])))
    yield document({"c": {"nodes": own}}, operators=operators)
    no_path = [
        [node("x", "input"), node("y", "output")],
        [node("x", "input"), node("n", "none", "x"), node("y", "output", "n")],
        [node("x", "input"), node("a", "conv_3x3", "x"), node("b", "conv_3x3"), node("y", "output", "b")],
    ]
    for nodes in no_path:
        yield document({"c": {"nodes": nodes}})
        yield document(
            {"c": {"nodes": nodes}}, {"input": IMAGE, "stages": [{"cell": "c", "width": 16}], "classes": 10}
        )
    yield document({"c": {"nodes": [node("x", "input"), node("y", "output", "x")]}})
    unread = [
        node("x", "input"),
        *(node(f"u{k}", "relu", "x") for k in range(7)),
        node("v", "relu"),
        node("y", "output", "x"),
    ]
    yield document({"c": {"nodes": unread}})
    for role in ("normal", "reduction", "chain", "recurrent-like", "Ünï", ""):
        yield document({"c": {"role": role, "nodes": other}, "d": {"role": role, "nodes": small}})
    twins = [
        node("x", "input"),
        node("a", "conv_3x3", "x"),
        node("b", "conv_3x3", "x"),
        node("y", "output", "a", "b"),
    ]
    yield document({"c": {"nodes": twins}})
    ports = [
        node("x", "input"),
        node("a", "relu", "x"),
        node("d", "sub", "x", "a", "x"),
        node("y", "output", "d"),
    ]
    yield document({"c": {"nodes": ports}})
    yield document({"c": {"nodes": [*ports[:2], node("d", "sub", "a", "x", "x"), ports[3]]}})
    cycle = [node(f"a{k}", "conv_3x3", "x") for k in range(4)]
    ring = [node(f"b{k}", "conv_1x1", f"a{k}", f"a{(k + 1) % 4}") for k in range(4)]
    yield document(
        {"c": {"nodes": [node("x", "input"), *cycle, *ring, node("y", "output", "b0", "b1", "b2", "b3")]}}
    )
    label = {
        "dataset": "cifar10",
        "metric": "accuracy",
        "value": 93.25,
        "split": "test",
        "epochs": 12.5,
        "repeats": 3,
    }
    yield {
        **document(
            {"c": {"nodes": other}}, name="all keys", space="mine", labels=[label, {**label, "value": -0.0}]
        ),
        "$schema": "architecture.schema.json",
        "source": {"format": "mine", "text": "x → y"},
    }
    # JSON Schema accepts whole numbers with a point.
    numbers = {
        "input": {"channels": 3.0, "height": 32.0, "width": 32},
        "stages": [{"cell": "c", "repeats": 2.0}],
        "classes": 1e1,
    }
    yield document({"c": {"nodes": other}}, numbers)
