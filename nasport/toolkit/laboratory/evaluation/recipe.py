"""Interface of recipes that train predictors for held-out spaces, and the families that they can leave out."""

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
    """Interface of the module of a recipe.

    Attributes:
        LEFT_OUT: by family, the tables that are left out of the training.
        TESTED: by family, the tables that are tested, which are left out as well.
    """

    LEFT_OUT: Mapping[str, tuple[str, ...]]
    TESTED: Mapping[str, tuple[str, ...]]

    def settings(self, left_out: str | None) -> Mapping[str, Any]:
        """Return the JSON values that determine the trained predictor, besides the seed and the contents of the tables.

        Args:
            left_out: family to leave out; None for no family.
        """

    def train_seed(self, left_out: str | None, seed: int, folder: Path | None = None) -> Scorer:
        """Train a predictor and return the function that gives (B,) scores, higher is better.

        Args:
            left_out: family whose tables are not read; None to read all.
            seed: seed of the training.
            folder: folder of the tables; None for that of NASPORT_DATA.
        """


def chosen_families(recipe: UnseenRecipe, only: Sequence[str]) -> list[str]:
    """Return the families to leave out, in the order of the recipe.

    Args:
        recipe: the recipe.
        only: names of families, current or former; empty for all.

    Raises:
        InputError: an unknown name.
    """
    chosen = [family_name(name) for name in only]
    for name in chosen:
        if name not in recipe.LEFT_OUT:
            near = did_you_mean(name, recipe.LEFT_OUT)
            raise InputError(f"unknown family {name!r}{near}expected one of {', '.join(recipe.LEFT_OUT)}")
    return [name for name in recipe.LEFT_OUT if not only or name in chosen]
