"""Errors for documents that violate their JSON Schema: where the mistake is and what was expected."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from nasport.schemas.errors import InputError, PathInDocument
from nasport.schemas.foreign import EXPECTED, foreign_object
from nasport.schemas.nearest import did_you_mean, nearest
from nasport.schemas.operator_extensions import working_kinds

_SHOWN, _LONGEST = 12, 80
_FORMATS = {
    "nasport-architecture": "an architecture for `nasport score`",
    "nasport-space": "a search space for `nasport search --space`",
    "nasport-task": "a proxy task for `nasport gennas --task`",
    "nasport-latency": "a table of latencies for `nasport search --latency`",
    "nasport-bundle": "the manifest of a bundle; give its folder as --bundle",
}


def violation(error: Any, schema: Mapping[str, Any], value: Any) -> InputError:
    """Return the error for a violation.

    Args:
        error: `JsonSchemaValueException` of fastjsonschema.
        schema: JSON Schema of the document.
        value: JSON value of the document.
    """
    found = error.value
    path = _path(str(error.name).removeprefix("data"), value, found) or ()
    part = _part(schema, path)
    if error.rule == "additionalProperties" and "properties" in part:
        known = list(part["properties"])
        unknown = next(key for key in found if key not in known)
        shown = unknown if len(unknown) <= _LONGEST else f"{unknown[: _LONGEST - 3]}..."
        expected = f"{', '.join(known[:_SHOWN])}{', ...' if len(known) > _SHOWN else ''}"
        problem = f"unknown key {shown!r}{did_you_mean(unknown, known)}expected one of {expected}"
        return InputError(problem, path=(*path, unknown))
    if error.rule == "required" and "required" in part:
        missing = [repr(key) for key in part["required"] if key not in found]
        plural = len(missing) > 1
        problem = (
            f"missing key{'s' * plural} {', '.join(missing)}, expected {'them' if plural else 'it'} here"
        )
        return InputError(problem, path=path)
    if error.rule == "enum" and "enum" in part:
        of_operator = path[:1] == ("operators",) and path[-1] == "kind"
        known = [*map(str, part["enum"]), *(working_kinds() if of_operator else ())]
        near = did_you_mean(found, known)
        return InputError(f"{_shown(found)}{near}expected one of {', '.join(known)}", path=path)
    # Remove the name of the value from the message of fastjsonschema.
    message = str(error.message).removeprefix(str(error.name)).strip()
    if isinstance(error.value, str | int | float | bool | None):
        message += f", found {_shown(error.value)}"
    return InputError(message, path=path)


def not_a_document(name: str, value: Mapping[str, Any]) -> InputError:
    """Return the error for a JSON object that is not marked as a document of the format `nasport-NAME`."""
    for key in ("format", "version"):
        if key not in value:
            what = foreign_object(value) if key == "format" else None
            near = nearest(key, value)
            similar = f" (it has {near!r})" if near else ""
            wanted = f'{{"format": "nasport-{name}", "version": 1, ...}}, see docs/reference/formats.md'
            missing = f"missing key {key!r}{similar}, expected a document that begins with {wanted}"
            return InputError(f"this is {what}; {EXPECTED}" if what else missing)
    found = value["format"]
    if isinstance(found, str) and found in _FORMATS:
        problem = f"format {found!r}, expected 'nasport-{name}'; this is {_FORMATS[found]}"
    else:
        problem = f"format {_shown(found)}{did_you_mean(found, [f'nasport-{name}'])}expected 'nasport-{name}'"
    return InputError(problem, path=("format",))


def _shown(found: Any) -> str:
    text = json.dumps(found)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _path(name: str, value: Any, found: Any) -> PathInDocument | None:
    """Return the path from a value to the value `found` inside it, or None if `name` does not lead to it.

    The path that fastjsonschema gives is wrong if keys contain dots or brackets, so the keys of the document decide.

    Args:
        name: name of the path in fastjsonschema, such as `.cells.normal.nodes[3].op`.
        value: JSON value at the beginning of the path.
        found: JSON value at its end.
    """
    if not name:
        return () if value is found else None
    steps: Iterable[tuple[str | int, str]] = ()
    if isinstance(value, dict):
        steps = ((key, f".{key}") for key in value)
    elif isinstance(value, list):
        number = re.match(r"\[(\d+)\]", name)
        steps = [(int(number[1]), number[0])] if number else ()
    for step, text in steps:
        if name.startswith(text):
            rest = _path(name[len(text) :], value[step], found)
            if rest is not None:
                return step, *rest
    return None


def _part(schema: Mapping[str, Any], path: PathInDocument) -> Mapping[str, Any]:
    """Return the part of a schema that applies at a path, or an empty one."""
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
