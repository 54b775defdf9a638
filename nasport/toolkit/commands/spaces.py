"""`nasport spaces`: the spaces that come along, or one with its genes, its size and a member."""

from __future__ import annotations

import json
from collections.abc import Sequence

from nasport.schemas.errors import InputError
from nasport.toolkit.commands.report import Report
from nasport.toolkit.commands.terminal import block, table, terminal_text
from nasport.toolkit.spaces import space_names
from nasport.toolkit.tour.spaces import (
    HEADER,
    NUMBERS,
    SpaceTour,
    facts,
    gene_rows,
    genes_text,
    row,
    space_tour,
)


def run_spaces(names: Sequence[str], seed: int, as_json: bool) -> int:
    """Print spaces, all that come along where none are named; returns the exit status."""
    if not names:
        tours = [space_tour(name) for name in space_names()]
        lines = [json.dumps(tour.to_json()) for tour in tours] if as_json else _all(tours)
        print("\n".join(lines))
        return 0
    report = Report()
    for name in names:
        try:
            tour = space_tour(name, seed)
        except InputError as error:
            report.error(error)
            continue
        print(json.dumps(tour.to_json()) if as_json else _one(tour, seed))
    return report.status


def _all(tours: Sequence[SpaceTour]) -> list[str]:
    rows = table([HEADER, *map(row, tours)], NUMBERS)
    return [*rows, "", "nasport spaces NAME says more; nasport show NAME draws one"]


def _one(tour: SpaceTour, seed: int) -> str:
    assert tour.genes is not None
    assert tour.member is not None
    genes = "\n".join("    " + line for line in table(gene_rows(tour.space), (1,)))
    member = f"the member of seed {seed}, --genes {genes_text(tour.genes)}"
    return f"{block(tour.space.name, facts(tour))}\n\n{genes}\n\n{member}\n\n{terminal_text(tour.member)}"
