"""`nasport validate`: check documents and notations, and print their errors and warnings.

The key `format` of a document determines how it is checked: as an architecture, search space, proxy task or latency table.
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
    from collections.abc import Iterator

    from nasport.schemas.architecture import Architecture
    from nasport.toolkit.inputs import Item
    from nasport.toolkit.notations import Notation


@dataclass(frozen=True, kw_only=True)
class ValidateOptions(SourceOptions, JsonOptions):
    """Options of `nasport validate`."""


def run(options: ValidateOptions) -> int:
    """Check all items in the sources, and print for each whether it is valid.

    Returns:
        Exit status; 2 if an item is invalid.
    """
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
        if (other_name := _name_of_other(item, kind)) is not None:
            return record | {"name": f"{other_name or name} ({kind})"}
        architecture = parse_item(item, chosen)
    except InputError as error:
        return record | {"valid": False, "error": str(error)}
    return record | {
        "name": architecture.name or name,
        "hash": architecture_hash(architecture),
        "warnings": [*item.notes, *document_warnings(architecture), *_unknown_costs(architecture)],
    }


def _unknown_costs(architecture: Architecture) -> Iterator[str]:
    """Yield why parameters and FLOPs of a network are unknown, such as shapes that do not fit."""
    from nasport.runtime.encoding import encode

    if architecture.skeleton is not None:
        yield from (
            f"parameters and FLOPs are unknown: {reason}"
            for reason in encode([architecture]).uncounted
            if reason
        )


def _name_of_other(item: Item, kind: str) -> str | None:
    """Parse a search space, proxy task or latency table.

    Args:
        item: document to parse.
        kind: format of the document.

    Returns:
        Name of the document, which can be empty; None for an architecture or an unknown format.
    """
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
    """Return the text of a record: valid or invalid, and below it one line per warning."""
    if not record["valid"]:
        return printable(f"invalid  {record['error']}")
    place = f"  {record['file']}: line {record['line']}" if record["file"] else ""
    first = f"valid    {record['hash'] or 'no hash':32}  {record['name']}{place}"
    return "\n".join(map(printable, (first, *(f"warning  {text}" for text in record["warnings"]))))
