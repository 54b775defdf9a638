"""`nasport evaluate`: leave each space out, train, rank it, and write the rows, the table and the pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nasport.toolkit.options import Options, option


@dataclass(frozen=True, kw_only=True)
class EvaluateOptions(Options):
    """Of `nasport evaluate`."""

    only: Sequence[str] = option(
        (), "Leave out this family alone; may stand several times; default: each.", metavar="NAME"
    )
    seeds: int = option(5, "Trainings of each family.", least=1)
    out: Path | None = option(
        None, "Folder to write everything into; default: this checkout's results and docs.", metavar="FOLDER"
    )


def run(options: EvaluateOptions) -> int:
    """Measure what is not measured yet, then write the tables and pictures of all rows; returns the exit status.

    Raises:
        InputError: a name is not known; a table is missing or wrong; there is no checkout here.
        MissingRuntimeError: SciPy is not installed.
    """
    from nasport.toolkit.laboratory.evaluation.measuring import measure_all

    measure_all(options.only, options.seeds, options.out)
    return 0
