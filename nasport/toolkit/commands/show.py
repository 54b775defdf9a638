"""`nasport show`: an architecture drawn in the terminal, as SVG or as PNG."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.schemas.writing import write_atomically
from nasport.toolkit.commands.report import Report
from nasport.toolkit.drawing import to_png, to_svg, to_text
from nasport.toolkit.inputs import document_items, notation_items, parse_item
from nasport.toolkit.notations import notation


def run_show(sources: Sequence[str], source_format: str | None, out: Path | None, canonical: bool) -> int:
    """Draw everything in `sources`; returns the exit status."""
    if out is not None and out.suffix.lower() not in (".svg", ".png"):
        raise InputError(f"cannot draw into {out.name!r}, expected a name ending in .svg or .png")
    chosen = notation(source_format) if source_format else None
    items = list(notation_items(sources, chosen) if chosen else document_items(sources))
    if out is not None and len(items) != 1:
        raise InputError(f"{len(items)} architectures for one picture, expected exactly one with --out")
    report = Report()
    for item in items:
        try:
            architecture = parse_item(item, chosen)
        except InputError as error:
            report.error(error)
            continue
        if out is None:
            print(_text(architecture, canonical))
        elif out.suffix.lower() == ".svg":
            _write_text(out, to_svg(architecture, canonical=canonical))
        else:
            to_png(architecture, out, canonical=canonical)
    return report.status


def _text(architecture: Architecture, canonical: bool) -> str:
    encoding = (sys.stdout.encoding or "ascii").lower()
    return to_text(
        architecture,
        width=shutil.get_terminal_size((100, 40)).columns,
        unicode="utf" in encoding,
        colour=sys.stdout.isatty() and "NO_COLOR" not in os.environ,
        canonical=canonical,
    )


def _write_text(out: Path, text: str) -> None:
    try:
        write_atomically(out, text.encode())
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror or error}", file=str(out)) from error
