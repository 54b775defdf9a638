"""What the evaluation asks of a recipe that trains predictors for unseen spaces."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from nasport.runtime.aliases import family_name
from nasport.runtime.encoding import EncodedBatch
from nasport.schemas.errors import InputError
from nasport.schemas.nearest import did_you_mean

Scorer = Callable[[EncodedBatch], NDArray[np.floating[Any]]]


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


def chosen_families(recipe: UnseenRecipe, only: Sequence[str]) -> list[str]:
    """The families to leave out, in the recipe's order.

    Args:
        only: some of their names, of today or earlier; empty: all.

    Raises:
        InputError: a name is not known; lists them.
    """
    chosen = [family_name(name) for name in only]
    for name in chosen:
        if name not in recipe.LEFT_OUT:
            near = did_you_mean(name, recipe.LEFT_OUT)
            raise InputError(f"unknown family {name!r}{near}expected one of {', '.join(recipe.LEFT_OUT)}")
    return [name for name in recipe.LEFT_OUT if not only or name in chosen]
