"""Pair scores with grounds: every file and predictor with every table, or each file with its own labels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from nasport.runtime.predictor import Predictor
from nasport.schemas.errors import InputError
from nasport.toolkit.laboratory.audit.grounds import Ground, own_ground, table_ground
from nasport.toolkit.laboratory.audit.matching import matched
from nasport.toolkit.laboratory.audit.rows import Scores, has_seen
from nasport.toolkit.laboratory.audit.score_file import ScoreFile, encoded, without_doubles
from nasport.toolkit.notations import notation

Wrong = Callable[[InputError], None]
Paired = Iterator[tuple[Ground, list[Scores]]]


def on_tables(
    tables: Sequence[str],
    labels: Sequence[str],
    files: Sequence[ScoreFile],
    predictors: Sequence[Predictor],
    wrong: Wrong,
) -> Paired:
    """Return each table that has at least one of the labels, with all scores of its architectures.

    Args:
        tables: names of the tables; one is read at a time.
        labels: names of labels; empty for all.
        files: score files.
        predictors: predictors that score the architectures.
        wrong: function that is called with the error of each predictor that cannot score a table, and at the end with the error
            of each row of a file that names no architecture of any table.

    Raises:
        InputError: a table is missing or wrong.
    """
    unmatched: list[dict[int, InputError]] = [{} for _ in files]
    for place, name in enumerate(tables):
        ground = table_ground(name, labels)
        found: list[Scores] = []
        for number, file in enumerate(files):
            assert ground.space is not None
            of_file = matched(ground.space, file, wrong)
            found += _called(file, of_file.scores, len(files) == 1)
            new = of_file.unmatched.items()
            unmatched[number] = {row: error for row, error in new if not place or row in unmatched[number]}
        if ground.labels:
            yield ground, [*found, *_of_predictors(ground, predictors, wrong)]
    for of_none in unmatched:
        for error in of_none.values():
            wrong(error)


def on_own_labels(files: Iterator[ScoreFile], form: str | None, wrong: Wrong) -> Paired:
    """Return the labels of each file, with the scores of the same file.

    Args:
        files: files of scores and labels.
        form: notation of the architectures, which are needed for the baselines; None for no baselines.
        wrong: function that is called with the error of each wrong row.

    Raises:
        InputError: an unknown notation.
    """
    for each in files:
        file, batch = without_doubles(each, wrong), None
        if form:
            file, batch = encoded(file, notation(form), wrong)
        ground = own_ground(file.name, file.labels, batch)
        yield ground, _called(file, file.scores, True)


def _called(file: ScoreFile, scores: Mapping[str, NDArray[np.float64]], alone: bool) -> list[Scores]:
    return [Scores(file.called(column, alone), values) for column, values in scores.items()]


def _of_predictors(ground: Ground, predictors: Sequence[Predictor], wrong: Wrong) -> Iterator[Scores]:
    assert ground.space is not None
    for predictor in predictors:
        try:
            values = [each.score for each in predictor.score_encoded(ground.space.batch)]
        except InputError as error:
            wrong(InputError(f"{predictor.bundle.name} on {ground.name}: {error.problem}", file=error.file))
        else:
            yield Scores(predictor.bundle.name, np.array(values), has_seen(predictor.bundle, ground.name))
