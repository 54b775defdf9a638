"""Scores of documents and texts as they come: the fast way where a notation has one, else one architecture at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from nasport.runtime.encoding import EncodedBatch
from nasport.runtime.predictor import Predictor, Score
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.toolkit.inputs import Item, parse_item
from nasport.toolkit.notations import Notation

CHUNK = 1024


def scores(
    found: Iterable[Item | Architecture],
    notation: Notation | None,
    predictor: Predictor,
    wrong: Callable[[InputError], None],
) -> Iterator[list[Score]]:
    """Scores in the order given, without ranks, up to `CHUNK` at a time.

    Args:
        found: documents, texts and architectures.
        notation: of the texts; None: they are documents.
        wrong: told of each that cannot be read; unless it raises, the others get their score.
    """
    source = iter(found)
    while window := list(islice(source, CHUNK)):
        batch = _encoded(window, notation)
        if batch is not None:
            yield predictor.score_encoded(batch)
        else:
            yield list(predictor.score_stream(_parsed(window, notation, wrong)))


def _encoded(window: Sequence[Item | Architecture], notation: Notation | None) -> EncodedBatch | None:
    """The whole window as arrays at once; None where the notation has no such way or an item is wrong."""
    if notation is None or len(window) == 1:
        return None
    try:
        texts = [
            each.text.decode() for each in window if isinstance(each, Item) and isinstance(each.text, bytes)
        ]
        return notation.encode_many(texts) if len(texts) == len(window) else None
    except (InputError, UnicodeDecodeError):
        return None  # one at a time, then, to find which one is wrong


def _parsed(
    window: Iterable[Item | Architecture], notation: Notation | None, wrong: Callable[[InputError], None]
) -> Iterator[Architecture]:
    for each in window:
        if isinstance(each, Architecture):
            yield each
            continue
        try:
            found = parse_item(each, notation)
        except InputError as error:
            wrong(error)
            continue
        yield found if found.name else replace(found, name=each.name(notation is not None))
