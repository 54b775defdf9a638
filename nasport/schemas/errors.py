"""What nasport says when its input is wrong.

Every message names the file, the line and the path inside the document, as far as they are known, and what was
expected there. The command line turns an `InputError` into exit status 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

PathInDocument = tuple[str | int, ...]


class NasportError(Exception):
    """Base class of everything nasport raises on purpose."""


class InputError(NasportError):
    """Wrong input: a document, a notation, a bundle or an argument.

    Attributes:
        problem: what is wrong and what was expected, in one sentence.
        file: name of the file or stream, if known.
        line: line in the file, counted from 1, if known.
        path: keys and indices from the document's root to the place.
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
        """The same error with the file and line filled in where they were not yet known."""
        line = line if self.line is None else self.line
        return type(self)(self.problem, file=self.file or file, line=line, path=self.path)

    def within(self, *path: str | int) -> Self:
        """The same error, whose path begins at this place of the document."""
        return type(self)(self.problem, file=self.file, line=self.line, path=(*path, *self.path))


class MissingRuntimeError(NasportError):
    """A package is not installed, ONNX Runtime or PyTorch; the message names the extras that bring it."""


def printable(text: str) -> str:
    """The text with whatever a terminal would act upon (escapes, line breaks, changes of direction) replaced."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def format_path(path: Sequence[str | int]) -> str:
    """`("cells", "normal", "nodes", 3, "op")` as `cells.normal.nodes[3].op`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text
