"""Which kind of layer a step of a cell has at which places of the network, as conditions on the arguments of its class.

Nothing where the shape stays, a projection where it changes: `nn.Identity() if stride == 1 else FactorizedReduce(...)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

from nasport.toolkit.networks.source.numbers import IrregularError, Numbers


@dataclass(frozen=True)
class Branch:
    """One kind of layer.

    Attributes:
        condition: when a step has it, if none of the branches before holds; empty: always.
        places: of the network where that is so.
    """

    condition: str
    places: list[int]


def branches_by_flag(outlines: Sequence[Any], flag: str, holds: Sequence[bool]) -> list[Branch] | None:
    """Two kinds of layers told apart by a flag that holds at these places; None: it does not tell them apart."""
    places = [[place for place, one in enumerate(holds) if one is which] for which in (True, False)]
    if any(len({outlines[place] for place in some}) != 1 for some in places):
        return None
    return [Branch(flag, places[0]), Branch("", places[1])]


def branches_by_shape(outlines: Sequence[Any], numbers: Numbers) -> list[Branch]:
    """Kinds of layers told apart by what the shapes at their places are.

    Raises:
        IrregularError: by stride and widths they cannot be.
    """
    found = _told_apart(outlines, list(range(len(outlines))), numbers.conditions())
    if found is None:
        raise IrregularError
    words = {word for branch in found for word in branch.condition.split()}
    numbers.used.update(words.intersection(numbers.known))
    return found


def _told_apart(
    outlines: Sequence[Any], places: list[int], conditions: dict[str, list[bool]]
) -> list[Branch] | None:
    kinds = {outlines[place] for place in places}
    if len(kinds) == 1:
        return [Branch("", places)]
    # The simplest condition that does it, but of many kinds first the one where nothing changes at all.
    for condition, holds in sorted(conditions.items(), key=lambda item: len(kinds) > 2 and -len(item[0])):
        chosen = list(compress(places, [holds[place] for place in places]))
        rest = [place for place in places if place not in chosen]
        if not rest or len({outlines[place] for place in chosen}) != 1:
            continue
        others = _told_apart(outlines, rest, conditions)
        if others is not None:
            return [Branch(condition, chosen), *others]
    return None
