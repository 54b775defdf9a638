"""`nasport convert --to torch` and `--to onnx`: the network of one document, as source text or as a graph."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.schemas.writing import write_atomically
from nasport.toolkit.inputs import document_items, located, notation_items, parse_item
from nasport.toolkit.notations import notation

TORCH, ONNX = NETWORKS = ("torch", "onnx")
# What each needs beside nasport itself, and the extra that has it.
_NEEDS = {TORCH: (("torch",), "gennas"), ONNX: (("torch", "onnx", "onnxscript"), "train")}


def run_convert_network(
    sources: Sequence[str], source_format: str | None, target: str, out: Path | None
) -> int:
    """Write the network of one architecture; returns the exit status.

    Args:
        sources: of which exactly one document or notation comes.
        source_format: a notation; None: documents.
        target: `torch` or `onnx`.
        out: the file; None: standard output, for `torch` alone.

    Raises:
        InputError: not exactly one architecture, a network that cannot be built, a missing extra or `out`.
    """
    if target == ONNX and out is None:
        raise InputError("an ONNX graph is no text, expected a file: --out model.onnx")
    _check_installed(target)
    reader = notation(source_format) if source_format and source_format != "json" else None
    items = notation_items(sources, reader) if reader else document_items(sources)
    found = list(islice(items, 2))
    if len(found) != 1:
        some = "several architectures" if found else "no architecture"
        raise InputError(f"{some} for one network, expected exactly one with --to {target}")
    (item,) = found
    architecture = parse_item(item, reader)
    try:
        data = _written(architecture, target)
    except InputError as error:
        raise located(error, item, reader) from None
    if out is None:
        print(data.decode(), end="")
        return 0
    try:
        write_atomically(out, data)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror or error}", file=str(out)) from error
    print(f"written: {out}", file=sys.stderr)
    return 0


def _check_installed(target: str) -> None:
    modules, extra = _NEEDS[target]
    missing = [name for name in modules if find_spec(name) is None]
    if missing:
        raise InputError(f"--to {target} needs {', '.join(missing)}: pip install 'nasport[{extra}]'")


def _written(architecture: Architecture, target: str) -> bytes:
    if target == ONNX:
        from nasport.toolkit.networks.onnx_graph import onnx_graph

        return onnx_graph(architecture)
    from nasport.toolkit.networks.source.module_text import source_text

    return source_text(architecture).encode()
