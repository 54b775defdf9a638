"""Recipes: how each shipped predictor is trained, measured and written, one bundle a file."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from nasport.schemas.errors import InputError, NasportError

if TYPE_CHECKING:
    from nasport.models.tgnas import TgnasConfig
    from nasport.models.training import TrainingConfig

_RECIPES = {"tgnas-nb101": "tgnas_nb101", "tgnas-nb101-nb201": "tgnas_nb101_nb201"}


class Recipe(Protocol):
    """What a recipe's module has."""

    def make(
        self,
        out: Path,
        *,
        seeds: int,
        config: TgnasConfig | None = None,
        training: TrainingConfig | None = None,
    ) -> None:
        """Train with `seeds` seeds, measure all of them, write the bundle of seed 0 to the folder `out`."""


def recipe(name: str) -> Recipe:
    """The recipe of the bundle `name`.

    Raises:
        InputError: there is none; lists the names.
        NasportError: what training needs is not installed.
    """
    if name not in _RECIPES:
        raise InputError(f"no recipe {name!r}, expected one of {', '.join(_RECIPES)}")
    try:
        module: Recipe = import_module(f"{__name__}.{_RECIPES[name]}")
    except ImportError as error:
        raise NasportError(f"training needs more packages ({error}): pip install 'nasport[train]'") from error
    return module
