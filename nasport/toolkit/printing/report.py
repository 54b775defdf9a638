"""Messages of the commands: errors of single items, and what the user should know."""

from __future__ import annotations

import shutil
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nasport.schemas.errors import InputError, printable
from nasport.toolkit.printing.terminal import wrapped
from nasport.toolkit.writing import writing

WRONG_INPUT = 2


def say(words: str, command: str = "") -> None:
    """A message on standard error; on a terminal no line of it ends within a word.

    Args:
        command: of the shell, at the end; on a terminal where it does not fit behind the words, on a line of its own.
    """
    text, command = printable(f"nasport: {words}"), printable(command)
    width = shutil.get_terminal_size().columns if sys.stderr.isatty() else None
    apart = "\n" if width is not None and len(text) + len(command) >= width else " "
    lines = "\n".join(wrapped(text, width))
    print(f"{lines}{apart if command else ''}{command}", file=sys.stderr, flush=True)


def warn(words: str) -> None:
    """A warning on standard error."""
    say(f"warning: {words}")


@contextmanager
def told_as_written(out: Path) -> Iterator[None]:
    """Say that a file was written in the block; raises InputError where it could not be."""
    with writing(out):
        yield
    print(f"written: {out}", file=sys.stderr)


class Report:
    """What went wrong while a command goes on with the rest.

    Attributes:
        status: the exit status: 2 where any item was wrong.
    """

    status = 0

    def error(self, error: InputError | str) -> None:
        """Report one wrong item, or the message about it, on standard error."""
        self.status = WRONG_INPUT
        say(str(error))

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Report an InputError of the block, so that the next item comes all the same."""
        try:
            yield
        except InputError as error:
            self.error(error)


def show_extension_warnings() -> None:
    """From now on show an `ExtensionWarning` as other messages are, without a line of code."""
    usual = warnings.formatwarning

    def formatted(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> str:
        from nasport.schemas.plugins import ExtensionWarning

        if issubclass(category, ExtensionWarning):
            return f"nasport: warning: {printable(str(message))}\n"
        return usual(message, category, *place, **more)

    warnings.formatwarning = formatted
