"""A function for NNI's `FunctionalEvaluator`: the score of what a strategy has sampled.

    FunctionalEvaluator(evaluate_model, current=nni.get_current_parameter, report=nni.report_final_result)

Nothing of NNI is imported. It hands the function a network, which does not say how it was chosen; that is in the `sample` of
the current parameter, for NAS-Bench-201 an operator for each edge.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from nasport.runtime.predictor import DEFAULT_BUNDLE
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.toolkit.notations import notation as notation_named
from nasport.toolkit.python_api import load


def evaluate_model(
    model: Any,
    *,
    current: Callable[[], Any] | None = None,
    report: Callable[[float], Any] | None = None,
    notation: str = "nasbench201_nni",
    read: Callable[[Mapping[str, Any]], Architecture] | None = None,
    bundle: str | Path = DEFAULT_BUNDLE,
    provider: str | None = None,
) -> float:
    """The score of one model, higher is better.

    Args:
        model: what NNI hands over; the sample itself, or what has one as its `sample`.
        current: gives what has the sample where the model has none: `nni.get_current_parameter`.
        report: told of the score: `nni.report_final_result`.
        notation: that reads the sample as JSON.
        read: makes an `Architecture` of a sample, in place of the notation.
        bundle: of the predictor: a name or a folder.
        provider: `cpu` or `cuda`; None: CUDA where it works.

    Raises:
        InputError: no sample, or one that the notation does not read.
    """
    found = model if current is None else current()
    sample = getattr(found, "sample", found)
    if not isinstance(sample, Mapping):
        raise InputError(f"{type(found).__name__} has no sample, expected current=nni.get_current_parameter")
    architecture = read(sample) if read else notation_named(notation).parse(json.dumps(dict(sample)))
    score = load(bundle, provider).score([architecture])[0].score
    if report is not None:
        report(score)
    return score
