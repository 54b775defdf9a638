"""`vocabulary.json` of a bundle: kinds and operators with all their attributes, for programs without nasport's source.

The file has the content of `nasport/schemas/operators.json` with every default filled in, and the numbers that nasport
computes for every key. docs/reference/spec.md says how they are used.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from nasport.runtime.operators import PATH_ATTRIBUTES, path_attributes, relative_weight, rule_of
from nasport.schemas.operators import (
    ATTRIBUTE_NAMES,
    LATER_NUMBERS,
    SAME_AS,
    Operator,
    attribute_words,
    kind_named,
    kinds,
    may_state,
    plain,
    vocabulary,
)

VOCABULARY_FILE = "vocabulary.json"
# What attributes need in operators of any kind, and so also in those of a kind without attributes.
_ALWAYS_BESIDE = kind_named("none").beside
_ABOUT = (
    "Kinds and operators of nasport. kinds: family is the name in hashes; needs are the attributes that an operator must "
    "state; may_state has all optional attributes with their defaults (null: none), optional only those of this kind; words "
    "are the allowed values of texts; beside names the attribute that another one needs, and its values; uncounted is the "
    "reason why the cost is unknown, null if it is known. operators: the stated attributes of every key; same_as is the "
    "first key of the same operator; attributes has all attributes, stated and defaults; relative_weight and "
    "path_attributes are the numbers that a predictor reads; path_attributes of 0 are left out. attributes.beside holds for all "
    "kinds."
)


def vocabulary_bytes() -> bytes:
    """Return the content of `vocabulary.json`, one kind or operator a line."""
    source = json.loads((files("nasport.schemas") / "operators.json").read_text("utf-8"))["operators"]
    parts = {
        "format": "nasport-vocabulary",
        "version": 1,
        "about": _ABOUT,
        "attributes": {
            "first": list(ATTRIBUTE_NAMES),
            "later": [*LATER_NUMBERS, *attribute_words()],
            "of_shapes": list(may_state("output")),
            "same_as": SAME_AS,
            "beside": {stated: list(other) for stated, other in _ALWAYS_BESIDE.items()},
        },
        "path_attributes": list(PATH_ATTRIBUTES),
        "words": {name: list(words) for name, words in attribute_words().items()},
    }
    blocks = [
        *(f'"{name}":{_line(value)}' for name, value in parts.items()),
        _block("kinds", {name: _kind_record(name) for name in kinds()}),
        _block(
            "operators",
            {key: _operator_record(operator, source[key]) for key, operator in vocabulary().items()},
        ),
    ]
    return ("{" + ",\n".join(blocks) + "}\n").encode()


def _block(name: str, entries: Mapping[str, Any]) -> str:
    lines = [f"{_line(key)}:{_line(entry)}" for key, entry in entries.items()]
    return f'"{name}":{{\n' + ",\n".join(lines) + "\n}"


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _kind_record(name: str) -> dict[str, Any]:
    kind = kind_named(name)
    layers = rule_of(name).layers
    return {
        "family": kind.family,
        "needs": list(kind.needs),
        "optional": dict(kind.optional),
        "may_state": dict(may_state(name)),
        "words": {word: list(values) for word, values in kind.words.items()},
        "beside": {
            stated: list(other) for stated, other in kind.beside.items() if stated not in _ALWAYS_BESIDE
        },
        "uncounted": layers if isinstance(layers, str) else None,
    }


def _operator_record(operator: Operator, stated: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record of an operator, given its entry in `operators.json`."""
    names = dict.fromkeys(
        (*kind_named(operator.kind).needs, *may_state(operator.kind), *dict(operator.attributes))
    )
    numbers = zip(PATH_ATTRIBUTES, path_attributes(operator), strict=True)
    resolved = {name: operator.value(name) for name in names}
    return {
        "text": operator.text,
        "kind": operator.kind,
        "family": operator.family,
        "ordered": operator.ordered,
        "same_as": operator.key,
        **{
            name: value for name, value in stated.items() if name not in ("text", "kind", "family", "ordered")
        },
        "attributes": {name: plain(value) for name, value in resolved.items() if value is not None},
        "relative_weight": plain(relative_weight(operator)),
        "path_attributes": {name: plain(value) for name, value in numbers if value != 0},
    }
