"""One document or notation as found, its architecture, and what is said where it has none."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from nasport.schemas.architecture import Architecture, parse_architecture
from nasport.schemas.errors import InputError, format_path
from nasport.schemas.foreign import refusal
from nasport.schemas.reading import decode_utf8, line_of, parse_json
from nasport.toolkit.notations import Notation, notations_of
from nasport.toolkit.notations.base import MAX_LENGTH

if TYPE_CHECKING:
    from nasport.toolkit.spaces import SearchSpace

SPACE = "nasport-space"
MAY_BE = "; if it is a notation, --from says which"


class Item(NamedTuple):
    """One document or notation as found.

    Attributes:
        text: UTF-8 text, or the error of getting it.
        file: name of the file or stream; empty for the command line.
        line: on which it begins, from 1.
        called: its name where it stood, empty where it had none.
        notation: that its text is in, where the file tells; None: a document, or in the notation that was asked for.
        element: its place in the file's array, from 0; None where the file is none.
        notes: what is said of it, where it was made of a real model.
    """

    text: bytes | InputError
    file: str = ""
    line: int = 1
    called: str = ""
    notation: Notation | None = None
    element: int | None = None
    notes: tuple[str, ...] = ()

    @classmethod
    def wrong(cls, problem: str, file: str = "") -> Item:
        """A source in which nothing was found."""
        return cls(InputError(problem, file=file or None), file)

    @property
    def data(self) -> bytes:
        """The text. Raises the InputError of getting it."""
        if isinstance(self.text, InputError):
            raise self.text
        return self.text

    @property
    def where(self) -> dict[str, Any]:
        """File and line as records have them; None where it is in no file."""
        return {"file": self.file or None, "line": self.line if self.file else None}

    @property
    def place(self) -> str:
        """File, line and element, where it stood in a file."""
        within = f": {format_path(self.path)}" if self.path else ""
        return f"{self.file}: line {self.line}{within}" if self.file else ""

    @property
    def path(self) -> tuple[int, ...]:
        """The path of the item inside its file."""
        return () if self.element is None else (self.element,)

    def name(self, notation: bool = False) -> str:
        """What to call it where it has no name of its own: a notation by its text, a document by its place."""
        if self.called:
            return self.called
        if notation and isinstance(self.text, bytes):
            return self.text.decode("utf-8", "replace")
        stem = Path(self.file).stem
        if self.element is not None:
            return f"{stem}[{self.element}]"
        return stem if self.line == 1 else f"{stem}:{self.line}"


def parse_item(item: Item, notation: Notation | None) -> Architecture:
    """The architecture of an item: a document, or with `notation` a text in it.

    Raises:
        InputError: wrong; names file and line, and which notation reads it, if any does.
    """
    text, notation = item.data, notation or item.notation
    try:
        if notation is None:
            return parse_architecture(text, file=item.file or None, line=item.line)
        return notation.parse(decode_utf8(text).strip())
    except InputError as error:
        is_json = text.lstrip().startswith((b"{", b"["))
        hint = read_with(text, "" if notation or is_json else MAY_BE, notation)
        # A notation is one line of its file: where the text counts lines of its own, they are not the file's.
        line = item.line if notation and item.file else error.line
        path = (*item.path, *error.path)
        raise InputError(error.problem + hint, file=item.file or None, line=line, path=path) from None


def read_with(text: bytes, otherwise: str = "", asked: Notation | None = None) -> str:
    """For a message: which notations read a text or its first line.

    Args:
        otherwise: what is said where none does; nothing is said of documents and of what is something else altogether.
        asked: left out; it does not read the whole text.
    """
    start = text.lstrip()[: MAX_LENGTH + 1]
    if b'"nasport-' in start or refusal(start):
        return ""
    words = start.decode("utf-8", "replace")
    own = asked.name if asked else None
    found = [name for name in notations_of([words, *words.splitlines()[:1]]) if name != own]
    return f"; it can be read with --from {' or --from '.join(found)}" if found else otherwise


def format_of(item: Item) -> str:
    """The format that a document says it has, `SPACE` for one; empty where it says none, or is no document."""
    if not isinstance(item.text, bytes) or b"nasport-" not in item.text:
        return ""
    with suppress(InputError):  # told where it is read as an architecture
        value = parse_json(item.text)
        name = value.get("format") if isinstance(value, dict) else None
        return name if isinstance(name, str) else ""
    return ""


def space_of(item: Item) -> SearchSpace:
    """The search space of an item whose format is `SPACE`. Raises InputError where there is a mistake in it."""
    from nasport.schemas.space import parse_space
    from nasport.toolkit.spaces import SearchSpace

    return SearchSpace(parse_space(item.data, file=item.file or None, line=item.line))


def located(error: InputError, item: Item, notation: Notation | None) -> InputError:
    """An error about the architecture of an item, found after it was read, with file, line and element filled in.

    Args:
        notation: that the item is a text in; None: it is a document, in which the error's path is a line.
    """
    if isinstance(item.text, InputError) or not item.file:
        return error
    line = item.line if notation or item.notation else line_of(decode_utf8(item.text), error.path, item.line)
    path = (*item.path, *error.path)
    return InputError(error.problem, file=item.file, line=line, path=path)
