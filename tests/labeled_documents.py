"""Networks of one convolution that carry labels."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def document(width: int, labels: Sequence[dict[str, Any]] | None, **more: Any) -> dict[str, Any]:
    """Return a network of one convolution."""
    value = {
        "format": "nasport-architecture",
        "version": 1,
        "name": f"width {width}",
        "cells": {},
        "skeleton": {
            "input": {"channels": 3, "height": 32, "width": 32},
            "stages": [{"op": "conv3x3-bn-relu", "width": width, "stride": 4}],
            "classes": 10,
        },
        **more,
    }
    return value if labels is None else {**value, "labels": list(labels)}


def label(value: float, metric: str = "accuracy", dataset: str = "cifar10", **more: Any) -> dict[str, Any]:
    return {"dataset": dataset, "metric": metric, "value": value, **more}


def written(folder: Path, *documents: dict[str, Any]) -> list[str]:
    file = folder / "labeled.jsonl"
    file.write_text("".join(json.dumps(each) + "\n" for each in documents))
    return [str(file)]
