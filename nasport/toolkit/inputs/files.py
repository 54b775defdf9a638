"""Items in files and folders."""

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
_MOST_INSPECTED = 100  # number of files inspected in a folder without documents


def opened(path: Path, read: Reader) -> Iterator[Item]:
    """Yield the items that a reader finds in a file, or the document of a model file.

    A file that cannot be opened yields one item with the error.
    """
    if is_model(path.name) and read is documents:
        yield model_item(path)
        return
    try:
        with path.open("rb") as stream:
            yield from recognized(stream, str(path), read)
    except (OSError, ValueError) as error:
        yield Item.wrong(f"cannot be read: {getattr(error, 'strerror', None) or error}", str(path))


def is_model(name: str) -> bool:
    """Return whether a file name has the extension of a model."""
    return name.lower().endswith(MODEL_SUFFIXES)


def model_item(path: Path, image: Sequence[int] | None = None) -> Item:
    """Import a model file as a document.

    Args:
        path: ONNX or .pt2 file.
        image: shape (C, H, W) of one input; needed only by a model that leaves its input shape open.
    """
    from nasport.toolkit.importing.reading import import_file

    return _imported(lambda: import_file(path, image), str(path))


def factory_item(text: str, image: Sequence[int] | None = None) -> Item:
    """Import the torch module that a factory returns. The factory's code is executed.

    Args:
        text: `package.module:factory(arguments)`.
        image: shape (C, H, W) of one input; None: 3x224x224.
    """
    from nasport.toolkit.importing.reading import import_factory

    return _imported(lambda: import_factory(text, image), "")


def _imported(read: Callable[[], Imported], file: str) -> Item:
    from nasport.toolkit.importing.report import ImportReport

    try:
        imported = read()
    except InputError as error:
        return Item(error, file)
    architecture = imported.architecture
    text = json.dumps(architecture.to_json())
    return Item(text.encode(), file, called=architecture.name, notes=ImportReport.of(imported).warnings())


def folder_items(folder: Path, out: Path | None, image: Sequence[int] | None = None) -> Iterator[Item]:
    """Yield the documents in a folder and its subfolders.

    Args:
        folder: where to search.
        out: file or folder that the command writes; it is skipped.
        image: shape (C, H, W) of one input for models that leave their input shape open.
    """
    written = None  # the path of `out` if it lies inside the folder
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
        problem = f"a folder without documents, expected {suffixes} files{_foreign_file_in(folder)}"
        yield Item.wrong(problem, str(folder))
    for file in files:
        if is_model(file.name):
            yield model_item(file, image)
        else:
            yield from opened(file, documents)


def is_same(path: Path, out: Path | None) -> bool:
    """Return whether a path is the file or folder that the command writes."""
    # A path that cannot be resolved causes an error later, when the file is opened.
    with suppress(OSError, RuntimeError, ValueError):
        return out is not None and path.resolve() == out.resolve()
    return False


def _foreign_file_in(folder: Path) -> str:
    """Return the part of a message that names a recognized file of another kind in the folder, or an empty text."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file())[:_MOST_INSPECTED]:
        try:
            with path.open("rb") as stream:
                kind = foreign_file(stream.read(HEAD))
        except OSError:
            continue
        if kind is not None:
            return f"; {path.name} is {kind}"
    return ""
