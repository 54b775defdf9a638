"""Operators and kinds as lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nasport.runtime.operators.quantities import Shape
from nasport.runtime.operators.rule import Effect
from nasport.schemas.operators import Value
from nasport.toolkit.reference.operator_facts import Tour, defaults, stated

HEADER = ("operator", "states", "parameters", "FLOPs", "description")
NUMBERS = (2, 3)
"""The columns of numbers."""


def row(tour: Tour) -> tuple[str, ...]:
    """An operator's row of the table."""
    names, cost = "  " + ", ".join(tour.names), tour.cost
    counts = (f"{cost.parameters:,}", f"{cost.flops:,}") if cost else ("-", "-")
    return (names, words(stated(tour.operator)), *counts, tour.operator.text)


def facts(tour: Tour) -> Iterator[tuple[str, str]]:
    """What there is to say of an operator beside its name and drawing: a word and a sentence each."""
    operator = tour.operator
    yield "description", operator.text
    yield "kind", operator.kind
    yield "states", words(stated(operator)) or "nothing"
    yield "may state", ", ".join(_with_default(*item) for item in defaults(operator).items()) or "nothing"
    if len(tour.names) > 1:
        yield "also called", ", ".join(tour.names[1:])
    if operator.ordered:
        yield "inputs", "exchanging them changes the result"
    yield "on a path", path_words(tour.effect, operator.word("mode"))
    if tour.place and tour.cost:
        stride = f" with stride {tour.place.stride}" if tour.place.stride != 1 else ""
        yield "at", f"{sizes(tour.place.source)} it gives {sizes(tour.place.target)}{stride}"
        flops = f"{tour.cost.flops:,} FLOPs (multiply-accumulates)"
        yield "costs", f"{tour.cost.parameters:,} parameters, {flops}"
    else:
        yield "costs", f"not known exactly: {tour.reason}"


def kind_facts(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What an operator of a kind must and may state, and an entry of a document's `operators` to begin with.

    Args:
        record: as `kind_record` gives it.
    """
    words, needs = record["words"], record["needs"]
    yield "needs", " and ".join(_with_default(name, None, words.get(name)) for name in needs) or "nothing"
    may = (_with_default(name, value, words.get(name)) for name, value in record["optional"].items())
    yield "may state", ", ".join(may) or "nothing"
    yield "costs", f"not known exactly: {record['reason']}" if record["reason"] else "counted exactly"
    yield "operators", ", ".join(record["operators"]) or "none of the vocabulary"
    stated = ['"text": "in words"', f'"kind": "{record["kind"]}"', *(f'"{need}": ...' for need in needs)]
    yield "of your own", f'"operators": {{"my_operator": {{{", ".join(stated)}}}}}'


def path_words(effect: Effect, mode: str = "") -> str:
    """What an operator does to a path through the network."""
    said = {
        f"{effect.weight:.3g} times the parameters of a 1x1 convolution of the same width": effect.weight,
        f"{effect.depth:.3g} trained layer{'s' * (effect.depth != 1)}": effect.depth,
        "mixes positions": effect.spatial,
        f"{mode} pooling".strip(): effect.pool,
        f"sees {effect.reach:.3g} to each side": effect.reach,
        "passes its input on": effect.identity,
        "a shortcut beside it": effect.residual,
    }
    return ", ".join(each for each, counts in said.items() if counts) or "nothing that counts"


def words(attributes: Mapping[str, Value]) -> str:
    """Attributes as `kernel 3, repeats 2`."""
    return ", ".join(f"{name} {value}" for name, value in attributes.items())


def sizes(shape: Shape) -> str:
    """Channels, height and width as `--at` reads them."""
    return "x".join(map(str, shape))


def _with_default(name: str, value: Value | None, words: Sequence[str] | None = None) -> str:
    said = [" or ".join(words)] if words else []
    said += [] if value is None else [f"else {value}"]
    return f"{name} ({'; '.join(said)})" if said else name
