"""Small documents for tests, and ways to write the same network differently."""

from __future__ import annotations

import random
from typing import Any

from nasport.schemas import Architecture, architecture_from_json, architecture_hash

Document = dict[str, Any]
IMAGE = {"channels": 3, "height": 32, "width": 32}


def document(nodes: list[Document], **more: Any) -> Document:
    return {"format": "nasport-architecture", "version": 1, "cells": {"cell": {"nodes": nodes}}, **more}


def hash_of(value: Document | Architecture) -> str:
    architecture = value if isinstance(value, Architecture) else architecture_from_json(value)
    return architecture_hash(architecture)


def node(name: str, op: str, *inputs: str, **more: Any) -> Document:
    return {"id": name, "op": op, "inputs": list(inputs), **more}


def shuffled(nodes: list[Document], seed: int) -> list[Document]:
    """Return the same cell with other ids and in another order; inputs are reordered if their order has no meaning."""
    rng = random.Random(seed)
    names = {n["id"]: f"node {rng.random()}" for n in nodes}
    result = []
    for n in nodes:
        inputs = [names[u] for u in n["inputs"]]
        if n["op"] != "blend":
            rng.shuffle(inputs)
        result.append({**n, "id": names[n["id"]], "inputs": inputs})
    rng.shuffle(result)
    return result


def layers(*stages: dict[str, Any], **more: Any) -> Architecture:
    """Return a network of layers on images of 32x32."""
    skeleton = {"input": IMAGE, "stages": list(stages), **more}
    value = {"format": "nasport-architecture", "version": 1, "cells": {}, "skeleton": skeleton}
    return architecture_from_json(value)


def in_skeleton(
    nodes: list[dict[str, Any]],
    stage: dict[str, Any] | None = None,
    operators: dict[str, Any] | None = None,
    **cell: Any,
) -> Architecture:
    """Return a network of one cell after a stem of 16 channels."""
    value = document(nodes, **({"operators": operators} if operators else {}))
    value["cells"]["cell"].update(cell)
    stages = [{"cell": "cell", **(stage or {})}]
    value["skeleton"] = {"input": IMAGE, "stem": [{"op": "stem_conv3x3", "width": 16}], "stages": stages}
    return architecture_from_json(value)
