"""Numbers of a cell that differ from place to place, expressed by the arguments of its class.

`ReluConvBn(16, 16, 3)` at one place and `ReluConvBn(32, 32, 3)` at another is `ReluConvBn(width, width, 3)`. What no
argument explains becomes an argument of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nasport.toolkit.networks.source.helpers import split
from nasport.toolkit.networks.source.modules import CHANNELS, INPUTS, literal

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
        used: names of arguments that are needed.
        own: arguments for what the others do not explain, and their values.
        splits: whether the parts of the channels are needed.
    """

    known: dict[str, Values]
    parts: int = 0
    used: set[str] = field(default_factory=set)
    own: dict[str, Values] = field(default_factory=dict)
    splits: bool = False

    def argument(self, step: str, places: Sequence[int], prefer: str = "") -> _Argument:
        """What says the arguments of the layer of a step at these places."""
        return _Argument(self, step, list(places), prefer)

    def channels(self, values: Values, places: Sequence[int], prefer: str = "") -> str | None:
        """Numbers of channels as an expression, or None."""
        order = sorted(
            (name for name in self.known if name != "stride"),
            key=lambda name: (name != prefer, name != "width"),
        )
        known = {name: tuple(self.known[name][place] for place in places) for name in order}
        for name, of_name in known.items():
            if of_name == values:
                self.used.add(name)
                return name
        if self.parts > 1 and (part := self._part(values, places)) is not None:
            return part
        for name, of_name in known.items():
            for factor in range(2, LARGEST_FACTOR + 1):
                if all(value == factor * one for value, one in zip(values, of_name, strict=True)):
                    self.used.add(name)
                    return f"{factor} * {name}"
                if all(factor * value == one for value, one in zip(values, of_name, strict=True)):
                    self.used.add(name)
                    return f"{name} // {factor}"
        return None

    def _part(self, values: Values, places: Sequence[int]) -> str | None:
        widths = [split(self.known["width"][place], self.parts) for place in places]
        if all(of_place[0] == of_place[-1] for of_place in widths):
            return None  # a plain quotient says it
        for part in range(self.parts):
            if tuple(of_place[part] for of_place in widths) == values:
                self.used.add("width")
                self.splits = True
                return f"{PARTS}[{part}]"
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


@dataclass(frozen=True)
class _Argument:
    """A `modules.Resolve` for the layer of one step."""

    numbers: Numbers
    step: str
    places: list[int]
    prefer: str

    def __call__(self, name: str, values: Sequence[Any], arguments: Mapping[str, Sequence[Any]]) -> str:
        numbers, found = self.numbers, tuple(values)
        prefer = self.prefer if name in INPUTS else ""
        if name in ("groups", "num_groups") and found[0] != 1:
            inputs = next((tuple(arguments[one]) for one in INPUTS if one in arguments), None)
            if inputs == found:
                name, prefer = "inputs", self.prefer
        if name in CHANNELS:
            expression = numbers.channels(found, self.places, prefer)
            if expression is not None:
                return expression
        if all(value == found[0] for value in found):
            return literal(found[0])
        if name == "stride" and found == tuple(numbers.known["stride"][place] for place in self.places):
            numbers.used.add("stride")
            return "stride"
        if len(self.places) < len(numbers.known["stride"]):
            raise IrregularError
        return numbers.one_of_its_own(f"{self.step}_{name}", found)
