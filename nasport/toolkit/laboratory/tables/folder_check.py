"""Check whether a folder holds the tables, each as the copy from which nasport's results come."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from nasport.schemas.errors import InputError
from nasport.toolkit.laboratory.tables.catalog import TABLES, read_table
from nasport.toolkit.laboratory.tables.files import FILES
from nasport.toolkit.laboratory.tables.side_tables import SIDE_READERS
from nasport.toolkit.laboratory.tables.text_files import csv_columns


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def is_known_copy(folder: Path, name: str) -> bool:
    """Return whether a file of the folder is the copy from which nasport's results come."""
    path = folder / name
    return name in FILES and path.is_file() and file_sha256(path) == FILES[name].sha256


def problems(folder: Path, name: str) -> list[InputError]:
    """Return the errors in a file of the folder: it is missing, it is another copy, or its readers reject it.

    Args:
        folder: folder of the tables.
        name: name of the file, a key of `FILES`.
    """
    path, known = folder / name, FILES[name]
    if not path.is_file():
        where = f"{known.origin.benchmark}: {known.holds}; {known.origin.source}"
        return [InputError(f"missing, expected {where}", file=str(path))]
    try:
        found = file_sha256(path)
    except OSError as error:
        return [InputError(f"cannot be read: {error.strerror or error}", file=str(path))]
    if found == known.sha256:  # the known copy needs no further check
        return []
    changed = InputError(f"another copy: SHA-256 {found}, expected {known.sha256}", file=str(path))
    # Several tables may share one file, so equal errors are listed once.
    unread = {str(error): error for error in _errors(folder, name)}
    return [changed, *unread.values()]


def _errors(folder: Path, name: str) -> Iterator[InputError]:
    for read in _readers(name):
        try:
            read(folder)
        except InputError as error:
            yield error


def _readers(name: str) -> Iterator[Callable[[Path], object]]:
    """Return all functions that read a file."""
    yield from (partial(read_table, table) for table, known in TABLES.items() if known.file == name)
    if name in SIDE_READERS:
        yield SIDE_READERS[name]
    if FILES[name].columns:
        yield partial(csv_columns, name=name, columns=FILES[name].columns)
