"""Operators: what a node computes, in words and in numbers.

An operator is named by a key. The shipped vocabulary (`operators.json`) gives each key a canonical description, which
is what the sentence encoder reads (TG-NAS, section 3.2), and numeric attributes. Two keys with the same description
and attributes are the same operator: `conv3x3-bn-relu` of NAS-Bench-101 is `nor_conv_3x3` of NAS-Bench-201. A
document may bring operators of its own; one that is in no vocabulary needs a description, nothing more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

_ONE_DIMENSIONAL = re.compile(r"\bone[- ]dimensional\b|\b1[- ]?d\b|conv1d", re.IGNORECASE)
ATTRIBUTE_NAMES = (
    "kernel",
    "stride",
    "dilation",
    "groups",
    "expansion",
    "repeats",
    "channels",
    "heads",
)


@dataclass(frozen=True)
class Operator:
    """One operator.

    Attributes:
        text: canonical description, in words.
        kind: what family it belongs to (`convolution`, `pooling`, ...); `other` where nothing is known.
        attributes: (name, value) pairs sorted by name; names are those of `ATTRIBUTE_NAMES`.
        ordered: whether exchanging two inputs changes the result.
    """

    text: str
    kind: str = "other"
    attributes: tuple[tuple[str, float], ...] = ()
    ordered: bool = False

    def __hash__(self) -> int:
        """Of the text alone: the text remembers its hash, and few operators share one."""
        return hash(self.text)

    @property
    def is_one_dimensional(self) -> bool:
        """Whether the description says that it works along one axis alone."""
        return _ONE_DIMENSIONAL.search(self.text) is not None

    def attribute(self, name: str, default: float = 1.0) -> float:
        """The value of one numeric attribute, `default` where the operator does not state it."""
        for key, value in self.attributes:
            if key == name:
                return value
        return default

    def with_attributes(self, changes: Mapping[str, float]) -> Operator:
        """The same operator with some numbers changed."""
        if not changes:
            return self
        merged = dict(self.attributes) | dict(changes)
        return Operator(self.text, self.kind, _sorted_numbers(merged), self.ordered)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Operator:
        """From an entry of a document's `operators`, already validated."""
        numbers = {name: value[name] for name in ATTRIBUTE_NAMES if name in value}
        return cls(
            value["text"],
            value.get("kind", "other"),
            _sorted_numbers(numbers),
            value.get("ordered", False),
        )

    def to_json(self) -> dict[str, Any]:
        """The inverse of `from_json`, without the defaults."""
        value: dict[str, Any] = {"text": self.text}
        if self.kind != "other":
            value["kind"] = self.kind
        value.update((name, plain(number)) for name, number in self.attributes)
        if self.ordered:
            value["ordered"] = True
        return value


@cache
def vocabulary() -> Mapping[str, Operator]:
    """The shipped vocabulary: key to operator."""
    text = (files("nasport.schemas") / "operators.json").read_text("utf-8")
    return {key: Operator.from_json(value) for key, value in json.loads(text).items()}


def _sorted_numbers(numbers: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    return tuple(sorted((name, float(value)) for name, value in numbers.items()))


def plain(number: float) -> float | int:
    """A whole number as an int, as people write it."""
    return int(number) if number == int(number) else number
