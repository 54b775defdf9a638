"""Messages of the commands: errors of single items, what is to be known, progress on a terminal."""

from __future__ import annotations

import shutil
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nasport.schemas.errors import InputError, printable
from nasport.toolkit.printing.terminal import wrapped

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


@contextmanager
def told_as_written(out: Path) -> Iterator[None]:
    """Say that a file was written in the block; raises InputError where it could not be."""
    try:
        yield
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror or error}", file=str(out)) from error
    print(f"written: {out}", file=sys.stderr)


class Report:
    """Collects what went wrong while a command goes on with the rest."""

    def __init__(self) -> None:
        self.errors = 0

    def error(self, error: InputError | str) -> None:
        """Report one wrong item, or the message about it, on standard error."""
        self.errors += 1
        say(str(error))

    @property
    def status(self) -> int:
        """The exit status: 2 where any item was wrong."""
        return WRONG_INPUT if self.errors else 0


def show_extension_warnings() -> None:
    """From now on show an `ExtensionWarning` as other messages are, without a line of code."""
    usual = warnings.formatwarning

    def formatted(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> str:
        from nasport.schemas.plugins import ExtensionWarning

        if issubclass(category, ExtensionWarning):
            return f"nasport: warning: {printable(str(message))}\n"
        return usual(message, category, *place, **more)

    warnings.formatwarning = formatted


class Progress:
    """A count on standard error, only where that is a terminal; at most ten times a second."""

    def __init__(self, noun: str) -> None:
        self._noun = noun
        self._count = 0
        self._shown_at = time.monotonic()
        self._on = sys.stderr.isatty()
        self._shown = False

    def advance(self, count: int) -> None:
        """Count `count` more."""
        self._count += count
        now = time.monotonic()
        if self._on and now - self._shown_at > 0.1:
            self._shown_at, self._shown = now, True
            print(f"\r{self._count:,} {self._noun}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Remove the line again."""
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
