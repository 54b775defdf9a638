"""`nasport evaluate`: leave each space out, train, rank it, and write the rows, the table and the pictures."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from nasport.toolkit.laboratory.evaluation.recipe import chosen_families
from nasport.toolkit.laboratory.recipes import universal_recipe

DEFAULT_FOLDER = Path("nasport-evaluation")


def run_evaluate(only: Sequence[str], seeds: int, out: Path | None) -> int:
    """Measure what is not measured yet, then write the tables and pictures of all rows; returns the exit status.

    Args:
        only: families to leave out; none: all.
        seeds: trainings of each.
        out: folder for everything, which may hold rows already; None: `nasport-evaluation` in the current folder.

    Raises:
        InputError: a name is not known; a table is missing or wrong.
        MissingRuntimeError: what training needs is not installed.
    """
    recipe = universal_recipe()
    families = chosen_families(recipe, only)
    # Only now: where SciPy is not installed, the recipe has said so.
    from nasport.toolkit.laboratory.evaluation.leave_one_out import Places, evaluate, summarise

    folder = DEFAULT_FOLDER if out is None else out
    places = Places(folder, folder / "evaluation.md", folder)
    evaluate(recipe, families, seeds, places, _say)
    summarise(recipe, places, _say)
    return 0


def _say(text: str) -> None:
    print(f"nasport: {text}", file=sys.stderr, flush=True)
