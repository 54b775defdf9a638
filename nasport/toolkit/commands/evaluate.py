"""`nasport evaluate`: leave each space out, train, rank it, and write the rows, the table and the pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nasport.toolkit.options import Options, option
from nasport.toolkit.printing.report import say

DEFAULT_FOLDER = Path("nasport-evaluation")


@dataclass(frozen=True, kw_only=True)
class EvaluateOptions(Options):
    """Of `nasport evaluate`."""

    only: Sequence[str] = option(
        (), "Family to leave out, instead of each in turn; may be repeated.", metavar="NAME"
    )
    seeds: int = option(5, "Number of trainings of each family.", least=1)
    out: Path = option(
        DEFAULT_FOLDER, "Folder to write into; rows that it holds already are kept.", metavar="FOLDER"
    )


def run(options: EvaluateOptions) -> int:
    """Measure what is not measured yet, then write the tables and pictures of all rows; returns the exit status.

    Raises:
        InputError: a name is not known; a table is missing or wrong.
        MissingRuntimeError: what training needs is not installed.
    """
    from nasport.toolkit.laboratory.evaluation.recipe import chosen_families
    from nasport.toolkit.laboratory.recipes import universal_recipe

    recipe = universal_recipe()
    families = chosen_families(recipe, options.only)
    # Only now: where SciPy is not installed, the recipe has said so.
    from nasport.toolkit.laboratory.evaluation.leave_one_out import Places, evaluate, summarize

    places = Places(options.out, options.out / "evaluation.md", options.out)
    evaluate(recipe, families, options.seeds, places, say)
    summarize(recipe, places, say)
    return 0
