"""Operators: what a node computes, in words and in numbers.

An operator is named by a key. The shipped vocabulary (`operators.json`) gives each key a canonical description, which
is what the sentence encoder reads (TG-NAS, section 3.2), its kind and its attributes. A kind says which attributes it
needs and which it may have besides; it decides how an operator is counted, built and read, the description never does.

A document may bring operators of its own. One that says of itself what an operator of the vocabulary says is that
operator: `conv3x3-bn-relu` of NAS-Bench-101 is `nor_conv_3x3` of NAS-Bench-201. Of one with a description alone
(kind `other`) nothing is known but the words.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from nasport.schemas.errors import InputError

# Attributes of version 1's first documents: part of an operator's identity as they are stated.
ATTRIBUTE_NAMES = ("kernel", "stride", "dilation", "groups", "expansion", "repeats", "channels", "heads")
# Attributes that came later are part of it only where they differ from the default of the key or the kind.
LATER_NUMBERS = (
    *("squeeze", "squeeze_multiple", "head_width", "bias", "query_bias", "key_value_heads"),
    *("kernel_width", "padding", "padding_width", "ceil", "resolution", "resolution_width"),
    *("parameters", "flops", "start"),
)
# What any operator may state: the shape that it gives.
_OF_SHAPES = ("channels", "stride", "resolution", "resolution_width")
# Attributes that say the same as another one where they are not stated.
SAME_AS = {
    "kernel_width": "kernel",
    "padding_width": "padding",
    "resolution_width": "resolution",
    "key_value_heads": "heads",
    "query_bias": "bias",
}
# What means something only beside another attribute, whatever the kind.
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
        family: the kind that older documents know it by, under which the vocabulary's operators of it are hashed.
        needs: attributes that an operator of this kind must state.
        optional: attributes that it may state, with their defaults; None: nothing is known unless it is stated.
        words: values that attributes in words may have, where not all that the schema allows.
        beside: attributes that mean something beside another alone, with its name and the value that it must have (none
            given: any but 0 and `none`, or any that is stated).
    """

    family: str
    needs: tuple[str, ...]
    optional: Mapping[str, Value | None]
    words: Mapping[str, tuple[str, ...]]
    beside: Mapping[str, tuple[Any, ...]]

    @classmethod
    def from_json(cls, name: str, entry: Mapping[str, Any]) -> Kind:
        """From an entry of the `kinds` of `operators.json`, or of an extension."""
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
        text: canonical description, in words.
        kind: key of `kinds()`, or an extension's; `other` where nothing but the description is known.
        attributes: (name, value) pairs sorted by name: what is stated, without later attributes that say the default.
        ordered: whether exchanging two inputs changes the result.
        key: of the vocabulary's operator that it is, numbers aside; empty for a document's own.
    """

    text: str
    kind: str = "other"
    attributes: Attributes = ()
    ordered: bool = False
    key: str = ""

    def __hash__(self) -> int:
        """Of the text alone: the text remembers its hash, and few operators share one."""
        return hash(self.text)

    @property
    def family(self) -> str:
        """The kind as older documents know it."""
        return _entry(self.key).get("family") or kind_named(self.kind).family

    def value(self, name: str) -> Value | None:
        """An attribute as it is stated, else the default of the key or the kind; None where nothing says it."""
        for key, value in self.attributes:
            if key == name:
                return value
        return _default(self.key, self.kind, name)

    def attribute(self, name: str, default: float = 1.0) -> float:
        """A numeric attribute; `default` where nothing says it."""
        value = self.value(name)
        return value if isinstance(value, float | int) else default

    def word(self, name: str) -> str:
        """An attribute in words; empty where nothing says it."""
        value = self.value(name)
        return value if isinstance(value, str) else ""

    def with_attributes(self, changes: Mapping[str, Value]) -> Operator:
        """The same operator with some attributes changed."""
        if not changes:
            return self
        stated = _stated(dict(self.attributes) | dict(changes), self.key, self.kind)
        return Operator(self.text, self.kind, stated, self.ordered, self.key)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Operator:
        """From an entry of a document's `operators`, already validated."""
        key, kind = resolved(value)
        names = (*ATTRIBUTE_NAMES, *LATER_NUMBERS, *attribute_words())
        stated = {name: value[name] for name in names if name in value}
        return cls(value["text"], kind, _stated(stated, key, kind), value.get("ordered", False), key)

    def to_json(self) -> dict[str, Any]:
        """The inverse of `from_json`, without the defaults; operators are hashed by it."""
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
    """The shipped kinds of operators, by name."""
    return {name: Kind.from_json(name, entry) for name, entry in _content()["kinds"].items()}


def kind_named(name: str) -> Kind:
    """A kind by its name: a shipped one, else an extension's.

    Raises:
        KeyError: there is none.
        InputError: it is of an extension that cannot be loaded.
    """
    found = kinds().get(name)
    if found is None:
        # What shipped kinds have no need to load.
        from nasport.schemas.operator_extensions import extension_kind

        found = extension_kind(name)
    if found is None:
        raise KeyError(name)
    return found


@cache
def attribute_words() -> Mapping[str, tuple[str, ...]]:
    """Attributes that are words, each with all words that any kind knows."""
    return {name: tuple(words) for name, words in _content()["words"].items()}


@cache
def vocabulary() -> Mapping[str, Operator]:
    """The shipped vocabulary: key to operator; keys of one operator share it, `key` is the first of them."""
    return {key: Operator.from_json(entry) for key, entry in _content()["operators"].items()}


def known_operator(key: str) -> Operator | None:
    """The operator behind a key of the vocabulary, else of an extension; None where neither has it.

    Raises:
        InputError: it is of an extension that cannot be loaded.
    """
    found = vocabulary().get(key)
    if found is None:
        from nasport.schemas.operator_extensions import extension_operator

        found = extension_operator(key)
    return found


def operator_behind(key: str, own: Mapping[str, Operator]) -> Operator:
    """The operator behind a key of a document: the document's `own`, else as `known_operator`.

    Raises:
        KeyError: nothing has the key.
    """
    found = own[key] if key in own else known_operator(key)
    if found is None:
        raise KeyError(key)
    return found


def resolved(value: Mapping[str, Any]) -> tuple[str, str]:
    """Key and kind of an operator that a document describes: of the vocabulary's, or an empty key and the kind it states."""
    kind = value.get("kind", "other")
    key = _described().get((value["text"], kind, value.get("ordered", False)), "")
    return key, _entry(key).get("kind", kind)


def problem_of(
    kind: str, key: str, stated: Mapping[str, Value], whole: bool, elsewhere: Collection[str] = ()
) -> InputError | None:
    """What is wrong with attributes that an operator states, under the path of the attribute; None where nothing is.

    Args:
        kind: of the operator.
        key: as `Operator.key`.
        stated: attributes by name.
        whole: whether these are all that the operator states, so that what its kind needs must be among them.
        elsewhere: names of attributes that the document states of it elsewhere.
    """
    known = kind_named(kind)
    allowed = (*known.needs, *may_state(kind))
    own = _entry(key)
    for name, value in stated.items():
        if name not in allowed and own.get(name) != value:
            reads = f"one of {', '.join(allowed)}" if allowed else "none"
            reads = reads if kind != "other" else 'a "kind" that reads it beside the text'
            problem = f"{name!r} means nothing to an operator of kind {kind!r}, expected {reads}"
            return InputError(problem, path=(name,))
        words = known.words.get(name, attribute_words().get(name, ()))
        if words and value not in words:
            listed = ", ".join(words)
            problem = f"{name} {value!r} of an operator of kind {kind!r}, expected one of {listed}"
            return InputError(problem, path=(name,))
        other, *wanted = known.beside.get(name, ("",))
        if other and other not in {*stated, *elsewhere} and exact(value) != _default(key, kind, name):
            found = _default(key, kind, other)
            if found not in wanted if wanted else found in (0, "none", None):
                beside = f"{other} {wanted[0] if wanted else 'another'}" if found is not None else repr(other)
                is_so = f"{other} is {found}" if found is not None else f"nothing says {other}"
                problem = f"{name!r} means nothing where {is_so}, expected {beside} beside it"
                return InputError(problem, path=(name,))
    needed = [name for name in known.needs if name in ATTRIBUTE_NAMES or name not in own]
    missing = [name for name in needed if whole and name not in stated]
    if not missing:
        return None
    choice = {**attribute_words(), **known.words}
    either = {name: " or ".join(f'"{word}"' for word in choice.get(name, ())) for name in missing}
    example = ", ".join(f'"{name}": {words or "a number"}' for name, words in either.items())
    lacking = " and ".join(map(repr, missing))
    return InputError(f"an operator of kind {kind!r} without {lacking}, expected {example} beside it")


def may_state(kind: str) -> Mapping[str, Value | None]:
    """What an operator of a kind may state beside what it needs, with defaults; None: nothing is known, or its place says it."""
    own = kind_named(kind).optional
    if kind == "other":
        return {**dict.fromkeys((*ATTRIBUTE_NAMES, *_OF_SHAPES)), **own}
    return own if kind == "input" else {**own, **{name: own.get(name) for name in _OF_SHAPES}}


def exact(value: Value) -> Value:
    """A number as a float; a word as it is."""
    return value if isinstance(value, str) else float(value)


def plain(number: Value) -> Value:
    """A whole number as an int, as people write it; a word as it is."""
    return int(number) if not isinstance(number, str) and number == int(number) else number


def _stated(stated: Mapping[str, Value], key: str, kind: str) -> Attributes:
    """Sorted, numbers as floats, without what says no more than a default and is there for no other's sake."""
    values = {name: exact(value) for name, value in stated.items()}
    told = {
        name
        for name, value in values.items()
        if name in ATTRIBUTE_NAMES
        or (name not in SAME_AS and value != _default(key, kind, name))
        or (name in SAME_AS and value != values.get(SAME_AS[name], _default(key, kind, SAME_AS[name])))
    }
    beside = kind_named(kind).beside
    told |= {beside[name][0] for name in told if name in beside} & values.keys()
    return tuple(sorted((name, values[name]) for name in told))


@lru_cache(maxsize=8192)  # more than the vocabulary has keys and attributes
def _default(key: str, kind: str, name: str) -> Value | None:
    found: Value | None = _entry(key).get(name, kind_named(kind).optional.get(name))
    return found


def _entry(key: str) -> Mapping[str, Any]:
    """What the vocabulary says under a key; nothing where it has none."""
    found: Mapping[str, Any] = _content()["operators"].get(key, {})
    return found


@cache
def _content() -> dict[str, Any]:
    return dict(json.loads(Path(__file__).with_name("operators.json").read_text("utf-8")))


@cache
def _described() -> dict[tuple[str, str, bool], str]:
    """Description, kind (also as older documents know it) and order of inputs to the first such key."""
    found: dict[tuple[str, str, bool], str] = {}
    for key, entry in _content()["operators"].items():
        family = entry.get("family", kinds()[entry["kind"]].family)
        for kind in (entry["kind"], family):
            found.setdefault((entry["text"], kind, entry.get("ordered", False)), key)
    return found
