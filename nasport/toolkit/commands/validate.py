"""`nasport validate`: what is wrong with a document, or that nothing is.

Spaces, tasks and latency tables are documents too; each is held to the format that it says it has.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from nasport.schemas.errors import InputError, printable
from nasport.toolkit.options import option
from nasport.toolkit.printing.report import WRONG_INPUT
from nasport.toolkit.source_options import SourceOptions

if TYPE_CHECKING:
    from nasport.toolkit.inputs import Item
    from nasport.toolkit.notations import Notation

_Record: TypeAlias = "dict[str, Any]"


@dataclass(frozen=True, kw_only=True)
class ValidateOptions(SourceOptions):
    """Of `nasport validate`."""

    json: bool = option(False, "Print one JSON object a line.")


def run(options: ValidateOptions) -> int:
    """Check everything in the sources; one line an item on standard output; returns the exit status."""
    status = 0
    for item in options.items():
        record = _check(item, options.notation)
        if not record["valid"]:
            status = WRONG_INPUT
        print(json.dumps(record) if options.json else _lines(record))
    return status


def _check(item: Item, chosen: Notation | None) -> _Record:
    from nasport.schemas.graphs.canonical import architecture_hash
    from nasport.schemas.warnings import document_warnings
    from nasport.toolkit.inputs import format_of, parse_item

    record: _Record = {
        "name": item.name(chosen is not None),
        "file": item.file or None,
        "line": item.line if item.file else None,
        "valid": True,
        "hash": None,
        "error": None,
        "warnings": [],
    }
    try:
        other = None if chosen else format_of(item)
        if other in _PARSERS:
            name = _PARSERS[other](item)
            return record | {"name": f"{name or record['name']} ({other})"}
        architecture = parse_item(item, chosen)
    except InputError as error:
        return record | {"valid": False, "error": str(error)}
    return record | {
        "name": architecture.name or record["name"],
        "hash": architecture_hash(architecture),
        "warnings": list(document_warnings(architecture)),
    }


def _space(item: Item) -> str:
    from nasport.schemas.space import parse_space
    from nasport.toolkit.spaces import SearchSpace

    return SearchSpace(parse_space(_text(item), file=item.file or None, line=item.line)).name


def _task(item: Item) -> str:
    from nasport.toolkit.gennas.task import parse_task

    return parse_task(_text(item), file=item.file or None, line=item.line).name


def _latency(item: Item) -> str:
    from nasport.toolkit.search.latency import parse_latency

    return parse_latency(_text(item), file=item.file or None, line=item.line).device


def _text(item: Item) -> bytes:
    assert isinstance(item.text, bytes)
    return item.text


_PARSERS: dict[str, Callable[[Item], str]] = {
    "nasport-space": _space,
    "nasport-task": _task,
    "nasport-latency": _latency,
}


def _lines(record: _Record) -> str:
    """What is printed of an item: valid or not, and below that one line a warning."""
    if not record["valid"]:
        return printable(f"invalid  {record['error']}")
    place = f"  {record['file']}: line {record['line']}" if record["file"] else ""
    first = f"valid    {record['hash'] or 'no hash':32}  {record['name']}{place}"
    return "\n".join(map(printable, (first, *(f"warning  {text}" for text in record["warnings"]))))
