"""Small documents for tests, and ways to write the same network differently."""

from __future__ import annotations

import random
from typing import Any

from nasport.schemas import Architecture, architecture_from_json, architecture_hash

Document = dict[str, Any]


def document(nodes: list[Document], **more: Any) -> Document:
    return {"format": "nasport-architecture", "version": 1, "cells": {"cell": {"nodes": nodes}}, **more}


def hash_of(value: Document | Architecture) -> str:
    architecture = value if isinstance(value, Architecture) else architecture_from_json(value)
    return architecture_hash(architecture)


def node(name: str, op: str, *inputs: str, **more: Any) -> Document:
    return {"id": name, "op": op, "inputs": list(inputs), **more}


def shuffled(nodes: list[Document], seed: int) -> list[Document]:
    """The same cell with other ids, in another order; inputs reordered where their order means nothing."""
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
