"""Readers of the commands' sources: documents and notations in files, folders, standard input or arguments.

The readers yield one `Item` at a time, so that a command can process a file larger than memory. An invalid document is
yielded as an item that holds its error, so that the command can report it and continue with the next one.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from io import BytesIO
from pathlib import Path

from nasport.toolkit.importing.factory import is_factory
from nasport.toolkit.inputs.files import factory_item, folder_items, is_model, is_same, model_item, opened
from nasport.toolkit.inputs.item import (
    MAY_BE,
    SPACE,
    Item,
    format_of,
    located,
    parse_item,
    read_with,
    space_of,
)
from nasport.toolkit.inputs.streams import BYTES, Reader, documents, genotypes, recognized, texts, texts_among
from nasport.toolkit.notations import Notation

__all__ = [
    "SPACE",
    "STANDARD_INPUT",
    "Item",
    "document_items",
    "format_of",
    "located",
    "named_like_a_file",
    "notation_items",
    "parse_item",
    "space_of",
]

STANDARD_INPUT = "-"
_NOTATION_CHARACTERS = frozenset("|([")  # common in notations, rare in file names

# A path with folders, or a name with an extension. Notations have neither, except for the date of a log line before its
# brackets.
_FILE_NAME = r"[^|(\[{=]*[/\\][^|(\[{=]*|.*\.[A-Za-z]\w{0,9}"


def document_items(
    arguments: Iterable[str], out: Path | None = None, image: Sequence[int] | None = None
) -> Iterator[Item]:
    """Yield the documents that arguments name.

    Args:
        arguments: files (one document, one per line, or a JSON array), folders of such files, models, genotypes, factories
            of torch modules, or `-` for standard input.
        out: file or folder that the command writes. Folders are read without it; as an argument it is an error.
        image: shape (C, H, W) of one input for models that leave their input shape open.

    Yields:
        documents; an argument that cannot be read yields one item with the error.
    """
    for argument in arguments:
        quoted = repr(argument.strip()[:40])
        if argument.lstrip().startswith("{"):
            yield Item.wrong(f"{quoted} looks like a document, expected a file, a folder or '-'")
        elif not argument:
            yield Item.wrong("an empty name, expected a file, a folder or '-'")
        elif is_model(argument) and _is(Path.is_file, argument):
            yield model_item(Path(argument), image)
        elif items := _stream(argument, documents, out):
            yield from items
        elif _is(Path.is_dir, argument):
            yield from folder_items(Path(argument), out, image)
        elif genotype_items := genotypes(text := argument.encode(*BYTES), ""):
            yield from genotype_items
        elif is_factory(argument):
            yield factory_item(argument, image)
        elif hint := read_with(text, "" if _NOTATION_CHARACTERS.isdisjoint(argument) else MAY_BE):
            yield Item.wrong(f"{quoted} is not a file, expected a file, a folder or '-'{hint}")
        else:
            yield from opened(Path(argument), documents)


def notation_items(
    arguments: Iterable[str], notation: Notation | None, out: Path | None = None
) -> Iterator[Item]:
    """Yield the notation texts that arguments name or hold.

    Args:
        arguments: files with one text per line or a JSON array of texts, `-` for standard input, or texts themselves.
        notation: notation of the texts. Some notations can be found inside other text, such as log files. None: one text
            per line or array element.
        out: file that the command writes; as an argument it is an error.

    Yields:
        texts; an argument that cannot be read yields one item with the error.
    """
    for argument in arguments:
        if not argument:
            yield Item.wrong("an empty text, expected a notation, a file of notations or '-'")
        elif items := _stream(argument, partial(texts, notation=notation), out):
            yield from items
        elif _is(Path.is_dir, argument):
            yield Item.wrong("is a folder, expected a file with one notation per line", argument)
        elif named_like_a_file(argument):
            yield Item.wrong("no such file, expected a notation, a file of notations or '-'", argument)
        else:
            text = argument.encode(*BYTES)
            items_inside = list(texts_among(BytesIO(text), "", notation) or ())
            yield from items_inside if len(items_inside) > 1 else [Item(text)]


def named_like_a_file(text: str) -> bool:
    """Return whether a text looks like a file name and therefore cannot be a notation."""
    return re.fullmatch(_FILE_NAME, text.strip(), re.DOTALL) is not None


def _stream(argument: str, read: Reader, out: Path | None) -> Iterator[Item] | None:
    """Return the items that a reader finds in standard input or a file, or None if the argument names neither."""
    if argument == STANDARD_INPUT:
        return recognized(sys.stdin.buffer, "standard input", read)
    if _is(Path.is_dir, argument):
        return None
    if is_same(Path(argument), out):
        return iter([Item.wrong("is the file of --out, expected another file", argument)])
    return opened(Path(argument), read) if _is(Path.exists, argument) else None


def _is(test: Callable[[Path], bool], argument: str) -> bool:
    """Return the result of a test of a path; False for texts that are too long for a path or hold a NUL."""
    with suppress(OSError, ValueError):
        return test(Path(argument))
    return False
