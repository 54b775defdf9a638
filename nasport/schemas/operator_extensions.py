"""Operators of other packages: keys and kinds beside those of `operators.json` (docs/guides/extending.md).

An entry point of the group `nasport.operators` has the name of a key or of a kind. It leads to a module, or another
object, with as many of these as it needs:

- `OPERATORS`: key to an entry such as a document's `operators` has. A document that names the key means what it would
  mean with this entry among its own `operators`.
- `KINDS`: new kinds, as `operators.json` has them, of attributes that documents know already.
- `RULES`: each of these kinds to its `nasport.runtime.operators.rule.Rule`.
- `NETWORK`: the name of a module whose `BUILDERS` make the torch modules of kinds that are more than their layers.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from nasport.schemas.errors import InputError
from nasport.schemas.operators import (
    ATTRIBUTE_NAMES,
    LATER_NUMBERS,
    Kind,
    Operator,
    attribute_words,
    kinds,
    vocabulary,
)
from nasport.schemas.plugins import Registry, working

_OF_KINDS = ("needs", "optional", "words", "beside")
_OF_RULES = ("layers", "effect", "shape", "stride")  # whose class is beyond this room
_ENDS = ({"id": "input", "op": "input"}, {"id": "output", "op": "output", "inputs": ["input"]})


@lru_cache(maxsize=1)
def operator_extensions() -> Registry[Any]:
    """What other packages bring, by the names of keys and kinds. Nasport's own are in it as names alone."""
    shipped = dict.fromkeys((*vocabulary(), *kinds()))
    return Registry("nasport.operators", "operator", shipped, _problem)


@lru_cache(maxsize=1024)
def extension_operator(key: str) -> Operator | None:
    """The operator of an extension behind a key; None where there is none.

    Raises:
        InputError: the extension cannot be loaded, or its entry is wrong; says which and why.
    """
    from nasport.schemas.checks import check_architecture  # which needs this file in turn
    from nasport.schemas.validation import validate

    entry = _given("OPERATORS", key)
    if entry is None:
        return None
    cells = {"cell": {"nodes": list(_ENDS)}}
    document = {"format": "nasport-architecture", "version": 1, "operators": {key: entry}, "cells": cells}
    try:
        validate("architecture", document)
        check_architecture(document)
        return Operator.from_json(entry)
    except InputError as error:
        raise operator_extensions().broken(key, str(error)) from None


@lru_cache(maxsize=1024)
def extension_kind(name: str) -> Kind | None:
    """A kind of an extension; None where there is none of this name. Raises as `extension_operator`."""
    entry = _given("KINDS", name)
    return None if entry is None else Kind.from_json(name, entry)


def working_operators() -> Mapping[str, Operator]:
    """The operators of all extensions; an `ExtensionWarning` names each that cannot be loaded."""
    found = working(operator_extensions().extensions(), extension_operator)
    return {key: operator for key, operator in found if operator is not None}


def working_kinds() -> Mapping[str, Kind]:
    """The kinds of all extensions; warns as `working_operators`."""
    found = working(operator_extensions().extensions(), extension_kind)
    return {name: kind for name, kind in found if kind is not None}


def with_shipped_kinds(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """A document as its schema reads it, which knows shipped kinds alone: extensions' kinds are replaced by `other`.

    The same object where it has none. Raises as `extension_operator`, with the place in the document.
    """
    own = document.get("operators")
    if not isinstance(own, dict):
        return document
    changed = {}
    for name, entry in own.items():
        kind = entry.get("kind") if isinstance(entry, dict) else None
        try:
            if isinstance(kind, str) and extension_kind(kind):
                changed[name] = {**entry, "kind": "other"}
        except InputError as error:
            raise error.within("operators", name, "kind") from None
    return {**document, "operators": {**own, **changed}} if changed else document


def _given(part: str, name: str) -> Any:
    """What the extension of this name says of it in one of its parts; None where nothing does."""
    extensions = operator_extensions()
    if name not in extensions.extensions():
        return None
    return getattr(extensions[name], part, {}).get(name)


def _problem(name: str, found: Any) -> str:
    parts = {part: getattr(found, part, {}) for part in ("OPERATORS", "KINDS", "RULES")}
    for part, value in parts.items():
        if not isinstance(value, Mapping):
            return f"its {part} are {value!r:.80}, expected a dictionary"
    if name not in parts["KINDS"]:
        return "" if name in parts["OPERATORS"] else "neither its OPERATORS nor its KINDS have this name"
    entry, rule = parts["KINDS"][name], parts["RULES"].get(name)
    if not isinstance(entry, Mapping) or not entry.keys() <= {*_OF_KINDS}:
        return f"the kind is {entry!r:.80}, expected a dictionary of {', '.join(_OF_KINDS)}"
    known = (*ATTRIBUTE_NAMES, *LATER_NUMBERS, *attribute_words())
    unknown = [name for part in _OF_KINDS for name in entry.get(part, ()) if name not in known]
    if unknown:
        return f"the attribute {unknown[0]!r}, expected one of {', '.join(known)}"
    if not all(hasattr(rule, part) for part in _OF_RULES):
        return f"its rule is {rule!r:.80}, expected a nasport.runtime.operators.rule.Rule"
    return ""
