"""What a violation of a JSON Schema says: where it is and what was expected there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from nasport.schemas.errors import InputError, PathInDocument
from nasport.schemas.foreign import EXPECTED, foreign_object
from nasport.schemas.nearest import did_you_mean, nearest
from nasport.schemas.operator_extensions import working_kinds

_SHOWN, _LONGEST = 12, 80
_FORMATS = {
    "nasport-architecture": "an architecture, as `nasport score` takes it",
    "nasport-space": "a search space, as `nasport search --space` takes it",
    "nasport-task": "a proxy task, as `nasport gennas --task` takes it",
    "nasport-latency": "a table of latencies, as `nasport search --latency` takes it",
    "nasport-bundle": "the manifest of a bundle, whose folder --bundle takes",
}


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
    if error.rule == "enum" and "enum" in part:
        of_operator = path[0] == "operators" and path[-1] == "kind"
        known = [*part["enum"], *working_kinds()] if of_operator else part["enum"]
        return InputError(_not_among(found, known), path=path)
    return InputError(_message(error), path=path)


def not_a_document(name: str, value: Mapping[str, Any]) -> InputError:
    """The error of a JSON object that does not say that it is a document of the format `nasport-NAME`."""
    for key in ("format", "version"):
        if key not in value:
            return InputError(_without(key, name, value))
    found = value["format"]
    if isinstance(found, str) and found in _FORMATS:
        problem = f"format {found!r}, expected 'nasport-{name}'; this is {_FORMATS[found]}"
    else:
        problem = f"format {_shown(found)}{did_you_mean(found, [f'nasport-{name}'])}expected 'nasport-{name}'"
    return InputError(problem, path=("format",))


def _without(key: str, name: str, value: Mapping[str, Any]) -> str:
    what = foreign_object(value) if key == "format" else None
    if what is not None:
        return f"this is {what}; {EXPECTED}"
    near = nearest(key, value)
    there = f" (there is {near!r})" if near else ""
    return (
        f"missing key {key!r}{there}, expected a document that begins with "
        f'{{"format": "nasport-{name}", "version": 1, ...}}, see docs/formats.md'
    )


def _unknown_key(key: str, known: Sequence[str]) -> str:
    more = ", ..." if len(known) > _SHOWN else ""
    shown = key if len(key) <= _LONGEST else key[: _LONGEST - 3] + "..."
    return f"unknown key {shown!r}{did_you_mean(key, known)}expected one of {', '.join(known[:_SHOWN])}{more}"


def _not_among(found: Any, known: Sequence[Any]) -> str:
    return (
        f"{_shown(found)}{did_you_mean(found, map(str, known))}expected one of {', '.join(map(str, known))}"
    )


def _message(error: Any) -> str:
    """fastjsonschema's own without the name it puts in front."""
    message = str(error.message).removeprefix(str(error.name)).strip()
    found = error.value
    if isinstance(found, str | int | float | bool) or found is None:
        message += f", found {_shown(found)}"
    return message


def _shown(found: Any) -> str:
    text = json.dumps(found)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


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
