"""Files and folders: opened, and passed over where a command writes them itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from nasport.schemas.errors import InputError
from nasport.schemas.foreign import HEAD, foreign_file
from nasport.toolkit.inputs.item import Item
from nasport.toolkit.inputs.streams import Reader, documents, recognised

if TYPE_CHECKING:
    from nasport.toolkit.importing.documents.document import Imported

MODEL_SUFFIXES = (".onnx", ".pt2")
DOCUMENT_SUFFIXES = (".json", ".jsonl", ".ndjson")
_LOOKED_AT = 100  # files of a folder without documents


def opened(path: Path, read: Reader) -> Iterator[Item]:
    """What a reader finds in a file, of a real model its document; one error where it cannot be read."""
    if path.suffix.lower() in MODEL_SUFFIXES:
        yield model_item(path)
        return
    try:
        with path.open("rb") as stream:
            yield from recognised(stream, str(path), read)
    except (OSError, ValueError) as error:
        yield Item.wrong(f"cannot be read: {getattr(error, 'strerror', None) or error}", str(path))


def model_item(path: Path) -> Item:
    """The document of a model in a file."""
    from nasport.toolkit.importing.reading import import_file

    return _imported(lambda: import_file(path), str(path))


def factory_item(text: str) -> Item:
    """The document of what a factory of a Python module makes, whose code is run."""
    from nasport.toolkit.importing.reading import import_factory

    return _imported(lambda: import_factory(text), "")


def _imported(read: Callable[[], Imported], file: str) -> Item:
    from nasport.toolkit.importing.report import ImportReport

    try:
        found = read()
    except InputError as error:
        return Item(error, file)
    text = json.dumps(found.architecture.to_json())
    return Item(text.encode(), file, called=found.architecture.name, notes=ImportReport.of(found).warnings())


def folder_items(folder: Path, out: Path | None) -> Iterator[Item]:
    """The documents of a folder and of the folders in it, but for what is being written."""
    written = None  # what is written, if it lies in the folder or below it
    if out is not None and not is_same(folder, out) and out.resolve().is_relative_to(folder.resolve()):
        written = out.resolve()
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in (*DOCUMENT_SUFFIXES, *MODEL_SUFFIXES)
        and path.is_file()
        and not (written and path.resolve().is_relative_to(written))
    )
    if not files:
        problem = f"no {', '.join(DOCUMENT_SUFFIXES)} file in the folder{_stranger(folder)}"
        yield Item.wrong(problem, str(folder))
    for file in files:
        yield from opened(file, documents)


def is_same(path: Path, out: Path | None) -> bool:
    """Whether a path is what is being written."""
    # No such name, or a link to itself, is told where it is opened.
    with suppress(OSError, RuntimeError, ValueError):
        return out is not None and path.resolve() == out.resolve()
    return False


def _stranger(folder: Path) -> str:
    """Of a folder without documents: what lies there instead, where a file is recognised."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file())[:_LOOKED_AT]:
        try:
            with path.open("rb") as stream:
                what = foreign_file(stream.read(HEAD))
        except OSError:
            continue
        if what is not None:
            return f"; {path.name} is {what}"
    return ""
