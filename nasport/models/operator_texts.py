"""Operators in many words: what descriptions of operators look like, and what each of them means.

Someone who brings an operator of their own writes `SepConv 5x5`, or "depthwise separable convolution with a kernel of
5 by 5", or a sentence. What such a text says about the operator (`runtime/operators`) is learned from
pairs of a description and an operator whose kind and numbers are known. The pairs are made here from templates that
this project wrote (`operator_texts.json`): families of operators, the numbers that they come with, and descriptions of
three lengths in which those numbers stand. No accuracy enters anywhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import product
from typing import Any

from nasport.schemas.operators import Operator, vocabulary

LENGTHS = ("short", "medium", "long")

# A block by its kind only because its convolution has no activation; as an operator of a cell it would mislead.
_LEFT_OUT = ("stem_conv3x3",)

# Ways to write a kernel's size that each template is filled with, by length.
_SPELLINGS = {"short": 2, "medium": 2, "long": 1}


@dataclass(frozen=True)
class Description:
    """One description of one operator.

    Attributes:
        text: the description.
        operator: what it describes; its own text is the canonical one.
        family: name of the operator's family, `separable convolution`.
        length: `short`, `medium` or `long`.
        template: what it was made from; descriptions of one template differ only in their numbers.
    """

    text: str
    operator: Operator
    family: str
    length: str
    template: str


def descriptions() -> list[Description]:
    """Several thousand descriptions and the operators that they describe, always the same, each text once."""
    content = json.loads((files("nasport.models") / "operator_texts.json").read_text("utf-8"))
    made = [item for family in content["families"] for item in _of_family(family, content["sizes"])]
    named = _of_vocabulary({item.operator: item.family for item in made})
    found: dict[str, Description] = {}
    for item in (*named, *made):  # where both have a text, the vocabulary says what it means
        found.setdefault(item.text, item)
    return list(found.values())


def _of_vocabulary(families: Mapping[Operator, str]) -> Iterator[Description]:
    """Names and descriptions of the shipped vocabulary; a family of its own where `families` has none."""
    for key, operator in vocabulary().items():
        if operator.kind in ("input", "output") or key in _LEFT_OUT:
            continue
        family = families.get(operator, operator.text)
        for text in (operator.text, key):
            yield Description(text, operator, family, "short", text)


def _of_family(family: Mapping[str, Any], sizes: Sequence[str]) -> Iterator[Description]:
    known = family.get("numbers", {})
    for turn, values in enumerate(product(*known.values())):
        numbers = dict(zip(known, values, strict=True))
        named = {"text": family["canonical"].format(**numbers), "kind": family["kind"]}
        operator = Operator.from_json(named | numbers | family.get("fixed", {}))
        for length in LENGTHS:
            for place, template in enumerate(family[length]):
                for text in _filled(template, numbers, sizes, turn + place, _SPELLINGS[length]):
                    yield Description(text, operator, family["name"], length, template)


def _filled(
    template: str, numbers: Mapping[str, int], sizes: Sequence[str], first: int, spellings: int
) -> Iterator[str]:
    """A template with the numbers put in; where it has a `{size}`, in some spellings, which take turns."""
    if "{size}" not in template:
        yield template.format(**numbers)
        return
    for step in range(spellings):
        size = sizes[(first + 3 * step) % len(sizes)].format(k=numbers["kernel"])
        yield template.format(size=size, **numbers)
