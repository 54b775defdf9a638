"""Variants of operators with other kernels and expansions, which a search space around a model offers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from nasport.schemas.operators import Operator, kind_named, operator_behind, plain

Json = dict[str, Any]

KERNELS = (3, 5, 7)
LARGEST_KERNEL = 99
USUAL_EXPANSIONS = (3, 4, 6)

_MOBILE = ("inverted_residual", "fused_inverted_residual")
BLOCKS = frozenset(
    [*_MOBILE, "basic_block", "bottleneck", "plain_block", "convnext_block", "shufflenet_unit"]
)
_WITH_KERNEL = BLOCKS | {
    "convolution", "depthwise_convolution", "separable_convolution", "dilated_convolution", "pooled_shortcut_block",
}  # fmt: skip


def choices_of(operator: Operator) -> Iterator[tuple[str, list[float]]]:
    """Yield the attributes of an operator that a search space may vary, each with at least two values."""
    values_by_name = {"kernel": _kernels(operator), "expansion": _expansions(operator)}
    return ((name, values) for name, values in values_by_name.items() if len(values) > 1)


def _kernels(operator: Operator) -> list[float]:
    """Return odd kernel sizes, or none if the operator states a padding or a kernel that is not square."""
    kernel = int(operator.attribute("kernel", 0))
    is_square = operator.attribute("kernel_width", 0) in (0, kernel)
    if operator.kind not in _WITH_KERNEL or operator.value("padding") is not None or not is_square:
        return []
    return sorted({*KERNELS, kernel}) if kernel in range(KERNELS[0], LARGEST_KERNEL, 2) else []


def _expansions(operator: Operator) -> list[float]:
    """Return expansions: the usual ones for mobile blocks, otherwise multiples of the operator's own."""
    expansion = operator.attribute("expansion", 0)
    if operator.kind in _MOBILE:
        expansions = {*USUAL_EXPANSIONS, expansion} if expansion > 1 else {expansion}
    else:
        expansions = {factor * expansion for factor in _FACTORS.get(operator.kind, (1,))}
    return [int(value) if value == int(value) else value for value in sorted(expansions)]


_FACTORS = {"bottleneck": (0.5, 1, 2), "convnext_block": (0.75, 1, 1.25), "feed_forward": (0.75, 1, 1.25)}


class Variants:
    """Operators of a search space document; variants that the vocabulary lacks are added to the document.

    Attributes:
        own: `operators` of the document.
    """

    def __init__(self, own: Json) -> None:
        self.own = own

    def stated(self, place: Json) -> Operator:
        """Return the operator of a stage or a node, with the attributes stated there."""
        return self._behind(place["op"]).with_attributes(place.get("attributes", {}))

    def keys(self, place: Json) -> list[str]:
        """Return the keys of an operator in all combinations of kernels and expansions.

        Attributes that the stage or node states itself are not changed.
        """
        stated = place.get("attributes", {})
        offered = {name: values for name, values in choices_of(self.stated(place)) if name not in stated}
        combinations = (dict(zip(offered, values, strict=True)) for values in product(*offered.values()))
        return [self._key(place["op"], stated, changes) for changes in combinations]

    def _behind(self, key: str) -> Operator:
        own = {key: Operator.from_json(self.own[key])} if key in self.own else {}
        return operator_behind(key, own)

    def _key(self, key: str, stated: Mapping[str, Any], changes: Mapping[str, float]) -> str:
        """Return the key of an operator with changed attributes, and define it in the document if it does not exist."""
        base = self._behind(key)
        wanted, text = base.with_attributes(changes), base.text
        for name, value in changes.items():
            if value != base.value(name):
                key, text = _renamed(name, plain(base.attribute(name)), value, key, text)
        first, count = key, 1
        while (known := self._known(key)) is not None:
            if _numbers(known.with_attributes(stated)) == _numbers(wanted.with_attributes(stated)):
                return key
            count += 1
            key = f"{first}_{count}"
        self.own[key] = {"text": text, "kind": base.kind, **_numbers(wanted)}
        return key

    def _known(self, key: str) -> Operator | None:
        try:
            return self._behind(key)
        except KeyError:
            return None


def _numbers(operator: Operator) -> Json:
    """Return the attributes of an operator, without optional ones that equal the default of its kind."""
    kind = kind_named(operator.kind)
    stated = {name: operator.value(name) for name in (*kind.needs, *kind.optional)}
    return {
        name: plain(value)
        for name, value in stated.items()
        if value is not None and (name in kind.needs or value != kind.optional[name])
    }


def _renamed(name: str, old_value: Any, new_value: float, key: str, text: str) -> tuple[str, str]:
    """Return key and description of an operator after a change of its kernel or expansion."""
    if name == "kernel":
        pattern, replacement, old_words, new_words = (
            f"{old_value}x{old_value}",
            f"{new_value}x{new_value}",
            f"{old_value} by {old_value}",
            f"{new_value} by {new_value}",
        )
    else:
        pattern, replacement = rf"(?<=_)[et]{re.escape(str(old_value))}(?=_|$)", f"e{new_value}"
        old_words, new_words = f"expansion {old_value}", f"expansion {new_value}"
    renamed, replacements = re.subn(pattern, replacement, key)
    new_text = text.replace(old_words, new_words)
    return (
        renamed if replacements else f"{key}_{replacement}",
        new_text if new_text != text else f"{text}, {new_words}",
    )
