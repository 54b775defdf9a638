"""Search spaces for tests: those that are shipped, and small ones of few lines."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from nasport.schemas.space import space_from_json
from nasport.toolkit.spaces import SearchSpace, load_space, space_names

ROOT = Path(__file__).parent.parent
NAMES = space_names()


@cache
def shipped(name: str) -> SearchSpace:
    return load_space(name)


def space(**parts: Any) -> SearchSpace:
    return SearchSpace(space_from_json({"format": "nasport-space", "version": 1, "name": "test", **parts}))


def graph_space(vertices: int, edges: int, operators: list[str]) -> SearchSpace:
    graph = {"vertices": {"max": vertices}, "edges": {"max": edges}, "operators": operators}
    return space(cells={"cell": {"graph": graph}})


def row_space(**more: Any) -> SearchSpace:
    options = [[{"op": "conv_3x3", "width": 8}], [{"op": "conv_5x5", "stride": 2}], []]
    return space(skeleton={"stages": [{"sequence": {"options": options, **more}}]})


PROGRAM = {
    "steps": {"max": 3},
    "states": {"max": 1},
    "operators": [
        {"op": "linear", "inputs": [1, 2], "join": "concat", "from": ["x", "h_prev", "relu"]},
        {"op": "relu", "inputs": [1, 1], "from": ["linear"]},
        {"op": "sub", "inputs": [2, 2]},
    ],
}
