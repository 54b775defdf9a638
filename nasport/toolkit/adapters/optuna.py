"""A search space as Optuna sees it: a parameter for each gene, and an objective that a predictor or a function judges.

study = optuna.create_study(direction="maximize")
study.optimize(objective("nasbench201"), n_trials=100)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nasport.runtime.bundle_limits import NO_PATH
from nasport.runtime.predictor import Predictor
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError, MissingRuntimeError
from nasport.toolkit.python_api import load
from nasport.toolkit.spaces import Gene, SearchSpace, load_space

if TYPE_CHECKING:
    from optuna import Trial

SpaceSource = SearchSpace | str | Path | Mapping[str, Any]

# Kinds of genes whose values are in order: Optuna gets the place, else the label.
_ORDERED = ("number", "length")


def suggest(trial: Trial, space: SpaceSource) -> Architecture:
    """A member of a space, one parameter of the trial for each gene.

    Numbers and lengths are integers, the places of their values; all else is categorical, by the labels of the values.

    Args:
        space: a `Space`, its name, file or document.

    Raises:
        optuna.TrialPruned: the values break the space's rules.
        InputError: no such space.
    """
    found = load_space(space)
    genes = found.canonical([_suggested(trial, gene) for gene in found.genes])
    if not found.valid(genes):
        raise _pruned(f"no member of the space {found.name!r}")
    return found.architecture(genes)


def objective(
    space: SpaceSource, evaluator: Predictor | Callable[[Architecture], float] | str | Path | None = None
) -> Callable[[Trial], float]:
    """What `study.optimize` takes, for a study that maximizes.

    Args:
        space: a `Space`, its name, file or document.
        judge: a predictor, the name or folder of a bundle, or a function of an architecture; None: the default bundle.
            Of a predictor the trial keeps `hash`, `parameters` and `flops` as user attributes, and an architecture
            without a path from input to output is pruned.
    """
    found = load_space(space)
    chosen = (
        load() if evaluator is None else load(evaluator) if isinstance(evaluator, str | Path) else evaluator
    )
    if not isinstance(chosen, Predictor) and not callable(chosen):
        raise TypeError(
            f"{evaluator!r:.60}, expected a predictor, a bundle, or a function of an Architecture"
        )

    def evaluated(trial: Trial) -> float:
        architecture = suggest(trial, found)
        if not isinstance(chosen, Predictor):
            return chosen(architecture)
        score = chosen.score([architecture])[0]
        for name in ("hash", "parameters", "flops"):
            trial.set_user_attr(name, getattr(score, name))
        if NO_PATH in score.warnings:
            raise _pruned(NO_PATH)
        return score.score

    return evaluated


def trial_parameters(architecture: Architecture, space: SpaceSource) -> dict[str, Any]:
    """The parameters of a trial that suggests this architecture, for `study.enqueue_trial`.

    Raises:
        InputError: it is no member of the space.
    """
    found = load_space(space)
    genes = found.genes_of(architecture)
    if genes is None:
        raise InputError(f"{architecture.name!r} is no member of the space {found.name!r}")
    return {
        gene.name: value if gene.kind in _ORDERED else gene.labels[value]
        for gene, value in zip(found.genes, genes, strict=True)
    }


def _suggested(trial: Trial, gene: Gene) -> int:
    if gene.kind in _ORDERED:
        return int(trial.suggest_int(gene.name, 0, gene.options - 1))
    return gene.labels.index(trial.suggest_categorical(gene.name, gene.labels))


def _pruned(reason: str) -> Exception:
    try:
        from optuna import TrialPruned
    except ImportError as error:
        raise MissingRuntimeError("Optuna is not installed: pip install optuna") from error
    pruned: Exception = TrialPruned(reason)
    return pruned
