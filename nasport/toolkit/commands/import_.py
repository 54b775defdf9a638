"""`nasport import`: write a real model as an architecture document or as a search space."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nasport.schemas.errors import InputError, printable
from nasport.schemas.writing import write_atomically
from nasport.toolkit.options import REQUIRED, JsonOptions, argument, option
from nasport.toolkit.printing.report import announce_written, say, warn

if TYPE_CHECKING:
    from nasport.toolkit.importing.documents.document import Imported


@dataclass(frozen=True, kw_only=True)
class ImportOptions(JsonOptions):
    """Options of `nasport import`."""

    model: str = argument(
        REQUIRED,
        "An ONNX file, a .pt2 file of torch.export, or package.module:factory(arguments), which executes the code of the "
        "module.",
        metavar="MODEL",
    )
    out: Path | None = option(None, "File to write (default: standard output).", metavar="FILE")
    report: bool = option(
        False,
        "Print which parts were recognized, assumed and omitted, in place of the document; --out still writes the "
        "document.",
    )
    input: str | None = option(
        None,
        "Input shape of models that leave it open, and of torch modules (default for torch modules: 3x224x224).",
        metavar="CxHxW",
    )
    space: bool = option(False, "Write a search space around the model instead of the model itself.")


def run(options: ImportOptions) -> int:
    """Import one model.

    Returns:
        Exit status.

    Raises:
        InputError: a missing or invalid model, a model that a document cannot express, or options that exclude each other.
    """
    from nasport.toolkit.importing.report import ImportReport

    if options.json and not options.report:
        raise InputError("--json without --report, expected both: --json sets the format of the report")
    imported = _imported(options)
    report = ImportReport.of(imported)
    document = _space(imported) if options.space else imported.architecture.to_json()
    text = json.dumps(document, indent=2, ensure_ascii=False)
    if options.report:
        print(json.dumps(report.to_json()) if options.json else printable_lines(report.lines()))
    else:
        counts = f"{report.parameters:,} parameters, {report.flops:,} multiply-accumulates"
        say(f"{report.name}: {counts}, {report.recognized_parameters:.1%} of the parameters recognized")
        for warning in report.warnings():
            warn(warning)
    if options.out is not None:
        with announce_written(options.out):
            write_atomically(options.out, f"{text}\n".encode())
    elif not options.report:
        print(text)
    sys.stdout.flush()
    return 0


def printable_lines(lines: Any) -> str:
    """Join lines to one text; control characters are replaced."""
    return "\n".join(map(printable, lines))


def _imported(options: ImportOptions) -> Imported:
    from nasport.toolkit.importing.factory import is_factory
    from nasport.toolkit.importing.reading import import_factory, import_file
    from nasport.toolkit.importing.shapes import image_shape

    image = image_shape(options.input) if options.input is not None else None
    path = Path(options.model)
    if not path.exists() and is_factory(options.model):
        say(f"executing the code of {options.model}")
        return import_factory(options.model, image)
    return import_file(path, image)


def _space(imported: Imported) -> dict[str, Any]:
    from nasport.toolkit.importing.space import space_around

    return space_around(imported.architecture)
