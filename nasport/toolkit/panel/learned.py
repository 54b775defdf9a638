"""What was learned for the panel on benchmark tables, for each bundle without those that it never saw: `weights.json`.

Weights of the evaluators, for networks of cells and for chains of layers, made by benchmarks/panel_weights.py; and the proxy task of
GenNAS: `search-N`, which was found with twenty labels of NAS-Bench-101, and beside the bundle without that `combo`.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from nasport.runtime.bundle import Bundle
from nasport.runtime.predictor import DEFAULT_BUNDLE
from nasport.schemas.architecture import Architecture
from nasport.toolkit.panel.stages import GENNAS, PREDICTOR
from nasport.toolkit.panel.verdict import Weights

CELLS, CHAIN, RECURRENT = "cells", "chain", "recurrent"


def origin_of(bundle: Bundle) -> str:
    """The name under which the panel knows a bundle: of an adapted one, that of the bundle which all adaptations began with."""
    return str(bundle.manifest.get("adapted", {}).get("origin", bundle.name))


def kind_of(architecture: Architecture) -> str:
    """Which weights hold for it."""
    if architecture.is_recurrent:
        return RECURRENT
    return CELLS if architecture.used_cells else CHAIN


def weights_of(bundle: str, kind: str, stage: str) -> Weights:
    """What each evaluator is worth beside a bundle's score, once so much was heard.

    Args:
        bundle: its name; of one that is not in the file, those of the default one hold.
        kind: of the documents.
        stage: the last of the `STAGES` that was heard.
    """
    if stage == PREDICTOR:
        return Weights({PREDICTOR: 1.0})
    if kind == RECURRENT:  # no proxy and no predictor ranks them
        return Weights({GENNAS: 1.0})
    known = _learned()["weights"]
    return Weights(**known.get(bundle, known[DEFAULT_BUNDLE])[kind][stage])


def task_of(bundle: str) -> str:
    """The task that image networks are trained on, found without what the bundle never saw.

    Args:
        bundle: its name; of one that is not in the file, that of the default one holds.
    """
    known = _learned()["tasks"]
    return str(known.get(bundle, known[DEFAULT_BUNDLE]))


def steps_of(task: str) -> int | None:
    """After how many steps a task's order is nearly its last one (docs/guides/adapt.md); None: it needs all of the preset's."""
    steps: dict[str, int] = _learned()["steps"]
    return steps.get(task)


@cache
def _learned() -> dict[str, Any]:
    content = files("nasport.toolkit.panel").joinpath("weights.json").read_text("utf-8")
    learned: dict[str, Any] = json.loads(content)
    return learned
