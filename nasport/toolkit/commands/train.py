"""`nasport train`: train a shipped predictor again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nasport.toolkit.options import REQUIRED, Options, argument, option


@dataclass(frozen=True, kw_only=True)
class TrainOptions(Options):
    """Options of `nasport train`."""

    name: str = argument(
        REQUIRED, "Name of a shipped predictor (see `nasport bundles`).", metavar="NAME", suggest="bundles"
    )
    out: Path = option(REQUIRED, "Folder for the bundle.", metavar="FOLDER")
    seeds: int | None = option(
        None,
        "TG-NAS predictors only: number of trainings to measure (default: 5); the training of seed 0 is written.",
        least=1,
    )
    projection: int | None = option(
        None,
        "TG-NAS predictors only: number of principal components of the embeddings, such as 64 (default: no projection).",
        least=1,
    )
    readout: str = option(
        "global",
        "TG-NAS predictors only: readout of the graph network, a global node or the mean of all nodes.",
        words=("global", "mean"),
    )


def run(options: TrainOptions) -> int:
    """Train, export, verify and write the bundle, and print its card.

    Returns:
        Exit status.

    Raises:
        InputError: an unknown predictor, an option that it does not have, or missing benchmark tables.
        MissingRuntimeError: the extra `train` is not installed.
    """
    from nasport.runtime.bundle import open_bundle
    from nasport.toolkit.laboratory.recipes import recipe

    # This call comes before the import of torch, because it raises a helpful error if torch is missing.
    chosen = recipe(options.name)
    from nasport.models.tgnas import TgnasConfig

    config = TgnasConfig(
        projection=options.projection, readout="mean" if options.readout == "mean" else "global"
    )
    chosen.make(options.out, seeds=options.seeds, config=config)
    print(open_bundle(options.out).read("CARD.md").decode())
    return 0
