"""What the commands read: documents and notations from files, folders, standard input or the command line itself.

Everything comes as a stream of `Item`s, so that a file larger than memory can be scored, and a wrong item is an item
as well: it carries its error, and the others go on.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from io import BytesIO
from pathlib import Path

from nasport.schemas.errors import InputError
from nasport.toolkit.inputs.files import folder_items, is_same, opened
from nasport.toolkit.inputs.item import MAY_BE, Item, format_of, located, parse_item, read_with
from nasport.toolkit.inputs.streams import BYTES, documents, genotypes, recognised, texts, texts_among
from nasport.toolkit.notations import Notation

__all__ = [
    "STANDARD_INPUT",
    "Item",
    "document_items",
    "format_of",
    "located",
    "named_like_a_file",
    "notation_items",
    "parse_item",
]

STANDARD_INPUT = "-"
_OF_NOTATIONS = frozenset("|([")  # seldom of names of files

# An extension at the end, or folders: no notation has either, but for a log's date before brackets.
_NAME_OF_FILE = r"[^|(\[{=]*[/\\][^|(\[{=]*|.*\.[A-Za-z]\w{0,9}"


def document_items(arguments: Iterable[str], out: Path | None = None) -> Iterator[Item]:
    """Documents: files (one document, one a line, or a JSON array of them), folders of such files, `-`.

    Args:
        out: file or folder that is being written, which is left out of folders that it lies in, and no source itself.
    """
    for argument in arguments:
        if argument == STANDARD_INPUT:
            yield from recognised(sys.stdin.buffer, "standard input", documents)
        elif not argument:
            yield Item(InputError("an empty name, expected a file, a folder or '-'"))
        elif argument.lstrip().startswith("{"):
            yield Item(
                InputError(
                    f"{argument.strip()[:40]!r} looks like a document, expected a file, a folder or '-'"
                )
            )
        elif _is(Path.is_dir, argument):
            yield from folder_items(Path(argument), out)
        elif is_same(Path(argument), out):
            yield _written(argument)
        elif _is(Path.exists, argument):
            yield from opened(Path(argument), documents)
        else:
            yield from _of_no_file(argument)


def _of_no_file(argument: str) -> Iterator[Item]:
    """Genotypes, which say themselves what they are; or one error: a file that is not there, or a notation."""
    text = argument.encode(*BYTES)
    if found := genotypes(text, ""):
        yield from found
    elif hint := read_with(text, "" if _OF_NOTATIONS.isdisjoint(argument) else MAY_BE):
        yield Item(InputError(f"{argument.strip()[:40]!r} is no file{hint}"))
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
    read = partial(texts, notation=notation)
    for argument in arguments:
        if argument == STANDARD_INPUT:
            yield from recognised(sys.stdin.buffer, "standard input", read)
        elif not argument:
            yield Item(InputError("an empty text, expected a notation, a file of them or '-'"))
        elif _is(Path.is_dir, argument):
            yield Item(
                InputError("is a folder, expected a file of notations, one a line", file=argument), argument
            )
        elif is_same(Path(argument), out):
            yield _written(argument)
        elif _is(Path.exists, argument):
            yield from opened(Path(argument), read)
        elif named_like_a_file(argument):
            problem = "no such file, expected a notation, a file of them or '-'"
            yield Item(InputError(problem, file=argument), argument)
        else:
            text = argument.encode(*BYTES)
            several = list(texts_among(BytesIO(text), "", notation) or ())
            yield from several if len(several) > 1 else [Item(text)]


def named_like_a_file(text: str) -> bool:
    """Whether a text cannot be a notation, but may be the name of a file."""
    return re.fullmatch(_NAME_OF_FILE, text.strip(), re.DOTALL) is not None


def _is(what: Callable[[Path], bool], argument: str) -> bool:
    try:
        return what(Path(argument))
    except (OSError, ValueError):  # too long for a name, or a NUL in it
        return False


def _written(argument: str) -> Item:
    return Item(InputError("is what --out writes, expected another file", file=argument), argument)
