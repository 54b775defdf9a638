"""Facts about operators: attributes, costs and layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from nasport.runtime.operators import applied, inside, placed, rule_of
from nasport.runtime.operators.layers import Layer
from nasport.runtime.operators.quantities import Cost, Shape, UnknownCostError
from nasport.runtime.operators.rule import Effect, Place
from nasport.schemas.errors import InputError
from nasport.schemas.nearest import did_you_mean
from nasport.schemas.operator_extensions import operator_extensions, working_kinds, working_operators
from nasport.schemas.operators import (
    ATTRIBUTE_NAMES,
    LATER_NUMBERS,
    Kind,
    Operator,
    Value,
    attribute_words,
    kind_named,
    kinds,
    known_operator,
    may_state,
    plain,
    vocabulary,
)
from nasport.toolkit.drawing.layer_words import layer_name

MAP, TOKENS = Shape(96, 16, 16), Shape(96, 257, 1)
"""Default input shapes of cost counts: a feature map with a number of channels that all usual numbers of heads and groups
divide, and a sequence of tokens."""


@dataclass(frozen=True)
class Wanted:
    """Position for which the cost of an operator is counted.

    Attributes:
        source: input shape; None for the first default shape that fits the operator.
        width: number of output channels; None for the operator's own number, or else the number of input channels.
        stride: stride of height and width; 1 for the operator's own stride, if it states one.
    """

    source: Shape | None = None
    width: int | None = None
    stride: int = 1


@dataclass(frozen=True)
class Tour:
    """Description of one operator.

    Attributes:
        names: requested key, and its synonyms.
        operator: operator of these keys.
        place: position of the cost; None without a cost.
        cost: cost at this position; None if it is unknown or the operator does not fit.
        layers: layers of the operator; empty for a single step.
        reason: why the operator has no exact cost, or why it does not fit the position.
    """

    names: tuple[str, ...]
    operator: Operator
    place: Place | None = None
    cost: Cost | None = None
    layers: tuple[Layer, ...] = ()
    reason: str = ""

    @property
    def is_refused(self) -> bool:
        """Whether the operator has a cost in general, but does not fit the position."""
        return self.cost is None and not reason_without_cost(self.operator.kind)

    @property
    def effect(self) -> Effect:
        """Effect of the operator on a path through the network."""
        return rule_of(self.operator.kind).effect(self.operator)

    def to_json(self) -> dict[str, Any]:
        """Return the record that `nasport operators --json` prints."""
        path, cost, place = asdict(self.effect), self.cost, self.place
        del path["relative"]
        return {
            "name": self.names[0],
            "aliases": list(self.names[1:]),
            "kind": self.operator.kind,
            "text": self.operator.text,
            "ordered": self.operator.ordered,
            "attributes": stated(self.operator),
            "defaults": defaults(self.operator),
            "at": place and {"source": [*place.source], "target": [*place.target], "stride": place.stride},
            "parameters": cost.parameters if cost else None,
            "flops": cost.flops if cost else None,
            "reason": self.reason or None,
            "path": path,
            "layers": _plain(self.layers),
        }


def reason_without_cost(kind: str) -> str:
    """Return why operators of a kind have no exact cost; empty if they have one."""
    layers = rule_of(kind).layers
    return layers if isinstance(layers, str) else ""


def operators() -> Mapping[str, tuple[str, ...]]:
    """Return all keys of each operator by its first key, ordered by kind, including operators of extensions."""
    keys: dict[Operator, list[str]] = {}
    for key, operator in {**vocabulary(), **working_operators()}.items():
        keys.setdefault(operator, []).append(key)
    order = list(all_kinds())
    by_kind = sorted(keys, key=lambda operator: order.index(operator.kind))
    return {keys[operator][0]: tuple(keys[operator]) for operator in by_kind}


def all_kinds() -> Mapping[str, Kind]:
    """Return the kinds of operators by name, first the shipped ones, then those of extensions."""
    return {**kinds(), **working_kinds()}


def operator_of(name: str) -> Operator:
    """Return the operator of a key.

    Raises:
        InputError: an unknown key; the message suggests the most similar one.
    """
    operator = known_operator(name)
    if operator is None:
        near = did_you_mean(name, operator_extensions())
        raise InputError(
            f"unknown operator {name!r}{near}expected an operator that `nasport operators` lists, or a kind"
        )
    return operator


def toured(name: str, wanted: Wanted) -> Tour:
    """Describe the operator of a key.

    Args:
        name: key of the operator.
        wanted: position for which its cost is counted.

    Raises:
        InputError: an unknown key.
    """
    operator = operator_of(name)
    same = next(keys for keys in operators().values() if name in keys)
    names = name, *(key for key in same if key != name)
    problem = reason_without_cost(operator.kind)
    if problem:
        return Tour(names, operator, reason=problem)
    for source in (MAP, TOKENS) if wanted.source is None else (wanted.source,):
        try:
            cost, _ = applied(operator, source, wanted.width, wanted.stride)
            place = placed(operator, source, wanted.width, wanted.stride)
            layers = inside(operator, place)
            return Tour(names, operator, place, cost, () if isinstance(layers, Cost) else tuple(layers))
        except UnknownCostError as error:
            problem = problem or str(error)
    return Tour(names, operator, reason=problem)


def stated(operator: Operator) -> dict[str, Value]:
    """Return the attributes that an operator states, numbers first."""
    own, usual = dict(operator.attributes), kind_named(operator.kind).optional
    attributes: dict[str, Value] = {}
    for name in (*ATTRIBUTE_NAMES, *LATER_NUMBERS, *attribute_words()):
        value = operator.value(name)
        if value is not None and (name in own or value != usual.get(name)):
            attributes[name] = plain(value)
    return attributes


def defaults(operator: Operator) -> dict[str, Value | None]:
    """Return the attributes that an operator leaves out, with their defaults; None for an unknown value."""
    own = stated(operator)
    return {name: value for name, value in may_state(operator.kind).items() if name not in own}


def kind_record(name: str) -> dict[str, Any]:
    """Return the required and optional attributes of a kind, as `nasport operators --kinds --json` prints them."""
    kind = kind_named(name)
    words = {**attribute_words(), **kind.words}
    return {
        "kind": name,
        "needs": list(kind.needs),
        "optional": dict(may_state(name)),
        "words": {word: list(words[word]) for word in (*kind.needs, *kind.optional) if word in words},
        "counted": not reason_without_cost(name),
        "reason": reason_without_cost(name) or None,
        "operators": [key for key in operators() if operator_of(key).kind == name],
    }


def _plain(value: Any) -> Any:
    """Return a layer as a JSON value, including its inner layers; other values are returned unchanged."""
    if isinstance(value, tuple):
        return list(map(_plain, value))
    if not isinstance(value, Layer):
        return value
    own = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return {"layer": layer_name(value), **own, "parameters": value.cost.parameters, "flops": value.cost.flops}
