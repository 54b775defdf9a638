"""Each choice of the universal predictor, taken back one at a time, on left-out spaces other than NAS-Bench-201.

    NASPORT_DATA=FOLDER python benchmarks/recipe_ladder.py [--variants NAME ...] [--seeds 3]
    python benchmarks/recipe_ladder.py summary                     # docs/predictor-ladder.md again

Each variant differs from the recipe (`nasport/toolkit/laboratory/recipes/universal.py`) in what its line says. It is trained without a
family and ranks the tables of that family: Spearman's rho, mean over the labels of a table. NAS-Bench-201 is never ranked
here; its labels train wherever the recipe trains on them. A line a training is appended to results/recipe_ladder.jsonl, and
what is there already is not done again.

Graph networks cost more, so those variants see at most 2,500 architectures of each table, in training and in the test, and
take 200 steps of 16 architectures a table; a recipe trained and tested in the same way stands beside them.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import accumulate, groupby
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from learning_curve import rows_of
from recipe_ladder_graphs import ATTRIBUTES, TEXT, Correction, GraphConfig
from recipe_ladder_tables import FEW, IDENTITY_SHARE, PARAMETERS, WRITTEN, drawn, load, node_graphs
from torch import Generator, Tensor, nn

from nasport.models.optimisation import seeded
from nasport.models.path_predictor import STATISTICS, UNBOUNDED, PathConfig, PathPredictor, StatisticScale
from nasport.models.path_training import RankedTable, RankingConfig, pair_loss
from nasport.models.tgnas_training import TrainingGraphs, joined
from nasport.toolkit.laboratory.evaluation.document import write_between
from nasport.toolkit.laboratory.evaluation.rows import fingerprint
from nasport.toolkit.laboratory.recipes.universal import CONFIG, TESTED, TRAINING, settings, taught
from nasport.toolkit.laboratory.recipes.universal_tables import PreparedTable, common_scale
from nasport.toolkit.rank_correlation import spearman

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "recipe_ladder.jsonl"
DOCUMENT = ROOT / "docs" / "predictor-ladder.md"
BEGIN, END = "<!-- recipe ladder: begin -->", "<!-- recipe ladder: end -->"

FAMILIES = ("nasbench101", "transnas-micro", "nasbench-macro", "nds", "darts")
SEEDS = 3
# Its labels are of five epochs; columns of losses, gains and the second mean leave it out.
FIVE_EPOCHS = "nds_darts_fixed"
CAPACITY, POOLINGS, SHORT_PATHS, IDENTITIES = STATISTICS
# Nodes; the cells of NAS-Bench-101 and 201 have fewer, pairs of DARTS cells have more.
SMALL_GRAPH = 16
QUICK = RankingConfig(steps=200, sample=16)
# Weight of the variance of a graph network's correction in the loss.
RESTRAINT = 0.1
CHUNK = 1024


@dataclass(frozen=True)
class Variant:
    """How a predictor differs from the recipe.

    Attributes:
        statistics: that it reads, capacity or what stands for it first.
        config: of the predictor; `hidden` 0 is a linear one.
        training: how.
        in_range: statistics are held in the range that training has shown.
        squares: mean squared error on the quantiles instead of the ranking loss; `within`: the mean of scores and of
            quantiles of a table set aside.
        only: the one table to train on; None: those of the recipe.
        graphs: a graph network that corrects the score; None: there is none.
        few: only so many architectures of each table; None: all.
        reference: what it is compared with.
    """

    statistics: tuple[str, ...] = STATISTICS
    config: PathConfig = CONFIG
    training: RankingConfig = TRAINING
    in_range: bool = True
    squares: bool | Literal["within"] = False
    only: str | None = None
    graphs: GraphConfig | None = None
    few: int | None = None
    reference: str = "the recipe"


def _graphs(*reads: str, both_ways: bool = False, attention: bool = False) -> Variant:
    config = GraphConfig(reads, both_ways, attention)
    return replace(VARIANTS[SMALL], graphs=config, reference=SMALL)


SMALL = "the recipe, 2,500 a table"
VARIANTS: dict[str, Variant] = {
    "parameters alone": Variant((PARAMETERS,)),
    "capacity alone": Variant((CAPACITY,)),
    "capacity, poolings": Variant((CAPACITY, POOLINGS)),
    "capacity, poolings, short paths": Variant((CAPACITY, POOLINGS, SHORT_PATHS)),
    "the recipe": Variant(),
    "log parameters for capacity": Variant((PARAMETERS, POOLINGS, SHORT_PATHS, IDENTITIES)),
    "identities as a share": Variant((CAPACITY, POOLINGS, SHORT_PATHS, IDENTITY_SHARE)),
    "cells as written": Variant((CAPACITY, *(WRITTEN + name for name in STATISTICS[1:]))),
    "linear only": Variant(config=replace(CONFIG, hidden=0)),
    "statistics not held in range": Variant(in_range=False),
    "squared error": Variant(squares=True),
    "squared error within a table": Variant(squares="within"),
    "trained on NAS-Bench-101 alone": Variant(only="nasbench101"),
    "the recipe, 2,500 a table, all its steps": Variant(few=FEW),
    SMALL: Variant(training=QUICK, few=FEW),
}
VARIANTS |= {
    "+ graph network: attributes, along": _graphs(ATTRIBUTES),
    "+ graph network: attributes, both ways": _graphs(ATTRIBUTES, both_ways=True),
    "+ graph network: text, along": _graphs(TEXT),
    "+ graph network: text, both ways": _graphs(TEXT, both_ways=True),
    "+ graph network: attributes and text, along": _graphs(ATTRIBUTES, TEXT),
    "+ graph network: attributes and text, both ways": _graphs(ATTRIBUTES, TEXT, both_ways=True),
    "+ attention: attributes and text": _graphs(ATTRIBUTES, TEXT, attention=True),
}


def table_of(variant: Variant, name: str) -> PreparedTable:
    """A table as the variant sees it; statistics that it does not read are 0."""
    space = load(name)
    rows = drawn(len(space.targets), variant.few)
    columns = [space.columns[name] for name in variant.statistics]
    columns += [torch.zeros_like(space.reachable)] * (len(STATISTICS) - len(columns))
    read = torch.stack(columns, dim=1)[rows]
    return PreparedTable(space.graphs, (), read, space.reachable[rows], space.targets[rows])


class Together(NamedTuple):
    """Graphs of several tables as one batch, and the first row of each table."""

    graphs: TrainingGraphs
    first: tuple[int, ...]


def together(tables: Sequence[TrainingGraphs]) -> list[Together]:
    """Neighbouring tables of small graphs, and of large ones: fewer and larger products."""
    found = []
    for _, group in groupby(tables, lambda table: table.mask.shape[1] <= SMALL_GRAPH):
        parts = list(group)
        starts = accumulate((len(part) for part in parts[:-1]), initial=0)
        found.append(Together(joined(parts), tuple(starts)))
    return found


class Ranker(nn.Module):
    """The path predictor, and what corrects it."""

    def __init__(self, variant: Variant, scale: StatisticScale) -> None:
        super().__init__()
        self.paths = PathPredictor(variant.config)
        self.paths.set_scale(scale)
        self.correction = None if variant.graphs is None else Correction(variant.graphs)

    def corrections(self, groups: Sequence[Together], rows: Sequence[Tensor]) -> Tensor:
        """(T, n) corrections of n rows of each of T tables; 0 without a graph network."""
        if self.correction is None:
            return torch.zeros(())
        left, found = iter(rows), []
        for group in groups:
            chosen = [next(left) + first for first in group.first]
            found.append(self.correction(*group.graphs.rows(torch.cat(chosen))).view(len(chosen), -1))
        return torch.cat(found)


def train(
    variant: Variant,
    tables: Sequence[RankedTable],
    groups: Sequence[Together],
    scale: StatisticScale,
    seed: int,
) -> Ranker:
    """Train as `models/path_training.py` does, all tables in one product.

    Args:
        variant: what to train.
        tables: to learn from.
        groups: their graphs; empty where the variant has no graph network.
        scale: of the statistics.
        seed: of first weights and samples.
    """
    training = variant.training
    with seeded(seed):
        model = Ranker(variant, scale)
        optimizer, schedule = _optimizer(model, training)
        generator = Generator().manual_seed(seed)
        for _ in range(training.steps):
            rows, statistics, targets = _sample(tables, training, generator)
            plain = model.paths.head(statistics.flatten(0, 1)).view_as(targets)
            corrections = model.corrections(groups, rows)
            loss = _losses(variant, plain + corrections, targets).mean()
            loss = loss + training.shrinkage * model.paths.linear.square().sum()
            if variant.graphs is not None:
                loss = loss + RESTRAINT * corrections.var(dim=1, correction=0).mean()
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    return model.eval()


def _sample(
    tables: Sequence[RankedTable], training: RankingConfig, generator: Generator
) -> tuple[list[Tensor], Tensor, Tensor]:
    """Rows (n,) of each of T tables, their statistics (T, n, S) and targets (T, n)."""
    rows = [torch.randint(len(table.target), (training.sample,), generator=generator) for table in tables]
    pairs = list(zip(tables, rows, strict=True))
    statistics = torch.stack([table.statistics[chosen] for table, chosen in pairs])
    return rows, statistics, torch.stack([table.target[chosen] for table, chosen in pairs])


def _losses(variant: Variant, scores: Tensor, targets: Tensor) -> Tensor:
    """(T,) of (T, n)."""
    if variant.squares:
        gaps = scores - targets
        if variant.squares == "within":
            gaps = gaps - gaps.mean(dim=1, keepdim=True)
        return gaps.square().mean(dim=1)
    losses: Tensor = torch.vmap(pair_loss)(scores, targets)
    return losses


def _optimizer(
    model: Ranker, training: RankingConfig
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    linear = model.paths.linear
    others = [weight for weight in model.parameters() if weight is not linear and weight.numel()]
    groups: list[dict[str, Any]] = [{"params": [linear], "weight_decay": 0.0}]
    rates = [training.linear_rate]
    if others:
        groups.append({"params": others, "weight_decay": training.weight_decay})
        rates.append(training.learning_rate)
    optimizer = torch.optim.AdamW(groups)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=rates, total_steps=training.steps, pct_start=0.1
    )
    return optimizer, schedule


def trained(variant: Variant, left_out: str, seed: int) -> Ranker:
    """The variant, trained without a family."""
    names = taught(left_out) if variant.only is None else [variant.only]
    prepared = [table_of(variant, name) for name in names]
    scale = common_scale(prepared)
    if not variant.in_range:
        scale = scale._replace(
            lowest=torch.full_like(scale.lowest, -UNBOUNDED),
            highest=torch.full_like(scale.highest, UNBOUNDED),
        )
    groups = [] if variant.graphs is None else together([node_graphs(name) for name in names])
    ranked = [RankedTable(table.statistics, table.targets) for table in prepared]
    return train(variant, ranked, groups, scale, seed)


def tested(variant: Variant, model: Ranker, name: str) -> float:
    """Spearman's rho on a table, mean over its labels."""
    table = table_of(variant, name)
    with torch.no_grad():
        scores = model.paths.head(table.statistics)
        if variant.graphs is not None:
            parts = torch.split(torch.arange(len(scores)), CHUNK)
            groups = together([node_graphs(name)])
            scores = scores + torch.cat([model.corrections(groups, [part])[0] for part in parts])
    labels = load(name).labels.values()
    rows = drawn(len(load(name).targets), variant.few)
    return float(np.mean([spearman(scores.numpy(), label[rows]) for label in labels]))


def measure(names: Sequence[str], seeds: int, path: Path) -> Iterator[dict[str, Any]]:
    """The rows that are missing in `path`, each appended as it comes."""
    keys = ("recipe", "variant", "left_out", "seed")
    done = {tuple(row[key] for key in keys) for row in rows_of(path)}
    path.parent.mkdir(parents=True, exist_ok=True)
    for seed in range(seeds):
        for name in names:
            variant = VARIANTS[name]
            for left_out in FAMILIES:
                key = (recipe_of(variant, left_out), name, left_out, seed)
                if key in done or variant.only not in (None, *taught(left_out)):
                    continue
                started = time.process_time()
                model = trained(variant, left_out, seed)
                seconds = round(time.process_time() - started, 1)
                found = {space: round(tested(variant, model, space), 4) for space in TESTED[left_out]}
                row = dict(zip(keys, key, strict=True)) | {"spearman": found, "seconds": seconds}
                with path.open("ab", buffering=0) as stream:
                    stream.write(json.dumps(row).encode() + b"\n")
                yield row


def recipe_of(variant: Variant, left_out: str) -> str:
    """A row of other settings is another row."""
    return fingerprint({"variant": asdict(variant), "recipe": settings(left_out)})[:16]


Place = tuple[str, str]


def summary(rows: Sequence[Mapping[str, Any]]) -> str:
    """The table of docs/predictor-ladder.md: means over seeds, one column a left-out family and table."""
    places = [(left_out, space) for left_out in FAMILIES for space in TESTED[left_out]]
    names = [left_out if len(TESTED[left_out]) == 1 else f"{left_out}: {space}" for left_out, space in places]
    header = ["variant", *names, "mean", "of full trainings", "seeds ±", "worst loss", "best gain"]
    lines = [header, ["---"] * len(header)]
    for name in VARIANTS:
        mine, ours = means(rows, name), means(rows, VARIANTS[name].reference)
        if mine:
            texts = [_rho(mine[place][0]) if place in mine else "-" for place in places]
            spread = float(np.mean([deviation for _, deviation in mine.values()]))
            fully = {place: value for place, value in mine.items() if place[1] != FIVE_EPOCHS}
            lines.append([name, *texts, _mean(mine), _mean(fully), _rho(spread), *_against(fully, ours)])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def means(rows: Sequence[Mapping[str, Any]], name: str) -> dict[Place, tuple[float, float]]:
    """Mean and deviation over the seeds of a variant, by family and table; of several recipes the present one."""
    found: dict[Place, list[float]] = {}
    for row in rows:
        left_out = row["left_out"]
        if row["variant"] == name and row["recipe"] == recipe_of(VARIANTS[name], left_out):
            for space, value in row["spearman"].items():
                found.setdefault((left_out, space), []).append(value)
    return {place: (float(np.mean(values)), float(np.std(values))) for place, values in found.items()}


def _mean(mine: Mapping[Place, tuple[float, float]]) -> str:
    """Over families, each the mean of its tables; only where all of them were measured."""
    families = [
        np.mean([mean for (left_out, _), (mean, _) in mine.items() if left_out == family])
        for family in FAMILIES
        if any(left_out == family for left_out, _ in mine)
    ]
    return _rho(float(np.mean(families))) if len(families) == len(FAMILIES) else "-"


def _against(
    mine: Mapping[Place, tuple[float, float]], ours: Mapping[Place, tuple[float, float]]
) -> list[str]:
    """The largest loss and the largest gain against the reference, and where."""
    gaps = {place: mine[place][0] - ours[place][0] for place in mine if place in ours}
    if not gaps or not any(gaps.values()):
        return ["", ""]
    worst, best = min(gaps, key=gaps.__getitem__), max(gaps, key=gaps.__getitem__)
    loss = f"{_rho(gaps[worst])} ({worst[1]})" if gaps[worst] < 0 else "none"
    gain = f"+{_rho(gaps[best])} ({best[1]})" if gaps[best] > 0 else "none"
    return [loss, gain]


def _rho(value: float) -> str:
    return f"{value:.3f}".replace("0.", ".", 1)


def main() -> None:
    """Measure what is missing, or sum up."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("action", nargs="?", choices=["run", "summary"], default="run")
    parser.add_argument("--variants", nargs="+", choices=list(VARIANTS), default=list(VARIANTS))
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--out", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    if arguments.action == "run":
        for row in measure(arguments.variants, arguments.seeds, arguments.out):
            print(json.dumps(row), flush=True)
    else:
        write_between(DOCUMENT, BEGIN, END, summary(rows_of(arguments.out)))


if __name__ == "__main__":
    main()
