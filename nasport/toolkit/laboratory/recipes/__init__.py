"""Recipes: how each shipped predictor is trained, measured and written."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from nasport.runtime.installation import pip_install
from nasport.schemas.errors import InputError, MissingRuntimeError
from nasport.schemas.nearest import did_you_mean

if TYPE_CHECKING:
    from nasport.models.tgnas import TgnasConfig
    from nasport.models.training import TrainingConfig

_TGNAS = {"tgnas-nb101": "tgnas_nb101", "tgnas-nb101-nb201": "tgnas_nb101_nb201"}
_UNIVERSAL = "universal_bundles"


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
    """The recipe of the bundle `name`.

    Raises:
        InputError: there is none; lists the names.
        MissingRuntimeError: what training needs is not installed.
    """
    try:
        if name in _TGNAS:
            module: Recipe = import_module(f"{__name__}.{_TGNAS[name]}")
            return module
        universal: Mapping[str, Recipe] = import_module(f"{__name__}.{_UNIVERSAL}").bundles()
    except ImportError as error:
        raise MissingRuntimeError(
            f"training needs more packages ({error}): {pip_install('train')}"
        ) from error
    if name not in universal:
        known = [*_TGNAS, *universal]
        raise InputError(f"no recipe {name!r}{did_you_mean(name, known)}expected one of {', '.join(known)}")
    return universal[name]
