"""Exceptions that nasport raises.

The message of an `InputError` names the file, the line and the path inside the document, if they are known, and
says what was expected there. The command line turns an `InputError` into exit status 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

PathInDocument = tuple[str | int, ...]


class NasportError(Exception):
    """Base class of the exceptions that nasport defines."""


class InputError(NasportError):
    """Wrong input: a document, a notation, a bundle or an argument.

    Attributes:
        problem: what is wrong and what was expected, in one sentence.
        file: name of the file or stream, if known.
        line: line in the file, counted from 1, if known.
        path: keys and indices that lead from the root of the document to the mistake.
    """

    def __init__(
        self,
        problem: str,
        *,
        file: str | None = None,
        line: int | None = None,
        path: Sequence[str | int] = (),
    ) -> None:
        self.problem = problem
        self.file = file
        self.line = line
        self.path: PathInDocument = tuple(path)
        super().__init__(str(self))

    def __str__(self) -> str:
        line = None if self.line is None else f"line {self.line}"
        place = [part for part in (self.file, line, format_path(self.path)) if part]
        return printable(": ".join([*place, self.problem]))

    def at(self, *, file: str | None = None, line: int | None = None) -> InputError:
        """Return the same error with the file and the line filled in if they are missing."""
        line = line if self.line is None else self.line
        return type(self)(self.problem, file=self.file or file, line=line, path=self.path)

    def within(self, *path: str | int) -> Self:
        """Return the same error with `path` in front of its path."""
        return type(self)(self.problem, file=self.file, line=self.line, path=(*path, *self.path))


class MissingRuntimeError(NasportError):
    """ONNX Runtime or PyTorch is not installed; the message names the extras of nasport that install it."""


def printable(text: str) -> str:
    """Replace the characters that a terminal acts upon: escapes, line breaks, changes of direction."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def format_path(path: Sequence[str | int]) -> str:
    """Format `("cells", "normal", "nodes", 3, "op")` as `cells.normal.nodes[3].op`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text
