"""Evaluators: who says how good an architecture is.

Other packages add judges of their own (docs/guides/extending.md): a class or function that is called with the domain, and
with whichever it takes by name of what `extension_judge` offers.
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
    # With `both` and `panel` the predictor judges all, and GenNAS or the panel the finalists.
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
    """The evaluator of an extension.

    Args:
        name: of its entry point.
        domain: what is searched.
        seed: of the search.
        limits: what no winner may break.
        latency: the table of `--latency`; None: there is none.
        bundle: name or folder of the predictor that `--bundle` names, or the default one.

    Raises:
        InputError: it cannot be loaded, or makes something else than an evaluator.
    """
    made = called(EVALUATORS[name], domain, seed=seed, limits=limits, latency=latency, bundle=bundle)
    if not isinstance(made, Evaluator):
        raise InputError(
            f"the evaluator {name!r} made {made!r:.80}, expected a nasport.toolkit.search.evaluators.judge.Judge"
        )
    made.name = name
    return made
