"""Items: documents or notation texts of a source before they are parsed."""

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
MAY_BE = "; name the notation with --from if it is one"


class Item(NamedTuple):
    """One document or notation text of a source, before it is parsed.

    Attributes:
        text: UTF-8 text, or the error of reading it.
        file: name of the file or stream; empty for an argument of the command line.
        line: line in the file on which the text begins, from 1.
        called: name that the source gives to the architecture; empty if it gives none.
        notation: notation of the text if the source determines it; None for a document, or for a text in the notation that
            the user chose.
        element: index in the JSON array of the source, from 0; None if the source is not an array.
        notes: warnings about the import of a real model.
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
        """Return an item with the error of a source that cannot be read."""
        return cls(InputError(problem, file=file or None), file)

    @property
    def data(self) -> bytes:
        """The text; if it could not be read, accessing it raises the InputError."""
        if isinstance(self.text, InputError):
            raise self.text
        return self.text

    @property
    def where(self) -> dict[str, Any]:
        """File and line as in JSON records; both None for an argument of the command line."""
        return {"file": self.file or None, "line": self.line if self.file else None}

    @property
    def place(self) -> str:
        """File, line and array element for messages; empty for an argument of the command line."""
        within = f": {format_path(self.path)}" if self.path else ""
        return f"{self.file}: line {self.line}{within}" if self.file else ""

    @property
    def path(self) -> tuple[int, ...]:
        """Path of the item inside the JSON value of its file."""
        return () if self.element is None else (self.element,)

    def name(self, notation: bool = False) -> str:
        """Return a name for an architecture whose document has none.

        Args:
            notation: whether the text is in a notation. The name is then the text itself, for a document it is the file name
                with the line or array element.
        """
        if self.called:
            return self.called
        if notation and isinstance(self.text, bytes):
            return self.text.decode("utf-8", "replace")
        stem = Path(self.file).stem
        if self.element is not None:
            return f"{stem}[{self.element}]"
        return stem if self.line == 1 else f"{stem}:{self.line}"


def parse_item(item: Item, notation: Notation | None) -> Architecture:
    """Parse the architecture of an item.

    Args:
        item: document or notation text.
        notation: notation of the text; None for the item's own notation, or else a document.

    Raises:
        InputError: the item cannot be read or is invalid. The message names file and line, and the notations that can read
            the text.
    """
    text, notation = item.data, notation or item.notation
    try:
        if notation is None:
            return parse_architecture(text, file=item.file or None, line=item.line)
        return notation.parse(decode_utf8(text).strip())
    except InputError as error:
        is_json = text.lstrip().startswith((b"{", b"["))
        hint = read_with(text, "" if notation or is_json else MAY_BE, notation)
        # A notation text is one line of its file. The line number of a parse error counts lines within the text.
        line = item.line if notation and item.file else error.line
        path = (*item.path, *error.path)
        raise InputError(error.problem + hint, file=item.file or None, line=line, path=path) from None


def read_with(text: bytes, otherwise: str = "", tried: Notation | None = None) -> str:
    """Return the part of a message that names the notations which can read a text or its first line.

    Args:
        text: text that could not be read.
        otherwise: result if no notation can read the text. It is not used for documents and for files of other kinds, where
            the result is empty.
        tried: notation that has failed to read the text; it is not suggested.
    """
    start = text.lstrip()[: MAX_LENGTH + 1]
    if b'"nasport-' in start or refusal(start):
        return ""
    words = start.decode("utf-8", "replace")
    excluded = tried.name if tried else None
    names = [name for name in notations_of([words, *words.splitlines()[:1]]) if name != excluded]
    return f"; it can be read with --from {' or --from '.join(names)}" if names else otherwise


def format_of(item: Item) -> str:
    """Return the value of a document's key `format`, such as `SPACE`; empty without one and for other items."""
    if not isinstance(item.text, bytes) or b"nasport-" not in item.text:
        return ""
    with suppress(InputError):  # parsing the item as an architecture reports the error
        value = parse_json(item.text)
        name = value.get("format") if isinstance(value, dict) else None
        return name if isinstance(name, str) else ""
    return ""


def space_of(item: Item) -> SearchSpace:
    """Parse the search space of an item whose format is `SPACE`; an invalid document raises InputError."""
    from nasport.schemas.space import parse_space
    from nasport.toolkit.spaces import SearchSpace

    return SearchSpace(parse_space(item.data, file=item.file or None, line=item.line))


def located(error: InputError, item: Item, notation: Notation | None) -> InputError:
    """Return an error with the file, line and array element of its item.

    Args:
        error: error about the item's architecture, raised after parsing.
        item: item of the architecture.
        notation: notation of the item's text; None for a document, in which the path of the error determines the line.
    """
    if isinstance(item.text, InputError) or not item.file:
        return error
    line = item.line if notation or item.notation else line_of(decode_utf8(item.text), error.path, item.line)
    path = (*item.path, *error.path)
    return InputError(error.problem, file=item.file, line=line, path=path)
