"""Keys of operators in a document: a key of the vocabulary if it has the operator, otherwise one that the document defines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from nasport.schemas.operators import Operator, Value, exact, kind_named, plain, vocabulary

# Attributes that are always stated, as in the notations of the blocks' search spaces.
_ALWAYS = {
    "bottleneck": ("expansion", "groups"),
    "feed_forward": ("expansion",),
    "self_attention": ("heads",),
}
# Kinds whose description is the same for all numbers.
_GENERAL = ("feed_forward", "self_attention")
_NAMES = {
    "convolution": "conv", "depthwise_convolution": "dw_conv", "transposed_convolution": "conv_transpose",
    "inverted_residual": "mb", "fused_inverted_residual": "fused_mb", "pooling": "pool", "patch_embedding": "patch",
}  # fmt: skip
_TEXTS = {
    "convolution": "Convolution {kernel} by {kernel_width}",
    "depthwise_convolution": "Depthwise convolution {kernel} by {kernel_width}",
    "transposed_convolution": "Transposed convolution {kernel} by {kernel}",
    "inverted_residual": "Inverted residual {kernel} by {kernel} with expansion {expansion:g}",
    "fused_inverted_residual": "Fused inverted residual {kernel} by {kernel} with expansion {expansion:g}",
    "convnext_block": "ConvNeXt block {kernel} by {kernel} with expansion {expansion:g}",
    "shufflenet_unit": "ShuffleNetV2 unit {kernel} by {kernel}",
    "pooling": "{Mode} pooling {kernel} by {kernel_width}",
    "scale": "Layer scale, a trained factor for each channel",
}
LONGEST_KEY = 190
_EXCLUDED = ("stem_conv3x3",)  # only for the stem of one benchmark


@dataclass(frozen=True)
class NamedOperator:
    """The form in which a document states an operator.

    Attributes:
        key: key in the vocabulary, or in the document's `operators`.
        attributes: attributes to state next to the key.
        own: definition of the key in the document; None for a key of the vocabulary.
    """

    key: str
    attributes: tuple[tuple[str, Value], ...] = ()
    own: Operator | None = None

    @property
    def operator(self) -> Operator:
        """Operator with all its attributes."""
        base = self.own or vocabulary()[self.key]
        return base.with_attributes(dict(self.attributes))


def named_operator(
    kind: str, attributes: Mapping[str, Value], text: str = "", key: str = ""
) -> NamedOperator:
    """Return the key and the stated attributes of an operator.

    Args:
        kind: kind of the operator.
        attributes: all its attributes by name.
        text: description, if the vocabulary has no such operator.
        key: key in the vocabulary, if it is known.
    """
    wanted = {name: exact(value) for name, value in attributes.items()}
    if key:
        base = vocabulary()[key]
        return NamedOperator(
            key, tuple(sorted(item for item in wanted.items() if base.value(item[0]) != item[1]))
        )
    if not text:
        for key, described in _keys(kind):
            base = vocabulary()[key]
            names = {*wanted, *described, *kind_named(kind).optional}
            values = {name: wanted.get(name, kind_named(kind).optional.get(name)) for name in names}
            values = {
                name: exact(value) if isinstance(value, int | float | str) else value
                for name, value in values.items()
            }
            differing = {name for name in names if base.value(name) != values[name]}
            is_oblong = "kernel_width" in differing and "kernel" in described
            differs_in_squeeze = "squeeze" in differing and bool(values["squeeze"]) != (
                "squeeze" in described
            )
            if differing & (described - {"squeeze"}) or differs_in_squeeze or is_oblong:
                continue
            if any(values[name] is None for name in differing):
                continue
            always = {name for name in _ALWAYS.get(kind, ()) if values.get(name) is not None}
            return NamedOperator(key, tuple(sorted((name, values[name]) for name in differing | always)))  # type: ignore[misc]
    return _own(kind, wanted, text)


@cache
def _keys(kind: str) -> list[tuple[str, frozenset[str]]]:
    """Return the keys of a kind, each with the attributes that its description mentions.

    Keys whose descriptions mention the most attributes come first, for kinds in `_GENERAL` last.
    """
    keys, seen = [], set()
    for key in sorted(
        vocabulary(), key=lambda key: ("-" in key or key[-1].isdigit() > ("_" in key), key.startswith("nor_"))
    ):
        operator = vocabulary()[key]
        if operator.kind == kind and operator not in seen and key not in _EXCLUDED:
            seen.add(operator)
            keys.append((key, frozenset(_described_attributes(operator))))
    return sorted(keys, key=lambda pair: len(pair[1]) * (1 if kind in _GENERAL else -1))


def _described_attributes(operator: Operator) -> Iterator[str]:
    """Yield the names of the attributes whose values an operator's description mentions."""
    kind = kind_named(operator.kind)
    numbers = {int(number) for number in re.findall(r"\d+", operator.text)}
    for name in (*kind.needs, *kind.optional):
        value = operator.value(name)
        if value is None or (value == kind.optional.get(name) and name not in operator.text):
            continue
        if isinstance(value, str) or name == "squeeze" or value in numbers:
            yield name
    if "normalization" in operator.text and "norm" in kind.optional and operator.kind != "normalization":
        yield "norm"


def _text_of(kind: str) -> str:
    """Return the description of the first operator of a kind in the vocabulary, or the name of the kind."""
    texts = (operator.text for operator in vocabulary().values() if operator.kind == kind)
    return next(texts, kind.replace("_", " ").capitalize())


def _own(kind: str, wanted: Mapping[str, Value], text: str) -> NamedOperator:
    """Return an operator that the document defines itself."""
    numbers = {name: plain(value) for name, value in wanted.items()}
    numbers.setdefault("kernel_width", numbers.get("kernel", 1))
    if not text:
        pattern = _TEXTS.get(kind) or _text_of(kind)
        text = pattern.format(**numbers, Mode=str(numbers.get("mode", "")).capitalize())
        if wanted.get("squeeze"):
            text += ", squeeze and excitation"
    key = _NAMES.get(kind, kind)
    if kind == "pooling":
        key = f"{'avg' if numbers.get('mode') == 'average' else 'max'}_pool"
    if "kernel" in wanted:
        key += f"_{numbers['kernel']}x{numbers['kernel_width']}"
    if kind in ("inverted_residual", "fused_inverted_residual"):
        key += f"_e{numbers['expansion']}" + ("_se" if wanted.get("squeeze") else "")
    if kind in ("other", "attention", "block"):
        key = "_".join(re.findall(r"\w+", text.lower()))[:LONGEST_KEY]
    if kind == "channel_slice":
        key = f"channels_from_{numbers['start']}"
    defining = {*kind_named(kind).needs, "kernel_width", *(("start",) if kind == "channel_slice" else ())}
    needs = {name: wanted[name] for name in defining if name in wanted}
    own = Operator.from_json(
        {"text": text, "kind": kind, **{name: plain(value) for name, value in needs.items()}}
    )
    # Attributes that equal the defaults of the kind are not stated.
    rest = tuple(
        sorted(item for item in wanted.items() if item[0] not in needs and own.value(item[0]) != item[1])
    )
    return NamedOperator(key, rest, own)
