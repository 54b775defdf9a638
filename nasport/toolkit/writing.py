"""Turn errors of writing a file into errors that name the file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nasport.schemas.errors import InputError


@contextmanager
def writing(file: Path, problem: str = "cannot be written", expected: str = "") -> Iterator[None]:
    """Turn an OSError of the block, such as a full disk, into an InputError that names the file.

    Args:
        file: file or folder that the block writes.
        problem: beginning of the message.
        expected: end of the message.
    """
    try:
        yield
    except OSError as error:
        words = f"{problem}: {error.strerror or error}{expected}"
        raise InputError(words, file=str(file)) from error
