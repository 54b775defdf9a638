"""Compare DARTS cells of the panel (at most 3.5 M parameters) with published cells; docs/reports/search.md.

    python benchmarks/search.py darts-panel --work FOLDER --predictors 1      # first: the searches
    python benchmarks/darts_panel.py GENOTYPES.txt [--part 0/2]                # trainings, minutes each
    python benchmarks/darts_panel.py GENOTYPES.txt --summary

GENOTYPES.txt has published genotypes in any text that `nasport score --from darts` reads. GenNAS regression (task
`combo`, whole network, 100 steps) trains the winners in benchmarks/results/search/darts-panel.jsonl, and all
genotypes within a tenth of their parameters. No label is read. For each winner the summary counts the genotypes of
its size with a larger loss. Losses are written to darts-panel-losses.jsonl, and the summary to darts-panel.json.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import json
from pathlib import Path
from typing import Any

import torch
from search import RESULTS, records

import nasport
from nasport.runtime.costs import costs
from nasport.schemas import architecture_hash
from nasport.schemas.architecture import Architecture
from nasport.schemas.writing import write_atomically
from nasport.toolkit.gennas.choices import Choices
from nasport.toolkit.gennas.planning import plan_of
from nasport.toolkit.run_folder import append_records

LOSSES, SUMMARY = RESULTS / "darts-panel-losses.jsonl", RESULTS / "darts-panel.json"
NEAR = 0.1
WITHOUT_WEIGHT = ("input", "output", "sum", "skip_connect", "none")


def parameters(architecture: Architecture) -> int:
    """Return the number of trainable parameters of the whole network."""
    cost = costs(architecture)
    assert cost is not None
    return cost.parameters


def depth(architecture: Architecture) -> dict[str, int]:
    """Return for each cell the number of operators on its longest path from an input to the output, without skips."""
    found = {}
    for name, cell in architecture.cells.items():
        longest: dict[str, int] = {}
        for node in cell.nodes:
            before = max((longest[each] for each in node.inputs), default=0)
            longest[node.id] = before + (node.op not in WITHOUT_WEIGHT)
        found[name] = max(longest.values())
    return found


def compared(genotypes: Path) -> tuple[dict[str, Architecture], dict[str, Architecture]]:
    """Return the winners, and the published genotypes that are near any of them in size, both by hash."""
    found = [
        nasport.parse(each["notation"], notation="darts") for each in records(RESULTS / "darts-panel.jsonl")
    ]
    winners = {architecture_hash(each): each for each in found}
    sizes = [parameters(each) for each in winners.values()]
    published = {}
    for each in nasport.read(genotypes, notation="darts"):
        if any(abs(parameters(each) / size - 1) <= NEAR for size in sizes):
            published[architecture_hash(each)] = each
    return winners, published


def train(architectures: dict[str, Architecture], part: int, parts: int) -> None:
    """Train the architectures that have no loss yet, in the given order."""
    torch.set_num_threads(1)
    known = {each["hash"] for each in records(LOSSES)}
    trainer = plan_of(Choices(task="combo")).begun()
    for key in list(architectures)[part::parts]:
        if key not in known:
            found = trainer(architectures[key])
            record = {"hash": key, "loss": found.loss, "seconds": found.seconds, "failed": found.failed}
            append_records(LOSSES, [record])
            print(record, flush=True)


def summary(winners: dict[str, Architecture], published: dict[str, Architecture]) -> dict[str, Any]:
    """Summarize each winner: loss, depth, and the share of published genotypes of its size that have a larger loss."""
    losses = {each["hash"]: each["loss"] for each in records(LOSSES)}
    found = []
    for key, winner in winners.items():
        size = parameters(winner)
        near = [
            losses[other]
            for other, each in published.items()
            if abs(parameters(each) / size - 1) <= NEAR and other in losses
        ]
        below = sum(losses[key] < loss for loss in near)
        found.append(
            {
                "winner": key,
                "parameters": size,
                "depth": depth(winner),
                "loss": losses[key],
                "published_of_its_size": len(near),
                "with_a_larger_loss": below,
                "share": round(below / len(near), 3) if near else None,
            }
        )
    return {"searches": len(records(RESULTS / "darts-panel.jsonl")), "winners": found}


def main() -> None:
    """Train what is missing, or write and print the summary."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("genotypes", type=Path)
    parser.add_argument("--part", default="0/1")
    parser.add_argument("--summary", action="store_true")
    options = parser.parse_args()
    winners, published = compared(options.genotypes)
    if options.summary:
        report = summary(winners, published)
        write_atomically(SUMMARY, (json.dumps(report, indent=1) + "\n").encode())
        print(json.dumps(report, indent=1))
    else:
        train({**winners, **published}, *map(int, options.part.split("/")))


if __name__ == "__main__":
    main()
