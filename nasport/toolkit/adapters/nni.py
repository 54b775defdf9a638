"""A function for NNI's `FunctionalEvaluator` that scores the architecture which an NNI strategy has sampled.

    FunctionalEvaluator(evaluate_model, current=nni.get_current_parameter, report=nni.report_final_result)

The module does not import NNI. NNI calls the function with a network, from which the choices cannot be recovered. The choices are
in the `sample` of NNI's current parameter; for NAS-Bench-201 they are an operator for each edge.
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
    """Score one model.

    Args:
        model: sample, or object with the attribute `sample`; ignored if `current` is given.
        current: function that returns an object with the sample, such as `nni.get_current_parameter`.
        report: function that is called with the score, such as `nni.report_final_result`.
        notation: notation of the sample as JSON.
        read: function that converts a sample into an `Architecture`, in place of the notation.
        bundle: predictor, by name or folder.
        provider: `cpu` or `cuda`; None for CUDA if it works.

    Returns:
        Score; higher is better.

    Raises:
        InputError: no sample, or a sample that the notation cannot read.
    """
    parameter = model if current is None else current()
    sample = getattr(parameter, "sample", parameter)
    if not isinstance(sample, Mapping):
        raise InputError(
            f"{type(parameter).__name__} has no sample, expected current=nni.get_current_parameter"
        )
    architecture = read(sample) if read else notation_named(notation).parse(json.dumps(dict(sample)))
    score = load(bundle, provider).score([architecture])[0].score
    if report is not None:
        report(score)
    return score
