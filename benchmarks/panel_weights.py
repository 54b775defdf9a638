"""What each evaluator of the panel is worth, learned on benchmark tables: nasport/toolkit/panel/weights.json.

    NASPORT_DATA=FOLDER python benchmarks/panel_weights.py        # after panel_samples.py and gennas.py; a minute

A table's architectures were judged by `panel_samples.py`; the
predictor's score is that of the bundle which never saw the table. A verdict is the predictor's quantile plus those of the
others, each times a weight and a power of its agreement with the predictor. Of a grid of weights and powers that choice is
taken whose verdicts rank best: the mean over families of the gain in Spearman's rho over the predictor alone, families of the
same kind (cells, or chains of layers) twice as heavy as the others, and families of few judged architectures lighter. A bundle without a family takes the choice made without
it. Writes the weights, and to benchmarks/results/panel/weights.json how the choice made without each table's family ranks that
table, with 95 % bootstrap intervals of the gain; to judges.json what other sets of evaluators gain in the same way.

GenNAS is on the task that goes with the bundle (`panel/learned.py`): `search-N`, for NAS-Bench-101 `combo`.
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
from panel_samples import ALL_STEPS, CHAINS, RESULTS, SAMPLES, blind

from nasport.runtime.predictor import DEFAULT_BUNDLE, Predictor
from nasport.schemas.writing import write_atomically
from nasport.toolkit.laboratory.recipes.universal import LEFT_OUT, TAUGHT
from nasport.toolkit.laboratory.recipes.universal_bundles import SHIPPED
from nasport.toolkit.laboratory.tables import TABLES, read_table
from nasport.toolkit.panel.learned import CELLS, CHAIN, steps_of, task_of
from nasport.toolkit.panel.stages import GENNAS, PREDICTOR, PROXIES
from nasport.toolkit.panel.verdict import Weights, agreement, quantiles, verdict
from nasport.toolkit.rank_correlation import kendall, mean_ranks, spearman
from nasport.toolkit.run_folder import read_records

ROOT = Path(__file__).resolve().parent.parent
WEIGHTS = ROOT / "nasport" / "toolkit" / "panel" / "weights.json"
WORST = 1_000.0  # of a training that diverged
OTHER_KIND = 0.5
# A family of so many judged architectures weighs half as much as one of very many.
HALF_TRUSTED = 50
FEWEST = 20
POWERS = (1.0, 2.0, 3.0, 4.0)
# A smaller weight is taken where it ranks as well.
THRIFT = 0.002
CHOICES: Mapping[str, tuple[float, ...]] = {
    GENNAS: (0.0, 0.15, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0),
    "nwot": (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0),
}
FURTHER = (0.0, 0.2, 0.4)  # weights of other proxies, where sets of evaluators are compared
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
        said: by evaluator, what it says of N architectures.
        labels: by name, (N,).
        taught: names of those that weights are learned on.
    """

    def __init__(self, name: str, task: str | None = None) -> None:
        """Args:
        name: of the table.
        task: of GenNAS; None: the one that was found without the table.
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
        scores = np.array([score.score for score in _predictor(blind(name)).score_encoded(batch)])
        self.said: dict[str, Sequence[float | None]] = {PREDICTOR: scores[rows].tolist()}
        for evaluator in records[0]["proxies"]:
            self.said[evaluator] = [record["proxies"][evaluator] for record in records]
        trained = losses(name, task or task_of(blind(name)))
        self.said[GENNAS] = [-trained[place] for place in places]

    @property
    def family(self) -> str:
        """Tables of one family weigh as one."""
        return TAUGHT[self.name].family


@cache
def _predictor(bundle: str) -> Predictor:
    return Predictor.load(bundle)


def losses(name: str, task: str, steps: int | None = None) -> dict[int, float]:
    """By place in a table's sample, what GenNAS regression on a task came to after so many steps, None: those of the panel."""
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
    """Those of the evaluators that have spoken by a stage, and all weights of theirs."""
    spoken = tuple(evaluator for evaluator in evaluators if stage == GENNAS or evaluator != GENNAS)
    return spoken, np.array(list(product(*(CHOICES.get(evaluator, FURTHER) for evaluator in spoken))))


def verdicts(
    table: Evaluated, stage: str, power: float, evaluators: tuple[str, ...] = SHIPPED_EVALUATORS
) -> Floats:
    """(choices, N) of all weights of the grid."""
    spoken, weights = grid(stage, evaluators)
    first = quantiles(table.said[PREDICTOR])
    voices = [quantiles(table.said[evaluator]) for evaluator in spoken]
    heard = np.stack([agreement(first, voice) ** power * voice for voice in voices])
    return np.asarray(first + weights @ heard)


def correlations(values: Floats, label: Floats) -> Floats:
    """(choices,) Spearman's rho of (choices, N) with (N,)."""
    ranks = np.stack([mean_ranks(row) for row in values.round(9)])
    ranks -= ranks.mean(axis=1, keepdims=True)
    own = mean_ranks(label)
    own = (own - own.mean()) / own.std() / len(label)
    return np.asarray(ranks @ own / np.maximum(ranks.std(axis=1), 1e-12))


@cache
def gains(
    table: Evaluated, stage: str, power: float, evaluators: tuple[str, ...] = SHIPPED_EVALUATORS
) -> Floats:
    """(choices,) of the mean over the taught labels, over the predictor alone."""
    values = verdicts(table, stage, power, evaluators)
    rhos = np.mean([correlations(values, table.labels[label]) for label in table.taught], axis=0)
    return np.asarray(rhos - rhos[0])  # the first of the grid: nobody else has a voice


def chosen(
    tables: Sequence[Evaluated], kind: str, stage: str, evaluators: tuple[str, ...] = SHIPPED_EVALUATORS
) -> tuple[float, int]:
    """The best power on some tables, for documents of a kind, and the place of the best weights in the grid."""
    _, weights = grid(stage, evaluators)
    families: dict[str, list[Evaluated]] = {}
    for table in tables:
        families.setdefault(table.family, []).append(table)
    sizes = np.array([sum(len(table.said[GENNAS]) for table in group) for group in families.values()])
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
    """A choice as weights.json has it."""
    evaluators, weights = grid(stage)
    own = {
        evaluator: float(weight)
        for evaluator, weight in zip(evaluators, weights[place], strict=True)
        if weight
    }
    return {"agreement": power, "evaluators": {PREDICTOR: 1.0, **own}}


def learned(tables: Sequence[Evaluated]) -> dict[str, Any]:
    """Weights of both kinds after both stages."""

    def of(kind: str, stage: str) -> dict[str, Any]:
        power, place = chosen(tables, kind, stage)
        return weights_of(power, stage, place)

    return {kind: {stage: of(kind, stage) for stage in (PROXIES, GENNAS)} for kind in (CELLS, CHAIN)}


def compared(tables: Sequence[Evaluated]) -> dict[str, Any]:
    """What sets of evaluators are worth: the gain on each table by the choice made without its family, and the mean."""
    found = {}
    for evaluators in SETS:
        each = {}
        for table in tables:
            dropped = {
                TAUGHT[name].family for name in LEFT_OUT[blind(table.name).removeprefix("universal-without-")]
            }
            others = [other for other in tables if other.family not in dropped]
            power, place = chosen(others, table.kind, GENNAS, evaluators)
            each[table.name] = round(float(gains(table, GENNAS, power, evaluators)[place]), 4)
        found[", ".join(evaluators)] = {"mean": round(float(np.mean(list(each.values()))), 4), **each}
    return found


def measured(table: Evaluated, weights: Mapping[str, Any]) -> dict[str, Any]:
    """How a choice ranks a table's sample, beside its judges."""
    values = verdict(table.said, Weights(**weights[table.kind][GENNAS])).values
    first, gennas = quantiles(table.said[PREDICTOR]), quantiles(table.said[GENNAS])
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
    """Learn, measure, write."""
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
    found = {table.name: measured(table, weights[blind(table.name)]) for table in tables}
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
