"""The rules of the operator kinds, one file per family: output shapes, layers and effects on paths.

`nasport/toolkit/networks/operators` has their torch modules. docs/guides/add-an-operator.md shows what a new operator needs.
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
    """Import and return all modules of a package that are in its folder, sorted by name."""
    names = sorted(file.stem for file in Path(folder).glob("[!_]*.py"))
    return [import_module(f"{package}.{name}") for name in names]


RULES: dict[str, Rule] = {
    "other": Rule("only its description is known"),
    **{
        kind: rule
        for family in families(__name__, __path__[0])
        for kind, rule in getattr(family, "RULES", {}).items()
    },
}


def rule_of(kind: str) -> Rule:
    """Return the rule of a kind, from nasport or from an extension."""
    rule: Rule = RULES[kind] if kind in RULES else operator_extensions()[kind].RULES[kind]
    return rule


# Larger counts, of a hostile document, would take long to compute.
LARGEST = 10**100

# Numbers that describe the effect of an operator on a path, which embeddings of descriptions do not contain.
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
    """Return the shapes of an operator at its position.

    Args:
        operator: operator; its attributes `channels` and `stride` apply if `width` is None and `stride` is 1.
        source: shape of the input.
        width: output channels; None uses the attribute of the operator, else the channels of the input.
        stride: stride of both spatial dimensions.

    Raises:
        UnknownCostError: the operator cannot give such a shape, or the stated resolution differs from the computed one.
    """
    rule = rule_of(operator.kind)
    if stride == 1:
        stride = whole(operator, "stride", rule.stride(operator))
    target, size = rule.shape(operator, source, width, stride), size_of(operator)
    if size is not None and isinstance(rule.layers, str):  # only the document determines the resolution
        target = Shape(target.channels, *size)
    if size is not None and size != target[1:]:
        result, stated = (f"{height}x{wide}" for height, wide in (target[1:], size))
        raise UnknownCostError(
            f"the operator {operator.text!r} states the resolution {stated} but gives {result}, expected equal resolutions"
        )
    return Place(source, target, stride)


@lru_cache(maxsize=1 << 16)
def applied(operator: Operator, source: Shape, width: int | None, stride: int = 1) -> tuple[Cost, Shape]:
    """Return the cost and the output shape of an operator; see `placed` for arguments and errors."""
    place = placed(operator, source, width, stride)
    found = inside(operator, place)
    cost, target = found if isinstance(found, Cost) else total(found), place.target
    if max(cost.parameters, cost.flops, target.channels, target.positions) > LARGEST:
        raise UnknownCostError("the network is too large to count, expected numbers up to 10^100")
    return cost, target


def inside(operator: Operator, place: Place) -> Sequence[Layer] | Cost:
    """Return the layers of an operator, or its cost if layers do not describe it fully or if the document states its cost.

    Raises:
        UnknownCostError: neither is known, or the operator cannot be used at this place.
    """
    layers = rule_of(operator.kind).layers
    if not isinstance(layers, str):
        return layers(operator, place)
    if not _states_cost(operator):
        raise UnknownCostError(f"nasport cannot count {operator.text!r} of kind {operator.kind!r}: {layers}")
    number = int(operator.attribute("parameters"))
    return Cost(number, int(operator.attribute("flops", 0)), {place.target.positions: number})


def is_counted(operator: Operator) -> bool:
    """Whether the cost of an operator is known, from its kind or because the document states it."""
    return has_layout(operator) or _states_cost(operator)


def has_layout(operator: Operator) -> bool:
    """Whether nasport knows what operators of this kind compute."""
    return not isinstance(rule_of(operator.kind).layers, str)


def _states_cost(operator: Operator) -> bool:
    return operator.value("parameters") is not None


@lru_cache(maxsize=4096)
def relative_weight(operator: Operator) -> float:
    """Return the parameters of an operator relative to a 1x1 convolution of the same width, such as 9 for a 3x3 convolution.

    The number depends only on kind and attributes, at a nominal width of 64; it is 0 for operators without parameters and
    for unknown ones.
    """
    effect = rule_of(operator.kind).effect(operator)
    return float(effect.weight if effect.relative is None else effect.relative)


def knows_attributes(operator: Operator) -> bool:
    """Whether kind and attributes determine `path_attributes`; otherwise only the description describes the operator."""
    return operator.kind != "other"


@lru_cache(maxsize=4096)
def path_attributes(operator: Operator) -> tuple[float, ...]:
    """Return the numbers `PATH_ATTRIBUTES` of an operator; all are 0 for kind `other`."""
    effect = rule_of(operator.kind).effect(operator)
    return tuple(float(value(effect, operator)) for value in _ATTRIBUTES.values())
