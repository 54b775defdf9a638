"""Arguments of the class of a cell, which express the numbers that differ between the uses of the cell.

For example, `ReluConvBn(16, 16, 3)` in one use and `ReluConvBn(32, 32, 3)` in another become `ReluConvBn(width, width, 3)`. A
number that the existing arguments cannot express becomes a new argument.

If a step has layers of different kinds, conditions on the arguments select the kind, for example
`nn.Identity() if stride == 1 else FactorizedReduce(...)`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Any

from nasport.toolkit.networks.python_source.helpers import split
from nasport.toolkit.networks.python_source.modules import CHANNELS, INPUTS, Resolve, literal

LARGEST_FACTOR = 16
# Name of the list of the parts of a cell's channels, in the constructor of its class.
PARTS = "widths"
Values = tuple[Any, ...]


class IrregularError(Exception):
    """The uses of a cell differ too much for one class."""


@dataclass
class Numbers:
    """Arguments of the class of a cell, and expressions with them.

    Attributes:
        known: values of each possible argument in all uses, by name.
        parts: number of parts into which the cell splits its channels; 0 if it does not.
        states_own: whether the nodes state their channels, which are then written as numbers.
        used: names of the known arguments that the class needs.
        own: new arguments for numbers that the known ones cannot express, with their values in all uses.
        splits: whether the class needs the list of the parts of the channels.
    """

    known: dict[str, Values]
    parts: int = 0
    states_own: bool = False
    used: set[str] = field(default_factory=set)
    own: dict[str, Values] = field(default_factory=dict)
    splits: bool = False

    def argument(self, step: str, places: Sequence[int], prefer: str) -> Resolve:
        """Return a function that writes the arguments of a step's layer.

        Args:
            step: name of the step.
            places: indices of the uses that have this layer.
            prefer: name of the argument to prefer for input channels.
        """

        def text(name: str, values: Sequence[Any], arguments: Mapping[str, Sequence[Any]]) -> str:
            numbers, first = tuple(values), prefer if name in INPUTS else ""
            if name in ("groups", "num_groups") and numbers[0] != 1:
                inputs = next((tuple(arguments[key]) for key in INPUTS if key in arguments), None)
                if inputs == numbers:
                    name, first = "inputs", prefer
            if name in CHANNELS:
                expression = self.channels(numbers, places, first)
                if expression is not None:
                    return expression
            if all(value == numbers[0] for value in numbers):
                return literal(numbers[0])
            if name == "stride" and numbers == tuple(self.known["stride"][place] for place in places):
                self.used.add("stride")
                return "stride"
            if len(places) < len(self.known["stride"]):
                raise IrregularError
            return self.new_argument(f"{step}_{name}", numbers)

        return text

    def channels(self, values: Values, places: Sequence[int], prefer: str = "") -> str | None:
        """Return an expression for numbers of channels; None if the known arguments cannot express them.

        Args:
            values: number of channels in each of the uses.
            places: indices of the uses.
            prefer: name of the argument to try first.
        """
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
        # Equal parts are written as a quotient below.
        if any(of_place[0] != of_place[-1] for of_place in widths):
            for part, of_part in enumerate(zip(*widths, strict=True)):
                if of_part == values:
                    self.used.add("width")
                    self.splits = True
                    return f"{PARTS}[{part}]"
        for name, of_name in known.items():
            for factor in range(2, LARGEST_FACTOR + 1):
                if all(value == factor * number for value, number in zip(values, of_name, strict=True)):
                    self.used.add(name)
                    return f"{factor} * {name}"
                if all(factor * value == number for value, number in zip(values, of_name, strict=True)):
                    self.used.add(name)
                    return f"{name} // {factor}"
        return None

    def conditions(self) -> dict[str, Values]:
        """Return conditions on stride and widths, each with its truth in all uses."""
        keeps: dict[str, Values] = {"stride == 1": tuple(stride == 1 for stride in self.known["stride"])}
        if "inputs" in self.known:
            pairs = zip(self.known["inputs"], self.known["width"], strict=True)
            keeps["inputs == width"] = tuple(inputs == width for inputs, width in pairs)
            both = zip(*keeps.values(), strict=True)
            keeps["stride == 1 and inputs == width"] = tuple(map(all, both))
        return keeps

    def new_argument(self, name: str, values: Values) -> str:
        """Add an argument with these values, unless it exists already, and return its name."""
        while name in self.known or (name in self.own and self.own[name] != values):
            name += "_"
        self.own[name] = values
        return name


# Condition under which a step has one kind of layer (empty: otherwise), and the indices of the uses with this kind.
Branch = tuple[str, Sequence[int]]


def branches(
    outlines: Sequence[Any], places: Sequence[int], conditions: Mapping[str, Sequence[bool]]
) -> list[Branch] | None:
    """Return cases that distinguish kinds of layers by conditions; None if the conditions cannot distinguish them.

    Args:
        outlines: kind of layer in each use.
        places: indices of the uses to distinguish.
        conditions: conditions with their truth in all uses.
    """
    kinds = {outlines[place] for place in places}
    if len(kinds) == 1:
        return [("", places)]
    # The first condition that works is taken. For more than two kinds, the longest condition is tried first, which states
    # that neither stride nor width changes.
    for condition, holds in sorted(conditions.items(), key=lambda item: len(kinds) > 2 and -len(item[0])):
        chosen = list(compress(places, [holds[place] for place in places]))
        rest = [place for place in places if place not in chosen]
        if rest and len({outlines[place] for place in chosen}) == 1:
            others = branches(outlines, rest, conditions)
            if others is not None:
                return [(condition, chosen), *others]
    return None
