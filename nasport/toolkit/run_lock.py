"""Locks that keep a run folder or a results file to one process: two writers would mix their lines.

The operating system releases a lock when the process that holds it ends, for any reason. A killed process therefore
leaves at most an empty file, which locks nothing. On file systems without locks, nothing is locked.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from nasport.schemas.errors import InputError

LOCK = ".lock"


@contextmanager
def only_process(folder: Path) -> Iterator[None]:
    """Keep other processes out of a folder while the block runs.

    Raises:
        InputError: another process uses the folder.
        OSError: the lock file cannot be written.
    """
    file = folder / LOCK
    # Open the file for writing, because network file systems do not lock files that are open only for reading.
    with file.open("ab") as stream:
        lock(stream, folder)
        # The previous holder may have removed the file between our opening and our locking it.
        if not os.fstat(stream.fileno()).st_nlink:
            raise _in_use(folder)
        try:
            yield
        finally:
            with suppress(OSError):  # Windows does not remove open files
                file.unlink()


def lock(stream: BinaryIO, name: Path) -> None:
    """Lock an open file against other processes and other streams of this process, until the stream is closed.

    Args:
        stream: file, open for writing.
        name: path that the error names.

    Raises:
        InputError: the file is locked already.
    """
    from filelock import lock_descriptor  # imported here because scoring needs no locks

    with suppress(OSError):  # this file system has no locks
        if not lock_descriptor(stream.fileno(), blocking=False):
            raise _in_use(name)


def _in_use(path: Path) -> InputError:
    return InputError(
        "is in use by another process, expected that process to end, or another name", file=str(path)
    )
