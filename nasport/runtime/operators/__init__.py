"""What each kind of operator is, one file a family: the shape it gives, its layers, what it does to a path.

`nasport/toolkit/networks/operators` has torch modules; docs/guides/add-an-operator.md shows all that a new operator needs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib import import_module
from math import log1p
from pathlib import Path
from types import ModuleType

from nasport.runtime.operators.layers import Layer, total
from nasport.runtime.operators.quantities import Cost, Shape, UnknownCostError, whole
from nasport.runtime.operators.rule import Effect, Place, Rule, size_of
from nasport.schemas.operator_extensions import operator_extensions
from nasport.schemas.operators import Operator


def families(package: str, folder: str) -> list[ModuleType]:
    """The modules of a package in its folder, by name: whatever file of operators lies there."""
    names = sorted(file.stem for file in Path(folder).glob("[!_]*.py"))
    return [import_module(f"{package}.{name}") for name in names]


RULES: dict[str, Rule] = {
    "other": Rule("nothing but its description is known"),
    **{
        kind: rule
        for family in families(__name__, __path__[0])
        for kind, rule in getattr(family, "RULES", {}).items()
    },
}


def rule_of(kind: str) -> Rule:
    """What is known of a kind, a shipped one or an extension's."""
    found: Rule = RULES[kind] if kind in RULES else operator_extensions()[kind].RULES[kind]
    return found


# What an operator does to a path, which an embedding does not say: how operators that are alike differ.
_ATTRIBUTES: dict[str, Callable[[Effect, Operator], float]] = {
    "log_weight": lambda effect, operator: log1p(effect.weight),
    "layer": lambda effect, operator: effect.depth > 0,
    "depth": lambda effect, operator: effect.depth,
    "spatial": lambda effect, operator: effect.spatial,
    "reach": lambda effect, operator: log1p(effect.reach),
    "pool": lambda effect, operator: effect.pool,
    "average": lambda effect, operator: effect.pool and operator.word("mode") == "average",
    "maximum": lambda effect, operator: effect.pool and operator.word("mode") == "max",
    "identity": lambda effect, operator: effect.identity,
    "residual": lambda effect, operator: effect.residual,
    "input": lambda effect, operator: operator.kind == "input",
    "output": lambda effect, operator: operator.kind == "output",
}
PATH_ATTRIBUTES = tuple(_ATTRIBUTES)


def placed(operator: Operator, source: Shape, width: int | None, stride: int = 1) -> Place:
    """Where an operator stands between two shapes.

    Args:
        operator: attributes `channels` and `stride` stand in for `width` and `stride` where those say nothing.
        source: shape of its input.
        width: wanted output channels; None: the operator's own, else as before.
        stride: of the spatial dimensions.

    Raises:
        UnknownCostError: it cannot give such a shape, or gives another resolution than it states.
    """
    rule = rule_of(operator.kind)
    if stride == 1:
        stride = whole(operator, "stride", rule.stride(operator))
    target, size = rule.shape(operator, source, width, stride), size_of(operator)
    if size is not None and isinstance(rule.layers, str):  # nothing but the document knows
        target = Shape(target.channels, *size)
    if size is not None and size != target[1:]:
        found, stated = (f"{height}x{wide}" for height, wide in (target[1:], size))
        raise UnknownCostError(f"{operator.text} gives {found} and states {stated}, expected the same")
    return Place(source, target, stride)


@lru_cache(maxsize=1 << 16)
def applied(operator: Operator, source: Shape, width: int | None, stride: int = 1) -> tuple[Cost, Shape]:
    """What an operator costs and the shape it gives; arguments and errors as of `placed`."""
    place = placed(operator, source, width, stride)
    found = inside(operator, place)
    return found if isinstance(found, Cost) else total(found), place.target


def inside(operator: Operator, place: Place) -> Sequence[Layer] | Cost:
    """The layers of an operator; its cost alone where it is more than its layers, or where it states what it costs.

    Raises:
        UnknownCostError: neither is known, or it cannot stand there.
    """
    layers = rule_of(operator.kind).layers
    if not isinstance(layers, str):
        return layers(operator, place)
    if not _states_cost(operator):
        raise UnknownCostError(f"{operator.text!r} of kind {operator.kind!r} is not counted: {layers}")
    number = int(operator.attribute("parameters"))
    return Cost(number, int(operator.attribute("flops", 0)), {place.target.positions: number})


def is_counted(operator: Operator) -> bool:
    """Whether the cost of an operator is known: by its kind, or because the document states it."""
    return has_layout(operator) or _states_cost(operator)


def has_layout(operator: Operator) -> bool:
    """Whether it is known what an operator of this kind computes."""
    return not isinstance(rule_of(operator.kind).layers, str)


def _states_cost(operator: Operator) -> bool:
    return operator.value("parameters") is not None


@lru_cache(maxsize=4096)
def relative_weight(operator: Operator) -> float:
    """Parameters of an operator relative to those of a 1x1 convolution of the same width: 9 for a 3x3 convolution.

    Nominal, from kind and attributes alone at width 64; 0 where nothing is trained or nothing is known.
    """
    effect = rule_of(operator.kind).effect(operator)
    return float(effect.weight if effect.relative is None else effect.relative)


def knows_attributes(operator: Operator) -> bool:
    """Whether kind and attributes say enough for `path_attributes`; if not, the description has to tell."""
    return operator.kind != "other"


@lru_cache(maxsize=4096)
def path_attributes(operator: Operator) -> tuple[float, ...]:
    """The numbers `PATH_ATTRIBUTES` of one operator; where nothing is known of it, zeros."""
    effect = rule_of(operator.kind).effect(operator)
    return tuple(float(value(effect, operator)) for value in _ATTRIBUTES.values())
