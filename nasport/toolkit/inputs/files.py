"""Files and folders: opened, and passed over where a command writes them itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from nasport.schemas.errors import InputError
from nasport.schemas.foreign import HEAD, foreign_file
from nasport.toolkit.inputs.item import Item
from nasport.toolkit.inputs.streams import Reader, documents, recognized

if TYPE_CHECKING:
    from nasport.toolkit.importing.documents.document import Imported

MODEL_SUFFIXES = (".onnx", ".pt2")
DOCUMENT_SUFFIXES = (".json", ".jsonl", ".ndjson")
_LOOKED_AT = 100  # files of a folder without documents


def opened(path: Path, read: Reader) -> Iterator[Item]:
    """What a reader finds in a file, of a real model its document; one error where it cannot be read."""
    if is_model(path.name) and read is documents:
        yield model_item(path)
        return
    try:
        with path.open("rb") as stream:
            yield from recognized(stream, str(path), read)
    except (OSError, ValueError) as error:
        yield Item.wrong(f"cannot be read: {getattr(error, 'strerror', None) or error}", str(path))


def is_model(name: str) -> bool:
    """Whether a file of this name is read as a model."""
    return name.lower().endswith(MODEL_SUFFIXES)


def model_item(path: Path, image: Sequence[int] | None = None) -> Item:
    """The document of a model in a file, with the shape of its input where it leaves that open."""
    from nasport.toolkit.importing.reading import import_file

    return _imported(lambda: import_file(path, image), str(path))


def factory_item(text: str, image: Sequence[int] | None = None) -> Item:
    """The document of what a factory of a Python module makes, whose code is run."""
    from nasport.toolkit.importing.reading import import_factory

    return _imported(lambda: import_factory(text, image), "")


def _imported(read: Callable[[], Imported], file: str) -> Item:
    from nasport.toolkit.importing.report import ImportReport

    try:
        found = read()
    except InputError as error:
        return Item(error, file)
    text = json.dumps(found.architecture.to_json())
    return Item(text.encode(), file, called=found.architecture.name, notes=ImportReport.of(found).warnings())


def folder_items(folder: Path, out: Path | None, image: Sequence[int] | None = None) -> Iterator[Item]:
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
        suffixes = ", ".join((*DOCUMENT_SUFFIXES, *MODEL_SUFFIXES))
        problem = f"no {suffixes} file in the folder{_stranger(folder)}"
        yield Item.wrong(problem, str(folder))
    for file in files:
        if is_model(file.name):
            yield model_item(file, image)
        else:
            yield from opened(file, documents)


def is_same(path: Path, out: Path | None) -> bool:
    """Whether a path is what is being written."""
    # No such name, or a link to itself, is told where it is opened.
    with suppress(OSError, RuntimeError, ValueError):
        return out is not None and path.resolve() == out.resolve()
    return False


def _stranger(folder: Path) -> str:
    """Of a folder without documents: what lies there instead, where a file is recognized."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file())[:_LOOKED_AT]:
        try:
            with path.open("rb") as stream:
                what = foreign_file(stream.read(HEAD))
        except OSError:
            continue
        if what is not None:
            return f"; {path.name} is {what}"
    return ""
