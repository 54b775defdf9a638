"""Rows of several seeds become entries: mean and standard deviation of each metric, the baselines beside."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from nasport.toolkit.laboratory.evaluation.labels import GROUPS, Group, facts, order
from nasport.toolkit.laboratory.evaluation.metrics import METRICS
from nasport.toolkit.laboratory.evaluation.recipe import UnseenRecipe, universal_recipe
from nasport.toolkit.laboratory.evaluation.rows import (
    BaselineRow,
    Record,
    Row,
    RowsFile,
    fingerprint,
    read_baselines,
)
from nasport.toolkit.laboratory.evaluation.tested_spaces import ALL

ROWS_FILE, BASELINES_FILE = "rows.jsonl", "baselines.jsonl"
RESULTS_FOLDER = Path("benchmarks/results/evaluation")

# Metrics that have no unit, so that their mean over labels says something.
UNITLESS = ("spearman", "kendall", "precision_top10", "spearman_best10")

Spread = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """How a left-out family's space is ranked by one label.

    Attributes:
        left_out: the family that was not trained on.
        space: the table tested on.
        label: of that table, or the name of a mean over several.
        subset: which architectures.
        count: how many.
        seeds: of the trainings, in order.
        values: by metric, one a seed; NaN where it is not defined.
        baselines: by name, by metric; NaN where it is not defined.
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
        """Over the seeds."""
        return float(np.mean(self.values[metric]))

    def deviation(self, metric: str) -> float:
        """Sample standard deviation over the seeds; 0 of one."""
        return float(np.std(self.values[metric], ddof=1)) if len(self.seeds) > 1 else 0.0


def entries(rows: Sequence[Row], baselines: Sequence[BaselineRow], recipe: UnseenRecipe) -> list[Entry]:
    """Entries in the order of the recipe's families, tables and labels; means of groups behind their members.

    Args:
        rows: of one recipe, see `current_rows`.
        baselines: of any spaces.
        recipe: whose families they are.
    """
    families = list(recipe.LEFT_OUT)

    def place(row: Row) -> tuple[Any, ...]:
        space = recipe.TESTED[row.left_out].index(row.space)
        return families.index(row.left_out), row.subset, space, order(row.space, row.label), row.label

    known = [row for row in rows if row.space in recipe.TESTED.get(row.left_out, ())]
    known.sort(key=lambda row: (place(row), row.seed))
    found = [_entry(list(group), baselines) for _, group in groupby(known, key=place)]
    return list(_with_means(found))


def current_rows(file: RowsFile, recipe: UnseenRecipe) -> list[Row]:
    """The rows of the recipe as it is now; those of other settings are left aside."""
    return file.of({family: fingerprint(recipe.settings(family)) for family in recipe.LEFT_OUT})


def result_rows(
    left_out: str, folder: Path = RESULTS_FOLDER, recipe: UnseenRecipe | None = None
) -> list[dict[str, Any]]:
    """The `results` of a bundle's manifest: all architectures of each space that its family leaves out.

    Args:
        left_out: name of the family.
        folder: of the rows that `nasport evaluate` wrote; none there, or none of this recipe: no results.
        recipe: whose families they are; None: `universal`.

    Raises:
        InputError: a file of rows is wrong.
    """
    recipe = universal_recipe() if recipe is None else recipe
    rows = current_rows(RowsFile(folder / ROWS_FILE), recipe)
    wanted = [row for row in rows if row.left_out == left_out and row.subset == ALL]
    found = entries(wanted, read_baselines(folder / BASELINES_FILE), recipe)
    means = {group.name for group in GROUPS}
    return [_result(entry) for entry in found if entry.label not in means]


def _entry(rows: Sequence[Row], baselines: Sequence[BaselineRow]) -> Entry:
    """Rows that differ only by their seed."""
    first = rows[0]
    same = (first.space, first.label, first.subset, first.count)
    return Entry(
        first.left_out,
        first.space,
        first.label,
        first.subset,
        first.count,
        tuple(row.seed for row in rows),
        {metric: tuple(_number(row.metrics, metric) for row in rows) for metric in METRICS},
        {
            row.baseline: {metric: _number(row.metrics, metric) for metric in METRICS}
            for row in baselines
            if (row.space, row.label, row.subset, row.count) == same
        },
    )


def _number(record: Record, metric: str) -> float:
    value = record[metric]
    return math.nan if value is None else value


def _with_means(found: Sequence[Entry]) -> Iterator[Entry]:
    """The same entries; behind the last member of a complete group of one family and subset their mean."""
    for (left_out, subset), group in groupby(found, key=lambda entry: (entry.left_out, entry.subset)):
        members = list(group)
        yield from members
        for mean in GROUPS:
            chosen = [entry for entry in members if (entry.space, entry.label) in mean.members]
            if len(chosen) == len(mean.members) and len({entry.seeds for entry in chosen}) == 1:
                yield _mean_entry(mean, left_out, subset, chosen)


def _mean_entry(mean: Group, left_out: str, subset: str, chosen: Sequence[Entry]) -> Entry:
    """The mean over labels, seed by seed; regrets have different units and none."""
    common = [name for name in chosen[0].baselines if all(name in entry.baselines for entry in chosen)]
    spaces = {entry.space for entry in chosen}
    return Entry(
        left_out,
        chosen[0].space if len(spaces) == 1 else "",
        mean.name,
        subset,
        sum({entry.space: entry.count for entry in chosen}.values()),
        chosen[0].seeds,
        {
            metric: tuple(np.mean([entry.values[metric] for entry in chosen], axis=0).tolist())
            if metric in UNITLESS
            else (math.nan,) * len(chosen[0].seeds)
            for metric in METRICS
        },
        {
            name: {
                metric: float(np.mean([entry.baselines[name][metric] for entry in chosen]))
                if metric in UNITLESS
                else math.nan
                for metric in METRICS
            }
            for name in common
        },
    )


def _result(entry: Entry) -> dict[str, Any]:
    dataset, split = facts(entry.space, entry.label)
    return {
        "space": entry.space,
        "dataset": dataset,
        "split": split,
        "architectures": entry.count,
        "spearman": _spread(entry, "spearman"),
        "kendall": _spread(entry, "kendall"),
        "baselines": {
            name: {metric: round(values[metric], 4) for metric in ("spearman", "kendall")}
            for name, values in entry.baselines.items()
        },
    }


def _spread(entry: Entry, metric: str) -> Spread:
    """Mean and sample standard deviation over seeds, and each seed's value in order."""
    return {
        "mean": round(entry.mean(metric), 4),
        "std": round(entry.deviation(metric), 4),
        "values": [round(value, 4) for value in entry.values[metric]],
    }


__all__ = [
    "BASELINES_FILE",
    "RESULTS_FOLDER",
    "ROWS_FILE",
    "Entry",
    "current_rows",
    "entries",
    "result_rows",
]
