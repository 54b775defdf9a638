"""What the judges of the panel say of architectures of the benchmark tables: what `panel_weights.py` learns from.

    NASPORT_DATA=FOLDER python benchmarks/panel_samples.py [TABLE...] [--part 0/2]

Of each table the first architectures in the order of a fixed shuffle are judged, one after another on one thread, by eight
proxies, of which the panel uses one, and by GenNAS regression, and a line for each is appended to benchmarks/results/panel/TABLE.jsonl: what is
there already is not done again, so that parts can run side by side and be interrupted. No label is read.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import math
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from nasport.schemas.architecture import Architecture
from nasport.toolkit.gennas.choices import Choices
from nasport.toolkit.gennas.images.image_batch import image_batch
from nasport.toolkit.gennas.planning import plan_of
from nasport.toolkit.gennas.proxy_document import width_of
from nasport.toolkit.gennas.regression import prepare, regress
from nasport.toolkit.gennas.task import load_task
from nasport.toolkit.laboratory.tables import TABLES, read_table
from nasport.toolkit.notations import notation
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
TASK, STEPS = "search-N", 30


class Sample(NamedTuple):
    """How many architectures of a table are judged, how deep their networks are, and whether GenNAS is to hear them.

    GenNAS has heard the samples of NAS-Bench-101 and NAS-Bench-201 already (`benchmarks/gennas.py`).
    """

    count: int
    depth: float = 1.0
    gennas: bool = True


SAMPLES = {
    "nasbench201": Sample(300, gennas=False),
    "nasbench101": Sample(200, gennas=False),
    "transnas_micro": Sample(100),
    "nasbench_macro": Sample(80),
    "accel_nasbench": Sample(64),
    "vit_bench_101": Sample(64),
    "transnas_macro": Sample(80),
    "darts_small": Sample(48, 1 / 3),
    "nds_darts": Sample(24, 1 / 3),
    "nasbench301": Sample(20, 1 / 3),
    "nds_enas": Sample(20, 1 / 3),
    "nds_resnext_a": Sample(20, 1 / 4),
}


def sampled(table: str) -> tuple[list[Architecture], list[int]]:
    """The architectures of a table's sample, and their rows among those that have its main label."""
    read = read_table(table)
    texts, _ = read.labelled(TABLES[table].main_label)
    rows = np.random.default_rng(0).permutation(len(texts))[: SAMPLES[table].count].tolist()
    parse = notation(read.notation).parse
    return [parse(texts[row]) for row in rows], rows


class Judges:
    """The proxies and GenNAS, at the depth of a sample."""

    def __init__(self, sample: Sample) -> None:
        self.settings = replace(plan_of(Choices(task=TASK, iterations=STEPS)).settings, depth=sample.depth)
        task = load_task(TASK)
        images = image_batch(None, task.batch_size, torch.Generator().manual_seed(0))
        self.batch = prepare(task, images, 0) if sample.gennas else None

    def __call__(self, architecture: Architecture) -> dict[str, Any]:
        """What they say, with their seconds."""
        width = width_of(architecture, self.settings)
        plan = proxy_plan(ProxyChoices(only=PROXIES, depth=self.settings.depth, width=width))
        judgement = plan.begun()(architecture)
        record: dict[str, Any] = {
            "proxies": {
                name: None if value is None else float(f"{value:.6g}")
                for name, value in judgement.values.items()
            },
            "proxy_seconds": round(judgement.seconds or 0.0, 3),
        }
        if self.batch is not None:
            found = regress(architecture, self.batch, self.settings)
            record |= {
                "loss": round(found.loss, 6),
                "fit": round(found.fit, 6),
                "seconds": round(found.seconds, 3),
                "failed": found.failed,
                "errors": [
                    [round(error, 5) if math.isfinite(error) else None for error in errors]
                    for errors in found.errors[10::10]
                ],
            }
        return record


def main() -> None:
    """Judge what is missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("tables", nargs="*", default=list(SAMPLES), metavar="TABLE")
    parser.add_argument("--part", default="0/1")
    options = parser.parse_args()
    part, parts = map(int, options.part.split("/"))
    torch.set_num_threads(1)
    for table in options.tables:
        architectures, _ = sampled(table)
        file, judges = RESULTS / f"{table}.jsonl", Judges(SAMPLES[table])
        done = {record["place"] for record in read_records(file)}
        for place, architecture in enumerate(architectures):
            if place % parts == part and place not in done:
                append_records(file, [{"place": place, **judges(architecture)}])
        print(table, len(architectures), flush=True)


if __name__ == "__main__":
    main()
