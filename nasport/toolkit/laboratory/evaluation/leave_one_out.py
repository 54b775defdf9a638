"""Leave one family out, train, test on it: all rows that are not there yet.

Whoever interrupts it loses at most one training: a seed whose rows are all there is not trained again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasport.schemas.errors import NasportError
from nasport.toolkit.laboratory.evaluation.metrics import metrics
from nasport.toolkit.laboratory.evaluation.recipe import Scorer, UnseenRecipe
from nasport.toolkit.laboratory.evaluation.rows import Key, Row, RowsFile, fingerprint
from nasport.toolkit.laboratory.evaluation.tested_spaces import TestedSpace, load_space

Scores = NDArray[np.floating[Any]]
Tested = list[tuple[TestedSpace, Scores]]

# The seed that ships, and that pictures of single trainings show.
SHOWN_SEED = 0


class Spaces:
    """The spaces to test on, each read and encoded once."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._loaded: dict[str, TestedSpace] = {}

    def __getitem__(self, name: str) -> TestedSpace:
        if name not in self._loaded:
            self._loaded[name] = load_space(name, self._folder)
        return self._loaded[name]


def evaluate(
    recipe: UnseenRecipe,
    families: Sequence[str],
    seeds: int,
    spaces: Spaces,
    rows: RowsFile,
    *,
    draw: Callable[[str, Tested], None] | None = None,
    wants: Callable[[str], bool] = lambda family: False,
    say: Callable[[str], None] = lambda text: None,
) -> None:
    """Fill `rows` with every family, seed, space, label and subset.

    Args:
        recipe: that trains.
        families: to leave out, one at a time.
        seeds: trainings of each: 0, 1, ...
        spaces: to test on.
        rows: that are there already, and where new ones go.
        draw: given a family, its spaces and their scores of `SHOWN_SEED` as soon as they are there.
        wants: whether a family is to be drawn though its rows are there, which takes a training.
        say: told what is about to be trained.

    Raises:
        InputError: a table is missing or wrong.
        NasportError: a recipe gives scores that are none.
    """
    for family in families:
        tested = [spaces[name] for name in recipe.TESTED[family]]
        digest = fingerprint(recipe.settings(family))
        for seed in range(seeds):
            missing = [key for key in expected(family, seed, tested) if (digest, key) not in rows]
            drawn = draw is not None and seed == SHOWN_SEED and (bool(missing) or wants(family))
            if not missing and not drawn:
                continue
            say(f"without {family}, seed {seed}: {len(missing)} rows to measure")
            scorer = recipe.train_seed(family, seed)
            scored = [(space, _scores(scorer, space)) for space in tested]
            for row in measured(digest, family, seed, scored):
                rows.add(row)
            if drawn and draw is not None:
                draw(family, scored)


def expected(family: str, seed: int, tested: Sequence[TestedSpace]) -> Iterator[Key]:
    """The keys of the rows of one training."""
    for space in tested:
        for label, subset, _ in space.comparisons():
            yield Key(family, seed, space.name, label, subset)


def measured(digest: str, family: str, seed: int, scored: Tested) -> Iterator[Row]:
    """The rows of one training."""
    for space, scores in scored:
        for label, subset, rows in space.comparisons():
            record = metrics(scores[rows], space.labels[label][rows]).to_json()
            yield Row(digest, family, seed, space.name, label, subset, len(rows), record)


def _scores(scorer: Scorer, space: TestedSpace) -> Scores:
    scores = np.asarray(scorer(space.batch))
    wanted = (len(space.batch.names),)
    if scores.shape != wanted or not np.isfinite(scores).all():
        raise NasportError(f"scores of {space.name}: shape {scores.shape}, expected {wanted} finite numbers")
    return scores
