"""`nasport convert`: convert architectures between documents and notations, or one architecture into a network.

DARTS cells can also be written as documents of the ImageNet network that papers build from them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from nasport.runtime.installation import pip_install
from nasport.schemas.errors import InputError
from nasport.schemas.nearest import did_you_mean
from nasport.schemas.writing import replacing, write_atomically
from nasport.toolkit.options import option
from nasport.toolkit.printing.report import Report, announce_written, warn
from nasport.toolkit.source_options import SourceOptions

if TYPE_CHECKING:
    from nasport.schemas.architecture import Architecture
    from nasport.toolkit.notations import Notation

DOCUMENT = "json"
IMAGENET, IMAGENET_FIT = "imagenet", "imagenet-fit"
TORCH, ONNX = "torch", "onnx"
# By target: the packages that writing a network needs, and the extra of nasport that installs them.
NEEDS = {TORCH: (("torch",), "gennas"), ONNX: (("torch", "onnx", "onnxscript"), "train")}
DOCUMENTS = (DOCUMENT, IMAGENET, IMAGENET_FIT)


def targets() -> tuple[str, ...]:
    """Return all values of `--to`."""
    from nasport.toolkit.notations import notations

    return (*DOCUMENTS, *NEEDS, *notations())


@dataclass(frozen=True, kw_only=True)
class ConvertOptions(SourceOptions):
    """Options of `nasport convert`."""

    target: str = option(
        DOCUMENT,
        "Format to write: json for documents, a notation (see `nasport formats`), or the network of one architecture as "
        "torch (a Python module) or onnx (needs --out). imagenet writes documents of DARTS cells in the ImageNet network "
        "of the papers (14 cells, 48 channels), imagenet-fit with the width that gives 500 to 600 MFLOPs.",
        "--to",
        suggest="conversions",
    )
    out: Path | None = option(None, "File to write (default: standard output).", metavar="FILE")


def run(options: ConvertOptions) -> int:
    """Convert all architectures in the sources.

    Returns:
        Exit status.

    Raises:
        InputError: an unknown target; for a network, also several architectures or none, an architecture that cannot be
            built, or a missing package.
    """
    from nasport.toolkit.inputs import located, parse_item
    from nasport.toolkit.notations import NOTATIONS, notation
    from nasport.toolkit.notations.notation_losses import lost

    target = options.target
    if target in NEEDS:
        _write_network(options)
        return 0
    if target not in DOCUMENTS and target not in NOTATIONS:
        raise InputError(
            f"cannot convert to {target!r}{did_you_mean(target, targets())}expected one of {', '.join(targets())}"
        )
    reader, writer = options.notation, None if target in DOCUMENTS else notation(target)
    items, report = options.items(), Report()
    # For each kind of information that the notation cannot express: the name of the first architecture that loses it, and
    # the number of such architectures.
    losses: dict[str, tuple[str, int]] = {}

    def texts() -> Iterator[str]:
        for item in items:
            with report.continuing():
                architecture = parse_item(item, reader)
                for note in item.notes:
                    warn(f"{item.place or architecture.name}: {note}")
                try:
                    text = _converted(architecture, target, writer)
                    missing = lost(architecture, writer.parse(text)) if writer else ()
                except InputError as error:
                    raise located(error, item, reader) from None
                for what in missing:
                    first, count = losses.get(what, (item.place or architecture.name, 0))
                    losses[what] = first, count + 1
                yield text

    converted = texts()
    first_two = list(islice(converted, 2))
    # A single document is indented; several documents are written one per line.
    if len(first_two) == 1 and writer is None:
        first_two = [json.dumps(json.loads(first_two[0]), indent=2, ensure_ascii=False)]
    if first_two:  # an existing file stays unchanged if no architecture could be converted
        _write(chain(first_two, converted), options.out)
    for what, (first, count) in losses.items():
        more = f", and {count - 1:,} more" if count > 1 else ""
        warn(f"{first}{more}: {target} cannot express {what}")
    return report.status


def _converted(architecture: Architecture, target: str, writer: Notation | None) -> str:
    if target in (IMAGENET, IMAGENET_FIT):
        from nasport.toolkit.search.imagenet import NOT_TRAINED, WIDTH, in_words, on_imagenet

        architecture = on_imagenet(architecture, "fit" if target == IMAGENET_FIT else WIDTH)
        print(f"{in_words(architecture)}; {NOT_TRAINED}", file=sys.stderr)
    return writer.write(architecture) if writer else json.dumps(architecture.to_json(), ensure_ascii=False)


def _write(texts: Iterable[str], out: Path | None) -> None:
    """Write one text per line. A file replaces an existing one only after all texts are written."""
    if out is None:
        for text in texts:
            print(text)
        return
    with announce_written(out), replacing(out) as stream:
        stream.writelines(f"{text}\n".encode() for text in texts)


def _write_network(options: ConvertOptions) -> None:
    """Write the network of one architecture as a Python module or as an ONNX graph."""
    from nasport.toolkit.inputs import located, parse_item

    target, out = options.target, options.out
    if target == ONNX and out is None:
        raise InputError("an ONNX graph is binary, expected a file to write: --out model.onnx")
    modules, extra = NEEDS[target]
    missing = [name for name in modules if find_spec(name) is None]
    if missing:
        raise InputError(f"--to {target} needs {', '.join(missing)}: {pip_install(extra)}")
    items = list(islice(options.items(), 2))
    if len(items) != 1:
        number = "several architectures" if items else "no architecture"
        raise InputError(f"{number} for one network, expected exactly one with --to {target}")
    architecture = parse_item(items[0], options.notation)
    try:
        if target == ONNX:
            from nasport.toolkit.networks.onnx_graph import onnx_graph

            data = onnx_graph(architecture)
        else:
            from nasport.toolkit.networks.python_source.module_text import source_text

            data = source_text(architecture).encode()
    except InputError as error:
        raise located(error, items[0], options.notation) from None
    if out is None:
        print(data.decode(), end="")
    else:
        with announce_written(out):
            write_atomically(out, data)
