"""Which scores are measured on which grounds: every file and predictor on every table, or each file on its own labels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from nasport.runtime.predictor import Predictor
from nasport.schemas.errors import InputError
from nasport.toolkit.laboratory.audit.grounds import Ground, own_ground, table_ground
from nasport.toolkit.laboratory.audit.matching import scores_of
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
    """Each table that has any of the labels, with what scores its architectures.

    Args:
        tables: their names; one is read at a time.
        labels: of them; none: all.
        files: of scores.
        predictors: that score.
        wrong: called with the error of each row of a file that is no architecture of a table, and of each predictor that
            cannot score one.

    Raises:
        InputError: a table is missing or wrong.
    """
    for name in tables:
        ground = table_ground(name, labels)
        if ground.labels:
            yield ground, [*_of_files(ground, files, wrong), *_of_predictors(ground, predictors, wrong)]


def on_own_labels(files: Iterator[ScoreFile], form: str | None, wrong: Wrong) -> Paired:
    """Each file with its labels, and its scores.

    Args:
        files: of scores and labels.
        form: notation of their architectures, from which the counts beside come; None: nothing is counted.
        wrong: called with the error of each row that is wrong.

    Raises:
        InputError: no such notation.
    """
    for each in files:
        file, batch = without_doubles(each, wrong), None
        if form:
            file, batch = encoded(file, notation(form), wrong)
        ground = own_ground(file.name, file.labels, batch)
        yield ground, [Scores(file.called(column), values) for column, values in file.scores.items()]


def _of_files(ground: Ground, files: Sequence[ScoreFile], wrong: Wrong) -> Iterator[Scores]:
    assert ground.space is not None
    for file in files:
        for column, values in scores_of(ground.space, file, wrong).items():
            yield Scores(file.called(column), values)


def _of_predictors(ground: Ground, predictors: Sequence[Predictor], wrong: Wrong) -> Iterator[Scores]:
    assert ground.space is not None
    for predictor in predictors:
        try:
            values = [each.score for each in predictor.score_encoded(ground.space.batch)]
        except InputError as error:
            wrong(error)
        else:
            yield Scores(predictor.bundle.name, np.array(values), has_seen(predictor.bundle, ground.name))
