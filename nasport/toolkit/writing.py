"""Files that a command or a run writes: what goes wrong there is told with the name of the file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nasport.schemas.errors import InputError


@contextmanager
def writing(file: Path, problem: str = "cannot be written", expected: str = "") -> Iterator[None]:
    """Raises InputError, which names the file, where the block cannot write it: the disk is full, for one."""
    try:
        yield
    except OSError as error:
        words = f"{problem}: {error.strerror or error}{expected}"
        raise InputError(words, file=str(file)) from error
