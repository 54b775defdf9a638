"""Descriptions of operators and kinds as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nasport.runtime.operators.quantities import Shape
from nasport.runtime.operators.rule import Effect
from nasport.schemas.operators import Value
from nasport.toolkit.reference.operator_facts import Tour, defaults, stated

HEADER = ("operator", "attributes", "parameters", "FLOPs", "description")
NUMBERS = (2, 3)
"""Indices of the columns of numbers."""


def row(tour: Tour) -> tuple[str, ...]:
    """Return the row of an operator in the table."""
    names, cost = "  " + ", ".join(tour.names), tour.cost
    counts = (f"{cost.parameters:,}", f"{cost.flops:,}") if cost else ("-", "-")
    return (names, words(stated(tour.operator)), *counts, tour.operator.text)


def facts(tour: Tour) -> Iterator[tuple[str, str]]:
    """Yield the description of an operator as pairs of a heading and a text."""
    operator = tour.operator
    yield "description", operator.text
    yield "kind", operator.kind
    yield "attributes", words(stated(operator)) or "none"
    yield "optional", ", ".join(_with_default(*item) for item in defaults(operator).items()) or "none"
    if len(tour.names) > 1:
        yield "synonyms", ", ".join(tour.names[1:])
    if operator.ordered:
        yield "inputs", "their order matters"
    yield "on a path", path_words(tour.effect, operator.word("mode"))
    if tour.place and tour.cost:
        stride = f" with stride {tour.place.stride}" if tour.place.stride != 1 else ""
        yield "shape", f"{sizes(tour.place.source)} to {sizes(tour.place.target)}{stride}"
        flops = f"{tour.cost.flops:,} FLOPs (multiply-accumulates)"
        yield "cost", f"{tour.cost.parameters:,} parameters, {flops}"
    else:
        yield "cost", f"no exact cost: {tour.reason}"


def kind_facts(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the description of a kind as pairs of a heading and a text, with an example for a document's `operators`.

    Args:
        record: result of `kind_record`.
    """
    words, needs = record["words"], record["needs"]
    yield "required", " and ".join(_with_default(name, None, words.get(name)) for name in needs) or "none"
    optional = (_with_default(name, value, words.get(name)) for name, value in record["optional"].items())
    yield "optional", ", ".join(optional) or "none"
    yield "cost", f"no exact cost: {record['reason']}" if record["reason"] else "exact"
    yield "operators", ", ".join(record["operators"]) or "none in the vocabulary"
    entries = ['"text": "in words"', f'"kind": "{record["kind"]}"', *(f'"{need}": ...' for need in needs)]
    yield "definition", f'"operators": {{"my_operator": {{{", ".join(entries)}}}}}'


def path_words(effect: Effect, mode: str = "") -> str:
    """Describe the effect of an operator on a path through the network."""
    effects = {
        f"{effect.weight:.3g} times the parameters of a 1x1 convolution of the same width": effect.weight,
        f"{effect.depth:.3g} trained layer{'s' * (effect.depth != 1)}": effect.depth,
        "mixes positions": effect.spatial,
        f"{mode} pooling".strip(): effect.pool,
        f"receptive field of {effect.reach:.3g} to each side": effect.reach,
        "passes its input on": effect.identity,
        "parallel shortcut": effect.residual,
    }
    return ", ".join(text for text, applies in effects.items() if applies) or "no effect"


def words(attributes: Mapping[str, Value]) -> str:
    """Return attributes as text, such as `kernel 3, repeats 2`."""
    return ", ".join(f"{name} {value}" for name, value in attributes.items())


def sizes(shape: Shape) -> str:
    """Return channels, height and width as text, such as `96x16x16`."""
    return "x".join(map(str, shape))


def _with_default(name: str, value: Value | None, words: Sequence[str] | None = None) -> str:
    details = [" or ".join(words)] if words else []
    details += [] if value is None else [f"default {value}"]
    return f"{name} ({'; '.join(details)})" if details else name
