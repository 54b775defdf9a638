"""Evaluate samples of the benchmark tables with the panel's evaluators; `panel_weights.py` learns from the values.

    NASPORT_DATA=FOLDER python benchmarks/panel_samples.py [TABLE...] [--part 0/2] [--tasks TASK...]

The first architectures of each table, in the order of a fixed shuffle, are evaluated on one thread. Eight proxies, of
which the panel uses one, write a line for each to benchmarks/results/panel/TABLE.jsonl. GenNAS regression writes to
gennas-TABLE.jsonl, with the task of the bundle that was trained without the table, or with other tasks. Existing
lines are skipped, so parts can run at the same time and be interrupted. No label is read.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from nasport.runtime.predictor import DEFAULT_BUNDLE
from nasport.schemas.architecture import Architecture
from nasport.toolkit.gennas.choices import Choices
from nasport.toolkit.gennas.images.image_batch import image_batch
from nasport.toolkit.gennas.planning import IMAGE_TASK as DEFAULT_TASK
from nasport.toolkit.gennas.planning import plan_of
from nasport.toolkit.gennas.proxy_document import width_of
from nasport.toolkit.gennas.regression import Batch, prepare, regress
from nasport.toolkit.gennas.settings import Settings
from nasport.toolkit.gennas.task import Task, load_task
from nasport.toolkit.laboratory.recipes.universal import LEFT_OUT, TAUGHT
from nasport.toolkit.laboratory.recipes.universal_bundles import SHIPPED
from nasport.toolkit.laboratory.tables import TABLES, read_table
from nasport.toolkit.notations import notation
from nasport.toolkit.panel.learned import steps_of, task_of
from nasport.toolkit.proxies.choices import ProxyChoices
from nasport.toolkit.proxies.planning import proxy_plan
from nasport.toolkit.run_folder import append_records, read_records

RESULTS = Path(__file__).parent / "results" / "panel"
PROXIES = (
    "trained_layers",
    "nwot",
    "jacov_logdet",
    "grad_norm",
    "az_expressivity",
    "az_progressivity",
    "synflow",
    "zen",
)
ALL_STEPS = 100
CHAINS = ("nasbench_macro", "accel_nasbench", "transnas_macro", "nds_resnext_a", "vit_bench_101")


class Sample(NamedTuple):
    """Number of evaluated architectures of a table, and the relative depth of their networks."""

    count: int
    depth: float = 1.0


SAMPLES = {
    "nasbench201": Sample(300),
    "nasbench101": Sample(200),
    "transnas_micro": Sample(100),
    "nasbench_macro": Sample(80),
    "accel_nasbench": Sample(64),
    "vit_bench_101": Sample(64),
    "transnas_macro": Sample(80),
    "darts_small": Sample(48, 1 / 3),
    "nds_darts": Sample(27, 1 / 3),
    "nasbench301": Sample(20, 1 / 3),
    "nds_enas": Sample(20, 1 / 3),
    "nds_resnext_a": Sample(20, 1 / 4),
}


def held_out_bundle(table: str) -> str:
    """Return the name of the shipped bundle that was trained without a table."""
    left_out = [f"{DEFAULT_BUNDLE}-without-{family}" for family in SHIPPED if table in LEFT_OUT[family]]
    return left_out[0] if table in TAUGHT else DEFAULT_BUNDLE


def sampled(table: str) -> tuple[list[Architecture], list[int]]:
    """Return the architectures of a table's sample, and their rows among those that have its main label."""
    read = read_table(table)
    texts, _ = read.labeled(TABLES[table].main_label)
    rows = np.random.default_rng(0).permutation(len(texts))[: SAMPLES[table].count].tolist()
    parse = notation(read.notation).parse
    return [parse(texts[row]) for row in rows], rows


def by_proxies(architecture: Architecture, settings: Settings) -> dict[str, Any]:
    """Return the values of the proxies for a network, with their seconds."""
    width = width_of(architecture, settings)
    plan = proxy_plan(ProxyChoices(only=PROXIES, depth=settings.depth, width=width))
    evaluation = plan.begun()(architecture)
    return {
        "proxies": {
            name: None if value is None else float(f"{value:.6g}")
            for name, value in evaluation.values.items()
        },
        "proxy_seconds": round(evaluation.seconds or 0.0, 3),
    }


def by_gennas(architecture: Architecture, batch: Batch, settings: Settings) -> dict[str, Any]:
    """Return the losses of GenNAS regression after every ten steps."""
    found = regress(architecture, batch, settings)
    return {
        "losses": [round(loss, 6) if math.isfinite(loss) else None for loss in found.losses[10::10]],
        "fit": round(found.fit, 6),
        "seconds": round(found.seconds, 3),
        "failed": found.failed,
    }


def evaluate_sample(
    table: str, tasks: Sequence[Task], part: int, parts: int, steps: int | None = None
) -> None:
    """Evaluate the missing architectures of a table's sample; `steps` None: the steps of the panel."""
    architectures, _ = sampled(table)
    proxies, gennas = RESULTS / f"{table}.jsonl", RESULTS / f"gennas-{table}.jsonl"
    settings = replace(plan_of(Choices(task=DEFAULT_TASK)).settings, depth=SAMPLES[table].depth)
    known = {record["place"] for record in read_records(proxies)}
    trained = {(record["task"], record["place"]) for record in read_records(gennas)}
    batches = {}
    for task in tasks:
        images = image_batch(None, task.batch_size, torch.Generator().manual_seed(0))
        batches[task.name] = prepare(task, images, 0)
    for place, architecture in list(enumerate(architectures))[part::parts]:
        if place not in known:
            append_records(proxies, [{"place": place, **by_proxies(architecture, settings)}])
        for task, batch in batches.items():
            if (task, place) not in trained:
                own = replace(settings, iterations=steps or steps_of(task) or ALL_STEPS)
                record = {"task": task, "place": place, **by_gennas(architecture, batch, own)}
                append_records(gennas, [record])
    print(table, len(architectures), *batches, flush=True)


def main() -> None:
    """Evaluate what is missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("tables", nargs="*", default=list(SAMPLES), metavar="TABLE")
    parser.add_argument("--part", default="0/1")
    parser.add_argument("--tasks", nargs="+", metavar="TASK")
    options = parser.parse_args()
    part, parts = map(int, options.part.split("/"))
    torch.set_num_threads(1)
    for table in options.tables:
        tasks = [load_task(name) for name in options.tasks or [task_of(held_out_bundle(table))]]
        evaluate_sample(table, tasks, part, parts)


if __name__ == "__main__":
    main()
