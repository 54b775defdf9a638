"""Notations of NAS-Bench-201 cells with operator names in two other projects.

- AutoDL-Projects, the official code of NAS-Bench-201, prints `Structure(4 nodes with STRING)`.
- NNI exports an object with an operator for each edge, `{"0_1": "conv_3x3", ...}`. The label of the cell can precede all keys
  (`cell/0_1`, `cell__0_1`). The names of the convolutions have no prefix `nor_`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from nasport.schemas.errors import InputError
from nasport.toolkit.notations.base import trimmed
from nasport.toolkit.notations.edge_cell import EDGES
from nasport.toolkit.notations.edge_space import EdgeNotation
from nasport.toolkit.notations.nasbench201 import (
    OPERATORS,
    SPACE,
    NASBench201,
    operator_string,
    parse_operators,
)
from nasport.toolkit.notations.objects import json_or_python

NNI_KEYS = tuple(f"{source}_{target}" for source, target in EDGES)
NNI_OPERATORS = tuple(key.removeprefix("nor_") for key in OPERATORS)


class AutoDLStructure(EdgeNotation):
    """The text of a genotype in AutoDL-Projects."""

    space = SPACE
    name = "nasbench201_autodl"
    description = "AutoDL's Structure(4 nodes with |op~0|+|op~0|op~1|+|op~0|op~1|op~2|)"
    example = f"Structure(4 nodes with {NASBench201.example})"

    def read(self, text: str) -> tuple[str, ...]:
        match = re.fullmatch(r"Structure\(4 nodes with (.*)\)", trimmed(text), re.DOTALL)
        if not match:
            raise InputError(f"{text!r:.200} is not in this notation, expected e.g. {self.example}")
        return parse_operators(match[1].strip())

    def spell(self, operators: Sequence[str]) -> str:
        return f"Structure(4 nodes with {operator_string(operators)})"


class NNIEdges(EdgeNotation):
    """The object that NNI exports for a cell."""

    space = SPACE
    name = "nasbench201_nni"
    description = (
        'NNI\'s exported JSON {"0_1": "conv_3x3", "0_2": ...}, an operator for each of the six edges'
    )
    example = json.dumps(dict(zip(NNI_KEYS, NNI_OPERATORS[3:4] * 3 + NNI_OPERATORS[1:4], strict=True)))

    def read(self, text: str) -> list[str]:
        value = json_or_python(trimmed(text), self.example)
        prefix = min(value, default="")[: -len(NNI_KEYS[0])] if isinstance(value, Mapping) else ""
        if not isinstance(value, Mapping) or set(value) != {f"{prefix}{key}" for key in NNI_KEYS}:
            raise InputError(f"expected an object with the keys {', '.join(NNI_KEYS)}, e.g. {self.example}")
        operators = []
        for key in NNI_KEYS:
            operator = value[f"{prefix}{key}"]
            if operator not in NNI_OPERATORS:
                problem = f"unknown operator {operator!r:.100}, expected one of {', '.join(NNI_OPERATORS)}"
                raise InputError(problem, path=(f"{prefix}{key}",))
            operators.append(OPERATORS[NNI_OPERATORS.index(operator)])
        return operators

    def spell(self, operators: Sequence[str]) -> str:
        return json.dumps(dict(zip(NNI_KEYS, (key.removeprefix("nor_") for key in operators), strict=True)))
