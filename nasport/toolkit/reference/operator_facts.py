"""Everything there is to know of the vocabulary's operators: what they state, what they cost, what is inside."""

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
"""Where operators are counted unless something else is wanted: a map that all heads and groups divide, else tokens."""


@dataclass(frozen=True)
class Wanted:
    """Where operators are to stand.

    Attributes:
        source: shape of the input; None: one that suits.
        width: channels of the output; None: the operator's own, else as before.
        stride: of height and width; 1: the operator's own, if it states one.
    """

    source: Shape | None = None
    width: int | None = None
    stride: int = 1


@dataclass(frozen=True)
class Tour:
    """One operator.

    Attributes:
        names: the key that was asked for, and those that mean the same.
        operator: behind them.
        place: where it was counted; None where it was not.
        cost: there; None likewise.
        layers: inside; none: it is a single step.
        reason: why it has no exact cost, or why it cannot stand there.
    """

    names: tuple[str, ...]
    operator: Operator
    place: Place | None = None
    cost: Cost | None = None
    layers: tuple[Layer, ...] = ()
    reason: str = ""

    @property
    def is_refused(self) -> bool:
        """Whether it has a cost, but cannot stand where it was wanted."""
        return self.cost is None and not reason_without_cost(self.operator.kind)

    @property
    def effect(self) -> Effect:
        """What it does to a path."""
        return rule_of(self.operator.kind).effect(self.operator)

    def to_json(self) -> dict[str, Any]:
        """The record that `nasport operators --json` prints."""
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
    """Why operators of a kind have no exact cost; empty where they have one."""
    layers = rule_of(kind).layers
    return layers if isinstance(layers, str) else ""


def operators() -> Mapping[str, tuple[str, ...]]:
    """The first key of every operator to all keys that mean it, kind by kind; those of extensions too."""
    found: dict[Operator, list[str]] = {}
    for key, operator in {**vocabulary(), **working_operators()}.items():
        found.setdefault(operator, []).append(key)
    order = list(all_kinds())
    ranked = sorted(found, key=lambda operator: order.index(operator.kind))
    return {found[operator][0]: tuple(found[operator]) for operator in ranked}


def all_kinds() -> Mapping[str, Kind]:
    """The kinds by name, those of extensions after the shipped ones."""
    return {**kinds(), **working_kinds()}


def operator_of(name: str) -> Operator:
    """The operator behind a key.

    Raises:
        InputError: there is none of this name; says the nearest of the operators and kinds.
    """
    operator = known_operator(name)
    if operator is None:
        near = did_you_mean(name, operator_extensions())
        raise InputError(
            f"no such operator: {name!r}{near}expected one that `nasport operators` lists, or a kind"
        )
    return operator


def toured(name: str, wanted: Wanted) -> Tour:
    """The operator behind a key, counted where it is wanted. Raises as `operator_of` does."""
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
            found = inside(operator, place)
            return Tour(names, operator, place, cost, () if isinstance(found, Cost) else tuple(found))
        except UnknownCostError as error:
            problem = problem or str(error)
    return Tour(names, operator, reason=problem)


def stated(operator: Operator) -> dict[str, Value]:
    """The attributes that a key states, numbers first."""
    own, usual = dict(operator.attributes), kind_named(operator.kind).optional
    found: dict[str, Value] = {}
    for name in (*ATTRIBUTE_NAMES, *LATER_NUMBERS, *attribute_words()):
        value = operator.value(name)
        if value is not None and (name in own or value != usual.get(name)):
            found[name] = plain(value)
    return found


def defaults(operator: Operator) -> dict[str, Value | None]:
    """The attributes that it may state besides, each with what holds where it does not; None: nothing is known then."""
    own = stated(operator)
    return {name: value for name, value in may_state(operator.kind).items() if name not in own}


def kind_record(name: str) -> dict[str, Any]:
    """What an operator of a kind must and may state; what `nasport operators --kinds --json` prints."""
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
    """A layer with its fields, layers within it likewise; other values as they are."""
    if isinstance(value, tuple):
        return list(map(_plain, value))
    if not isinstance(value, Layer):
        return value
    own = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return {"layer": layer_name(value), **own, "parameters": value.cost.parameters, "flops": value.cost.flops}
