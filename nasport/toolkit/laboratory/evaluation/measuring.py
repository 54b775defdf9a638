"""Leave each space out, train, rank it, and write the rows, the table and the pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from nasport.runtime.installation import pip_install
from nasport.schemas.errors import InputError, MissingRuntimeError
from nasport.toolkit.laboratory.evaluation.recipe import UnseenRecipe, chosen_families, universal_recipe
from nasport.toolkit.printing.report import say


@dataclass(frozen=True)
class Places:
    """Where results go.

    Attributes:
        results: folder of rows and baselines.
        document: in which the tables stand.
        pictures: their folder.
    """

    results: Path
    document: Path
    pictures: Path


def measure_all(only: Sequence[str], seeds: int, out: Path | None) -> None:
    """Measure what is not measured yet, then write the tables and pictures of all rows.

    Args:
        only: families to leave out; none: all.
        seeds: trainings of each.
        out: folder for everything; None: the project's own places, from the root of a checkout.

    Raises:
        InputError: a name is not known; a table is missing or wrong; there is no checkout here.
        MissingRuntimeError: SciPy is not installed.
    """
    try:
        import scipy  # noqa: F401
    except ImportError as error:
        raise MissingRuntimeError(
            f"SciPy is not installed, which rank correlations need: {pip_install('train')}"
        ) from error
    recipe = universal_recipe()
    families = chosen_families(recipe, list(only))
    from nasport.toolkit.laboratory.evaluation.summary import RESULTS_FOLDER

    places = _places(out, RESULTS_FOLDER)
    _measure(recipe, families, seeds, places)
    _summarise(recipe, places)


def _places(out: Path | None, results: Path) -> Places:
    if out is not None:
        return Places(out, out / "evaluation.md", out)
    document = Path("docs/evaluation.md")
    if not document.is_file():
        raise InputError(f"there is no {document} here, expected the root of a checkout, or --out FOLDER")
    return Places(results, document, Path("docs/pictures"))


def _measure(recipe: UnseenRecipe, families: Iterable[str], seeds: int, places: Places) -> None:
    from nasport.toolkit.laboratory.evaluation import plots as pictures
    from nasport.toolkit.laboratory.evaluation.baselines import baseline_rows
    from nasport.toolkit.laboratory.evaluation.leave_one_out import Spaces, Tested, evaluate
    from nasport.toolkit.laboratory.evaluation.rows import RowsFile, write_baselines
    from nasport.toolkit.laboratory.evaluation.summary import BASELINES_FILE, ROWS_FILE

    families, spaces = list(families), Spaces()
    rows = RowsFile(places.results / ROWS_FILE)
    # First, since it takes no training: a missing table is said before anything is trained.
    names = dict.fromkeys(name for family in families for name in recipe.TESTED[family])
    write_baselines(
        places.results / BASELINES_FILE, (row for name in names for row in baseline_rows(spaces[name]))
    )

    def picture(family: str) -> Path:
        return places.pictures / pictures.density_file(family)

    def draw(family: str, scored: Tested) -> None:
        pictures.draw_density(family, scored, picture(family))

    drawn = pictures.can_draw()
    if not drawn:
        say(f"matplotlib is not installed, so no pictures are drawn: {pip_install('train')}")
    evaluate(
        recipe,
        families,
        seeds,
        spaces,
        rows,
        draw=draw if drawn else None,
        wants=lambda family: not picture(family).exists(),
        say=say,
    )


def _summarise(recipe: UnseenRecipe, places: Places) -> None:
    """Tables and bars of all rows of the recipe, of families that were not asked for too."""
    from nasport.toolkit.laboratory.evaluation import plots as pictures
    from nasport.toolkit.laboratory.evaluation.document import write_document
    from nasport.toolkit.laboratory.evaluation.rows import RowsFile, read_baselines
    from nasport.toolkit.laboratory.evaluation.summary import BASELINES_FILE, ROWS_FILE, current_rows, entries

    file = RowsFile(places.results / ROWS_FILE)
    rows = current_rows(file, recipe)
    if len(rows) < len(file.rows):
        say(f"{len(file.rows) - len(rows):,} rows of other recipes in {file.path} are left aside")
    found = entries(rows, read_baselines(places.results / BASELINES_FILE), recipe)
    write_document(places.document, found)
    if pictures.can_draw():
        pictures.draw_bars(found, places.pictures / pictures.BARS_FILE)
    print(f"{len(rows):,} rows in {file.path}, tables in {places.document}")
