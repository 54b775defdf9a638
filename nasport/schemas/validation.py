"""Validation against the five JSON Schemas, by validators generated ahead of time.

The generated code lies in `generated/` (`python -m nasport.schemas.generate` writes it anew; a test holds that it is
current), so that scoring one document compiles nothing.
"""

from __future__ import annotations

import json
from importlib import import_module
from importlib.resources import files
from typing import Any

from nasport.schemas.errors import InputError

SCHEMAS = ("architecture", "space", "bundle", "task", "latency")


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema `name`: architecture, space, bundle, task or latency."""
    text = (files("nasport.schemas") / f"{name}.schema.json").read_text("utf-8")
    return dict(json.loads(text))


def validate(name: str, value: Any) -> None:
    """Raise `InputError` with the path of the first violation of the schema `name`."""
    from fastjsonschema import JsonSchemaValueException

    check_format(name, value)
    function = getattr(import_module(f"nasport.schemas.generated.{name}"), f"validate_{name}")
    try:
        function(value)
    except JsonSchemaValueException as error:
        raise InputError(_expected(error), path=_path(error.path, value)) from None


def check_format(name: str, value: Any) -> None:
    """Raise `InputError` where `value` is no document of this format and version.

    Separate from the schema because "you gave me something else" and "this is newer than I am" deserve their own
    words.
    """
    if not isinstance(value, dict):
        raise InputError(f"expected a JSON object, a document of format 'nasport-{name}'")
    for key in ("format", "version"):
        if key not in value:
            raise InputError(f"missing key {key!r}, expected a document of format 'nasport-{name}'")
    if value["format"] != f"nasport-{name}":
        raise InputError(f"format {value['format']!r}, expected 'nasport-{name}'", path=("format",))
    version = value["version"]
    if version != 1 or isinstance(version, bool):
        newer = isinstance(version, int) and version > 1
        hint = "; this document is newer than this nasport, update it" if newer else ""
        raise InputError(f"version {version!r}, expected 1{hint}", path=("version",))


def _expected(error: Any) -> str:
    """fastjsonschema's message without the name it puts in front."""
    message = str(error.message).removeprefix(str(error.name)).strip()
    found = error.value
    if isinstance(found, str | int | float | bool) or found is None:
        text = json.dumps(found)
        message += f", found {text if len(text) <= 80 else text[:77] + '...'}"
    return message


def _path(parts: list[str], value: Any) -> tuple[str | int, ...]:
    """fastjsonschema's path with array indices as integers, "data" removed."""
    path: list[str | int] = []
    for part in parts[1:]:
        step: str | int = int(part) if isinstance(value, list) else part
        path.append(step)
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            value = None
    return tuple(path)
