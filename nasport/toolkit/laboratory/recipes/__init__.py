"""Recipes: how each shipped predictor is trained, measured and written."""

from __future__ import annotations

from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from nasport.runtime.aliases import bundle_name
from nasport.runtime.installation import pip_install
from nasport.schemas.errors import InputError, MissingRuntimeError
from nasport.schemas.nearest import did_you_mean

if TYPE_CHECKING:
    from nasport.models.tgnas import TgnasConfig
    from nasport.models.tgnas_training import TrainingConfig
    from nasport.toolkit.laboratory.evaluation.recipe import UnseenRecipe


class Recipe(Protocol):
    """The recipe of a bundle."""

    def make(
        self,
        out: Path,
        *,
        seeds: int | None,
        config: TgnasConfig | None = None,
        training: TrainingConfig | None = None,
    ) -> None:
        """Train with several seeds, measure all of them, and write the bundle of seed 0.

        Args:
            out: folder of the bundle.
            seeds: number of seeds; None for the recipe's own.
            config: configuration of the model; None for that of the shipped bundle.
            training: settings of the training; None for those of the shipped bundle.

        Raises:
            InputError: an argument that this recipe does not support, or missing tables.
        """


def recipe(name: str) -> Recipe:
    """Return the recipe of a bundle; former names of bundles are allowed.

    Raises:
        InputError: an unknown name.
        MissingRuntimeError: the packages for training are not installed.
    """
    known: dict[str, Recipe] = {
        **_module("tgnas_bundles").BUNDLES,
        **_module("universal_bundles").BUNDLES,
    }
    current = bundle_name(name)
    if current not in known:
        raise InputError(
            f"unknown recipe {name!r}{did_you_mean(name, known)}expected one of {', '.join(known)}"
        )
    return known[current]


def universal_recipe() -> UnseenRecipe:
    """Return the recipe of the bundles `universal...`, for the evaluation.

    Raises:
        MissingRuntimeError: the packages for training are not installed.
    """
    module: UnseenRecipe = _module("universal")
    return module


def _module(name: str) -> Any:
    try:
        return import_module(f"{__name__}.{name}")
    except ImportError as error:
        raise MissingRuntimeError(
            f"training needs more packages ({error}): {pip_install('train')}"
        ) from error


def notes(name: str) -> str:
    """Return the notes for the card of a bundle: Markdown with fields for `str.format`."""
    return (files(__name__) / "notes" / f"{name}.md").read_text("utf-8")
