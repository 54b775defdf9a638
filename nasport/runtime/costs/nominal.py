"""A network whose costs are known in place of one with operators whose costs are not.

One operator that nobody can count (linear attention, one that only a description tells of) must not hide what the rest of
the network costs. It is counted as the nearest thing with known costs: as a convolution of about its relative weight, or, where
nothing is known of it, as if it passed its input on.
"""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

from nasport.runtime.operators import is_counted, relative_weight
from nasport.schemas.architecture import Architecture
from nasport.schemas.operators import Operator


def nominal_architecture(architecture: Architecture) -> Architecture:
    """The same network, every operator of unknown cost replaced by one of known cost."""
    nodes = [node for cell in architecture.cells.values() for node in cell.nodes]
    keys = {key for node in nodes for key in node.candidates or (node.op,)}
    if architecture.skeleton is not None:
        parts = (architecture.skeleton.stem, architecture.skeleton.stages, architecture.skeleton.head)
        keys.update(stage.op for part in parts for stage in part if stage.op)
    found = {key: architecture.operator(key) for key in sorted(keys)}
    replaced = {key: _nominal(operator) for key, operator in found.items() if not is_counted(operator)}
    return replace(architecture, operators={**architecture.operators, **replaced})


def _nominal(operator: Operator) -> Operator:
    weight = relative_weight(operator)
    if weight <= 0:
        return Operator("", "identity")
    return Operator("", "convolution", (("kernel", float(max(1, round(sqrt(weight))))),))
