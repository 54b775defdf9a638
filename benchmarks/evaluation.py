"""Measure `universal` on every space that it did not see, and write this project's rows, tables and pictures.

    NASPORT_DATA=TABLES python benchmarks/evaluation.py            # everything that has no row yet, five seeds
    NASPORT_DATA=TABLES python benchmarks/evaluation.py --only nasbench101
    python benchmarks/evaluation.py --from-rows                    # tables and bars of the rows that are there

The same as `nasport evaluate`, from the root of a checkout, into the places that the documents link to: rows and baselines
in benchmarks/results/evaluation, tables between the markers of docs/evaluation.md, pictures in docs/pictures.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from nasport.toolkit.laboratory.evaluation.leave_one_out import Places, evaluate, summarise
from nasport.toolkit.laboratory.evaluation.recipe import chosen_families
from nasport.toolkit.laboratory.evaluation.summary import RESULTS_FOLDER
from nasport.toolkit.laboratory.recipes import universal_recipe

PLACES = Places(RESULTS_FOLDER, Path("docs/evaluation.md"), Path("docs/pictures"))


def say(text: str) -> None:
    """To standard error."""
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Measure, unless only the rows that are there are wanted, then write."""
    parser = argparse.ArgumentParser(description="Write this project's evaluation of `universal`.")
    parser.add_argument(
        "--only", action="append", default=[], help="leave out this family alone; may be repeated"
    )
    parser.add_argument("--seeds", type=int, default=5, help="trainings of each family")
    parser.add_argument("--from-rows", action="store_true", help="measure nothing")
    options = parser.parse_args()
    recipe = universal_recipe()
    if not options.from_rows:
        evaluate(recipe, chosen_families(recipe, options.only), options.seeds, PLACES, say)
    summarise(recipe, PLACES, say)


if __name__ == "__main__":
    main()
