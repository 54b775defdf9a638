"""What the evaluation asks of a recipe that trains predictors for unseen spaces."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from nasport.runtime.encoding import EncodedBatch
from nasport.runtime.installation import pip_install
from nasport.schemas.errors import InputError, NasportError
from nasport.schemas.nearest import did_you_mean

Scorer = Callable[[EncodedBatch], NDArray[np.floating[Any]]]

_MODULE = "nasport.toolkit.laboratory.recipes.universal"


class UnseenRecipe(Protocol):
    """A recipe's module.

    Attributes:
        LEFT_OUT: families by name: the tables that are not trained on.
        TESTED: families by name: the tables to test on, not trained on either.
    """

    LEFT_OUT: Mapping[str, tuple[str, ...]]
    TESTED: Mapping[str, tuple[str, ...]]

    def settings(self, left_out: str | None) -> Mapping[str, Any]:
        """JSON values on which the trained predictor depends, seed and tables' contents aside.

        Args:
            left_out: a family; None: trained on all.
        """

    def train_seed(self, left_out: str | None, seed: int, folder: Path | None = None) -> Scorer:
        """Train; what comes back gives (B,) scores, higher is better.

        Args:
            left_out: the family whose tables are not read; None: all are.
            seed: of the training.
            folder: of the tables; None: that of NASPORT_DATA.
        """


def universal_recipe() -> UnseenRecipe:
    """The recipe of the bundles `universal...`.

    Raises:
        NasportError: what training needs is not installed.
    """
    try:
        module: UnseenRecipe = import_module(_MODULE)
    except ImportError as error:
        raise NasportError(f"training needs more packages ({error}): {pip_install('train')}") from error
    return module


def chosen_families(recipe: UnseenRecipe, only: list[str] | None) -> list[str]:
    """The families to leave out, in the recipe's order.

    Args:
        only: some of their names; None or empty: all.

    Raises:
        InputError: a name is not known; lists them.
    """
    for name in only or ():
        if name not in recipe.LEFT_OUT:
            near = did_you_mean(name, recipe.LEFT_OUT)
            raise InputError(f"unknown family {name!r}{near}expected one of {', '.join(recipe.LEFT_OUT)}")
    return [name for name in recipe.LEFT_OUT if not only or name in only]
