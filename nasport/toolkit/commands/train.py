"""`nasport train`: make a shipped bundle anew."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nasport.toolkit import suggestions
from nasport.toolkit.options import Options, argument, option


@dataclass(frozen=True, kw_only=True)
class TrainOptions(Options):
    """Of `nasport train`."""

    name: str = argument(metavar="NAME", suggest=suggestions.bundles, help="Name of a shipped predictor.")
    out: Path = option(metavar="FOLDER", help="Folder to write the bundle into.")
    seeds: int | None = option(
        default=None,
        least=1,
        help="How many trainings of a TG-NAS predictor to measure (5); seed 0 is written.",
    )
    projection: int | None = option(
        default=None,
        least=1,
        help="Principal components of the embeddings to use, such as 64; default: all.",
    )
    readout: str = option(
        default="global", words=("global", "mean"), help="A global node, or the mean of the nodes."
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
