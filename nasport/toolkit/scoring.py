"""Scores of documents and texts as they come: the fast way where a notation has one, else one architecture at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import NamedTuple, TypeVar

from nasport.runtime.encoding import EncodedBatch
from nasport.runtime.predictor import MAX_DOCUMENTS, Predictor, Score
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.toolkit.comparable import group_of
from nasport.toolkit.inputs import Item, parse_item
from nasport.toolkit.notations import Notation

# Texts of a notation that are scored together: arrays of more do not stay in the cache.
MAX_TEXTS = 4096

Given = TypeVar("Given", bound="Item | Architecture")


class Scored(NamedTuple):
    """A score and what it is of.

    Attributes:
        group: what the architecture compares with, see `group_of`.
        file, line: where it stood; None where it was in no file.
    """

    score: Score
    group: str
    file: str | None = None
    line: int | None = None


def scores(
    found: Iterable[Item | Architecture],
    notation: Notation | None,
    predictor: Predictor,
    wrong: Callable[[InputError], None],
) -> Iterator[list[Scored]]:
    """Scores in the order given, without ranks, so many at a time as are scored together.

    Args:
        found: documents, texts and architectures.
        notation: of the texts; None: they are documents.
        wrong: called with the error of each that cannot be read; unless it raises, the others get their score.
    """
    windows = windows_of(found, notation)
    return (window_scores(window, notation, predictor, wrong) for window in windows)


def windows_of(found: Iterable[Given], notation: Notation | None) -> Iterator[list[Given]]:
    """What is scored together: as many as stay in the cache as arrays."""
    source = iter(found)
    size = MAX_DOCUMENTS if notation is None else MAX_TEXTS
    return iter(lambda: list(islice(source, size)), [])


def window_scores(
    window: Sequence[Item | Architecture],
    notation: Notation | None,
    predictor: Predictor,
    wrong: Callable[[InputError], None],
) -> list[Scored]:
    """Scores of some of them, see `scores`."""
    batch = None if notation is None or len(window) == 1 else _encoded(window, notation)
    if batch is not None:  # all in one notation, and thus of one group
        ((_, first),) = _parsed(window[:1], notation, wrong)
        group = group_of(first)
        known = predictor.score_encoded(batch)
        return [Scored(score, group, *_place(each)) for score, each in zip(known, window, strict=True)]
    if len(window) > MAX_DOCUMENTS:  # something is wrong in a part of it
        parts = (window[start : start + MAX_DOCUMENTS] for start in range(0, len(window), MAX_DOCUMENTS))
        return [each for part in parts for each in window_scores(part, notation, predictor, wrong)]
    right = list(_parsed(window, notation, wrong))
    found = predictor.score_stream(architecture for _, architecture in right)
    return [
        Scored(score, group_of(architecture), *_place(each))
        for score, (each, architecture) in zip(found, right, strict=True)
    ]


def _place(found: Item | Architecture) -> tuple[str, int] | tuple[()]:
    return (found.file, found.line) if isinstance(found, Item) and found.file else ()


def _encoded(window: Sequence[Item | Architecture], notation: Notation) -> EncodedBatch | None:
    """The whole window as arrays at once; None where the notation has no such way or an item is wrong."""
    try:
        texts = [
            each.text.decode() for each in window if isinstance(each, Item) and isinstance(each.text, bytes)
        ]
        return notation.encode_many(texts) if len(texts) == len(window) else None
    except (InputError, UnicodeDecodeError):
        return None  # one at a time, then, to find which one is wrong


def _parsed(
    window: Iterable[Item | Architecture], notation: Notation | None, wrong: Callable[[InputError], None]
) -> Iterator[tuple[Item | Architecture, Architecture]]:
    for each in window:
        if isinstance(each, Architecture):
            yield each, each
            continue
        try:
            found = parse_item(each, notation)
        except InputError as error:
            wrong(error)
            continue
        yield each, found if found.name else replace(found, name=each.name(notation is not None))
