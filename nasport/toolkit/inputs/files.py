"""Files and folders: opened, and passed over where a command writes them itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from nasport.schemas.foreign import HEAD, foreign_file
from nasport.toolkit.inputs.item import Item
from nasport.toolkit.inputs.streams import Reader, documents, recognised

DOCUMENT_SUFFIXES = (".json", ".jsonl", ".ndjson")
_LOOKED_AT = 100  # files of a folder without documents


def opened(path: Path, read: Reader) -> Iterator[Item]:
    """What a reader finds in a file; one error where it cannot be read."""
    try:
        with path.open("rb") as stream:
            yield from recognised(stream, str(path), read)
    except (OSError, ValueError) as error:
        yield Item.wrong(f"cannot be read: {getattr(error, 'strerror', None) or error}", str(path))


def folder_items(folder: Path, out: Path | None) -> Iterator[Item]:
    """The documents of a folder and of the folders in it, but for what is being written."""
    written = None  # what is written, if it lies in the folder or below it
    if out is not None and not is_same(folder, out) and out.resolve().is_relative_to(folder.resolve()):
        written = out.resolve()
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in DOCUMENT_SUFFIXES
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
