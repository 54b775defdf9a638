"""Validate documents against the five JSON Schemas with generated validators.

`python -m nasport.schemas.generate` writes the validators to `generated/`, so that scoring a document compiles no schema;
a test checks that they are up to date.
"""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

from nasport.schemas.errors import InputError

SCHEMAS = ("architecture", "space", "bundle", "task", "latency")


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema `name`: architecture, space, bundle, task or latency."""
    text = Path(__file__).with_name(f"{name}.schema.json").read_text("utf-8")
    return dict(json.loads(text))


def validate(name: str, value: Any) -> None:
    """Raise `InputError` with the path of the first violation of the schema `name`."""
    from fastjsonschema import JsonSchemaValueException

    check_format(name, value)
    function = getattr(import_module(f"nasport.schemas.generated.{name}"), f"validate_{name}")
    try:
        function(value)
    except JsonSchemaValueException as error:
        # Loaded only for a document that is wrong or has the kinds of extensions.
        from nasport.schemas.operator_extensions import with_shipped_kinds
        from nasport.schemas.violation import violation

        shipped = with_shipped_kinds(value) if error.rule == "enum" else value
        if shipped is value:
            raise violation(error, schema(name), value) from None
        validate(name, shipped)


def check_format(name: str, value: Any) -> None:
    """Raise `InputError` if `value` is not a document of this format and version.

    This check precedes the schema, because a file of another format or of a newer version deserves a specific message.
    """
    if not isinstance(value, dict):
        raise InputError(f"this is not a JSON object, expected a document of format 'nasport-{name}'")
    if value.get("format") != f"nasport-{name}" or "version" not in value:
        from nasport.schemas.violation import not_a_document

        raise not_a_document(name, value)
    version = value["version"]
    if version != 1 or isinstance(version, bool):
        newer = isinstance(version, int) and version > 1
        hint = "; the document needs a newer release of nasport, update it" if newer else ""
        raise InputError(f"version {version!r}, expected 1{hint}", path=("version",))
