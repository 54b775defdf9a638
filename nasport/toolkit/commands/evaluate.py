"""`nasport evaluate`: measure predictors on families of search spaces that are left out of training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nasport.toolkit.options import Options, option
from nasport.toolkit.printing.report import say

DEFAULT_FOLDER = Path("nasport-evaluation")


@dataclass(frozen=True, kw_only=True)
class EvaluateOptions(Options):
    """Options of `nasport evaluate`."""

    only: Sequence[str] = option(
        (), "Family to leave out (default: all, one after the other). May be repeated.", metavar="NAME"
    )
    seeds: int = option(5, "Number of trainings per family.", least=1)
    out: Path = option(
        DEFAULT_FOLDER, "Folder for the results; rows that it already holds are kept.", metavar="FOLDER"
    )


def run(options: EvaluateOptions) -> int:
    """Measure the missing rows, then write the tables and pictures of all rows.

    Returns:
        Exit status.

    Raises:
        InputError: an unknown family, or a missing or invalid table.
        MissingRuntimeError: the extra `train` is not installed.
    """
    from nasport.toolkit.laboratory.evaluation.recipe import chosen_families
    from nasport.toolkit.laboratory.recipes import universal_recipe

    recipe = universal_recipe()
    families = chosen_families(recipe, options.only)
    # This import needs SciPy. `universal_recipe` has already raised MissingRuntimeError if the packages are missing.
    from nasport.toolkit.laboratory.evaluation.leave_one_out import Places, evaluate, summarize

    places = Places(options.out, options.out / "evaluation.md", options.out)
    evaluate(recipe, families, options.seeds, places, say)
    summarize(recipe, places, say)
    return 0
