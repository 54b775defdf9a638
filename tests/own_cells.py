"""Cells whose nodes state their own channels and strides: small ones for tests, and random ones."""

from __future__ import annotations

import random
from typing import Any

from nasport.runtime.operators import applied
from nasport.runtime.operators.quantities import Shape, UnknownCostError
from nasport.schemas import Architecture, architecture_from_json
from nasport.schemas.operators import known_operator
from tests.documents import Document

IMAGE = (3, 16, 16)


def at(name: str, op: str, *inputs: str, join: str = "", **attributes: float | str) -> Document:
    """Return a node with these attributes."""
    found: Document = {"id": name, "op": op, "inputs": list(inputs)}
    found |= {"join": join} if join else {}
    return found | ({"attributes": attributes} if attributes else {})


def own(
    nodes: list[Document],
    image: tuple[int, int, int] = IMAGE,
    operators: dict[str, Any] | None = None,
    stage: dict[str, Any] | None = None,
    **skeleton: Any,
) -> Document:
    """Return the document of a network of one such cell."""
    size = dict(zip(("channels", "height", "width"), image, strict=True))
    return {
        "format": "nasport-architecture",
        "version": 1,
        **({"operators": operators} if operators else {}),
        "cells": {"net": {"channels": "own", "nodes": nodes}},
        "skeleton": {"input": size, "stages": [{"cell": "net", **(stage or {})}], **skeleton},
    }


def network_of(*arguments: Any, **named: Any) -> Architecture:
    """Return the network of `own`, read."""
    return architecture_from_json(own(*arguments, **named))


# Operators with their allowed attributes here; one value of each is drawn.
_CONVOLUTION: dict[str, tuple[float | str, ...]] = {
    "channels": (4, 6, 8),
    "stride": (1, 1, 2),
    "norm": ("batch", "none"),
    "bias": (0, 1),
    "padding": (0, 1, 2),
    "activation": ("relu", "none", "silu"),
    "order": ("conv-bn-relu", "relu-conv-bn"),
}
_OPERATORS: dict[str, dict[str, tuple[float | str, ...]]] = {
    "conv_3x3": {**_CONVOLUTION, "kernel_width": (1, 2, 5), "padding_width": (0, 2), "dilation": (1, 2)},
    "conv_1x1": {**_CONVOLUTION, "kernel_width": (1, 3)},
    "dw_conv_3x3": {name: values for name, values in _CONVOLUTION.items() if name != "channels"},
    "conv_transpose_3x3": {**_CONVOLUTION, "padding": (0, 1), "stride": (1, 2)},
    "max_pool_3x3": {"stride": (1, 2), "padding": (0, 1), "ceil": (0, 1), "kernel_width": (2, 3)},
    "avg_pool_3x3": {"stride": (1, 2), "padding": (0, 1), "ceil": (0, 1), "channels": (4, 6)},
    "max_pool_2x2": {"resolution": (2, 5), "resolution_width": (3,)},
    "upsample_nearest": {"resolution": (4, 9), "stride": (2, 3)},
    "upsample_bilinear": {"resolution": (4, 9), "resolution_width": (5,)},
    "batch_norm": {"bias": (0, 1)},
    "rms_norm": {"bias": (0, 1)},
    "layer_norm": {"bias": (0, 1)},
    "self_attention_h2": {"key_value_heads": (1, 2), "bias": (0, 1), "query_bias": (0, 1)},
    "feed_forward_e2": {"bias": (0, 1), "channels": (4, 6)},
    "global_avg_pool": {},
    "squeeze_excitation": {},
    "mb_3x3_e2": {"channels": (4, 8), "stride": (1, 2)},
    "skip_connect": {"channels": (4, 6), "stride": (1, 2)},
    "none": {"channels": (4, 6), "stride": (1, 2)},
    "relu": {},
}


def random_cell(seed: int, size: int = 9) -> Document:
    """Return a network of one random cell with a known cost, which ends in one or several maps."""
    rng, shapes = random.Random(seed), {"x": Shape(*IMAGE)}
    nodes = [at("x", "input")]
    while len(nodes) < size:
        inputs, join, source = _joined(rng, shapes)
        op = rng.choice([*_OPERATORS])
        stated = {name: rng.choice(values) for name, values in _OPERATORS[op].items() if rng.random() < 0.5}
        stated |= {"padding": 1} if {"ceil", "padding_width"} & stated.keys() else {}
        stated |= {"resolution": 3} if "resolution_width" in stated else {}
        if "order" in stated:
            stated["activation"] = "relu"
        if "resolution" in stated:
            stated.pop("stride", None)
        operator = known_operator(op)
        assert operator is not None
        try:
            _, shape = applied(operator.with_attributes(stated), source, None)
        except UnknownCostError:
            continue
        if not 1 <= shape.height <= 40:
            continue
        name = f"n{len(nodes)}"
        nodes.append(at(name, op, *inputs, join=join, **stated))
        shapes[name] = shape
    ends = rng.sample([*shapes][1:], rng.choice((1, 1, 2)))
    nodes += [at(f"out{place}", "output", end) for place, end in enumerate(ends)]
    apart = len({shapes[end][1:] for end in ends}) > 1
    return own(nodes) if apart or rng.random() < 0.3 else own(nodes, classes=5)


def _joined(rng: random.Random, shapes: dict[str, Shape]) -> tuple[list[str], str, Shape]:
    """Choose values that can be joined; return them, the kind of join, and the resulting shape."""
    first = rng.choice([*shapes])
    shape, join = shapes[first], rng.choice(("", "sum", "mean", "concat", "product"))
    alike = [name for name, other in shapes.items() if other == shape]
    if join == "concat":
        alike = [name for name, other in shapes.items() if other[1:] == shape[1:]]
    if join == "product":
        alike += [name for name, other in shapes.items() if other == (shape.channels, 1, 1)]
    if not join or len(alike) < 2:
        return [first], "", shape
    inputs = [first, *rng.sample(alike, rng.randint(1, min(3, len(alike))))]
    channels = sum(shapes[name].channels for name in inputs) if join == "concat" else shape.channels
    return inputs, join, Shape(channels, *shape[1:])
