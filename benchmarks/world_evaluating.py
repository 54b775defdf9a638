"""Evaluate networks of the random search spaces without labels, and write the file that training reads.

    python benchmarks/world_evaluating.py proxies --out PROXIES.jsonl [--part 0/2]   # hours on a core; continues the file
    python benchmarks/world_evaluating.py gennas --out GENNAS.jsonl [--part 0/2] [--members 24] [--kinds "edge cells" ...]
    python benchmarks/world_evaluating.py proxies|gennas --common --out COMMON.jsonl [--part 0/2]    # common skeleton
    python benchmarks/world_evaluating.py pack PROXIES.jsonl GENNAS.jsonl ...        # into nasport/toolkit/laboratory/world/judgements.npz

Parts can run at the same time. The seed of the world (docs/reports/world.md) determines the networks. Networks in
judgements.npz are not evaluated again, and `pack` adds to this file. To start again, remove it.

The shipped file was made in steps. Proxies evaluated 24 members of each space in turn, if they cost at most 30 M
multiply-accumulates at 32 by 32, on 16 photographs. GenNAS used the task search-N for 25 steps at full depth and
width. It evaluated 8 members of a space, of at most 4 M, without networks of more than 70 operators (10 members of at
most 8 M in the first 46 spaces, 24 in the first 270 spaces with cells). In the common skeleton, 6 members of a space
of any size were evaluated, in 322 spaces by GenNAS and in 783 by five proxies.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from nasport.runtime.costs.placing import PlacedCell
from nasport.runtime.costs.skeleton import placed_layers
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.schemas.writing import write_atomically
from nasport.toolkit.gennas.images.image_batch import image_batch
from nasport.toolkit.gennas.regression import prepare, regress
from nasport.toolkit.gennas.settings import PRESETS
from nasport.toolkit.gennas.task import load_task
from nasport.toolkit.laboratory.world import COMMON, KINDS
from nasport.toolkit.laboratory.world.evaluating import Share, Values, evaluate_members
from nasport.toolkit.laboratory.world.evaluations import FILE, joined, read_evaluations
from nasport.toolkit.proxies.evaluating import Evaluator, ProxyPlan
from nasport.toolkit.run_folder import read_records

SEED = 0
SPACES = 1600
PROXIES = (
    *(
        "trained_layers",
        "l2_norm",
        "nwot",
        "jacov",
        "jacov_logdet",
        "epe_nas",
        "grad_norm",
        "snip",
        "plain",
        "fisher",
    ),
    *("az_expressivity", "az_progressivity", "az_trainability", "synflow", "zen"),
)
BATCH, LARGEST_IMAGE, LARGEST, MEMBERS = 16, 48, 30_000_000, 24
COMMON_MEMBERS = 6
# Proxies that take at most a tenth of a second.
COMMON_PROXIES = ("nwot", "az_expressivity", "az_progressivity", "synflow", "zen")
TASK, STEPS, GENNAS_LARGEST, GENNAS_MEMBERS, MOST_OPERATORS = "search-N", 25, 4_000_000, 8, 70
SETTINGS = {
    "seed": SEED,
    "proxies": {
        "batch_size": BATCH,
        "largest_image": LARGEST_IMAGE,
        "images": "photographs",
        "largest_flops": LARGEST,
        "members": MEMBERS,
    },
    "gennas": {
        "iterations": STEPS,
        "preset": "full",
        "precision": "float32",
        "images": "photographs",
        "members": GENNAS_MEMBERS,
        "common_members": COMMON_MEMBERS,
    },
}
_NO_OPERATORS = ("input", "output", "identity", "none", "pooling")


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(required=True)
    for name, evaluator, first, share in (
        ("proxies", by_proxies, "zen", Share(SPACES, MEMBERS, largest=LARGEST)),
        ("gennas", by_gennas, f"gennas:{TASK}", Share(SPACES, GENNAS_MEMBERS, largest=GENNAS_LARGEST)),
    ):
        command = commands.add_parser(name)
        command.add_argument("--out", type=Path, required=True)
        command.add_argument("--part", default="0/1", help="which part of how many")
        command.add_argument("--members", type=int, default=share.members, help="of each space, at most")
        command.add_argument("--common", action="store_true", help="cells in the common skeleton")
        command.add_argument("--kinds", nargs="*", default=[], choices=KINDS, help="of spaces; default: all")
        command.set_defaults(run=run, evaluator=evaluator, first=first, share=share)
    command = commands.add_parser("pack")
    command.add_argument("files", type=Path, nargs="+")
    command.set_defaults(run=pack)
    options = parser.parse_args()
    options.run(options)


def run(options: argparse.Namespace) -> None:
    """Evaluate one part."""
    torch.set_num_threads(1)
    part, parts = map(int, options.part.split("/"))
    share = options.share._replace(
        part=part, parts=parts, members=options.members, kinds=tuple(options.kinds)
    )
    if options.common:
        share = share._replace(first=COMMON, members=COMMON_MEMBERS, largest=None)
    known = already_evaluated(options.first) if FILE.exists() else set()
    evaluate_members(
        options.evaluator(options),
        share,
        options.out,
        SEED,
        lambda text: print(text, file=sys.stderr),
        known=known,
    )


def already_evaluated(evaluator: str) -> set[tuple[int, int]]:
    """Return space and position of the networks that have a value of an evaluator in the file of the training."""
    kept = read_evaluations()
    rows = np.isfinite(kept.of([evaluator])[:, 0])
    return set(zip(kept.space[rows].tolist(), kept.place[rows].tolist(), strict=True))


def by_proxies(options: argparse.Namespace) -> Callable[[Architecture], Values]:
    """Return zero-cost proxies, to seven digits."""
    images = image_batch(None, 4 * BATCH, torch.Generator().manual_seed(SEED)).numpy()
    only = COMMON_PROXIES if options.common else PROXIES
    plan = ProxyPlan(images=images, only=only, batch_size=BATCH, largest_image=LARGEST_IMAGE)
    evaluator = Evaluator(plan)

    def evaluate(architecture: Architecture) -> Values:
        found = evaluator(architecture).values
        return {name: None if value is None else float(f"{value:.7g}") for name, value in found.items()}

    return evaluate


def by_gennas(options: argparse.Namespace) -> Callable[[Architecture], Values]:
    """Return the negative loss of a regression (higher is better)."""
    task = load_task(TASK)
    images = image_batch(None, task.batch_size, torch.Generator().manual_seed(SEED))
    batch = prepare(task, images, SEED)
    settings = replace(PRESETS["full"], iterations=STEPS, precision="float32")

    def evaluate(architecture: Architecture) -> Values:
        if not options.common and operators(architecture) > MOST_OPERATORS:
            return {}
        try:
            return {f"gennas:{TASK}": round(-regress(architecture, batch, settings).loss, 6)}
        except InputError:  # the network has too few resolutions for the stages of the task
            return {}

    return evaluate


def operators(architecture: Architecture) -> int:
    """Return the number of operators with layers that a network runs; a block of a chain counts as two."""
    count = 0
    for layer in placed_layers(architecture):
        inside = 2
        if isinstance(layer.what, PlacedCell):
            inside = sum(each.step.kind not in _NO_OPERATORS for each in layer.what.placed)
        count += layer.times * inside
    return count


def pack(options: argparse.Namespace) -> None:
    """Write the file that training reads."""
    kept = read_evaluations().records() if FILE.exists() else []
    records = [*kept, *(record for file in options.files for record in read_records(file))]
    found = joined(SETTINGS, records, (*PROXIES, f"gennas:{TASK}"))
    write_atomically(FILE, found.to_bytes())
    print(f"{len(found.space):,} networks of {len(set(found.space.tolist()))} spaces in {FILE}")


if __name__ == "__main__":
    main()
