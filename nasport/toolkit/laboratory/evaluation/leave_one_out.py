"""Leave out one family of tables, train on the others and test on it; then write tables and pictures of all rows.

An interrupted evaluation loses at most one training: a seed with all its rows is not trained again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasport.runtime.installation import pip_install
from nasport.schemas.errors import NasportError
from nasport.toolkit.laboratory.evaluation import plots
from nasport.toolkit.laboratory.evaluation.baselines import baseline_rows
from nasport.toolkit.laboratory.evaluation.document import write_document
from nasport.toolkit.laboratory.evaluation.metrics import metrics
from nasport.toolkit.laboratory.evaluation.recipe import Scorer, UnseenRecipe
from nasport.toolkit.laboratory.evaluation.rows import (
    Key,
    RowsFile,
    SeedRow,
    fingerprint,
    read_baselines,
    write_baselines,
)
from nasport.toolkit.laboratory.evaluation.summary import BASELINES_FILE, ROWS_FILE, current_rows, summaries
from nasport.toolkit.laboratory.evaluation.tested_spaces import TestedSpace, load_space

# Seed of the shipped bundles, which pictures of a single training show.
SHOWN_SEED = 0

Say = Callable[[str], None]


@dataclass(frozen=True)
class Places:
    """Where results are written.

    Attributes:
        results: folder of rows and baselines.
        document: document of the tables.
        pictures: folder of the pictures.
    """

    results: Path
    document: Path
    pictures: Path


def evaluate(recipe: UnseenRecipe, families: Sequence[str], seeds: int, places: Places, say: Say) -> None:
    """Measure every family, seed, space, label and subset that has no row yet.

    Pictures of a family are drawn as soon as its tables are scored. A missing picture requires another training.

    Args:
        recipe: recipe of the predictors.
        families: families to leave out, one at a time.
        seeds: number of trainings of each family, with seeds 0, 1, ...
        places: where rows, baselines and pictures are written.
        say: function that receives a sentence before each training.

    Raises:
        InputError: a table is missing or wrong.
        NasportError: a predictor gives scores of a wrong shape, or scores that are not finite.
    """
    rows = RowsFile(places.results / ROWS_FILE)
    # Read all tables first, so that a missing one is reported before any training.
    names = dict.fromkeys(name for family in families for name in recipe.TESTED[family])
    spaces = {name: load_space(name) for name in names}
    baselines = (row for space in spaces.values() for row in baseline_rows(space))
    write_baselines(places.results / BASELINES_FILE, baselines)
    drawing = plots.can_draw()
    if not drawing:
        say(f"matplotlib is not installed, so no pictures are drawn: {pip_install('train')}")
    for family in families:
        tested = [spaces[name] for name in recipe.TESTED[family]]
        digest = fingerprint(recipe.settings(family))
        picture = places.pictures / plots.DENSITY_FILE.format(family)
        for seed in range(seeds):
            keys = [
                Key(digest, family, seed, space.name, label, subset)
                for space in tested
                for label, subset, _ in space.comparisons()
            ]
            missing = sum(key not in rows.rows for key in keys)
            drawn = drawing and seed == SHOWN_SEED and (missing > 0 or not picture.exists())
            if not missing and not drawn:
                continue
            say(f"without {family}, seed {seed}: {missing} rows to measure")
            scorer = recipe.train_seed(family, seed)
            scored = [(space, _scores(scorer, space)) for space in tested]
            for space, scores in scored:
                for label, subset, chosen in space.comparisons():
                    record = metrics(scores[chosen], space.labels[label][chosen])
                    rows.add(SeedRow(digest, family, seed, space.name, label, subset, len(chosen), record))
            if drawn:
                plots.draw_density(family, scored, picture)


def summarize(recipe: UnseenRecipe, places: Places, say: Say) -> None:
    """Write tables and bars of all rows of the recipe, including other families, and print where they are."""
    file = RowsFile(places.results / ROWS_FILE)
    rows = current_rows(file, recipe)
    if len(rows) < len(file.rows):
        say(f"{len(file.rows) - len(rows):,} rows of other recipes in {file.path} are ignored")
    found = summaries(rows, read_baselines(places.results / BASELINES_FILE), recipe)
    write_document(places.document, found)
    if plots.can_draw():
        plots.draw_bars(found, places.pictures / plots.BARS_FILE)
    print(f"{len(rows):,} rows in {file.path}, tables in {places.document}")


def _scores(scorer: Scorer, space: TestedSpace) -> NDArray[np.floating[Any]]:
    scores = np.asarray(scorer(space.batch))
    wanted = (len(space.batch.names),)
    if scores.shape != wanted or not np.isfinite(scores).all():
        raise NasportError(f"scores of {space.name}: shape {scores.shape}, expected {wanted} finite numbers")
    return scores
