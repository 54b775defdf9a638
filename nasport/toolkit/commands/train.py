"""`nasport train`: make a shipped bundle anew."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nasport.toolkit.options import REQUIRED, Options, argument, option


@dataclass(frozen=True, kw_only=True)
class TrainOptions(Options):
    """Of `nasport train`."""

    name: str = argument(REQUIRED, "Name of a shipped predictor.", metavar="NAME", suggest="bundles")
    out: Path = option(REQUIRED, "Folder to write the bundle into.", metavar="FOLDER")
    seeds: int | None = option(
        None, "Number of trainings of a TG-NAS predictor to measure (5); that of seed 0 is written.", least=1
    )
    projection: int | None = option(
        None, "Number of principal components of the embeddings to use, such as 64; default: all.", least=1
    )
    readout: str = option(
        "global",
        "Readout of the graph network: a global node, or the mean of the nodes.",
        words=("global", "mean"),
    )


def run(options: TrainOptions) -> int:
    """Train, export, prove and write the bundle; print its card."""
    from nasport.runtime.bundle import open_bundle
    from nasport.toolkit.laboratory.recipes import recipe

    made = recipe(options.name)  # first: it says so where torch is not installed
    from nasport.models.tgnas import TgnasConfig

    config = TgnasConfig(
        projection=options.projection, readout="mean" if options.readout == "mean" else "global"
    )
    made.make(options.out, seeds=options.seeds, config=config)
    print(open_bundle(options.out).read("CARD.md").decode())
    return 0
