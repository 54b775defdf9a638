"""The key under which a document knows an operator: one of the vocabulary where that says the same, else its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from nasport.schemas.operators import Operator, Value, exact, kind_named, plain, vocabulary

# What a block always states, as the notations of its search spaces do.
_ALWAYS = {
    "bottleneck": ("expansion", "groups"),
    "feed_forward": ("expansion",),
    "self_attention": ("heads",),
}
# Kinds of which the description is the same whatever the numbers.
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
_ELSEWHERE = ("stem_conv3x3",)  # of one benchmark's stem


@dataclass(frozen=True)
class Named:
    """An operator as a document has it.

    Attributes:
        key: of the vocabulary, or of the document's own operators.
        attributes: what the place states beside the key.
        own: what the document says of the key; None: it is the vocabulary's.
    """

    key: str
    attributes: tuple[tuple[str, Value], ...] = ()
    own: Operator | None = None

    @property
    def operator(self) -> Operator:
        """With all its attributes."""
        base = self.own or vocabulary()[self.key]
        return base.with_attributes(dict(self.attributes))


def named(kind: str, attributes: Mapping[str, Value], text: str = "", key: str = "") -> Named:
    """The key and attributes of an operator of a kind.

    Args:
        kind: of operators.
        attributes: all that it states, by name.
        text: its description where no operator of the vocabulary is it.
        key: of the vocabulary, where it is known.
    """
    wanted = {name: exact(value) for name, value in attributes.items()}
    if key:
        base = vocabulary()[key]
        return Named(key, tuple(sorted(item for item in wanted.items() if base.value(item[0]) != item[1])))
    if not text:
        for key, stated in _keys(kind):
            base = vocabulary()[key]
            names = {*wanted, *stated, *kind_named(kind).optional}
            said = {name: wanted.get(name, kind_named(kind).optional.get(name)) for name in names}
            said = {
                name: exact(value) if isinstance(value, int | float | str) else value
                for name, value in said.items()
            }
            differing = {name for name in names if base.value(name) != said[name]}
            is_oblong = "kernel_width" in differing and "kernel" in stated
            squeezes_otherwise = "squeeze" in differing and bool(said["squeeze"]) != ("squeeze" in stated)
            if differing & (stated - {"squeeze"}) or squeezes_otherwise or is_oblong:
                continue
            if any(said[name] is None for name in differing):
                continue
            always = {name for name in _ALWAYS.get(kind, ()) if said.get(name) is not None}
            return Named(key, tuple(sorted((name, said[name]) for name in differing | always)))  # type: ignore[misc]
    return _own(kind, wanted, text)


@cache
def _keys(kind: str) -> list[tuple[str, frozenset[str]]]:
    """Keys of a kind with what the description of each says, those that say the most first, but for `_GENERAL` kinds."""
    found, seen = [], set()
    for key in sorted(
        vocabulary(), key=lambda key: ("-" in key or key[-1].isdigit() > ("_" in key), key.startswith("nor_"))
    ):
        operator = vocabulary()[key]
        if operator.kind == kind and operator not in seen and key not in _ELSEWHERE:
            seen.add(operator)
            found.append((key, frozenset(_said_by(operator))))
    return sorted(found, key=lambda pair: len(pair[1]) * (1 if kind in _GENERAL else -1))


def _said_by(operator: Operator) -> Iterator[str]:
    """Attributes that an operator's description says: numbers that stand in it, and words."""
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
    """The description of the vocabulary's operators of a kind, which have one, else the name of the kind."""
    texts = (operator.text for operator in vocabulary().values() if operator.kind == kind)
    return next(texts, kind.replace("_", " ").capitalize())


def _own(kind: str, wanted: Mapping[str, Value], text: str) -> Named:
    numbers = {name: plain(value) for name, value in wanted.items()}
    numbers.setdefault("kernel_width", numbers.get("kernel", 1))
    if not text:
        pattern = _TEXTS.get(kind) or _text_of(kind)
        text = pattern.format(**numbers, Mode=str(numbers.get("mode", "")).capitalize())
        if wanted.get("squeeze"):
            text += ", squeeze and excitation"
    words = _NAMES.get(kind, kind)
    if kind == "pooling":
        words = f"{'avg' if numbers.get('mode') == 'average' else 'max'}_pool"
    if "kernel" in wanted:
        words += f"_{numbers['kernel']}x{numbers['kernel_width']}"
    if kind in ("inverted_residual", "fused_inverted_residual"):
        words += f"_e{numbers['expansion']}" + ("_se" if wanted.get("squeeze") else "")
    if kind in ("other", "attention", "block"):
        words = "_".join(re.findall(r"\w+", text.lower()))[:LONGEST_KEY]
    if kind == "channel_slice":
        words = f"channels_from_{numbers['start']}"
    said = {*kind_named(kind).needs, "kernel_width", *(("start",) if kind == "channel_slice" else ())}
    needs = {name: wanted[name] for name in said if name in wanted}
    own = Operator.from_json(
        {"text": text, "kind": kind, **{name: plain(value) for name, value in needs.items()}}
    )
    # What the kind has anyway is not stated.
    rest = tuple(
        sorted(item for item in wanted.items() if item[0] not in needs and own.value(item[0]) != item[1])
    )
    return Named(words, rest, own)
