"""Summaries of the rows of several seeds: mean and standard deviation of each metric, with the baselines."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from nasport.toolkit.laboratory.evaluation.labels import GROUPS, Group, facts, order
from nasport.toolkit.laboratory.evaluation.metrics import METRICS
from nasport.toolkit.laboratory.evaluation.recipe import UnseenRecipe
from nasport.toolkit.laboratory.evaluation.results import deviation, result
from nasport.toolkit.laboratory.evaluation.rows import (
    BaselineRow,
    RowsFile,
    SeedRow,
    fingerprint,
    read_baselines,
)
from nasport.toolkit.laboratory.evaluation.tested_spaces import ALL

ROWS_FILE, BASELINES_FILE = "rows.jsonl", "baselines.jsonl"
# Rows that `python benchmarks/evaluation.py` measured, in a checkout of this repository.
RESULTS_FOLDER = Path("benchmarks/results/evaluation")

# Metrics without a unit, of which a mean over labels makes sense.
UNITLESS = ("spearman", "kendall", "precision_top10", "spearman_best10")


@dataclass(frozen=True)
class LabelSummary:
    """How well predictors rank a space of a left-out family by one label.

    Attributes:
        left_out: family that was left out of the training.
        space: table on which it is tested.
        label: label of the table, or the name of a mean over several labels.
        subset: subset of the architectures.
        count: number of architectures.
        seeds: seeds of the trainings, in order.
        values: by metric, one value for each seed; NaN if undefined.
        baselines: by name and metric; NaN if undefined.
    """

    left_out: str
    space: str
    label: str
    subset: str
    count: int
    seeds: tuple[int, ...]
    values: Mapping[str, tuple[float, ...]]
    baselines: Mapping[str, Mapping[str, float]]

    def mean(self, metric: str) -> float:
        """Return the mean over the seeds."""
        return float(np.mean(self.values[metric]))

    def deviation(self, metric: str) -> float:
        """Return the sample standard deviation over the seeds; 0 for a single one."""
        return deviation(self.values[metric])


def summaries(
    rows: Sequence[SeedRow], baselines: Sequence[BaselineRow], recipe: UnseenRecipe
) -> list[LabelSummary]:
    """Return summaries in the order of the recipe's families, tables and labels; means of groups follow their members.

    Args:
        rows: rows of one recipe, see `current_rows`.
        baselines: rows of baselines, possibly of more spaces.
        recipe: the recipe.
    """
    families = list(recipe.LEFT_OUT)

    def place(row: SeedRow) -> tuple[Any, ...]:
        space = recipe.TESTED[row.left_out].index(row.space)
        return families.index(row.left_out), row.subset, space, order(row.space, row.label), row.label

    known = [row for row in rows if row.space in recipe.TESTED.get(row.left_out, ())]
    known.sort(key=lambda row: (place(row), row.seed))
    found: list[LabelSummary] = []
    for _, of_family in groupby(known, key=lambda row: place(row)[:2]):
        members = [_summary(list(same), baselines) for _, same in groupby(of_family, key=place)]
        found += members
        for group in GROUPS:
            chosen = [each for each in members if (each.space, each.label) in group.members]
            if len(chosen) == len(group.members) and len({each.seeds for each in chosen}) == 1:
                found.append(_mean(group, chosen))
    return found


def current_rows(file: RowsFile, recipe: UnseenRecipe) -> list[SeedRow]:
    """Return the rows with the current settings of the recipe."""
    current = {family: fingerprint(recipe.settings(family)) for family in recipe.LEFT_OUT}
    return [row for row in file.rows.values() if current.get(row.left_out) == row.recipe]


def result_rows(left_out: str, recipe: UnseenRecipe, folder: Path = RESULTS_FOLDER) -> list[dict[str, Any]]:
    """Return the `results` of a bundle's manifest, measured on all architectures of each space of the left-out family.

    Args:
        left_out: name of the family.
        recipe: the recipe.
        folder: folder with the rows of `nasport evaluate`; without rows of this recipe there are no results.

    Raises:
        InputError: a file of rows is wrong.
    """
    rows = current_rows(RowsFile(folder / ROWS_FILE), recipe)
    wanted = [row for row in rows if row.left_out == left_out and row.subset == ALL]
    means = {group.name for group in GROUPS}
    return [
        result(one.space, *facts(one.space, one.label), one.count, one.values, one.baselines)
        for one in summaries(wanted, read_baselines(folder / BASELINES_FILE), recipe)
        if one.label not in means
    ]


def _summary(rows: Sequence[SeedRow], baselines: Sequence[BaselineRow]) -> LabelSummary:
    """Return the summary of rows that differ only by their seed."""
    first = rows[0]
    same = (first.space, first.label, first.subset, first.count)
    measured = [_numbers(row) for row in rows]
    return LabelSummary(
        first.left_out,
        *same,
        tuple(row.seed for row in rows),
        {metric: tuple(numbers[metric] for numbers in measured) for metric in METRICS},
        {
            row.baseline: _numbers(row)
            for row in baselines
            if (row.space, row.label, row.subset, row.count) == same
        },
    )


def _numbers(row: SeedRow | BaselineRow) -> dict[str, float]:
    """Return the metrics by name; NaN if undefined."""
    return {
        name: math.nan if row.metrics[name] is None else float(row.metrics[name] or 0) for name in METRICS
    }


def _mean(group: Group, chosen: Sequence[LabelSummary]) -> LabelSummary:
    """Return the mean over labels for each seed; regrets are undefined, because their units differ."""
    first = chosen[0]
    common = [name for name in first.baselines if all(name in each.baselines for each in chosen)]
    counts = {each.space: each.count for each in chosen}
    undefined = dict.fromkeys(METRICS, math.nan)
    return LabelSummary(
        first.left_out,
        first.space if len(counts) == 1 else "",
        group.name,
        first.subset,
        sum(counts.values()),
        first.seeds,
        dict.fromkeys(METRICS, (math.nan,) * len(first.seeds))
        | {
            metric: tuple(np.mean([each.values[metric] for each in chosen], axis=0).tolist())
            for metric in UNITLESS
        },
        {
            name: undefined
            | {
                metric: float(np.mean([each.baselines[name][metric] for each in chosen]))
                for metric in UNITLESS
            }
            for name in common
        },
    )
