"""`nasport import`: a real model as a document, or a search space around it."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nasport.schemas.errors import InputError, printable
from nasport.schemas.writing import write_atomically
from nasport.toolkit.options import REQUIRED, JsonOptions, argument, option
from nasport.toolkit.printing.report import say, told_as_written, warn

if TYPE_CHECKING:
    from nasport.toolkit.importing.documents.document import Imported


@dataclass(frozen=True, kw_only=True)
class ImportOptions(JsonOptions):
    """Of `nasport import`."""

    model: str = argument(
        REQUIRED,
        "An ONNX file, a .pt2 file of torch.export, or package.module:factory(arguments), whose code is run.",
        metavar="MODEL",
    )
    out: Path | None = option(None, "Document to write, instead of standard output.", metavar="FILE")
    report: bool = option(
        False, "Print what was recognized, assumed and left out; the document is written with --out alone."
    )
    input: str | None = option(
        None, "Shape of one input, where the model leaves it open.", metavar="CHANNELSxHEIGHTxWIDTH"
    )
    space: bool = option(False, "Write a search space around the model instead of its document.")


def run(options: ImportOptions) -> int:
    """Import one model; returns the exit status.

    Raises:
        InputError: no such model, or none that a document can hold.
    """
    from nasport.toolkit.importing.report import ImportReport

    if options.json and not options.report:
        raise InputError(
            "--json is of the report, expected --report with it: the document is JSON in any case"
        )
    found = _imported(options)
    report = ImportReport.of(found)
    document = _space(found) if options.space else found.architecture.to_json()
    text = json.dumps(document, indent=2, ensure_ascii=False)
    if options.report:
        print(json.dumps(report.to_json()) if options.json else printable_lines(report.lines()))
    else:
        counts = f"{report.parameters:,} parameters, {report.flops:,} multiply-accumulates"
        say(f"{report.name}: {counts}, {report.recognized_parameters:.1%} of the parameters recognized")
        for warning in report.warnings():
            warn(warning)
    if options.out is not None:
        with told_as_written(options.out):
            write_atomically(options.out, f"{text}\n".encode())
    elif not options.report:
        print(text)
    sys.stdout.flush()
    return 0


def printable_lines(lines: Any) -> str:
    """Lines of a report as one text."""
    return "\n".join(map(printable, lines))


def _imported(options: ImportOptions) -> Imported:
    from nasport.toolkit.importing.factory import is_factory
    from nasport.toolkit.importing.reading import import_factory, import_file
    from nasport.toolkit.importing.shapes import image_shape

    image = image_shape(options.input) if options.input is not None else None
    path = Path(options.model)
    if not path.exists() and is_factory(options.model):
        say(f"runs the code of {options.model}")
        return import_factory(options.model, image)
    return import_file(path, image)


def _space(found: Imported) -> dict[str, Any]:
    from nasport.toolkit.importing.space import space_around

    return space_around(found.architecture)
