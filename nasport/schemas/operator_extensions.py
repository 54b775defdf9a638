"""Operators from other packages, in addition to those of `operators.json` (docs/guides/extending.md).

The name of an entry point in the group `nasport.operators` is the key or the kind that it adds. The entry point refers to
a module or another object with some of these attributes:

- `OPERATORS`: for every key an entry in the form of a document's `operators`. A document that uses the key means the same
  as a document with this entry in its own `operators`.
- `KINDS`: new kinds in the form of `operators.json`, with attributes that documents already have.
- `RULES`: for every new kind its `nasport.runtime.operators.rule.Rule`.
- `NETWORK`: name of a module whose `BUILDERS` make the torch modules of kinds that layers do not describe fully.
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

_KIND_KEYS = ("needs", "optional", "words", "beside")
# Attributes of the class Rule, which this package must not import.
_RULE_ATTRIBUTES = ("layers", "effect", "shape", "stride")
_ENDS = ({"id": "input", "op": "input"}, {"id": "output", "op": "output", "inputs": ["input"]})


@lru_cache(maxsize=1)
def operator_extensions() -> Registry[Any]:
    """Return the registry of the keys and kinds of other packages; it reserves the names that nasport ships."""
    shipped = dict.fromkeys((*vocabulary(), *kinds()))
    return Registry("nasport.operators", "operator", shipped, _problem)


@lru_cache(maxsize=1024)
def extension_operator(key: str) -> Operator | None:
    """Return the operator that an extension defines for a key; None if there is none.

    Raises:
        InputError: the extension cannot be loaded, or its entry is wrong; the message names the extension and the reason.
    """
    from nasport.schemas.checks import (
        check_architecture,
    )  # imported here, because checks.py imports this file
    from nasport.schemas.validation import validate

    entry = _defined("OPERATORS", key)
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
    """Return a kind that an extension defines; None if there is none. Raises the errors of `extension_operator`."""
    entry = _defined("KINDS", name)
    return None if entry is None else Kind.from_json(name, entry)


def working_operators() -> Mapping[str, Operator]:
    """Return the operators of all extensions; an `ExtensionWarning` names each one that cannot be loaded."""
    operators = working(operator_extensions().extensions(), extension_operator)
    return {key: operator for key, operator in operators if operator is not None}


def working_kinds() -> Mapping[str, Kind]:
    """Return the kinds of all extensions; warns like `working_operators`."""
    extension_kinds = working(operator_extensions().extensions(), extension_kind)
    return {name: kind for name, kind in extension_kinds if kind is not None}


def with_shipped_kinds(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a document with the kinds of extensions replaced by `other`, because the schema lists only shipped kinds.

    A document without such kinds is returned unchanged. Raises the errors of `extension_operator`, with the path inside the
    document.
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


def _defined(part: str, name: str) -> Any:
    """Return the entry of a name in one of the parts of its extension, such as `KINDS`; None if there is none."""
    extensions = operator_extensions()
    if name not in extensions.extensions():
        return None
    return getattr(extensions[name], part, {}).get(name)


def _problem(name: str, extension: Any) -> str:
    parts = {part: getattr(extension, part, {}) for part in ("OPERATORS", "KINDS", "RULES")}
    for part, value in parts.items():
        if not isinstance(value, Mapping):
            return f"{part} is {value!r:.80}, expected a dictionary"
    if name not in parts["KINDS"]:
        return (
            ""
            if name in parts["OPERATORS"]
            else "neither OPERATORS nor KINDS has this name, expected one of them to have it"
        )
    entry, rule = parts["KINDS"][name], parts["RULES"].get(name)
    if not isinstance(entry, Mapping) or not entry.keys() <= {*_KIND_KEYS}:
        return (
            f"the kind is {entry!r:.80}, expected a dictionary with some of the keys {', '.join(_KIND_KEYS)}"
        )
    known = (*ATTRIBUTE_NAMES, *LATER_NUMBERS, *attribute_words())
    unknown = [name for part in _KIND_KEYS for name in entry.get(part, ()) if name not in known]
    if unknown:
        return f"unknown attribute {unknown[0]!r}, expected one of {', '.join(known)}"
    if not all(hasattr(rule, part) for part in _RULE_ATTRIBUTES):
        return f"its entry in RULES is {rule!r:.80}, expected a nasport.runtime.operators.rule.Rule"
    return ""
