"""Search a proxy task that ranks after few steps, over several spaces; each space tests a task chosen without it.

    NASPORT_DATA=FOLDER python benchmarks/early_tasks.py [--part 0/2] [--round 0]     # rounds 0, 1, 2, in this order
    NASPORT_DATA=FOLDER python benchmarks/early_tasks.py sample [--part 0/2]         # chosen tasks, panel's samples
    NASPORT_DATA=FOLDER python benchmarks/early_tasks.py choose                      # prints; writes early-tasks.json

The pool has random tasks, as `nasport search-task --random --seed 0` proposes them, and the published tasks that used
no label of these spaces. In three rounds a task is evaluated by how its loss after a few steps ranks some
architectures of every space (Spearman's rho with the label). These architectures are not in the samples of
`panel_samples.py`.

A task's fitness without a family is a mean over the other families. So all choices are among the same tasks, and no
choice uses a label of the family that tests it. For each left-out family, a round continues with the best tasks of
the round before. The last round chooses the task whose worst family is best. (The first criterion was the mean; by
it, the task without NAS-Bench-Macro and Accel-NASBench ranked these two backwards.)

One line for each task, space and network is appended to benchmarks/results/gennas/early-tasks.jsonl.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from panel_samples import SAMPLES, evaluate_sample, sampled
from panel_weights import HALF_TRUSTED, losses

from nasport.schemas.architecture import Architecture
from nasport.schemas.writing import write_atomically
from nasport.toolkit.gennas.choices import Choices
from nasport.toolkit.gennas.images.image_batch import image_batch
from nasport.toolkit.gennas.planning import plan_of
from nasport.toolkit.gennas.regression import prepare, regress
from nasport.toolkit.gennas.task import Task, load_task
from nasport.toolkit.gennas.task_search.task_searchers import SearchSettings, TaskSearch
from nasport.toolkit.gennas.task_search.task_space import TaskSpace
from nasport.toolkit.laboratory.tables import TABLES, read_table
from nasport.toolkit.notations import notation
from nasport.toolkit.rank_correlation import spearman
from nasport.toolkit.run_folder import append_records, read_records

RESULTS = Path(__file__).parent / "results" / "gennas"
LOG = RESULTS / "early-tasks.jsonl"
PUBLISHED = ("single", "combo", "search-D", "search-R")
RANDOM = 120


class Space(NamedTuple):
    """A table to search on.

    Attributes:
        family: its family.
        depth: depth of its networks, relative to the document.
        networks: number of networks that each round evaluates in total.
    """

    family: str
    depth: float
    networks: tuple[int, int, int]


SPACES = {
    "nasbench201": Space("nasbench201", 0.5, (16, 16, 40)),
    "transnas_micro": Space("nasbench201", 0.5, (16, 16, 40)),
    "nasbench101": Space("nasbench101", 1 / 3, (16, 16, 40)),
    "transnas_macro": Space("transnas_macro", 1.0, (0, 8, 20)),
    "nasbench_macro": Space("mobile", 1.0, (0, 8, 20)),
    "accel_nasbench": Space("mobile", 0.5, (0, 8, 20)),
}
FAMILIES = ("nasbench201", "nasbench101", "transnas_macro", "mobile", "")
STEPS = (20, 20, 30)
KEPT = (12, 3)  # tasks that continue after a round, for each left-out family


def pool() -> list[Task]:
    """Return all tasks."""
    search = TaskSearch(TaskSpace(), SearchSettings(seed=0, random=True))
    found = [load_task(name) for name in PUBLISHED]
    for _ in range(RANDOM):
        found.append(search.ask().task)
        search.tell(None)
    return found


def networks(table: str, count: int) -> tuple[list[Architecture], np.ndarray]:
    """Return networks of a table that are not in the panel's sample, and the mean rank of their labels."""
    read = read_table(table)
    texts, _ = read.labeled(TABLES[table].main_label)
    rows = np.random.default_rng(0).permutation(len(texts))[SAMPLES[table].count :][:count]
    labels = read.with_labels((TABLES[table].main_label,)).labels
    ranked = np.mean([np.argsort(np.argsort(values[rows])) for values in labels.values()], axis=0)
    parse = notation(read.notation).parse
    return [parse(texts[row]) for row in rows], ranked


def evaluated() -> dict[tuple[str, str, int], dict[str, Any]]:
    """Return the recorded trainings by task, space and position; of two trainings of a network the longer one."""
    found: dict[tuple[str, str, int], dict[str, Any]] = {}
    for record in read_records(LOG):
        key = record["task"], record["space"], record["place"]
        if key not in found or len(found[key]["losses"]) < len(record["losses"]):
            found[key] = record
    return found


def run(number: int, part: int, parts: int) -> None:
    """Run the missing trainings of a round."""
    torch.set_num_threads(1)
    known = evaluated()
    tasks = {task.name: task for task in pool()}
    names = list(tasks) if number == 0 else best(known, number - 1)
    images = image_batch(None, 16, torch.Generator().manual_seed(0))
    settings = plan_of(Choices(task="combo", iterations=STEPS[number])).settings
    architectures = {name: networks(name, space.networks[number])[0] for name, space in SPACES.items()}
    for task_name in names[part::parts]:
        batch = prepare(tasks[task_name], images, 0)
        for space_name, space in SPACES.items():
            for place, architecture in enumerate(architectures[space_name]):
                there = known.get((task_name, space_name, place))
                if there is not None and (there["failed"] or len(there["losses"]) * 10 >= STEPS[number]):
                    continue
                found = regress(architecture, batch, replace(settings, depth=space.depth))
                losses = [round(loss, 5) for loss in found.losses[10::10]]
                record = {"task": task_name, "space": space_name, "place": place, "failed": found.failed}
                append_records(LOG, [{**record, "losses": losses, "seconds": round(found.seconds, 2)}])


def agreements(
    known: Mapping[tuple[str, str, int], dict[str, Any]], number: int
) -> dict[str, dict[str, float]]:
    """Return Spearman's rho, by space, of each task that a round has evaluated."""
    labels = {name: networks(name, space.networks[number])[1] for name, space in SPACES.items()}
    found: dict[str, dict[str, float]] = {}
    for task in {key[0] for key in known}:
        rows = {}
        for name, ranked in labels.items():
            records = [known.get((task, name, place)) for place in range(len(ranked))]
            if len(ranked) and all(records):
                losses = [_loss(record, STEPS[number]) for record in records if record]
                rows[name] = spearman(-np.array(losses), ranked) if len(set(losses)) > 1 else 0.0
        if len(rows) == sum(bool(len(ranked)) for ranked in labels.values()):
            found[task] = rows
    return found


def _loss(record: Mapping[str, Any], steps: int) -> float:
    losses = record["losses"]
    return float(losses[steps // 10 - 1]) if not record["failed"] and len(losses) * 10 >= steps else 1e6


def by_family(row: Mapping[str, float], without: str) -> dict[str, float]:
    """Return the mean of each family except one."""
    families: dict[str, list[float]] = {}
    for space, rho in row.items():
        if SPACES[space].family != without:
            families.setdefault(SPACES[space].family, []).append(rho)
    return {family: float(np.mean(each)) for family, each in families.items()}


def fitness(row: Mapping[str, float], number: int, without: str) -> float:
    """Return the fitness of a task without a family: a mean over the others, or their minimum in the last round.

    Families with few networks have less weight, as in `panel_weights.py`.
    """
    found = by_family(row, without)
    if number == len(STEPS) - 1:
        return min(found.values())
    sizes = [
        sum(space.networks[number] for space in SPACES.values() if space.family == family) for family in found
    ]
    return float(np.average(list(found.values()), weights=[size / (size + HALF_TRUSTED) for size in sizes]))


def ordered(found: Mapping[str, Mapping[str, float]], number: int, without: str) -> list[str]:
    """Return the tasks of a round, the best first."""
    return sorted(found, key=lambda task: -fitness(found[task], number, without))


def best(known: Mapping[tuple[str, str, int], dict[str, Any]], number: int) -> list[str]:
    """Return the tasks that continue after a round: the best for each left-out family."""
    found = agreements(known, number)
    kept = {task for family in FAMILIES for task in ordered(found, number, family)[: KEPT[number]]}
    return [task.name for task in pool() if task.name in kept]


def chosen() -> dict[str, tuple[str, dict[str, float]]]:
    """Return, for each left-out family, the best task after the last round with its rank correlations."""
    found = agreements(evaluated(), 2)
    best_of = {family: ordered(found, 2, family)[0] for family in FAMILIES}
    return {family: (task, found[task]) for family, task in best_of.items()}


def sample(part: int, parts: int) -> None:
    """Train the panel's samples, each on the task that was chosen without its table."""
    torch.set_num_threads(1)
    tasks = {task.name: task for task in pool()}
    for family, (name, _) in chosen().items():
        for table, space in SPACES.items():
            if space.family == family:
                evaluate_sample(table, [tasks[name]], part, parts, STEPS[2])


def choose() -> None:
    """Write and print the chosen tasks, and how they rank the samples of the tables that they were chosen without."""
    report: dict[str, Any] = {}
    for family, (task, row) in chosen().items():
        report[family or "none"] = one = {
            "task": task,
            "spaces": {name: round(rho, 3) for name, rho in row.items()},
        }
        for table, space in SPACES.items():
            if space.family == family and (there := losses(table, task, STEPS[2])):
                one[table] = {"early": _of_sample(table, there)}
                for other in ("search-N", "combo"):
                    if known := losses(table, other, STEPS[2]):
                        one[table][other] = _of_sample(table, {place: known[place] for place in there})
        print(family or "(none)", report[family or "none"])
    write_atomically(RESULTS / "early-tasks.json", (json.dumps(report, indent=1) + "\n").encode())


def _of_sample(table: str, found: Mapping[int, float]) -> float:
    """Return Spearman's rho of losses with a table's labels, as the mean over the labels."""
    _, rows = sampled(table)
    labels = read_table(table).with_labels((TABLES[table].main_label,)).labels
    values = -np.array(list(found.values()))
    taken = [rows[place] for place in found]
    return round(float(np.mean([spearman(values, labels[name][taken]) for name in labels])), 3)


def main() -> None:
    """Run the requested action."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", nargs="?", choices=("evaluate", "sample", "choose"), default="evaluate")
    parser.add_argument("--part", default="0/1")
    parser.add_argument("--round", type=int, default=0)
    options = parser.parse_args()
    part, parts = map(int, options.part.split("/"))
    if options.what == "choose":
        choose()
    elif options.what == "sample":
        sample(part, parts)
    else:
        run(options.round, part, parts)


if __name__ == "__main__":
    main()
