"""Learn the weight of each evaluator of the panel on benchmark tables: nasport/toolkit/panel/weights.json.

    NASPORT_DATA=FOLDER python benchmarks/panel_weights.py        # after panel_samples.py and gennas.py; a minute

`panel_samples.py` evaluated architectures of each table. The score comes from the bundle that was trained without the
table. The combined value is the predictor's quantile plus the quantiles of the other evaluators, each times a weight
and a power of its agreement with the predictor. The choice from a grid of weights and powers is the one that ranks
best, by the mean over families of the gain in Spearman's rho over the predictor alone. Families of the same kind
(cells, or chains of layers) count twice as much as the others, and families with few evaluated architectures count
less. A bundle without a family gets the choice made without it.

Writes the weights. benchmarks/results/panel/weights.json gets the results on each table with the choice made without
its family, with 95 % bootstrap intervals of the gain. judges.json gets the gains of other sets of evaluators,
computed in the same way. GenNAS uses the task of the bundle (`panel/learned.py`): `search-N`, and `combo` for
NAS-Bench-101.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from panel_samples import ALL_STEPS, CHAINS, RESULTS, SAMPLES, held_out_bundle

from nasport.runtime.predictor import DEFAULT_BUNDLE, Predictor
from nasport.schemas.writing import write_atomically
from nasport.toolkit.laboratory.recipes.universal import LEFT_OUT, TAUGHT
from nasport.toolkit.laboratory.recipes.universal_bundles import SHIPPED
from nasport.toolkit.laboratory.tables import TABLES, read_table
from nasport.toolkit.panel.combining import Weights, agreement, combine, quantiles
from nasport.toolkit.panel.learned import CELLS, CHAIN, steps_of, task_of
from nasport.toolkit.panel.stages import GENNAS, PREDICTOR, PROXIES
from nasport.toolkit.rank_correlation import kendall, mean_ranks, spearman
from nasport.toolkit.run_folder import read_records

ROOT = Path(__file__).resolve().parent.parent
WEIGHTS = ROOT / "nasport" / "toolkit" / "panel" / "weights.json"
WORST = 1_000.0  # loss of a training that diverged
OTHER_KIND = 0.5
# A family with so many evaluated architectures has half of the weight of a very large one.
HALF_TRUSTED = 50
FEWEST = 20
POWERS = (1.0, 2.0, 3.0, 4.0)
# A smaller weight is preferred if it ranks as well.
THRIFT = 0.002
CHOICES: Mapping[str, tuple[float, ...]] = {
    GENNAS: (0.0, 0.15, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0),
    "nwot": (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0),
}
FURTHER = (0.0, 0.2, 0.4)  # weights of other proxies, for the comparison of sets
SETS: tuple[tuple[str, ...], ...] = (
    (GENNAS,),
    (GENNAS, "nwot"),
    (GENNAS, "trained_layers"),
    (GENNAS, "az_expressivity"),
    (GENNAS, "nwot", "az_expressivity"),
    (GENNAS, "nwot", "trained_layers"),
    (GENNAS, "nwot", "az_expressivity", "trained_layers", "synflow"),
)
SHIPPED_EVALUATORS = tuple(CHOICES)
BOOTSTRAPS = 1_000

Floats = NDArray[np.float64]


class Evaluated:
    """A table's sample.

    Attributes:
        evaluations: values of N architectures, by evaluator.
        labels: (N,) arrays by name.
        taught: names of the labels that weights are learned on.
    """

    def __init__(self, name: str, task: str | None = None) -> None:
        """Read the recorded values.

        Args:
            name: name of the table.
            task: GenNAS task; None: the one that was found without the table.
        """
        records = sorted(read_records(RESULTS / f"{name}.jsonl"), key=lambda record: record["place"])
        places = [record["place"] for record in records]
        table = read_table(name)
        table = table.with_labels((TABLES[name].main_label,))
        order = np.random.default_rng(0).permutation(len(table))
        rows = [int(order[place]) for place in places]
        self.name, self.kind = name, CHAIN if name in CHAINS else CELLS
        self.labels = {label: values[rows] for label, values in table.labels.items()}
        self.taught = TAUGHT[name].labels or tuple(table.labels)
        batch, _ = table.encoded()
        scores = np.array([score.score for score in _predictor(held_out_bundle(name)).score_encoded(batch)])
        self.evaluations: dict[str, Sequence[float | None]] = {PREDICTOR: scores[rows].tolist()}
        for evaluator in records[0]["proxies"]:
            self.evaluations[evaluator] = [record["proxies"][evaluator] for record in records]
        trained = losses(name, task or task_of(held_out_bundle(name)))
        self.evaluations[GENNAS] = [-trained[place] for place in places]

    @property
    def family(self) -> str:
        """Family of the table; tables of one family have one weight together."""
        return TAUGHT[self.name].family


@cache
def _predictor(bundle: str) -> Predictor:
    return Predictor.load(bundle)


def losses(name: str, task: str, steps: int | None = None) -> dict[int, float]:
    """Return the GenNAS loss on a task after `steps` steps (None: the panel's), by position in a table's sample."""
    steps = steps or steps_of(task) or ALL_STEPS
    records = read_records(RESULTS / f"gennas-{name}.jsonl")
    found = {each["place"]: each for each in records if each["task"] == task}
    return {
        place: WORST
        if each["failed"] or len(each["losses"]) * 10 < steps
        else each["losses"][steps // 10 - 1]
        for place, each in found.items()
    }


@cache
def grid(stage: str, evaluators: tuple[str, ...] = SHIPPED_EVALUATORS) -> tuple[tuple[str, ...], Floats]:
    """Return the evaluators that have values after a stage, and all combinations of their weights."""
    available = tuple(evaluator for evaluator in evaluators if stage == GENNAS or evaluator != GENNAS)
    return available, np.array(list(product(*(CHOICES.get(evaluator, FURTHER) for evaluator in available))))


def combined_values(
    table: Evaluated, stage: str, power: float, evaluators: tuple[str, ...] = SHIPPED_EVALUATORS
) -> Floats:
    """Return the (choices, N) combined values for all weights of the grid."""
    available, weights = grid(stage, evaluators)
    first = quantiles(table.evaluations[PREDICTOR])
    others = [quantiles(table.evaluations[evaluator]) for evaluator in available]
    weighted = np.stack([agreement(first, other) ** power * other for other in others])
    return np.asarray(first + weights @ weighted)


def correlations(values: Floats, label: Floats) -> Floats:
    """Return the (choices,) Spearman's rho of (choices, N) with (N,)."""
    ranks = np.stack([mean_ranks(row) for row in values.round(9)])
    ranks -= ranks.mean(axis=1, keepdims=True)
    own = mean_ranks(label)
    own = (own - own.mean()) / own.std() / len(label)
    return np.asarray(ranks @ own / np.maximum(ranks.std(axis=1), 1e-12))


@cache
def gains(
    table: Evaluated, stage: str, power: float, evaluators: tuple[str, ...] = SHIPPED_EVALUATORS
) -> Floats:
    """Return the (choices,) gains over the predictor alone, as means over the labels of the training."""
    values = combined_values(table, stage, power, evaluators)
    rhos = np.mean([correlations(values, table.labels[label]) for label in table.taught], axis=0)
    return np.asarray(rhos - rhos[0])  # the first entry of the grid is the predictor alone


def chosen(
    tables: Sequence[Evaluated], kind: str, stage: str, evaluators: tuple[str, ...] = SHIPPED_EVALUATORS
) -> tuple[float, int]:
    """Return the best power on some tables for a kind of documents, and the grid position of the best weights."""
    _, weights = grid(stage, evaluators)
    families: dict[str, list[Evaluated]] = {}
    for table in tables:
        families.setdefault(table.family, []).append(table)
    sizes = np.array([sum(len(table.evaluations[GENNAS]) for table in group) for group in families.values()])
    heavy = sizes / (sizes + HALF_TRUSTED)
    heavy *= [1.0 if group[0].kind == kind else OTHER_KIND for group in families.values()]
    best: tuple[float, float, int] = (-np.inf, 0.0, 0)
    for power in POWERS:
        each = np.stack(
            [
                np.mean([gains(table, stage, power, evaluators) for table in group], axis=0)
                for group in families.values()
            ]
        )
        worth = heavy @ each / heavy.sum() - THRIFT * weights.sum(axis=1)
        place = int(np.argmax(worth))
        best = max(best, (float(worth[place]), power, place))
    return best[1:]


def weights_of(power: float, stage: str, place: int) -> dict[str, Any]:
    """Return a choice in the form of weights.json."""
    evaluators, weights = grid(stage)
    own = {
        evaluator: float(weight)
        for evaluator, weight in zip(evaluators, weights[place], strict=True)
        if weight
    }
    return {"agreement": power, "evaluators": {PREDICTOR: 1.0, **own}}


def learned(tables: Sequence[Evaluated]) -> dict[str, Any]:
    """Return the weights for both kinds after both stages."""

    def of(kind: str, stage: str) -> dict[str, Any]:
        power, place = chosen(tables, kind, stage)
        return weights_of(power, stage, place)

    return {kind: {stage: of(kind, stage) for stage in (PROXIES, GENNAS)} for kind in (CELLS, CHAIN)}


def compared(tables: Sequence[Evaluated]) -> dict[str, Any]:
    """Return the gain of sets of evaluators on each table, by the choice made without its family, and the mean."""
    found = {}
    for evaluators in SETS:
        each = {}
        for table in tables:
            dropped = {
                TAUGHT[name].family
                for name in LEFT_OUT[held_out_bundle(table.name).removeprefix("universal-without-")]
            }
            others = [other for other in tables if other.family not in dropped]
            power, place = chosen(others, table.kind, GENNAS, evaluators)
            each[table.name] = round(float(gains(table, GENNAS, power, evaluators)[place]), 4)
        found[", ".join(evaluators)] = {"mean": round(float(np.mean(list(each.values()))), 4), **each}
    return found


def measured(table: Evaluated, weights: Mapping[str, Any]) -> dict[str, Any]:
    """Return the results of a choice on a table's sample, with those of its evaluators."""
    values = combine(table.evaluations, Weights(**weights[table.kind][GENNAS])).values
    first, gennas = quantiles(table.evaluations[PREDICTOR]), quantiles(table.evaluations[GENNAS])
    found: dict[str, Any] = {
        "architectures": len(values),
        "weights": weights[table.kind][GENNAS],
        "labels": {},
    }
    rng = np.random.default_rng(0)
    draws = rng.integers(0, len(values), (BOOTSTRAPS, len(values)))
    for name, label in table.labels.items():
        gain = [spearman(values[rows], label[rows]) - spearman(first[rows], label[rows]) for rows in draws]
        found["labels"][name] = {
            "panel": [round(spearman(values, label), 4), round(kendall(values, label), 4)],
            "predictor": [round(spearman(first, label), 4), round(kendall(first, label), 4)],
            "gennas": [round(spearman(gennas, label), 4), round(kendall(gennas, label), 4)],
            "gain_95": np.quantile(gain, (0.025, 0.975)).round(3).tolist(),
        }
    return found


def main() -> None:
    """Learn, measure and write."""
    there = [name for name in SAMPLES if len(read_records(RESULTS / f"{name}.jsonl")) >= FEWEST]
    tables = [Evaluated(name) for name in there]
    weights = {DEFAULT_BUNDLE: learned(tables)}
    for family in SHIPPED:
        dropped = {TAUGHT[name].family for name in LEFT_OUT[family]}
        weights[f"{DEFAULT_BUNDLE}-without-{family}"] = learned(
            [each for each in tables if each.family not in dropped]
        )
    learned_before = json.loads(WEIGHTS.read_text("utf-8"))
    content = {**learned_before, "weights": weights}
    write_atomically(WEIGHTS, (json.dumps(content, indent=1) + "\n").encode())
    sets = compared(tables)
    write_atomically(RESULTS / "judges.json", (json.dumps(sets, indent=1) + "\n").encode())
    for evaluators, each in sets.items():
        print(evaluators, each)
    found = {table.name: measured(table, weights[held_out_bundle(table.name)]) for table in tables}
    write_atomically(RESULTS / "weights.json", (json.dumps(found, indent=1) + "\n").encode())
    for name, each in found.items():
        for label, row in each["labels"].items():
            print(
                name,
                each["architectures"],
                label,
                row["panel"],
                row["predictor"],
                row["gennas"],
                row["gain_95"],
            )


if __name__ == "__main__":
    main()
