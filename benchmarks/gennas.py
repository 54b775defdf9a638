"""Measure how well the loss of GenNAS regression ranks benchmark architectures: the rows of docs/reports/gennas.md.

    NASPORT_DATA=FOLDER python benchmarks/gennas.py ROW [--part 0/2] [--seed 0] [--count N]
    NASPORT_DATA=FOLDER python benchmarks/gennas.py summary

A row trains its sample, which a fixed seed draws, one architecture after another on one thread. It appends a line for
each to benchmarks/results/gennas/ROW.jsonl and skips finished lines. So a row can be interrupted, and its parts can
run at the same time (`--part 0/2` and `--part 1/2`). No label is read while it runs.

`summary` reads the labels and computes the correlations of all rows, and those of parameters and FLOPs on the same
sample. It also computes the spread over the seeds of the row that has several, and compares pairs of rows on the same
architectures. It writes summary.json and prints a table.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import csv
import gzip
import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.stats import kendalltau, spearmanr

from nasport.runtime import costs
from nasport.schemas.architecture import Architecture, Stage
from nasport.toolkit.gennas.images.image_batch import image_batch
from nasport.toolkit.gennas.losses import fitted, target_variance
from nasport.toolkit.gennas.regression import Batch, prepare, regress
from nasport.toolkit.gennas.settings import PRESETS, Settings
from nasport.toolkit.gennas.task import load_task
from nasport.toolkit.laboratory.tables import (
    NASBENCH101_LABEL,
    data_folder,
    read_table,
)
from nasport.toolkit.networks import NetworkOptions
from nasport.toolkit.notations import notation
from nasport.toolkit.run_folder import append_records, read_records

RESULTS = Path(__file__).parent / "results" / "gennas"
CIFAR10 = "cifar10_train_2048.npz"
SAMPLE_SEED = 0

FULL, LIGHT = PRESETS["full"], PRESETS["light"]
SEEDS_OF = "nasbench201-combo"
BESIDE = (
    ("nasbench201-photographs", "nasbench201-combo"),
    ("nasbench201-unweighted", "nasbench201-combo"),
    ("resnext-a-in-public-stem", "resnext-a-in"),
    ("choice-search-N-full-unweighted", "choice-search-N-full"),
    ("choice-search-N-full-search-cells", "choice-search-N-full"),
)
CHOICE = replace(LIGHT, iterations=50)
# Options for the networks of NAS-Bench-201 in the public code of GenNAS.
SEARCH_CELLS = NetworkOptions(
    affine=False,
    running_statistics=False,
    convolution_bias=True,
    dead_nodes=False,
    classifier=False,
    beyond_cells=False,
)


@dataclass(frozen=True)
class Sampled:
    """Architectures of a sample and their labels (higher is better)."""

    architectures: list[Architecture]
    labels: dict[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One row of the table.

    Attributes:
        space: key of `SPACES`.
        task: name of a published task.
        count: size of the sample.
        first: position of the sample in the shuffled order of the space; samples of other positions do not overlap.
        settings: settings of the training.
        photographs: use the default images instead of those of CIFAR-10.
    """

    space: str
    task: str
    count: int
    first: int = 0
    settings: Settings = FULL
    photographs: bool = False


ROWS = {
    "nasbench201-combo": Row("nasbench201", "combo", 300),
    "nasbench201-search-N": Row("nasbench201", "search-N", 300),
    "nasbench201-photographs": Row("nasbench201", "combo", 300, photographs=True),
    "nasbench201-light": Row("nasbench201", "combo", 300, settings=LIGHT),
    "nasbench201-unweighted": Row("nasbench201", "combo", 300, settings=replace(FULL, weighted=False)),
    "nasbench201-light-photographs": Row("nasbench201", "combo", 300, settings=LIGHT, photographs=True),
    "nasbench201-light-search-N": Row("nasbench201", "search-N", 300, settings=LIGHT),
    # Choices on which the paper and its code disagree, on cells that are in no other row.
    "choice-ours": Row("nasbench201", "combo", 100, 300, CHOICE),
    "choice-unweighted": Row("nasbench201", "combo", 100, 300, replace(CHOICE, weighted=False)),
    "choice-running": Row("nasbench201", "combo", 100, 300, replace(CHOICE, statistics="running")),
    "choice-search-cells": Row("nasbench201", "combo", 100, 300, replace(CHOICE, options=SEARCH_CELLS)),
    "choice-float32": Row("nasbench201", "combo", 100, 300, replace(CHOICE, precision="float32")),
    "choice-search-N-ours": Row("nasbench201", "search-N", 100, 300, CHOICE),
    "choice-search-N-unweighted": Row("nasbench201", "search-N", 100, 300, replace(CHOICE, weighted=False)),
    "choice-search-N-running": Row(
        "nasbench201", "search-N", 100, 300, replace(CHOICE, statistics="running")
    ),
    "choice-search-N-search-cells": Row(
        "nasbench201", "search-N", 100, 300, replace(CHOICE, options=SEARCH_CELLS)
    ),
    "choice-search-N-full": Row("nasbench201", "search-N", 100, 300),
    "choice-search-N-full-unweighted": Row(
        "nasbench201", "search-N", 100, 300, replace(FULL, weighted=False)
    ),
    "choice-search-N-full-search-cells": Row(
        "nasbench201", "search-N", 100, 300, replace(FULL, options=SEARCH_CELLS)
    ),
    "nasbench101-combo": Row("nasbench101", "combo", 200),
    "nasbench101-search-N": Row("nasbench101", "search-N", 200),
    "nasbench101-gennas-cells": Row("nasbench101-gennas", "combo", 200),
    "nasbench101-light-gennas-cells": Row("nasbench101-gennas", "combo", 200, settings=LIGHT),
    "nasbench101-light": Row("nasbench101", "combo", 200, settings=LIGHT),
    "darts-in": Row("DARTS_in", "combo", 121),
    "enas-in": Row("ENAS_in", "combo", 117),
    "resnext-a-in": Row("ResNeXt-A_in", "combo", 130),
    "resnext-a-in-public-stem": Row("ResNeXt-A_in-public-stem", "combo", 130),
    "darts-in-light": Row("DARTS_in", "combo", 121, settings=LIGHT),
    "enas-in-light": Row("ENAS_in", "combo", 117, settings=LIGHT),
    "resnext-a-in-light": Row("ResNeXt-A_in", "combo", 130, settings=LIGHT),
}


def _nasbench201(count: int, first: int) -> Sampled:
    table = read_table("nasbench201")
    chosen = _chosen(len(table.texts), count, first)
    parse = notation("nasbench201").parse
    labels = {name: values[chosen] for name, values in table.labels.items() if "test" in name and len(values)}
    return Sampled([parse(table.texts[row]) for row in chosen], labels)


def _nasbench101(count: int, first: int) -> Sampled:
    texts, values = read_table("nasbench101").labeled(NASBENCH101_LABEL)
    chosen = _chosen(len(texts), count, first)
    parse = notation("nasbench101").parse
    return Sampled([parse(texts[row]) for row in chosen], {"validation accuracy": values[chosen]})


def _nasbench101_of_gennas(count: int, first: int) -> Sampled:
    """Return a sample of the GenNAS authors' 2,500 cells; the label is one run, probably its test accuracy."""
    with gzip.open(data_folder() / "nasbench101.csv.gz", "rt", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["gennas_acc_108_single_run"]]
    chosen = [rows[row] for row in _chosen(len(rows), count, first)]
    columns = ("n_vertices", "upper_tri_adjacency", "ops_0conv3x3_1conv1x1_2maxpool")
    parse = notation("nasbench101").parse
    texts = [" ".join(row[column] for column in columns if row[column]) for row in chosen]
    labels = np.array([float(row["gennas_acc_108_single_run"]) for row in chosen])
    return Sampled([parse(text) for text in texts], {"accuracy of one run": labels})


def _nds(space: str, public_stem: bool = False) -> Callable[[int, int], Sampled]:
    def read(count: int, first: int) -> Sampled:
        with gzip.open(data_folder() / "nds_public.jsonl.gz", "rt") as lines:
            rows = [row for row in map(json.loads, lines) if row["space"] == space]
        chosen = [rows[row] for row in _chosen(len(rows), count, first)]
        parse = notation("nds").parse
        errors = np.array([row["final_test_top1_err"] for row in chosen])
        architectures = [parse(json.dumps(row)) for row in chosen]
        if public_stem:
            architectures = [_with_public_stem(*each) for each in zip(architectures, chosen, strict=True)]
        return Sampled(architectures, {"ImageNet accuracy": -errors})

    return read


def _with_public_stem(architecture: Architecture, row: dict[str, Any]) -> Architecture:
    """Return the network with GenNAS's public stem: a small-image stem, 12 channels, a fixed first stage."""
    net, skeleton = row["net"], architecture.skeleton
    assert skeleton is not None
    numbers = (("expansion", float(net["bot_muls"][0])), ("groups", float(net["num_gs"][0])))
    first = Stage(op=net["block_type"], repeats=net["ds"][0], width=net["ws"][0], attributes=numbers)
    return replace(architecture, skeleton=replace(skeleton, stem=(Stage(op="conv_3x3", width=12), first)))


SPACES = {
    "nasbench201": _nasbench201,
    "nasbench101": _nasbench101,
    "nasbench101-gennas": _nasbench101_of_gennas,
    "ResNeXt-A_in-public-stem": _nds("ResNeXt-A_in", public_stem=True),
} | {space: _nds(space) for space in ("DARTS_in", "ENAS_in", "ResNeXt-A_in")}


def _chosen(total: int, count: int, first: int) -> list[int]:
    return [int(row) for row in np.random.default_rng(SAMPLE_SEED).permutation(total)[first : first + count]]


def run(name: str, seed: int, count: int | None, part: int, parts: int) -> None:
    """Train the missing architectures of a row's sample."""
    torch.set_num_threads(1)
    row = ROWS[name]
    sample = SPACES[row.space](count or row.count, row.first)
    batch = _batch(row, seed)
    file = RESULTS / (f"{name}.jsonl" if seed == 0 else f"{name}-seed{seed}.jsonl")
    done = set(_results(file))
    for place, architecture in enumerate(sample.architectures):
        if place % parts != part or place in done:
            continue
        found = regress(architecture, batch, row.settings)
        record = {
            "place": place,
            "loss": round(found.loss, 6),
            "seconds": round(found.seconds, 3),
            "failed": found.failed,
            "errors": [[round(error, 5) for error in errors] for errors in found.errors[10::10]],
        }
        append_records(file, [record])
        print(f"{name} {place + 1}/{len(sample.architectures)} {record['loss']} {record['seconds']} s")


def _batch(row: Row, seed: int) -> Batch:
    source = None if row.photographs else data_folder() / CIFAR10
    task = load_task(row.task)
    images = image_batch(source, task.batch_size, torch.Generator().manual_seed(seed))
    return prepare(task, images, seed)


def _fit(row: Row, seed: int) -> Callable[[dict[str, Any]], float]:
    """Return a function that computes the fit of a result from its recorded errors."""
    targets = [target for target in _batch(row, seed).targets if target is not None]
    variances = [target_variance(target) for target in targets]
    weights = [weight for weight in load_task(row.task).loss_weights if weight]
    return lambda result: 0.0 if result["failed"] else fitted(result["errors"][-1], variances, weights)


def _results(file: Path) -> dict[int, dict[str, Any]]:
    return {record["place"]: record for record in read_records(file)}


def summary() -> dict[str, Any]:
    """Return the correlations of every row that has results."""
    found: dict[str, Any] = {}
    for name, row in ROWS.items():
        for file in sorted(RESULTS.glob(f"{name}.jsonl")) + sorted(RESULTS.glob(f"{name}-seed*.jsonl")):
            results = _results(file)
            if len(results) < 3:
                continue
            places = sorted(results)
            sample = SPACES[row.space](max(row.count, places[-1] + 1), row.first)
            losses = np.array([results[place]["loss"] for place in places])
            fit_of = _fit(row, seed=int(file.stem.partition("-seed")[2] or 0))
            sizes = [costs.costs(sample.architectures[place]) for place in places]
            entry: dict[str, Any] = {
                "architectures": len(places),
                "of": row.count,
                "task": row.task,
                "failed": sum(bool(results[place]["failed"]) for place in places),
                "seconds_each": round(float(np.mean([results[place]["seconds"] for place in places])), 2),
            }
            for label, values in sample.labels.items():
                rankings = {
                    "fit": np.array([fit_of(results[place]) for place in places]),
                    "loss": -losses,
                    "parameters": np.array([s.parameters if s else math.nan for s in sizes]),
                    "flops": np.array([s.flops if s else math.nan for s in sizes]),
                }
                entry[label] = {key: _correlations(value, values[places]) for key, value in rankings.items()}
            found[file.stem] = entry
    return found


def seeds(name: str) -> dict[str, Any]:
    """Return the correlations of the loss over a row's seeds: mean, standard deviation, and those of the mean loss.

    Only architectures that all seeds have are compared.
    """
    files = [RESULTS / f"{name}.jsonl", *sorted(RESULTS.glob(f"{name}-seed*.jsonl"))]
    runs = [_results(file) for file in files]
    places = sorted(set.intersection(*[set(run) for run in runs]))
    sample = SPACES[ROWS[name].space](places[-1] + 1, ROWS[name].first)
    losses = np.array([[run[place]["loss"] for place in places] for run in runs])
    entry: dict[str, Any] = {"seeds": len(runs), "architectures": len(places)}
    for label, values in sample.labels.items():
        each = [_correlations(-loss, values[places]) for loss in losses]
        entry[label] = {
            kind: {
                "mean": round(float(np.mean([one[kind] for one in each])), 4),
                "std": round(float(np.std([one[kind] for one in each], ddof=1)), 4),
                "of_the_mean_loss": _correlations(-losses.mean(0), values[places])[kind],
            }
            for kind in ("spearman", "kendall")
        }
    return entry


def beside(names: tuple[str, str]) -> dict[str, Any]:
    """Compare two rows on their common architectures: the correlations of each, and the agreement of their losses."""
    first, second = (_results(RESULTS / f"{name}.jsonl") for name in names)
    places = sorted(set(first) & set(second))
    sample = SPACES[ROWS[names[0]].space](places[-1] + 1, ROWS[names[0]].first)
    losses = [np.array([run[place]["loss"] for place in places]) for run in (first, second)]
    entry: dict[str, Any] = {"architectures": len(places), "agreement": _correlations(*losses)}
    for label, values in sample.labels.items():
        entry[label] = {
            name: _correlations(-loss, values[places]) for name, loss in zip(names, losses, strict=True)
        }
    return entry


def table(found: dict[str, Any]) -> str:
    """Format the summary as a Markdown table: Spearman / Kendall tau-b for each label."""
    columns = ("loss", "fit", "parameters", "flops")
    lines = ["| row | sample | label | " + " | ".join(columns) + " |", "|" + "---|" * (3 + len(columns))]
    for name, entry in found.items():
        labels = {key: value for key, value in entry.items() if isinstance(value, dict)}
        for label, values in labels.items():
            shown = [
                f"{values[column]['spearman']:.3f} / {values[column]['kendall']:.3f}" for column in columns
            ]
            sample = f"{entry['architectures']} of {entry['of']}"
            lines.append(f"| `{name}` | {sample} | {label} | " + " | ".join(shown) + " |")
    return "\n".join(lines)


def _correlations(ranking: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    return {
        "spearman": round(float(spearmanr(ranking, labels).statistic), 4),
        "kendall": round(float(kendalltau(ranking, labels).statistic), 4),
    }


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("row", choices=[*ROWS, "summary"])
    parser.add_argument("--part", default="0/1")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int)
    arguments = parser.parse_args()
    if arguments.row == "summary":
        found = summary()
        more = {
            "over seeds": {SEEDS_OF: seeds(SEEDS_OF)},
            "beside each other": {" and ".join(names): beside(names) for names in BESIDE},
        }
        (RESULTS / "summary.json").write_text(json.dumps(found | more, indent=1) + "\n")
        print(table(found), json.dumps(more, indent=1), sep="\n\n")
        return
    part, parts = map(int, arguments.part.split("/"))
    run(arguments.row, arguments.seed, arguments.count, part, parts)


if __name__ == "__main__":
    main()
