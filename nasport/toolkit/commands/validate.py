"""`nasport validate`: what is wrong with a document, or that nothing is."""

from __future__ import annotations

import json
from collections.abc import Sequence

from nasport.schemas.canonical import architecture_hash
from nasport.schemas.errors import InputError, printable
from nasport.toolkit.commands.report import WRONG_INPUT
from nasport.toolkit.inputs import Item, document_items, notation_items, parse_item
from nasport.toolkit.notations import Notation, notation


def run_validate(sources: Sequence[str], source_format: str | None, as_json: bool) -> int:
    """Check everything in `sources`; one line an item on standard output; returns the exit status."""
    chosen = notation(source_format) if source_format else None
    items = notation_items(sources) if chosen else document_items(sources)
    status = 0
    for item in items:
        record = _check(item, chosen)
        if not record["valid"]:
            status = WRONG_INPUT
        print(json.dumps(record) if as_json else _line(record))
    return status


def _check(item: Item, chosen: Notation | None) -> dict[str, object]:
    record: dict[str, object] = {
        "name": item.name(chosen is not None),
        "valid": True,
        "hash": None,
        "error": None,
    }
    try:
        architecture = parse_item(item, chosen)
    except InputError as error:
        return record | {"valid": False, "error": str(error)}
    digest = architecture_hash(architecture)
    return record | {"name": architecture.name or record["name"], "hash": digest}


def _line(record: dict[str, object]) -> str:
    text = (
        f"valid    {record['hash']}  {record['name']}" if record["valid"] else f"invalid  {record['error']}"
    )
    return printable(text)
