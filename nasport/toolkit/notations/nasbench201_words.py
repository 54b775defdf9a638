"""NAS-Bench-201 cells with their operators by name, as two other projects print them.

- AutoDL-Projects, the code of NAS-Bench-201 itself, prints `Structure(4 nodes with STRING)`.
- NNI exports an object with an operator for each edge, `{"0_1": "conv_3x3", ...}`; the keys may all have the label of
  their cell in front (`cell/0_1`, `cell__0_1`). NNI leaves out the `nor_` of the convolutions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from nasport.schemas.architecture import Architecture, Source
from nasport.schemas.errors import InputError
from nasport.toolkit.notations.base import Notation, trimmed
from nasport.toolkit.notations.edge_cell import EDGES
from nasport.toolkit.notations.nasbench201 import (
    OPERATORS,
    NASBench201,
    document,
    operator_string,
    operators_of,
    parse_operators,
)
from nasport.toolkit.notations.objects import json_or_python

NNI_KEYS = tuple(f"{source}_{target}" for source, target in EDGES)
NNI_OPERATORS = tuple(key.removeprefix("nor_") for key in OPERATORS)


class AutoDLStructure(Notation):
    """What AutoDL-Projects prints of a genotype."""

    name = "nasbench201_autodl"
    description = "AutoDL's Structure(4 nodes with |op~0|+|op~0|op~1|+|op~0|op~1|op~2|)"
    example = f"Structure(4 nodes with {NASBench201.example})"

    def parse(self, text: str) -> Architecture:
        text = trimmed(text)
        found = re.fullmatch(r"Structure\(4 nodes with (.*)\)", text, re.DOTALL)
        if not found:
            raise InputError(f"{text!r:.200} is not in this notation, expected e.g. {self.example}")
        return document(parse_operators(found[1].strip()), Source(self.name, text))

    def write(self, architecture: Architecture) -> str:
        return f"Structure(4 nodes with {operator_string(operators_of(architecture))})"


class NNIEdges(Notation):
    """The object that NNI exports."""

    name = "nasbench201_nni"
    description = (
        'NNI\'s exported JSON {"0_1": "conv_3x3", "0_2": ...}, an operator for each of the six edges'
    )
    example = json.dumps(dict(zip(NNI_KEYS, NNI_OPERATORS[3:4] * 3 + NNI_OPERATORS[1:4], strict=True)))

    def parse(self, text: str) -> Architecture:
        text = trimmed(text)
        value = json_or_python(text, self.example)
        prefix = min(value, default="")[: -len(NNI_KEYS[0])] if isinstance(value, Mapping) else ""
        if not isinstance(value, Mapping) or set(value) != {f"{prefix}{key}" for key in NNI_KEYS}:
            raise InputError(f"expected an object with the keys {', '.join(NNI_KEYS)}, e.g. {self.example}")
        found = [value[f"{prefix}{key}"] for key in NNI_KEYS]
        for key, operator in zip(NNI_KEYS, found, strict=True):
            if operator not in NNI_OPERATORS:
                raise InputError(
                    f"unknown operator {operator!r:.100}, expected one of {', '.join(NNI_OPERATORS)}",
                    path=(f"{prefix}{key}",),
                )
        return document([OPERATORS[NNI_OPERATORS.index(key)] for key in found], Source(self.name, text))

    def write(self, architecture: Architecture) -> str:
        found = (key.removeprefix("nor_") for key in operators_of(architecture))
        return json.dumps(dict(zip(NNI_KEYS, found, strict=True)))
