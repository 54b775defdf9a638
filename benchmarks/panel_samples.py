"""What the judges of the panel say of samples of the benchmarks' architectures. No label is read here.

    NASPORT_DATA=TABLES python benchmarks/panel_samples.py TABLE [TABLE ...] [--count 60] [--part 0/2]

Judges a sample that a fixed seed draws, by zero-cost proxies and by GenNAS regression as the panel does, on photographs, and
appends a line for each to benchmarks/results/panel/TABLE.jsonl, by its place in the sample; what is there is not judged again.
`panel.py` learns the panel's weights from them, and measures what they are worth.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import sys
from pathlib import Path

import numpy as np
import torch

from nasport.schemas.architecture import Architecture
from nasport.toolkit.gennas.choices import Choices
from nasport.toolkit.gennas.planning import plan_of
from nasport.toolkit.laboratory.tables import READERS, read_table
from nasport.toolkit.notations import notation
from nasport.toolkit.proxies.choices import ProxyChoices
from nasport.toolkit.proxies.planning import proxy_plan
from nasport.toolkit.run_folder import append_records, read_records

RESULTS = Path(__file__).parent / "results" / "panel"
SEED = 0
# Cheap ones, of different sorts (docs/proxies.md, "Which of them say something of their own").
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
TASK, ITERATIONS = "search-N", 30


def sample(name: str, count: int) -> list[tuple[int, Architecture]]:
    """Rows of a table, drawn at random, and their architectures."""
    table = read_table(name)
    rows = np.random.default_rng(SEED).permutation(len(table.texts))[:count].tolist()
    parse = notation(table.notation).parse
    return [(row, parse(table.texts[row])) for row in rows]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("tables", nargs="+", choices=list(READERS))
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--part", default="0/1", help="which part of how many")
    options = parser.parse_args()
    torch.set_num_threads(1)
    part, parts = map(int, options.part.split("/"))
    by_proxies = proxy_plan(ProxyChoices(only=PROXIES, seed=SEED)).begun()
    plan = plan_of(Choices(task=TASK, iterations=ITERATIONS, seed=SEED, precision="float32"))
    by_gennas = plan.begun()
    for name in options.tables:
        file = RESULTS / f"{name}.jsonl"
        done = {record["place"] for record in read_records(file)}
        for place, (row, architecture) in enumerate(sample(name, options.count)):
            if place % parts != part or place in done:
                continue
            proxies, gennas = by_proxies(architecture), by_gennas(architecture)
            record = {
                "place": place,
                "row": row,
                "proxies": {key: value and float(f"{value:.7g}") for key, value in proxies.values.items()},
                "loss": gennas.loss and round(gennas.loss, 6),
                "seconds": [round(each.seconds or 0.0, 2) for each in (proxies, gennas)],
                "failed": gennas.failed,
            }
            append_records(file, [record])
        print(f"{name}: {options.count}", file=sys.stderr)


if __name__ == "__main__":
    main()
