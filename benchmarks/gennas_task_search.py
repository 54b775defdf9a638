"""Compare regularized evolution of proxy tasks with random search at equal cost.

    NASPORT_DATA=FOLDER python benchmarks/gennas_task_search.py [--seeds 0 1 2] [--steps 60]
    NASPORT_DATA=FOLDER python benchmarks/gennas_task_search.py summary

Uses the light preset on 20 NAS-Bench-101 cells, which a seed draws. A step is one task, evaluated on all of them. The
best tasks are then measured on 60 other cells, together with the published tasks. The population is 20 and
tournaments have 5; GenNAS has 50 and 10 for its 400 steps.

The first 20 tasks are random, and the same for both searches with the same seed, so they are evaluated once. Each
result is appended to benchmarks/results/gennas/task-search.jsonl immediately. A search is a function of its seed and
of the recorded fitness values. So after an interruption the next start replays the file and continues. Searches of
different seeds may run at the same time.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import json
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import torch

from nasport.schemas.architecture import Architecture
from nasport.toolkit.gennas.images.image_batch import image_batch
from nasport.toolkit.gennas.regression import prepare, regress
from nasport.toolkit.gennas.settings import PRESETS
from nasport.toolkit.gennas.task import Task, load_task
from nasport.toolkit.gennas.task_search.fitness import BY, TaskResult, fitness
from nasport.toolkit.gennas.task_search.task_searchers import SearchSettings, TaskSearch
from nasport.toolkit.gennas.task_search.task_space import TaskSpace
from nasport.toolkit.laboratory.tables import NASBENCH101_LABEL, data_folder, read_table
from nasport.toolkit.notations import notation

RESULTS = Path(__file__).parent / "results" / "gennas"
LOG, SUMMARY = RESULTS / "task-search.jsonl", RESULTS / "task-search.json"
CIFAR10 = "cifar10_train_2048.npz"

SAMPLE_SEED = 101
SEARCHED, VALIDATED = 20, 60
STEPS, POPULATION, TOURNAMENT = 60, 20, 5
SEEDS = (0, 1, 2)
METHODS = ("evolution", "random")
RECORD = ("single", "combo", "search-N")
TRAINING_SEED = 0


class Cells:
    """Cells with their labels, and the fitness of a task on them."""

    def __init__(self, architectures: list[Architecture], labels: np.ndarray, images: torch.Tensor) -> None:
        self._architectures = architectures
        self._labels = labels
        self._images = images

    def fitness(self, task: Task) -> dict[str, float | None]:
        """Train all cells, and return Spearman's rho of the loss and of the fit."""
        batch = prepare(task, self._images, TRAINING_SEED)
        found = [regress(each, batch, PRESETS["light"]) for each in self._architectures]
        trained = [TaskResult(place, each.loss, each.fit, each.failed) for place, each in enumerate(found)]
        return {by: fitness(trained, self._labels.tolist(), by) for by in BY}


def cells() -> tuple[Cells, Cells]:
    """Return cells to search on, and other cells to validate on."""
    texts, labels = read_table("nasbench101").labeled(NASBENCH101_LABEL)
    rows = np.random.default_rng(SAMPLE_SEED).permutation(len(texts))[: SEARCHED + VALIDATED]
    parse = notation("nasbench101").parse
    images = image_batch(data_folder() / CIFAR10, 16, torch.Generator().manual_seed(TRAINING_SEED))
    searched, validated = (
        Cells([parse(texts[row]) for row in part], labels[part], images)
        for part in (rows[:SEARCHED], rows[SEARCHED:])
    )
    return searched, validated


def run(seeds: Iterable[int], steps: int) -> None:
    """Run the missing steps, one seed after another."""
    torch.set_num_threads(1)
    searched, validated = cells()
    for seed in seeds:
        for method in ("random", "evolution"):
            task = _search(method, seed, steps, searched)
            if steps == STEPS:
                _validate({"method": method, "seed": seed}, task, validated)
    if steps == STEPS:
        for name in RECORD:
            _evaluated({"method": name, "step": 0}, load_task(name), searched)
            _validate({"method": name}, load_task(name), validated)


def _search(method: str, seed: int, steps: int, searched: Cells) -> Task:
    """Run the missing steps of a search, and return its best task."""
    search = TaskSearch(TaskSpace(), SearchSettings(seed, POPULATION, TOURNAMENT, random=method == "random"))
    for step in range(steps):
        # Evolution starts with the tasks of random search.
        named = "random" if step < POPULATION else method
        search.tell(_evaluated({"method": named, "seed": seed, "step": step}, search.ask().task, searched))
    assert search.best is not None, "no task ranked anything"
    return search.best.proposal.task


def _evaluated(key: Mapping[str, Any], task: Task, searched: Cells) -> float | None:
    return _known_or_done(key, "fitness", task, searched)


def _validate(key: Mapping[str, Any], task: Task, validated: Cells) -> float | None:
    return _known_or_done(key, "validation", task, validated)


def _known_or_done(key: Mapping[str, Any], what: str, task: Task, on: Cells) -> float | None:
    for record in _records():
        if what in record and all(record.get(name) == value for name, value in key.items()):
            return record[what]
    start = time.perf_counter()
    found = on.fitness(task)
    seconds = round(time.perf_counter() - start, 1)
    record = {**key, what: found["loss"], "by_fit": found["fit"], "seconds": seconds}
    with LOG.open("a+b") as stream:
        # An interrupted process may have left an incomplete line.
        torn = stream.tell() > 0 and not LOG.read_bytes().endswith(b"\n")
        stream.write(b"\n" * torn + json.dumps(record).encode() + b"\n")
    print(json.dumps(record), flush=True)
    return found["loss"]


def _records() -> list[dict[str, Any]]:
    """Return the records of the log, without a line that an interrupted process left incomplete."""
    found = []
    for line in LOG.read_text().splitlines() if LOG.exists() else ():
        with suppress(ValueError):
            found.append(json.loads(line))
    return found


def summary(records: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the best fitness so far after each step (mean over the seeds), and the results on the other cells."""
    found: dict[str, Any] = {
        "about": "Spearman by the loss, which is what the searches see; where it says so also by the fit",
        "preset": "light",
        "cells": {"searched": SEARCHED, "validated": VALIDATED, "seed": SAMPLE_SEED},
        "population": POPULATION,
        "tournament": TOURNAMENT,
    }
    for method in METHODS:
        runs = {str(seed): _best_so_far(records, method, seed) for seed in SEEDS}
        runs = {seed: curve for seed, curve in runs.items() if curve}
        shortest = min(map(len, runs.values()), default=0)
        found[method] = {
            "best_so_far": runs,
            "mean": [round(float(np.mean([c[step] for c in runs.values()])), 4) for step in range(shortest)],
            "validation": {
                str(record["seed"]): {"loss": record["validation"], "fit": record["by_fit"]}
                for record in records
                if record["method"] == method and "validation" in record
            },
        }
    found["tasks_of_record"] = {
        name: {
            what: {"loss": record[what], "fit": record["by_fit"]}
            for record in records
            if record["method"] == name
            for what in ("fitness", "validation")
            if what in record
        }
        for name in RECORD
    }
    seconds = [record["seconds"] for record in records if "fitness" in record]
    found["seconds_a_step"] = round(float(np.median(seconds)), 1) if seconds else None
    return found


def _best_so_far(records: list[dict[str, Any]], method: str, seed: int) -> list[float]:
    fitness_by_step = {
        record["step"]: record["fitness"]
        for record in records
        if "fitness" in record
        and record.get("seed") == seed
        and record["method"] == ("random" if record["step"] < POPULATION else method)
    }
    curve: list[float] = []
    while len(curve) in fitness_by_step:
        now = fitness_by_step[len(curve)]
        curve.append(round(max([-1.0 if now is None else now, *curve[-1:]]), 4))
    return curve


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", nargs="?", choices=["run", "summary"], default="run")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--steps", type=int, default=STEPS)
    arguments = parser.parse_args()
    if arguments.what == "run":
        run(arguments.seeds, arguments.steps)
    SUMMARY.write_text(json.dumps(summary(_records()), indent=1) + "\n")


if __name__ == "__main__":
    main()
