"""Numbers of a cell that differ from place to place, expressed by the arguments of its class.

`ReluConvBn(16, 16, 3)` at one place and `ReluConvBn(32, 32, 3)` at another is `ReluConvBn(width, width, 3)`. What no
argument explains becomes an argument of its own.

Which kind of layer a step has at which places is told by conditions on the arguments: nothing where the shape stays, a
projection where it changes, `nn.Identity() if stride == 1 else FactorizedReduce(...)`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Any

from nasport.toolkit.networks.python_source.helpers import split
from nasport.toolkit.networks.python_source.modules import CHANNELS, INPUTS, Resolve, literal

LARGEST_FACTOR = 16
# The list of the parts of a cell's channels, in the constructor of its class.
PARTS = "widths"
Values = tuple[Any, ...]


class IrregularError(Exception):
    """The cells are too different to be one class."""


@dataclass
class Numbers:
    """The arguments of a cell's class, and what can be said with them.

    Attributes:
        known: name of an argument to its value at every place.
        parts: into how many parts the cell divides its channels; 0: it does not.
        states_own: whether its nodes state their channels, so that these are written as they are.
        used: names of arguments that are needed.
        own: arguments for what the others do not explain, and their values.
        splits: whether the parts of the channels are needed.
    """

    known: dict[str, Values]
    parts: int = 0
    states_own: bool = False
    used: set[str] = field(default_factory=set)
    own: dict[str, Values] = field(default_factory=dict)
    splits: bool = False

    def argument(self, step: str, places: Sequence[int], prefer: str) -> Resolve:
        """What says the arguments of the layer of a step at these places."""

        def text(name: str, values: Sequence[Any], arguments: Mapping[str, Sequence[Any]]) -> str:
            found, first = tuple(values), prefer if name in INPUTS else ""
            if name in ("groups", "num_groups") and found[0] != 1:
                inputs = next((tuple(arguments[one]) for one in INPUTS if one in arguments), None)
                if inputs == found:
                    name, first = "inputs", prefer
            if name in CHANNELS:
                expression = self.channels(found, places, first)
                if expression is not None:
                    return expression
            if all(value == found[0] for value in found):
                return literal(found[0])
            if name == "stride" and found == tuple(self.known["stride"][place] for place in places):
                self.used.add("stride")
                return "stride"
            if len(places) < len(self.known["stride"]):
                raise IrregularError
            return self.one_of_its_own(f"{step}_{name}", found)

        return text

    def channels(self, values: Values, places: Sequence[int], prefer: str = "") -> str | None:
        """Numbers of channels as an expression, or None."""
        if self.states_own and len(set(values)) == 1:
            return None
        order = sorted(
            (name for name in self.known if name != "stride"),
            key=lambda name: (name != prefer, name != "width"),
        )
        known = {name: tuple(self.known[name][place] for place in places) for name in order}
        for name, of_name in known.items():
            if of_name == values:
                self.used.add(name)
                return name
        widths = [split(self.known["width"][place], max(self.parts, 1)) for place in places]
        if any(of_place[0] != of_place[-1] for of_place in widths):  # else a plain quotient says it
            for part, of_part in enumerate(zip(*widths, strict=True)):
                if of_part == values:
                    self.used.add("width")
                    self.splits = True
                    return f"{PARTS}[{part}]"
        for name, of_name in known.items():
            for factor in range(2, LARGEST_FACTOR + 1):
                if all(value == factor * one for value, one in zip(values, of_name, strict=True)):
                    self.used.add(name)
                    return f"{factor} * {name}"
                if all(factor * value == one for value, one in zip(values, of_name, strict=True)):
                    self.used.add(name)
                    return f"{name} // {factor}"
        return None

    def conditions(self) -> dict[str, Values]:
        """What can be asked of the shapes, and at which places it holds."""
        keeps: dict[str, Values] = {"stride == 1": tuple(stride == 1 for stride in self.known["stride"])}
        if "inputs" in self.known:
            pairs = zip(self.known["inputs"], self.known["width"], strict=True)
            keeps["inputs == width"] = tuple(inputs == width for inputs, width in pairs)
            both = zip(*keeps.values(), strict=True)
            keeps["stride == 1 and inputs == width"] = tuple(map(all, both))
        return keeps

    def one_of_its_own(self, name: str, values: Values) -> str:
        """A new argument, or one that has these values already."""
        while name in self.known or (name in self.own and self.own[name] != values):
            name += "_"
        self.own[name] = values
        return name


# When a step has one kind of layer, if none of the conditions before holds (empty: always), and at which places that is so.
Branch = tuple[str, Sequence[int]]


def branches(
    outlines: Sequence[Any], places: Sequence[int], conditions: Mapping[str, Sequence[bool]]
) -> list[Branch] | None:
    """Kinds of layers at some places told apart by what holds there; None: by these conditions they cannot be."""
    kinds = {outlines[place] for place in places}
    if len(kinds) == 1:
        return [("", places)]
    # The simplest condition that does it, but of many kinds first the one where nothing changes at all.
    for condition, holds in sorted(conditions.items(), key=lambda item: len(kinds) > 2 and -len(item[0])):
        chosen = list(compress(places, [holds[place] for place in places]))
        rest = [place for place in places if place not in chosen]
        if rest and len({outlines[place] for place in chosen}) == 1:
            others = branches(outlines, rest, conditions)
            if others is not None:
                return [(condition, chosen), *others]
    return None
