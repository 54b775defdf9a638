"""Operators with another kernel or expansion: which ones a space around a model offers, and under which key."""

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
    """The numbers of an operator that a space may vary, by name, each with several values."""
    offered = {"kernel": _kernels(operator), "expansion": _expansions(operator)}
    return ((name, values) for name, values in offered.items() if len(values) > 1)


def _kernels(operator: Operator) -> list[float]:
    """Odd ones, where nothing but the kernel says how far it reaches."""
    kernel = int(operator.attribute("kernel", 0))
    is_square = operator.attribute("kernel_width", 0) in (0, kernel)
    if operator.kind not in _WITH_KERNEL or operator.value("padding") is not None or not is_square:
        return []
    return sorted({*KERNELS, kernel}) if kernel in range(KERNELS[0], LARGEST_KERNEL, 2) else []


def _expansions(operator: Operator) -> list[float]:
    """Those of mobile blocks that are usual; else the operator's own, fewer and more."""
    expansion = operator.attribute("expansion", 0)
    if operator.kind in _MOBILE:
        found = {*USUAL_EXPANSIONS, expansion} if expansion > 1 else {expansion}
    else:
        found = {factor * expansion for factor in _FACTORS.get(operator.kind, (1,))}
    return [int(each) if each == int(each) else each for each in sorted(found)]


_FACTORS = {"bottleneck": (0.5, 1, 2), "convnext_block": (0.75, 1, 1.25), "feed_forward": (0.75, 1, 1.25)}


class Variants:
    """Operators of a space, to which those that the vocabulary lacks are added.

    Attributes:
        own: the document's `operators`.
    """

    def __init__(self, own: Json) -> None:
        self.own = own

    def stated(self, place: Json) -> Operator:
        """The operator of a stage or a node, with the attributes of its place."""
        return self._behind(place["op"]).with_attributes(place.get("attributes", {}))

    def keys(self, place: Json) -> list[str]:
        """Keys of the operator of a place in all its kernels and expansions, but for those that the place states."""
        stated = place.get("attributes", {})
        offered = {name: values for name, values in choices_of(self.stated(place)) if name not in stated}
        ways = (dict(zip(offered, way, strict=True)) for way in product(*offered.values()))
        return [self._key(place["op"], stated, way) for way in ways]

    def _behind(self, key: str) -> Operator:
        own = {key: Operator.from_json(self.own[key])} if key in self.own else {}
        return operator_behind(key, own)

    def _key(self, key: str, stated: Mapping[str, Any], changes: Mapping[str, float]) -> str:
        """The key of the operator with some numbers changed; of an own one where the vocabulary has none."""
        base = self._behind(key)
        wanted, text = base.with_attributes(changes), base.text
        for name, value in changes.items():
            if value != base.value(name):
                key, text = _renamed(name, plain(base.attribute(name)), value, key, text)
        first, count = key, 1
        while (there := self._known(key)) is not None:
            if _numbers(there.with_attributes(stated)) == _numbers(wanted.with_attributes(stated)):
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
    """What an operator says beside its description, without what its kind says anyway."""
    kind = kind_named(operator.kind)
    said = {name: operator.value(name) for name in (*kind.needs, *kind.optional)}
    return {
        name: plain(value)
        for name, value in said.items()
        if value is not None and (name in kind.needs or value != kind.optional[name])
    }


def _renamed(name: str, before: Any, now: float, key: str, text: str) -> tuple[str, str]:
    """Key and description of an operator with another kernel or expansion."""
    if name == "kernel":
        pattern, named, described, words = (
            f"{before}x{before}",
            f"{now}x{now}",
            f"{before} by {before}",
            f"{now} by {now}",
        )
    else:
        pattern, named = rf"(?<=_)[et]{re.escape(str(before))}(?=_|$)", f"e{now}"
        described, words = f"expansion {before}", f"expansion {now}"
    renamed, found = re.subn(pattern, named, key)
    new_text = text.replace(described, words)
    return renamed if found else f"{key}_{named}", new_text if new_text != text else f"{text}, {words}"
