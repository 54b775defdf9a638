"""Evaluators, which give scores to architectures.

Other packages can add evaluators (docs/guides/extending.md): a class or function that takes the domain and any of the
keyword arguments of `extension_evaluator`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from nasport.schemas.errors import InputError
from nasport.schemas.plugins import Registry, called, not_callable
from nasport.toolkit.search.domain import Domain
from nasport.toolkit.search.evaluators.evaluator import Evaluator
from nasport.toolkit.search.latency import LayerLatencies
from nasport.toolkit.search.limits import Limit

_PREDICTOR = f"{__name__}.predictor_evaluator:PredictorEvaluator"
EVALUATORS: Registry[Callable[..., Evaluator]] = Registry(
    "nasport.evaluators",
    "evaluator",
    # With `both` and `panel` the predictor evaluates all architectures, and GenNAS or the panel re-ranks the finalists.
    {
        "predictor": _PREDICTOR,
        "gennas": f"{__name__}.gennas_evaluator:GenNASEvaluator",
        "both": _PREDICTOR,
        "panel": _PREDICTOR,
    },
    not_callable,
)


def extension_evaluator(
    name: str,
    domain: Domain,
    *,
    seed: int,
    limits: Sequence[Limit],
    latency: LayerLatencies | None,
    bundle: str | Path,
) -> Evaluator:
    """Create the evaluator of an extension.

    Args:
        name: name of its entry point.
        domain: domain of the search.
        seed: seed of the search.
        limits: limits on winners.
        latency: latency table of `--latency`, if any.
        bundle: name or folder of the predictor of `--bundle`, or of the default predictor.

    Raises:
        InputError: the extension cannot be loaded, or creates something other than an evaluator.
    """
    evaluator = called(EVALUATORS[name], domain, seed=seed, limits=limits, latency=latency, bundle=bundle)
    if not isinstance(evaluator, Evaluator):
        raise InputError(
            f"the extension {name!r} returned {evaluator!r:.80}, expected a "
            "nasport.toolkit.search.evaluators.evaluator.Evaluator"
        )
    evaluator.name = name
    return evaluator
