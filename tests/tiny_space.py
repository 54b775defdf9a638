"""A search space whose networks train in a fraction of a second."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

OPERATORS = ["conv_3x3", "conv_1x1", "max_pool_3x3", "identity"]


def tiny_space(operators: list[str] | None = None) -> dict[str, Any]:
    """Return a space with two open nodes for these operators, four channels wide."""
    candidates = operators or OPERATORS
    return {
        "format": "nasport-space",
        "version": 1,
        "name": "tiny",
        "cells": {
            "cell": {
                "nodes": [
                    {"id": "in", "op": "input"},
                    {"id": "a", "candidates": candidates, "inputs": ["in"]},
                    {"id": "b", "candidates": candidates, "inputs": ["a"]},
                    {"id": "out", "op": "output", "inputs": ["in", "b"], "join": "sum"},
                ]
            }
        },
        "skeleton": {
            "input": {"channels": 3, "height": 32, "width": 32},
            "stem": [{"op": "conv_3x3", "width": 4}],
            "stages": [
                {"cell": "cell", "repeats": 1},
                {"op": "conv_3x3", "width": 8, "stride": 2},
                {"cell": "cell", "repeats": 1},
            ],
            "head": [{"op": "global_avg_pool"}],
            "classes": 10,
        },
    }


def write_tiny_space(folder: Path, operators: list[str] | None = None) -> Path:
    """Write its document to a file."""
    file = folder / "tiny.json"
    file.write_text(json.dumps(tiny_space(operators)))
    return file
