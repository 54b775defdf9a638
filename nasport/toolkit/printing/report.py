"""Messages of commands on standard error."""

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
    """Print a message on standard error. On a terminal, lines break only between words.

    Args:
        words: the message.
        command: shell command to append; on a terminal it has a separate line if it does not fit on the last line of the
            message.
    """
    text, command = printable(f"nasport: {words}"), printable(command)
    width = shutil.get_terminal_size().columns if sys.stderr.isatty() else None
    apart = "\n" if width is not None and len(text) + len(command) >= width else " "
    lines = "\n".join(wrapped(text, width))
    print(f"{lines}{apart if command else ''}{command}", file=sys.stderr, flush=True)


def warn(words: str) -> None:
    """Print a warning on standard error."""
    say(f"warning: {words}")


@contextmanager
def announce_written(out: Path) -> Iterator[None]:
    """Print that the block has written a file, or raise InputError if it cannot be written."""
    with writing(out):
        yield
    print(f"written: {out}", file=sys.stderr)


class Report:
    """Reports errors of single items while a command continues with the others.

    Attributes:
        status: exit status: 2 if any item was wrong, otherwise 0.
    """

    status = 0

    def error(self, error: InputError | str) -> None:
        """Print the error of one item on standard error."""
        self.status = WRONG_INPUT
        say(str(error))

    @contextmanager
    def continuing(self) -> Iterator[None]:
        """Print an InputError of the block and continue after it."""
        try:
            yield
        except InputError as error:
            self.error(error)


def show_extension_warnings() -> None:
    """Make every `ExtensionWarning` appear like other messages, without a line of source code."""
    usual = warnings.formatwarning

    def formatted(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> str:
        from nasport.schemas.plugins import ExtensionWarning

        if issubclass(category, ExtensionWarning):
            return f"nasport: warning: {printable(str(message))}\n"
        return usual(message, category, *place, **more)

    warnings.formatwarning = formatted
