"""One process at a time in the folder of a run, or on a file of results: two would mix their lines.

The lock is one of the operating system, which ends with the process that holds it, however that ends: what a killed
process leaves is an empty file that locks nothing. It is one a process, so that children do not inherit it. Where a file
system has no locks, nothing is locked.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from nasport.schemas.errors import InputError

LOCK = ".lock"


@contextmanager
def only_process(folder: Path) -> Iterator[None]:
    """Keep other processes out of a folder for the length of the block.

    Raises:
        InputError: another one is at work there.
        OSError: nothing can be written there.
    """
    file = folder / LOCK
    with file.open("ab") as stream:  # to be written: networked file systems lock nothing else for one alone
        lock(stream, folder)
        # Removed by the process that held it just before us, and perhaps made anew.
        if not os.fstat(stream.fileno()).st_nlink:
            raise _in_use(folder)
        try:
            yield
        finally:
            with suppress(OSError):  # Windows removes no open file
                file.unlink()


def lock(stream: BinaryIO, name: Path) -> None:
    """Keep other processes from locking an open file, until it is closed, or any other stream of this process on it.

    Args:
        stream: open for writing.
        name: of what is in use where another process has the lock.

    Raises:
        InputError: another process has it.
    """
    try:
        _take(stream)
    except (BlockingIOError, PermissionError) as error:
        raise _in_use(name) from error
    except OSError:  # no locks here
        pass


def _in_use(name: Path) -> InputError:
    return InputError("another process is at work here, expected its end, or another name", file=str(name))


if sys.platform == "win32":
    import msvcrt

    # Of a file's bytes, one that is never written: others could not read it.
    _FAR = 1 << 30

    def _take(stream: BinaryIO) -> None:
        place = stream.tell()
        stream.seek(_FAR)
        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        finally:
            stream.seek(place)

else:
    import fcntl

    def _take(stream: BinaryIO) -> None:
        fcntl.lockf(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
