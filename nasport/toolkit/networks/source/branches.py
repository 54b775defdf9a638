"""Which kind of layer a step of a cell has at which places of the network, as conditions on the arguments of its class.

Nothing where the shape stays, a projection where it changes: `nn.Identity() if stride == 1 else FactorizedReduce(...)`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import compress
from typing import Any, NamedTuple

from nasport.toolkit.networks.source.class_arguments import IrregularError


class Branch(NamedTuple):
    """One kind of layer.

    Attributes:
        condition: when a step has it, if none of the branches before holds; empty: always.
        places: of the network where that is so.
    """

    condition: str
    places: list[int]


def branches(outlines: Sequence[Any], conditions: Mapping[str, Sequence[bool]]) -> list[Branch]:
    """Kinds of layers told apart by what holds at their places.

    Raises:
        IrregularError: by these conditions they cannot be.
    """
    found = _told_apart(outlines, list(range(len(outlines))), conditions)
    if found is None:
        raise IrregularError
    return found


def _told_apart(
    outlines: Sequence[Any], places: list[int], conditions: Mapping[str, Sequence[bool]]
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
