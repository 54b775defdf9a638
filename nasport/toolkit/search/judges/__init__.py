"""Judges: who says how good an architecture is.

Other packages add judges of their own (docs/extending.md): a class or function that is called with the domain, and
with whichever it takes by name of what `extension_judge` offers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from nasport.schemas.errors import InputError
from nasport.schemas.plugins import Registry, called, not_callable
from nasport.toolkit.search.domain import Domain
from nasport.toolkit.search.judges.judge import Judge
from nasport.toolkit.search.latency import LayerLatencies
from nasport.toolkit.search.limits import Limit

_PREDICTOR = f"{__name__}.predictor_judge:PredictorJudge"
JUDGES: Registry[Callable[..., Judge]] = Registry(
    "nasport.judges",
    "judge",
    # With `both` and `panel` the predictor judges all, and GenNAS or the panel the finalists.
    {
        "predictor": _PREDICTOR,
        "gennas": f"{__name__}.gennas_judge:GenNASJudge",
        "both": _PREDICTOR,
        "panel": _PREDICTOR,
    },
    not_callable,
)


def extension_judge(
    name: str,
    domain: Domain,
    *,
    seed: int,
    limits: Sequence[Limit],
    latency: LayerLatencies | None,
    bundle: str | Path,
) -> Judge:
    """The judge of an extension.

    Args:
        name: of its entry point.
        domain: what is searched.
        seed: of the search.
        limits: what no winner may break.
        latency: the table of `--latency`; None: there is none.
        bundle: name or folder of the predictor that `--bundle` names, or the default one.

    Raises:
        InputError: it cannot be loaded, or makes something else than a judge.
    """
    made = called(JUDGES[name], domain, seed=seed, limits=limits, latency=latency, bundle=bundle)
    if not isinstance(made, Judge):
        raise InputError(
            f"the judge {name!r} made {made!r:.80}, expected a nasport.toolkit.search.judges.judge.Judge"
        )
    made.name = name
    return made
