"""`nasport spaces`: list the shipped search spaces, or describe some with size, genes and a member."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nasport.toolkit.options import JsonOptions, argument, option
from nasport.toolkit.printing.report import Report
from nasport.toolkit.printing.terminal import block, table, terminal_text

if TYPE_CHECKING:
    from nasport.toolkit.reference.space_facts import SpaceTour


@dataclass(frozen=True, kw_only=True)
class SpacesOptions(JsonOptions):
    """Options of `nasport spaces`."""

    names: Sequence[str] = argument(
        (),
        "Search spaces to describe: names or files (default: list all shipped ones).",
        metavar="NAME-or-FILE...",
        suggest="spaces",
    )
    seed: int = option(0, "Seed of the random member.", least=0)


def run(options: SpacesOptions) -> int:
    """Describe the named search spaces, or list the shipped ones.

    Returns:
        Exit status.
    """
    from nasport.toolkit.reference.space_facts import space_tour
    from nasport.toolkit.spaces import space_names

    if not options.names:
        tours = [space_tour(name) for name in space_names()]
        lines = [json.dumps(tour.to_json()) for tour in tours] if options.json else _all(tours)
        print("\n".join(lines))
        return 0
    report = Report()
    for name in options.names:
        with report.continuing():
            tour = space_tour(name, options.seed)
            print(json.dumps(tour.to_json()) if options.json else _one(tour, options.seed))
    return report.status


def _all(tours: Sequence[SpaceTour]) -> list[str]:
    from nasport.toolkit.reference.space_facts import HEADER, NUMBERS, row

    rows = table([HEADER, *map(row, tours)], NUMBERS)
    return [*rows, "", "description: nasport spaces NAME; drawing: nasport show NAME"]


def _one(tour: SpaceTour, seed: int) -> str:
    from nasport.toolkit.reference.space_facts import facts, gene_rows, genes_text

    assert tour.genes is not None
    assert tour.member is not None
    genes = "\n".join("    " + line for line in table(gene_rows(tour.space), (1,)))
    member = f"a random member (--seed {seed}, --genes {genes_text(tour.genes)})"
    return f"{block(tour.space.name, facts(tour))}\n\n{genes}\n\n{member}\n\n{terminal_text(tour.member)}"
