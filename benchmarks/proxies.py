"""Compare proxies with the table of NAS-Bench-Suite-Zero on NAS-Bench-201, and with accuracy, and measure their time.

    NASPORT_DATA=FOLDER python benchmarks/proxies.py [--cells 1000] [--again 200] [--keep FOLDER]

Evaluates a random sample of the 9,445 cells of the table on CIFAR-10 images, and a part of them again with another
seed. The values are compared with the published values of the same proxy, with those of the other seed, and with
CIFAR-10 test accuracy. Then it measures the time of all proxies together, and of each alone in plain eager torch.
Values are kept in a folder outside of the repository and reused. Writes benchmarks/results/proxies.json.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import numpy as np
import torch
from gennas import CIFAR10
from numpy.typing import NDArray
from scipy.stats import rankdata

from nasport.schemas.architecture import Architecture
from nasport.toolkit.gennas.images.image_batch import image_batch
from nasport.toolkit.laboratory.tables import data_folder, read_proxies, read_table
from nasport.toolkit.notations import notation
from nasport.toolkit.proxies.catalog import CATALOG
from nasport.toolkit.proxies.evaluating import Evaluator, ProxyPlan
from nasport.toolkit.rank_correlation import kendall, spearman

RESULTS = Path(__file__).parent / "results" / "proxies.json"
ACCURACY = "cifar10_test"
COLUMNS = {"parameters": "params"}
AGGREGATES = {
    "AZ-NAS (log ranks of its four terms)": (
        "az_expressivity",
        "az_progressivity",
        "az_trainability",
        "az_complexity",
    ),
    "lj + nw (log ranks)": ("jacov_logdet", "nwot"),
}
TIMED, TURNS = 4, 3
Values = Mapping[str, NDArray[np.float64]]


def plan_of(seed: int) -> ProxyPlan:
    """Return the plan of all proxies on CIFAR-10 images."""
    images = image_batch(data_folder() / CIFAR10, 64, torch.Generator().manual_seed(seed))
    return ProxyPlan(images=images.numpy(), seed=seed)


def evaluated(texts: Sequence[str], seed: int, keep: Path) -> Values:
    """Return values by proxy (NaN if missing); values in the folder are not computed again."""
    file = keep / f"seed-{seed}.jsonl"
    lines = file.read_text().splitlines() if file.exists() else []
    known = {record["text"]: record["values"] for record in map(json.loads, lines)}
    evaluator, parse = Evaluator(plan_of(seed)), notation("nasbench201").parse
    with file.open("a") as stream:
        for text in texts:
            if text not in known:
                known[text] = dict(evaluator(parse(text)).values)
                stream.write(json.dumps({"text": text, "values": known[text]}) + "\n")
                stream.flush()
    return {
        name: np.array([np.nan if known[text][name] is None else known[text][name] for text in texts])
        for name in CATALOG
    }


def agreement(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return Spearman over the cells that have both values."""
    both = np.isfinite(one) & np.isfinite(other)
    return round(spearman(one[both], other[both]), 3)


def log_ranks(values: Values, names: Sequence[str]) -> NDArray[np.float64]:
    """Return the sum of the logarithms of ranks; missing values rank last."""
    total = np.zeros(len(values[names[0]]))
    for name in names:
        total += np.log(rankdata(np.nan_to_num(values[name], nan=-np.inf)))
    return total


def correlations(cells: int, again: int, keep: Path) -> dict[str, Any]:
    """Return the correlations of the proxies with published values, another seed and accuracy."""
    table, accuracies = read_proxies(), read_table("nasbench201")
    rows = np.random.default_rng(0).permutation(len(table))[:cells]
    texts = [table.texts[row] for row in rows]
    by_text = dict(zip(accuracies.texts, accuracies.labels[ACCURACY], strict=True))
    accuracy = np.array([by_text[text] for text in texts])
    first, second = evaluated(texts, 0, keep), evaluated(texts[:again], 1, keep)
    found = {}
    for name, values in first.items():
        has = np.isfinite(values)
        found[name] = entry = {
            "cells": int(has.sum()),
            "accuracy_spearman": agreement(values, accuracy),
            "accuracy_kendall": round(kendall(values[has], accuracy[has]), 3),
            "other_seed": agreement(values[:again], second[name]),
        }
        if (column := COLUMNS.get(name, name)) in table.labels:
            of_table = table.labels[column][rows]
            entry |= {
                "column": agreement(values, of_table),
                "accuracy_spearman_of_column": agreement(of_table, accuracy),
            }
    together = {name: log_ranks(first, names) for name, names in AGGREGATES.items()}
    layers = rankdata(first["trained_layers"]) + 0.5 * rankdata(first["vkdnw"]) / len(texts)
    together["VKDNW (layers, then entropy)"] = layers
    # In a cell without dead ends all convolutions are trained; the rest of the network is the same for all cells.
    convolutions = np.array([text.count("nor_conv") for text in table.texts], np.float64)
    of_all = np.array([by_text[text] for text in table.texts])
    return {
        "trained_layers_of_all_cells": {
            "cells": len(table),
            "accuracy_spearman": round(spearman(convolutions, of_all), 3),
            "accuracy_kendall": round(kendall(convolutions, of_all), 3),
        },
        "cells": len(texts),
        "cells_again": len(second["nwot"]),
        "proxies": found,
        "aggregates": {
            name: {
                "accuracy_spearman": round(spearman(values, accuracy), 3),
                "accuracy_kendall": round(kendall(values, accuracy), 3),
            }
            for name, values in together.items()
        },
    }


def seconds_of(plan: ProxyPlan, architectures: Sequence[Architecture]) -> float:
    """Return the seconds of the fastest turn, as the mean over the networks."""
    evaluator = Evaluator(plan)
    turns = [[evaluator(each).seconds or 0.0 for each in architectures] for _ in range(TURNS)]
    return float(np.min(turns, axis=0).mean())


def speed() -> dict[str, Any]:
    """Compare all proxies together with each alone; alone, the network is built again and run in plain torch."""
    table, plan = read_proxies(), plan_of(0)
    rows = np.random.default_rng(0).permutation(len(table))[:TIMED]
    architectures = [notation("nasbench201").parse(table.texts[row]) for row in rows]
    seconds_of(plan, architectures[:1])  # work that happens only once
    shared = tuple(name for name in CATALOG if name != "vkdnw")
    alone = {
        name: seconds_of(replace(plan, only=(name,), accelerated=False), architectures) for name in CATALOG
    }
    at_once = seconds_of(replace(plan, only=shared), architectures)
    return {
        "networks": len(architectures),
        "at_once_without_vkdnw": round(at_once, 3),
        "share_of_the_plain_recipes": round(at_once / sum(alone[name] for name in shared), 3),
        "alone_in_plain_torch": {name: round(value, 3) for name, value in alone.items()},
        "alone": {name: round(seconds_of(replace(plan, only=(name,)), architectures), 3) for name in CATALOG},
    }


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cells", type=int, default=1000)
    parser.add_argument("--again", type=int, default=200)
    parser.add_argument("--keep", type=Path, default=Path(gettempdir()) / "nasport-proxies")
    parser.add_argument("--only", choices=("correlations", "speed"))
    arguments = parser.parse_args()
    arguments.keep.mkdir(parents=True, exist_ok=True)
    found = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    if arguments.only != "correlations":
        found["seconds"] = speed()
    if arguments.only != "speed":
        found["nasbench201"] = correlations(arguments.cells, arguments.again, arguments.keep)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
