"""Judge the world of architectures that nobody labeled, and keep what was said where training reads it.

    python benchmarks/world_evaluating.py proxies --out PROXIES.jsonl [--part 0/2]   # hours on a core; goes on where FILE ends
    python benchmarks/world_evaluating.py gennas --out GENNAS.jsonl [--part 0/2] [--members 24] [--kinds "edge cells" ...]
    python benchmarks/world_evaluating.py proxies|gennas --common --out COMMON.jsonl [--part 0/2]    # cells in the common skeleton
    python benchmarks/world_evaluating.py pack PROXIES.jsonl GENNAS.jsonl ...        # into nasport/toolkit/laboratory/world/judgements.npz

Parts run side by side. What is judged follows from the seed of the world (docs/reports/world.md); what judgements.npz holds already
is not judged again, and `pack` adds to it. To begin anew, remove it.

What ships was judged in steps. Proxies: 24 members of each space in turn, those of at most 30 M multiply-accumulates at
32 by 32, on 16 photographs. GenNAS: the task search-N for 25 steps at full depth and width, 8 members of a space of at
most 4 M, networks of more than 70 operators left out (10 members of at most 8 M in the first 46 spaces, 24 in the first 270
of those with cells). In the common skeleton: 6 members of a space, of any size, 322 spaces by GenNAS and 783 by five
proxies.
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
from nasport.toolkit.laboratory.world.evaluating import Share, Verdict, evaluator_world
from nasport.toolkit.laboratory.world.judgements import FILE, joined, read_judgements
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
# Those that cost a tenth of a second and less.
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
    """The command line."""
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
    """Judge one part."""
    torch.set_num_threads(1)
    part, parts = map(int, options.part.split("/"))
    share = options.share._replace(
        part=part, parts=parts, members=options.members, kinds=tuple(options.kinds)
    )
    if options.common:
        share = share._replace(first=COMMON, members=COMMON_MEMBERS, largest=None)
    known = already_evaluated(options.first) if FILE.exists() else set()
    evaluator_world(
        options.evaluator(options),
        share,
        options.out,
        SEED,
        lambda text: print(text, file=sys.stderr),
        known=known,
    )


def already_evaluated(evaluator: str) -> set[tuple[int, int]]:
    """Space and place of the networks that have a verdict of an evaluator in the file that training reads."""
    kept = read_judgements()
    rows = np.isfinite(kept.of([evaluator])[:, 0])
    return set(zip(kept.space[rows].tolist(), kept.place[rows].tolist(), strict=True))


def by_proxies(options: argparse.Namespace) -> Callable[[Architecture], Verdict]:
    """Zero-cost proxies, to seven digits."""
    images = image_batch(None, 4 * BATCH, torch.Generator().manual_seed(SEED)).numpy()
    only = COMMON_PROXIES if options.common else PROXIES
    plan = ProxyPlan(images=images, only=only, batch_size=BATCH, largest_image=LARGEST_IMAGE)
    evaluator = Evaluator(plan)

    def verdict(architecture: Architecture) -> Verdict:
        found = evaluator(architecture).values
        return {name: None if value is None else float(f"{value:.7g}") for name, value in found.items()}

    return verdict


def by_gennas(options: argparse.Namespace) -> Callable[[Architecture], Verdict]:
    """The loss of a regression with its sign turned: higher is better."""
    task = load_task(TASK)
    images = image_batch(None, task.batch_size, torch.Generator().manual_seed(SEED))
    batch = prepare(task, images, SEED)
    settings = replace(PRESETS["full"], iterations=STEPS, precision="float32")

    def verdict(architecture: Architecture) -> Verdict:
        if not options.common and operators(architecture) > MOST_OPERATORS:
            return {}
        try:
            return {f"gennas:{TASK}": round(-regress(architecture, batch, settings).loss, 6)}
        except InputError:  # too few resolutions for the task's stages
            return {}

    return verdict


def operators(architecture: Architecture) -> int:
    """How many operators with layers of their own a network runs; a block of a chain counts as two."""
    count = 0
    for layer in placed_layers(architecture):
        inside = 2
        if isinstance(layer.what, PlacedCell):
            inside = sum(each.step.kind not in _NO_OPERATORS for each in layer.what.placed)
        count += layer.times * inside
    return count


def pack(options: argparse.Namespace) -> None:
    """Write the file that training reads."""
    kept = read_judgements().records() if FILE.exists() else []
    records = [*kept, *(record for file in options.files for record in read_records(file))]
    found = joined(SETTINGS, records, (*PROXIES, f"gennas:{TASK}"))
    write_atomically(FILE, found.to_bytes())
    print(f"{len(found.space):,} networks of {len(set(found.space.tolist()))} spaces in {FILE}")


if __name__ == "__main__":
    main()
