"""What the commands read: documents and notations from files, folders, standard input or the command line itself.

Everything comes as a stream of `Item`s, so that a file larger than memory can be scored, and a wrong item is an item
as well: it carries its error, and the others go on.
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
_OF_NOTATIONS = frozenset("|([")  # seldom of names of files

# An extension at the end, or folders: no notation has either, but for a log's date before brackets.
_NAME_OF_FILE = r"[^|(\[{=]*[/\\][^|(\[{=]*|.*\.[A-Za-z]\w{0,9}"


def document_items(
    arguments: Iterable[str], out: Path | None = None, image: Sequence[int] | None = None
) -> Iterator[Item]:
    """Documents: files (one document, one a line, or a JSON array of them), folders of such files, `-`.

    Args:
        out: file or folder that is being written, which is left out of folders that it lies in, and no source itself.
        image: shape of one input of models that leave it open.
    """
    for argument in arguments:
        shown = repr(argument.strip()[:40])
        if argument.lstrip().startswith("{"):
            yield Item.wrong(f"{shown} looks like a document, expected a file, a folder or '-'")
        elif not argument:
            yield Item.wrong("an empty name, expected a file, a folder or '-'")
        elif is_model(argument) and _is(Path.is_file, argument):
            yield model_item(Path(argument), image)
        elif found := _stream(argument, documents, out):
            yield from found
        elif _is(Path.is_dir, argument):
            yield from folder_items(Path(argument), out, image)
        # Genotypes say themselves what they are.
        elif several := genotypes(text := argument.encode(*BYTES), ""):
            yield from several
        elif is_factory(argument):
            yield factory_item(argument, image)
        elif hint := read_with(text, "" if _OF_NOTATIONS.isdisjoint(argument) else MAY_BE):
            yield Item.wrong(f"{shown} is no file{hint}")
        else:
            yield from opened(Path(argument), documents)


def notation_items(
    arguments: Iterable[str], notation: Notation | None, out: Path | None = None
) -> Iterator[Item]:
    """Notations: an argument that names no file is the notation itself; files and `-` hold one a line, or are a JSON array.

    Args:
        notation: whose texts are looked for, where they may stand among other text; None: one a line, or the elements of
            an array, in any case.
        out: file that is being written, and no source.
    """
    for argument in arguments:
        if not argument:
            yield Item.wrong("an empty text, expected a notation, a file of them or '-'")
        elif found := _stream(argument, partial(texts, notation=notation), out):
            yield from found
        elif _is(Path.is_dir, argument):
            yield Item.wrong("is a folder, expected a file of notations, one a line", argument)
        elif named_like_a_file(argument):
            yield Item.wrong("no such file, expected a notation, a file of them or '-'", argument)
        else:
            text = argument.encode(*BYTES)
            several = list(texts_among(BytesIO(text), "", notation) or ())
            yield from several if len(several) > 1 else [Item(text)]


def named_like_a_file(text: str) -> bool:
    """Whether a text cannot be a notation, but may be the name of a file."""
    return re.fullmatch(_NAME_OF_FILE, text.strip(), re.DOTALL) is not None


def _stream(argument: str, read: Reader, out: Path | None) -> Iterator[Item] | None:
    """What a reader finds in standard input or in a file; None where an argument names neither, or a folder."""
    if argument == STANDARD_INPUT:
        return recognized(sys.stdin.buffer, "standard input", read)
    if _is(Path.is_dir, argument):
        return None
    if is_same(Path(argument), out):
        return iter([Item.wrong("is what --out writes, expected another file", argument)])
    return opened(Path(argument), read) if _is(Path.exists, argument) else None


def _is(what: Callable[[Path], bool], argument: str) -> bool:
    with suppress(OSError, ValueError):  # too long for a name, or a NUL in it
        return what(Path(argument))
    return False
