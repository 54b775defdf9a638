"""What callers of Python give: paths, documents as dictionaries, architectures, texts, and many of these at once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from nasport.schemas.architecture import Architecture, architecture_from_json
from nasport.schemas.errors import InputError
from nasport.schemas.reading import json_values
from nasport.toolkit.inputs import named_like_a_file
from nasport.toolkit.inputs.files import folder_items, opened
from nasport.toolkit.inputs.item import Item, parse_item, read_with
from nasport.toolkit.inputs.streams import documents, genotypes, texts, texts_among
from nasport.toolkit.notations import Notation

Source = str | os.PathLike[str] | Mapping[str, Any] | Architecture
"""One thing that a function of Python takes for an architecture, or for several: a file or a folder of them."""

Found = Item | Architecture
"""A document or a text as it was found, or an architecture as it is."""

TAKEN = "a file or a folder (str or Path), a document (dict), an Architecture, a list of these, or with notation= a text"
_BYTES = ("utf-8", "surrogatepass")  # what is no character, the reader of the text tells
_SEVERAL = (".jsonl", ".ndjson")


class Given(NamedTuple):
    """What was given.

    Attributes:
        found: documents and texts as they were found, and architectures as they are.
        many: whether an answer for each is expected, in a list, rather than one answer.
    """

    found: list[Found]
    many: bool


def given(source: object, notation: Notation | None) -> Given:
    """Architectures by path, dictionary, text or as they are, or an iterable of these.

    Args:
        notation: that texts, and the lines of files, are in; None: files hold documents.

    Raises:
        InputError: no such file; a dictionary that is no document, with its place in the iterable.
        TypeError: something that is not taken.
    """
    if isinstance(source, Architecture):
        return Given([source], many=False)
    if isinstance(source, Mapping):
        return Given([architecture_from_json(json_values(source))], many=False)
    if isinstance(source, str | os.PathLike):
        return in_files(source, notation) if os.path.exists(source) else _no_file(source, notation)
    if isinstance(source, Iterable) and not isinstance(source, bytes | bytearray | memoryview):
        elements = (_element(value, place, notation) for place, value in enumerate(source))
        return Given(list(chain.from_iterable(elements)), many=True)
    raise TypeError(f"{source!r:.60}, expected {TAKEN}")


def in_files(path: str | os.PathLike[str], notation: Notation | None) -> Given:
    """What a file or a folder holds; many where it is a folder, a list of JSON or JSON Lines, or holds several."""
    place = Path(path)
    if not os.path.isdir(path):
        read = documents if notation is None else partial(texts, notation=notation)
        return _counted(opened(place, read), str(place))
    if notation is not None:
        raise InputError("is a folder, expected a file of notations, one a line", file=str(place))
    return Given(list(folder_items(place, None)), many=True)


def in_memory(text: str | bytes, notation: Notation | None) -> Given:
    """What a text holds: documents as a file would hold them, or what a notation reads; it is never taken for a path."""
    data = text if isinstance(text, bytes) else text.encode(*_BYTES)
    if notation is None:
        return _counted(documents(BytesIO(data), ""), "")
    among = list(texts_among(BytesIO(data), "", notation) or ())
    return _counted(among if len(among) > 1 else [Item(data)], "")


def architecture_of(each: Found, notation: Notation | None) -> Architecture:
    """The architecture of something found. Raises InputError as `parse_item` does."""
    return each if isinstance(each, Architecture) else parse_item(each, notation)


def _element(value: object, place: int, notation: Notation | None) -> Iterator[Found]:
    """One element of an iterable, where a text of a notation is no path."""
    if isinstance(value, str) and notation is not None:
        yield Item(value.encode(*_BYTES), element=place)
    elif isinstance(value, str | os.PathLike | Mapping | Architecture):
        try:
            for each in given(value, notation).found:
                yield each._replace(element=place) if isinstance(each, Item) and not each.file else each
        except InputError as error:
            raise error if error.file else error.within(place) from None
    else:
        raise TypeError(f"[{place}]: {value!r:.60}, expected {TAKEN}")


def _no_file(source: str | os.PathLike[str], notation: Notation | None) -> Given:
    """What a text that names no file is: of a notation, or genotypes, which say themselves what they are."""
    hint = ""
    if isinstance(source, str):
        if notation is not None and not named_like_a_file(source):
            return in_memory(source, notation)
        text = source.encode(*_BYTES)
        if notation is None and (found := genotypes(text, "")):
            return _counted(found, "")
        hint = read_with(text)
    raise InputError(f"{str(source)[:60]!r} names no file or folder{hint}, expected {TAKEN}")


def _counted(items: Iterable[Item], file: str) -> Given:
    found = list(items)
    many = len(found) != 1 or found[0].element is not None or file.endswith(_SEVERAL)
    return Given([*found], many)
