"""Optuna studies of search spaces: one parameter per gene, and an objective from a predictor or a function.

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

# Kinds of genes with ordered values: their Optuna parameter is the index of the value, that of other genes is its label.
_ORDERED = ("number", "length")


def suggest(trial: Trial, space: SpaceSource) -> Architecture:
    """Suggest a member of a search space, with one parameter of the trial per gene.

    Genes for numbers and lengths are integer parameters, the indices of their values. All other genes are categorical
    parameters, the labels of their values.

    Args:
        trial: Optuna trial.
        space: a `Space`, its name, file or document.

    Raises:
        optuna.TrialPruned: the parameters violate the rules of the search space.
        InputError: an unknown search space.
    """
    loaded = load_space(space)
    genes = loaded.canonical([_suggested(trial, gene) for gene in loaded.genes])
    if not loaded.valid(genes):
        raise _pruned(f"the parameters are not a member of the search space {loaded.name!r}")
    return loaded.architecture(genes)


def objective(
    space: SpaceSource, evaluator: Predictor | Callable[[Architecture], float] | str | Path | None = None
) -> Callable[[Trial], float]:
    """Return an objective for `study.optimize`; the study must maximize.

    With a predictor, the trial stores `hash`, `parameters` and `flops` as user attributes, and an architecture without a path
    from input to output is pruned.

    Args:
        space: a `Space`, its name, file or document.
        evaluator: a predictor, the name or folder of a bundle, or a function of an architecture; None for the default bundle.

    Raises:
        InputError: an unknown search space or bundle.
        TypeError: an evaluator of another type.
    """
    loaded = load_space(space)
    chosen = (
        load() if evaluator is None else load(evaluator) if isinstance(evaluator, str | Path) else evaluator
    )
    if not isinstance(chosen, Predictor) and not callable(chosen):
        raise TypeError(
            f"{evaluator!r:.60}, expected a predictor, a bundle, or a function of an Architecture"
        )

    def evaluated(trial: Trial) -> float:
        architecture = suggest(trial, loaded)
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
    """Return the parameters of the trial that suggests an architecture, for `study.enqueue_trial`.

    Raises:
        InputError: the architecture is not a member of the search space.
    """
    loaded = load_space(space)
    genes = loaded.genes_of(architecture)
    if genes is None:
        raise InputError(
            f"the architecture {architecture.name!r}, expected a member of the search space {loaded.name!r}"
        )
    return {
        gene.name: value if gene.kind in _ORDERED else gene.labels[value]
        for gene, value in zip(loaded.genes, genes, strict=True)
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
