"""Operators: what a node computes, as a description and as attributes.

A key names an operator. The shipped vocabulary (`operators.json`) gives every key a canonical description, which the
sentence encoder reads (TG-NAS, section 3.2), a kind and attributes. The kind determines which attributes an operator needs
and which are optional. Costs and PyTorch modules follow from kind and attributes, never from the description.

A document may describe further operators. If its entry equals that of an operator of the vocabulary, it is that operator:
`conv3x3-bn-relu` of NAS-Bench-101 is `nor_conv_3x3` of NAS-Bench-201. An operator of kind `other` has a description, but
nasport does not know what it computes.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from nasport.schemas.errors import InputError

# The attributes of the first release. They are part of an operator's identity whenever they are stated.
ATTRIBUTE_NAMES = ("kernel", "stride", "dilation", "groups", "expansion", "repeats", "channels", "heads")
# Later attributes are part of the identity only if they differ from the default of the key or the kind.
LATER_NUMBERS = (
    *("squeeze", "squeeze_multiple", "head_width", "bias", "query_bias", "key_value_heads"),
    *("kernel_width", "padding", "padding_width", "ceil", "resolution", "resolution_width"),
    *("parameters", "flops", "start"),
)
# Attributes that describe the output shape, which any operator may state.
_OF_SHAPES = ("channels", "stride", "resolution", "resolution_width")
# Attributes that take the value of another one if they are not stated.
SAME_AS = {
    "kernel_width": "kernel",
    "padding_width": "padding",
    "resolution_width": "resolution",
    "key_value_heads": "heads",
    "query_bias": "bias",
}
# Attributes that need another attribute, in operators of any kind.
_BESIDE = {
    "padding_width": ("padding",),
    "ceil": ("padding",),
    "resolution_width": ("resolution",),
    "flops": ("parameters",),
}

Value = float | str
Attributes = tuple[tuple[str, Value], ...]


class Kind(NamedTuple):
    """A kind of operators.

    Attributes:
        family: name of the kind in older documents, which the hash of the vocabulary's operators contains.
        needs: attributes that an operator of this kind must state.
        optional: optional attributes with their defaults; None means that there is no default.
        words: allowed values of textual attributes, if they are fewer than the schema allows.
        beside: attributes that need another attribute, with the name of that one and the values that it may have; without
            values it must be stated, or its default must be neither 0 nor `none`.
    """

    family: str
    needs: tuple[str, ...]
    optional: Mapping[str, Value | None]
    words: Mapping[str, tuple[str, ...]]
    beside: Mapping[str, tuple[Any, ...]]

    @classmethod
    def from_json(cls, name: str, entry: Mapping[str, Any]) -> Kind:
        """Read a kind from an entry of `kinds` in `operators.json`, or of an extension."""
        return cls(
            entry.get("family", name),
            tuple(entry.get("needs", ())),
            entry.get("optional", {}),
            {word: tuple(values) for word, values in entry.get("words", {}).items()},
            _BESIDE | {stated: tuple(other) for stated, other in entry.get("beside", {}).items()},
        )


@dataclass(frozen=True)
class Operator:
    """One operator.

    Attributes:
        text: canonical description.
        kind: key of `kinds()` or a kind of an extension; `other` if only the description is known.
        attributes: stated (name, value) pairs sorted by name, without later attributes that equal their default.
        ordered: whether exchanging two inputs changes the result.
        key: key of the same operator in the vocabulary, whose attributes may differ; empty if there is none.
    """

    text: str
    kind: str = "other"
    attributes: Attributes = ()
    ordered: bool = False
    key: str = ""

    def __hash__(self) -> int:
        """Return the hash of the text, which Python caches; few operators share a text."""
        return hash(self.text)

    @property
    def family(self) -> str:
        """Name of the kind in older documents."""
        return _entry(self.key).get("family") or kind_named(self.kind).family

    def value(self, name: str) -> Value | None:
        """Return the stated value of an attribute, else the default of the key or the kind, else None."""
        for key, value in self.attributes:
            if key == name:
                return value
        return _default(self.key, self.kind, name)

    def attribute(self, name: str, default: float = 1.0) -> float:
        """Return a numeric attribute, or `default` if it has no value."""
        value = self.value(name)
        return value if isinstance(value, float | int) else default

    def word(self, name: str) -> str:
        """Return a textual attribute, or an empty text if it has no value."""
        value = self.value(name)
        return value if isinstance(value, str) else ""

    def with_attributes(self, changes: Mapping[str, Value]) -> Operator:
        """Return the same operator with some attributes changed."""
        if not changes:
            return self
        stated = _stated(dict(self.attributes) | dict(changes), self.key, self.kind)
        return Operator(self.text, self.kind, stated, self.ordered, self.key)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Operator:
        """Read an operator from a validated entry of a document's `operators`."""
        key, kind = resolved(value)
        names = (*ATTRIBUTE_NAMES, *LATER_NUMBERS, *attribute_words())
        stated = {name: value[name] for name in names if name in value}
        return cls(value["text"], kind, _stated(stated, key, kind), value.get("ordered", False), key)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON that `from_json` reads, without defaults; hashes of architectures contain it."""
        value: dict[str, Any] = {"text": self.text}
        kind = self.family if self.key else self.kind
        if kind != "other":
            value["kind"] = kind
        value.update((name, plain(number)) for name, number in self.attributes)
        if self.ordered:
            value["ordered"] = True
        return value


@cache
def kinds() -> Mapping[str, Kind]:
    """Return the shipped kinds of operators by name."""
    return {name: Kind.from_json(name, entry) for name, entry in _content()["kinds"].items()}


def kind_named(name: str) -> Kind:
    """Return a kind by its name, from the shipped kinds or from an extension.

    Raises:
        KeyError: there is no such kind.
        InputError: the extension of the kind cannot be loaded.
    """
    kind = kinds().get(name)
    if kind is None:
        from nasport.schemas.operator_extensions import extension_kind  # not needed for shipped kinds

        kind = extension_kind(name)
    if kind is None:
        raise KeyError(name)
    return kind


@cache
def attribute_words() -> Mapping[str, tuple[str, ...]]:
    """Return the textual attributes, each with all values that some kind allows."""
    return {name: tuple(words) for name, words in _content()["words"].items()}


@cache
def vocabulary() -> Mapping[str, Operator]:
    """Return the shipped vocabulary, from key to operator; `Operator.key` is the first of the operator's keys."""
    return {key: Operator.from_json(entry) for key, entry in _content()["operators"].items()}


def known_operator(key: str) -> Operator | None:
    """Return the operator of a key, from the vocabulary or from an extension; None if neither has the key.

    Raises:
        InputError: the extension of the key cannot be loaded.
    """
    operator = vocabulary().get(key)
    if operator is None:
        from nasport.schemas.operator_extensions import extension_operator

        operator = extension_operator(key)
    return operator


def operator_behind(key: str, own: Mapping[str, Operator]) -> Operator:
    """Return the operator of a key, from the operators `own` of a document, the vocabulary or an extension, in this order.

    Raises:
        KeyError: neither the document nor the vocabulary nor an extension has the key.
    """
    operator = own[key] if key in own else known_operator(key)
    if operator is None:
        raise KeyError(key)
    return operator


def resolved(value: Mapping[str, Any]) -> tuple[str, str]:
    """Return the key and kind of the vocabulary's operator with the same description.

    If there is none, return an empty key and the kind that the entry states.
    """
    kind = value.get("kind", "other")
    key = _described().get((value["text"], kind, value.get("ordered", False)), "")
    return key, _entry(key).get("kind", kind)


def problem_of(
    kind: str, key: str, stated: Mapping[str, Value], whole: bool, elsewhere: Collection[str] = ()
) -> InputError | None:
    """Return an error about the stated attributes of an operator, or None if they are right.

    The path of the error is the name of the attribute.

    Args:
        kind: kind of the operator.
        key: `Operator.key`.
        stated: stated attributes by name.
        whole: whether `stated` is complete and must contain the attributes that the kind needs.
        elsewhere: names of attributes that the document states for the operator elsewhere.
    """
    known = kind_named(kind)
    allowed = (*known.needs, *may_state(kind))
    own = _entry(key)
    for name, value in stated.items():
        if name not in allowed and own.get(name) != value:
            expected = f"one of {', '.join(allowed)}" if allowed else "no attributes"
            expected = expected if kind != "other" else 'a "kind" that has it'
            problem = f"an operator of kind {kind!r} has no attribute {name!r}, expected {expected}"
            return InputError(problem, path=(name,))
        words = known.words.get(name, attribute_words().get(name, ()))
        if words and value not in words:
            listed = ", ".join(words)
            problem = f"an operator of kind {kind!r} has {name} {value!r}, expected one of {listed}"
            return InputError(problem, path=(name,))
        other, *wanted = known.beside.get(name, ("",))
        if other and other not in {*stated, *elsewhere} and exact(value) != _default(key, kind, name):
            default = _default(key, kind, other)
            if default not in wanted if wanted else default in (0, "none", None):
                if default is None:
                    problem = f"{name!r} has no effect without {' '.join(map(str, (other, *wanted)))}, expected both"
                else:
                    expected = f"{other} {wanted[0]!r}" if wanted else f"another value of {other}"
                    problem = f"{name!r} has no effect because {other} is {default}, expected {expected} too"
                return InputError(problem, path=(name,))
    needed = [name for name in known.needs if name in ATTRIBUTE_NAMES or name not in own]
    missing = [name for name in needed if whole and name not in stated]
    if not missing:
        return None
    choice = {**attribute_words(), **known.words}
    values = {name: " or ".join(f'"{word}"' for word in choice.get(name, ())) for name in missing}
    example = ", ".join(f'"{name}": {words or "a number"}' for name, words in values.items())
    lacking = " and ".join(map(repr, missing))
    return InputError(f"an operator of kind {kind!r} needs {lacking}, expected {example}")


def may_state(kind: str) -> Mapping[str, Value | None]:
    """Return the optional attributes of a kind with their defaults; None if there is none or the stage determines it."""
    own = kind_named(kind).optional
    if kind == "other":
        return {**dict.fromkeys((*ATTRIBUTE_NAMES, *_OF_SHAPES)), **own}
    return own if kind == "input" else {**own, **{name: own.get(name) for name in _OF_SHAPES}}


def exact(value: Value) -> Value:
    """Return a number as a float, a text unchanged."""
    return value if isinstance(value, str) else float(value)


def plain(number: Value) -> Value:
    """Return a whole number as an int, as people write it; anything else unchanged."""
    return int(number) if not isinstance(number, str) and number == int(number) else number


def _stated(stated: Mapping[str, Value], key: str, kind: str) -> Attributes:
    """Return the stated attributes, sorted and with numbers as floats.

    Attributes of later releases are left out if they equal their default and no other attribute needs them.
    """
    values = {name: exact(value) for name, value in stated.items()}
    kept = {
        name
        for name, value in values.items()
        if name in ATTRIBUTE_NAMES
        or (name not in SAME_AS and value != _default(key, kind, name))
        or (name in SAME_AS and value != values.get(SAME_AS[name], _default(key, kind, SAME_AS[name])))
    }
    beside = kind_named(kind).beside
    kept |= {beside[name][0] for name in kept if name in beside} & values.keys()
    return tuple(sorted((name, values[name]) for name in kept))


@lru_cache(maxsize=8192)  # more than keys times attributes of the vocabulary
def _default(key: str, kind: str, name: str) -> Value | None:
    default: Value | None = _entry(key).get(name, kind_named(kind).optional.get(name))
    return default


def _entry(key: str) -> Mapping[str, Any]:
    """Return the entry of a key in `operators.json`; empty if there is none."""
    entry: Mapping[str, Any] = _content()["operators"].get(key, {})
    return entry


@cache
def _content() -> dict[str, Any]:
    return dict(json.loads(Path(__file__).with_name("operators.json").read_text("utf-8")))


@cache
def _described() -> dict[tuple[str, str, bool], str]:
    """Map description, kind (or its older name) and `ordered` to the first key of the vocabulary that has them."""
    keys: dict[tuple[str, str, bool], str] = {}
    for key, entry in _content()["operators"].items():
        family = entry.get("family", kinds()[entry["kind"]].family)
        for kind in (entry["kind"], family):
            keys.setdefault((entry["text"], kind, entry.get("ordered", False)), key)
    return keys
