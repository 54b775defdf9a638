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
    """What makes a bundle."""

    def make(
        self,
        out: Path,
        *,
        seeds: int | None,
        config: TgnasConfig | None = None,
        training: TrainingConfig | None = None,
    ) -> None:
        """Train with `seeds` seeds, measure all of them, write the bundle of seed 0 to the folder `out`.

        Raises:
            InputError: a choice that this bundle does not have; no tables to train on.
        """


def recipe(name: str) -> Recipe:
    """The recipe of the bundle `name`, which may be an earlier one.

    Raises:
        InputError: there is none; lists the names.
        MissingRuntimeError: what training needs is not installed.
    """
    known: dict[str, Recipe] = {
        **_module("tgnas_bundles").BUNDLES,
        **_module("universal_bundles").BUNDLES,
    }
    current = bundle_name(name)
    if current not in known:
        raise InputError(f"no recipe {name!r}{did_you_mean(name, known)}expected one of {', '.join(known)}")
    return known[current]


def universal_recipe() -> UnseenRecipe:
    """The recipe of the bundles `universal...`, for the evaluation.

    Raises:
        MissingRuntimeError: what training needs is not installed.
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
    """What a bundle's card says beyond its manifest, Markdown with places for `str.format`."""
    return (files(__name__) / "notes" / f"{name}.md").read_text("utf-8")
