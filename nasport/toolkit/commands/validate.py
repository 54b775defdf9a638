"""`nasport validate`: what is wrong with a document, or that nothing is.

Spaces, tasks and latency tables are documents too; each is held to the format that it says it has.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nasport.schemas.errors import InputError, printable
from nasport.toolkit.options import JsonOptions
from nasport.toolkit.printing.report import WRONG_INPUT
from nasport.toolkit.source_options import SourceOptions

if TYPE_CHECKING:
    from nasport.toolkit.inputs import Item
    from nasport.toolkit.notations import Notation


@dataclass(frozen=True, kw_only=True)
class ValidateOptions(SourceOptions, JsonOptions):
    """Of `nasport validate`."""


def run(options: ValidateOptions) -> int:
    """Check everything in the sources; one line an item on standard output; returns the exit status."""
    status = 0
    for item in options.items():
        record = _check(item, options.notation)
        if not record["valid"]:
            status = WRONG_INPUT
        print(json.dumps(record) if options.json else _lines(record))
    return status


def _check(item: Item, chosen: Notation | None) -> dict[str, Any]:
    from nasport.schemas.graphs.canonical import architecture_hash
    from nasport.schemas.warnings import document_warnings
    from nasport.toolkit.inputs import format_of, parse_item

    name = item.name(chosen is not None)
    record = {"name": name, **item.where, "valid": True, "hash": None, "error": None, "warnings": []}
    try:
        kind = "" if chosen else format_of(item)
        if (found := _name_of_other(item, kind)) is not None:
            return record | {"name": f"{found or name} ({kind})"}
        architecture = parse_item(item, chosen)
    except InputError as error:
        return record | {"valid": False, "error": str(error)}
    return record | {
        "name": architecture.name or name,
        "hash": architecture_hash(architecture),
        "warnings": [*item.notes, *document_warnings(architecture)],
    }


def _name_of_other(item: Item, kind: str) -> str | None:
    """The name of a document of another kind, which may be empty; None where it is an architecture or nothing."""
    if kind == "nasport-space":
        from nasport.toolkit.inputs import space_of

        return space_of(item).name
    if kind == "nasport-task":
        from nasport.toolkit.gennas.task import parse_task

        return parse_task(item.data, file=item.file or None, line=item.line).name
    if kind == "nasport-latency":
        from nasport.toolkit.search.latency import parse_latency

        return parse_latency(item.data, file=item.file or None, line=item.line).device
    return None


def _lines(record: dict[str, Any]) -> str:
    """What is printed of an item: valid or not, and below that one line a warning."""
    if not record["valid"]:
        return printable(f"invalid  {record['error']}")
    place = f"  {record['file']}: line {record['line']}" if record["file"] else ""
    first = f"valid    {record['hash'] or 'no hash':32}  {record['name']}{place}"
    return "\n".join(map(printable, (first, *(f"warning  {text}" for text in record["warnings"]))))
