"""Weights of the evaluators and GenNAS tasks of the panel for each bundle, from `weights.json`.

They were learned on benchmark tables (benchmarks/panel_weights.py). Those of a held-out bundle were learned without the
tables that the bundle left out, so that its rankings stay zero-shot. There are weights for networks of cells and for chains
of layers. The usual GenNAS task is `search-N`, which was found with twenty labels of NAS-Bench-101; the bundle without that
benchmark uses the task `combo`.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from nasport.runtime.bundle import Bundle
from nasport.runtime.predictor import DEFAULT_BUNDLE
from nasport.schemas.architecture import Architecture
from nasport.toolkit.panel.combining import Weights
from nasport.toolkit.panel.stages import GENNAS, PREDICTOR

CELLS, CHAIN, RECURRENT = "cells", "chain", "recurrent"


def origin_of(bundle: Bundle) -> str:
    """Return the name under which `weights.json` has a bundle; for an adapted bundle, the shipped bundle that it comes from."""
    return str(bundle.manifest.get("adapted", {}).get("origin", bundle.name))


def kind_of(architecture: Architecture) -> str:
    """Return the kind of an architecture, which determines the weights: cells, a chain of layers, or recurrent."""
    if architecture.is_recurrent:
        return RECURRENT
    return CELLS if architecture.used_cells else CHAIN


def weights_of(bundle: str, kind: str, stage: str) -> Weights:
    """Return the weights of the evaluators up to a stage.

    Args:
        bundle: name of the bundle; an unknown bundle has the weights of the default bundle.
        kind: kind of the architectures, see `kind_of`.
        stage: the last of the `STAGES` that has evaluated the architectures.
    """
    if stage == PREDICTOR:
        return Weights({PREDICTOR: 1.0})
    if kind == RECURRENT:  # the predictor and the proxies do not rank recurrent cells
        return Weights({GENNAS: 1.0})
    known = _learned()["weights"]
    return Weights(**known.get(bundle, known[DEFAULT_BUNDLE])[kind][stage])


def task_of(bundle: str) -> str:
    """Return the GenNAS proxy task of image networks, which was found without labels of the tables that the bundle left out.

    Args:
        bundle: name of the bundle; an unknown bundle has the task of the default bundle.
    """
    known = _learned()["tasks"]
    return str(known.get(bundle, known[DEFAULT_BUNDLE]))


def steps_of(task: str) -> int | None:
    """Return the number of training steps after which a task's order is nearly final (docs/reports/panel.md).

    None stands for all steps of the preset.
    """
    steps: dict[str, int] = _learned()["steps"]
    return steps.get(task)


@cache
def _learned() -> dict[str, Any]:
    content = files("nasport.toolkit.panel").joinpath("weights.json").read_text("utf-8")
    learned: dict[str, Any] = json.loads(content)
    return learned
