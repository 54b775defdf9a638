"""Readers of the arguments of the Python functions: paths, dictionaries, architectures, texts, and iterables of these."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from io import BytesIO
from itertools import chain
from numbers import Real
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
"""An argument for one architecture, or for several in a file or a folder."""

Found = Item | Architecture
"""A document or text that is not parsed yet, or an architecture."""

TAKEN = "a file or a folder (str or Path), a document (dict), an Architecture, a list of these, or with notation= a text"
_BYTES = ("utf-8", "surrogatepass")  # lone surrogates pass, so that the parser of the text reports them
_SEVERAL = (".jsonl", ".ndjson")


class Given(NamedTuple):
    """Contents of an argument.

    Attributes:
        found: documents, texts and architectures.
        many: whether the caller expects a list of results rather than a single result.
    """

    found: list[Found]
    many: bool


def given(source: object, notation: Notation | None) -> Given:
    """Read an argument: a path, dictionary, text or architecture, or an iterable of these.

    Args:
        source: the argument.
        notation: notation of texts and of the lines of files; None for documents.

    Raises:
        InputError: a missing file, or a dictionary that is not a document; the message has its index in the iterable.
        TypeError: an argument or element of another type.
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
    """Read a file or a folder. The result is `many` for folders, JSON arrays, JSON Lines and files with several documents."""
    place = Path(path)
    if not os.path.isdir(path):
        read = documents if notation is None else partial(texts, notation=notation)
        return _counted(opened(place, read), str(place))
    if notation is not None:
        raise InputError("is a folder, expected a file with one notation per line", file=str(place))
    return Given(list(folder_items(place, None)), many=True)


def in_memory(text: str | bytes, notation: Notation | None) -> Given:
    """Read a text as the contents of a file: documents, or texts of a notation. It is never used as a path."""
    data = text if isinstance(text, bytes) else text.encode(*_BYTES)
    if notation is None:
        return _counted(documents(BytesIO(data), ""), "")
    among = list(texts_among(BytesIO(data), "", notation) or ())
    return _counted(among if len(among) > 1 else [Item(data)], "")


def architecture_of(each: Found, notation: Notation | None) -> Architecture:
    """Return the architecture of an item or architecture; an invalid item raises InputError."""
    return each if isinstance(each, Architecture) else parse_item(each, notation)


def labeled_architectures(
    pairs: Iterable[Any], notation: Notation | None
) -> list[tuple[Architecture, float]]:
    """Read pairs of an architecture and its label.

    Args:
        pairs: architectures with a number each.
        notation: notation of texts and files; None for documents.

    Raises:
        InputError: an invalid architecture.
        TypeError: an element that is not a pair of one architecture and a number.
    """
    labeled = []
    for place, pair in enumerate(pairs):
        if (
            not isinstance(pair, Sequence)
            or isinstance(pair, str)
            or len(pair) != 2
            or not isinstance(pair[1], Real)
        ):
            raise TypeError(
                f"item {place} of labels: {pair!r:.60}, expected a pair of an architecture and a number"
            )
        read, _ = given([pair[0]], notation)
        if len(read) != 1:
            raise TypeError(
                f"item {place} of labels: {len(read)} architectures, expected one with its number"
            )
        labeled.append((architecture_of(read[0], notation), float(pair[1])))
    return labeled


def _element(value: object, place: int, notation: Notation | None) -> Iterator[Found]:
    """Read one element of an iterable. With a notation, a text in an iterable is never used as a path."""
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
    """Read a text that is not the name of a file, as a text of the notation or as genotypes.

    Any other text raises InputError.
    """
    hint = ""
    if isinstance(source, str):
        if notation is not None and not named_like_a_file(source):
            return in_memory(source, notation)
        text = source.encode(*_BYTES)
        if notation is None and (items := genotypes(text, "")):
            return _counted(items, "")
        hint = read_with(text)
    raise InputError(f"{str(source)[:60]!r} is neither a file nor a folder{hint}, expected {TAKEN}")


def _counted(items: Iterable[Item], file: str) -> Given:
    """Return items as contents of an argument: one result for a single document, else a list of results."""
    found = list(items)
    many = len(found) != 1 or found[0].element is not None or file.endswith(_SEVERAL)
    return Given([*found], many)
