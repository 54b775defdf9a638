"""What a violation of a JSON Schema says: where it is and what was expected there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from nasport.schemas.errors import InputError, PathInDocument

_SHOWN, _LONGEST = 12, 80


def violation(error: Any, schema: Mapping[str, Any], value: Any) -> InputError:
    """The error of a document.

    Args:
        error: fastjsonschema's `JsonSchemaValueException`.
        schema: of the document.
        value: the document.
    """
    path, found = _path(error.path, value)
    # A name with a dot in it leads elsewhere.
    part = _part(schema, path) if found is error.value else {}
    if error.rule == "additionalProperties" and "properties" in part:
        unknown = next(key for key in found if key not in part["properties"])
        return InputError(_unknown_key(unknown, list(part["properties"])), path=(*path, unknown))
    if error.rule == "required" and "required" in part:
        missing = [repr(key) for key in part["required"] if key not in found]
        return InputError(f"missing key{'s' * (len(missing) > 1)} {', '.join(missing)}", path=path)
    return InputError(_message(error), path=path)


def _unknown_key(key: str, known: Sequence[str]) -> str:
    near = get_close_matches(key, known, 1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    more = ", ..." if len(known) > _SHOWN else ""
    shown = key if len(key) <= _LONGEST else key[: _LONGEST - 3] + "..."
    return f"unknown key {shown!r}; {hint}expected one of {', '.join(known[:_SHOWN])}{more}"


def _message(error: Any) -> str:
    """fastjsonschema's own without the name it puts in front."""
    message = str(error.message).removeprefix(str(error.name)).strip()
    found = error.value
    if isinstance(found, str | int | float | bool) or found is None:
        text = json.dumps(found)
        message += f", found {text if len(text) <= _LONGEST else text[: _LONGEST - 3] + '...'}"
    return message


def _path(parts: Sequence[str], value: Any) -> tuple[PathInDocument, Any]:
    """fastjsonschema's path with array indices as integers, "data" removed, and the value there."""
    path: list[str | int] = []
    for part in parts[1:]:
        step: str | int = int(part) if isinstance(value, list) else part
        path.append(step)
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            value = None
    return tuple(path), value


def _part(schema: Mapping[str, Any], path: PathInDocument) -> Mapping[str, Any]:
    """The part of a schema that holds at a path; empty where none is found."""
    part = schema
    for step in path:
        others = part.get("additionalProperties")
        found = (
            part.get("items")
            if isinstance(step, int)
            else part.get("properties", {}).get(step, others if isinstance(others, dict) else None)
        )
        part = found if isinstance(found, dict) else {}
        if "$ref" in part:
            part = schema["definitions"][part["$ref"].rpartition("/")[2]]
    return part
