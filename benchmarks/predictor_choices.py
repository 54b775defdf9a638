"""Measure each choice of the universal predictor on left-out families, and how well it predicts evaluators.

    NASPORT_DATA=TABLES python benchmarks/predictor_choices.py heads        # variants of the head; docs/reports/predictor.md
    NASPORT_DATA=TABLES python benchmarks/predictor_choices.py blind        # the rule, chosen without the family as well
    python benchmarks/predictor_choices.py foretelling                      # left-out random spaces; docs/reports/world.md
    NASPORT_DATA=TABLES python benchmarks/predictor_choices.py recorded     # GenNAS losses of gennas.py; docs/reports/world.md

All use one graph network, seed 0. `heads` leaves out one family at a time, learns the head from the others and ranks
the family's tables. It reports the mean Spearman over a table's labels of the training, and the gap to the best
trivial count of that table (parameters, reachable parameters, FLOPs, layers).

`blind` chooses the weights of the rule (the start of the training) again for each family, from a grid. The criterion
uses the other families' tables except NAS-Bench-201: the mean gap, minus three times the amount by which the worst
gap is below -.03.

All write to benchmarks/results/predictor_choices.json.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, TypeAlias

import gennas
import numpy as np
import torch
from numpy.typing import NDArray

from nasport.models.optimization import seeded
from nasport.models.ranking import RankedTable, RankingConfig, train_to_rank
from nasport.models.taught_training import EvaluatedSpace, teach
from nasport.models.universal_predictor import OPERATOR_FEATURES, Seen, UniversalPredictor
from nasport.runtime.encoding import encode
from nasport.runtime.predictor import reachable_parameters
from nasport.schemas.writing import write_atomically
from nasport.toolkit.laboratory.evaluation.baselines import layers
from nasport.toolkit.laboratory.recipes import teaching, universal
from nasport.toolkit.laboratory.recipes.universal_tables import seen
from nasport.toolkit.laboratory.tables import read_table
from nasport.toolkit.rank_correlation import spearman
from nasport.toolkit.run_folder import read_records

RESULTS = Path(__file__).parent / "results" / "predictor_choices.json"
SEED = 0
FAMILIES = tuple(name for name in universal.LEFT_OUT if name != "nasbench201-with-transnas")
LEFT_OUT_SPACES = 8  # every eighth space is left out
# Start weights to choose from; the weights of predicted evaluators keep their proportions.
GRID: Mapping[str, tuple[float, ...]] = {
    "whole": (0.2, 0.4, 0.6),
    "poolings": (0.0, -0.5, -1.0, -1.5),
    "short_paths": (0.0, 1.5, 2.5, 3.5, 4.5),
    "trained_depth": (0.0, 0.5, 1.0, 1.5),
    "opinions": (0.0, 0.5, 1.0, 1.5),
}
SAMPLE = 1500
Weights: TypeAlias = tuple[Mapping[str, float], Mapping[str, float]]


OPINIONS = tuple(universal.CELL_OPINIONS)
SIZE = ({name: universal.START[0][name] for name in ("size", "skeleton", "cell")}, {"size": 1.0})


def starting(cells: Mapping[str, float] | None = None, **more: Any) -> RankingConfig:
    """Return the shipped training with other start weights and without learning."""
    start = ({**universal.START[0], **(cells or {})}, universal.START[1])
    return replace(universal.TRAINING, start=start, learned=((), ()), **more)


def times(factor: float, weights: Mapping[str, float]) -> dict[str, float]:
    """Return all weights multiplied by a factor."""
    return {name: factor * weight for name, weight in weights.items()}


def learning(cells: tuple[str, ...] = (), chains: tuple[str, ...] = (), **more: Any) -> RankingConfig:
    """Return the shipped training with additional learned numbers."""
    now = universal.TRAINING
    return replace(now, learned=(now.learned[0] + cells, now.learned[1] + chains), **more)


HEADS: Mapping[str, RankingConfig] = {
    "what ships": universal.TRAINING,
    "the start, nothing learned": starting(),
    "size alone": replace(starting(), start=SIZE),
    "the start without opinions": starting().without(teaching.EVALUATORS),
    "the start without poolings": starting({"poolings": 0.0}),
    "the start without short paths": starting({"short_paths": 0.0}),
    "the start without depth": starting({"trained_depth": 0.0}),
    "the start with opinions twice": starting(times(2, universal.CELL_OPINIONS)),
    "the start with all eight opinions": starting(dict.fromkeys(teaching.EVALUATORS, 0.075)),
    "the start with cells by their whole size": starting({"size": 1.0, "skeleton": 0.0, "cell": 0.0}),
    "the start with cells by skeleton and cell": starting({"size": 0.0, "skeleton": 1.0, "cell": 1.0}),
    "learned from size alone": replace(
        universal.TRAINING, start=SIZE, learned=(universal.LEARNED, ()), shrinkage=0.03
    ),
    "learned with a tenth of the shrinkage": learning(shrinkage=universal.TRAINING.shrinkage / 10),
    "learned, all opinions": learning(tuple(name for name in teaching.EVALUATORS if name not in OPINIONS)),
    "learned, opinions on chains too": learning((), tuple(universal.CHAIN_OPINIONS)),
    "learned, the worst family weighs more": learning(robustness=8.0),
}


def main() -> None:
    """Measure one of them, and keep the other results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", choices=list(MEASURED))
    what = parser.parse_args().what
    found = MEASURED[what]()
    kept = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    write_atomically(RESULTS, (json.dumps({**kept, what: found}, indent=1) + "\n").encode())


def heads() -> dict[str, dict[str, Any]]:
    """Return for each variant the rank correlation of each table, the mean, the mean gap and the worst gap."""
    model = teaching.taught_predictor(SEED)
    looks = {name: seen(model, universal.prepared(name, None).arrays) for name in universal.TAUGHT}
    tables = {
        name: RankedTable(facts.family, looks[name], universal.prepared(name, None).targets)
        for name, facts in universal.TAUGHT.items()
    }
    counts = {name: best_count(name) for name in tables}
    found = {}
    for words, config in HEADS.items():
        rho: dict[str, float] = {}
        for family in FAMILIES:
            head = deepcopy(model)
            taught = [tables[name] for name in universal.taught(family)]
            train_to_rank(head, taught, config.without(universal.TAINTED.get(family, ())), SEED)
            for name in set(universal.TESTED[family]) & tables.keys():
                with torch.no_grad():
                    rho.setdefault(name, correlation(name, head.head(looks[name]).numpy().astype(np.float64)))
        gaps = {name: rho[name] - counts[name] for name in tables}
        worst = min(gaps, key=gaps.__getitem__)
        found[words] = {
            "tables": {name: round(rho[name], 3) for name in tables},
            "mean": round(float(np.mean(list(rho.values()))), 3),
            "mean_gap": round(float(np.mean(list(gaps.values()))), 3),
            "worst_gap": [worst, round(gaps[worst], 3)],
        }
        print(words, json.dumps(found[words]), flush=True)
    return found


def blind() -> dict[str, Any]:
    """Return for each left-out family the start that the others choose, and the results on its tables."""
    model = teaching.taught_predictor(SEED)
    looks = {name: seen(model, universal.prepared(name, None).arrays) for name in universal.TAUGHT}
    counts = {name: best_count(name) for name in looks}
    rows = {name: sample(len(look.chain)) for name, look in looks.items()}
    grid = [dict(zip(GRID, values, strict=True)) for values in product(*GRID.values())]

    @cache
    def gaps_of(name: str, tainted: tuple[str, ...]) -> NDArray[np.float64]:
        look, here = looks[name], rows[name]
        rho = [started(name, look, weights_of(choice, tainted), model.columns, here) for choice in grid]
        return np.array(rho) - counts[name]

    found: dict[str, Any] = {}
    for family in FAMILIES:
        tainted = universal.TAINTED.get(family, ())
        others = [name for name in universal.taught(family) if name != "nasbench201"]
        gaps = np.array([gaps_of(name, tainted) for name in others])
        worth = gaps.mean(axis=0) + 3 * np.minimum(gaps.min(axis=0) + 0.03, 0)
        choice = grid[int(worth.argmax())]
        weights = weights_of(choice, tainted)
        found[family] = {"start": choice} | {
            name: round(started(name, looks[name], weights, model.columns, slice(None)), 3)
            for name in universal.TESTED[family]
            if name in looks
        }
        print(family, json.dumps(found[family]), flush=True)
    return found


def sample(count: int) -> NDArray[np.int64]:
    """Return the rows of a table that choices are evaluated on."""
    return np.sort(np.random.default_rng(SEED).permutation(count)[:SAMPLE])


def weights_of(choice: Mapping[str, float], tainted: tuple[str, ...]) -> Weights:
    """Return the start weights, for cells and chains, of a choice from the grid."""
    cell_opinions, chain_opinions = (
        {name: weight for name, weight in times(choice["opinions"], each).items() if name not in tainted}
        for each in (universal.CELL_OPINIONS, universal.CHAIN_OPINIONS)
    )
    rest = 1 - choice["whole"]
    walked = {name: choice[name] for name in ("poolings", "short_paths", "trained_depth")}
    cells = {"size": choice["whole"], "skeleton": rest, "cell": rest, **walked, **cell_opinions}
    return cells, {"size": 1.0, **chain_opinions}


def started(name: str, look: Seen, weights: Weights, columns: tuple[str, ...], rows: Any) -> float:
    """Return the mean rank correlation of a start over a table's labels."""
    here = weights[int(look.chain[0] > 0.5)]
    numbers = torch.cat([look.statistics, look.opinions], dim=1)
    values = numbers @ torch.tensor([here.get(column, 0.0) for column in columns])
    return correlation(name, values.numpy().astype(np.float64), rows)


def correlation(name: str, values: NDArray[np.float64], rows: Any = slice(None)) -> float:
    """Return the mean Spearman over the labels of a table that are trained on."""
    return float(np.mean([spearman(values[rows], label[rows]) for label in labels_of(name)]))


@cache
def labels_of(name: str) -> list[NDArray[np.float64]]:
    """Return the labels of a table that are trained on."""
    labels = universal.prepared(name, None).labels
    table = read_table(name).with_labels(labels)
    return [table.labels[label] for label in labels]


def best_count(name: str) -> float:
    """Return the best trivial count, chosen in hindsight."""
    table = read_table(name).with_labels(universal.prepared(name, None).labels)
    batch, graphs = table.encoded()
    counts = (batch.parameters, reachable_parameters(graphs), batch.flops, layers(graphs))
    values = [np.array(count, np.float64) for count in counts]
    return max(correlation(name, each) for each in values if np.ptp(each) > 0)


def foretelling() -> dict[str, Any]:
    """Return for each evaluator how well its predicted values rank left-out spaces.

    `spearman` is the mean over left-out spaces of the rank correlation of predicted and measured values, and `spaces`
    their number. `in_one_skeleton` is the same for cells in the common skeleton: spaces of one kind together, mean
    over the kinds.
    """
    spaces = teaching.evaluated_spaces()
    with seeded(SEED):
        model = UniversalPredictor(teaching.EVALUATORS, teaching.CONFIG)
    output = OPERATOR_FEATURES.index("output")
    own = [space for space in spaces if not space.one_skeleton]
    common = [space for space in spaces if space.one_skeleton]
    # Rows are in the order of their spaces, so that no space is on both sides.
    split = [len(each.values) - len(each.values) // LEFT_OUT_SPACES for each in common]
    kept_out = [part(each, np.arange(end, len(each.values))) for each, end in zip(common, split, strict=True)]
    taught = [space for place, space in enumerate(own) if place % LEFT_OUT_SPACES]
    taught += [part(each, np.arange(end)) for each, end in zip(common, split, strict=True)]
    teach(model.taught, output, taught, teaching.TEACHING, SEED)
    by_space, by_kind = agreements(model, own[::LEFT_OUT_SPACES]), agreements(model, kept_out)
    found = {
        evaluator: {
            "spearman": round(float(np.mean(by_space[evaluator])), 2),
            "spaces": len(by_space[evaluator]),
            "in_one_skeleton": round(float(np.mean(by_kind[evaluator])), 2) if by_kind[evaluator] else None,
        }
        for evaluator in teaching.EVALUATORS
    }
    print(json.dumps(found), flush=True)
    return found


def part(space: EvaluatedSpace, rows: NDArray[np.int64]) -> EvaluatedSpace:
    """Return some of the architectures."""
    return space._replace(graphs=space.graphs.of(rows), values=space.values[rows])


def agreements(model: UniversalPredictor, spaces: Sequence[EvaluatedSpace]) -> dict[str, list[float]]:
    """Return for each evaluator the rank correlation of predicted and measured values in spaces with enough values."""
    found: dict[str, list[float]] = {evaluator: [] for evaluator in teaching.EVALUATORS}
    for space in spaces:
        opinions = seen(model, space.graphs).opinions.numpy()
        for column, evaluator in enumerate(teaching.EVALUATORS):
            values = space.values[:, column]
            known = np.isfinite(values)
            if known.sum() > 5 and np.ptp(values[known]) > 0:
                found[evaluator].append(spearman(opinions[known, column], values[known]))
    return found


def recorded() -> dict[str, float]:
    """Return for each table the rank correlation of predicted GenNAS and gennas.py's losses (100 steps, full size)."""
    model = teaching.taught_predictor(SEED)
    column = teaching.EVALUATORS.index("gennas:search-N")
    found = {}
    for table in ("nasbench201", "nasbench101"):
        row = f"{table}-search-N"
        lines = {line["place"]: line for line in read_records(gennas.RESULTS / f"{row}.jsonl")}
        cells = gennas.SPACES[table](gennas.ROWS[row].count, 0).architectures
        opinions = seen(model, teaching.graph_arrays(encode(cells))[1]).opinions.numpy()[:, column]
        losses = np.array([lines[place]["loss"] for place in range(len(cells))])
        found[table] = round(spearman(opinions, -losses), 3)
    print(json.dumps(found), flush=True)
    return found


MEASURED = {"heads": heads, "blind": blind, "foretelling": foretelling, "recorded": recorded}

if __name__ == "__main__":
    main()
