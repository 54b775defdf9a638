"""Scores of documents and texts as they come: the fast way where a notation has one, else one architecture at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from nasport.runtime.encoding import EncodedBatch
from nasport.runtime.predictor import MAX_DOCUMENTS, Predictor, Score
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.toolkit.comparable import group_of
from nasport.toolkit.inputs import Item, parse_item
from nasport.toolkit.notations import Notation

if TYPE_CHECKING:
    from concurrent.futures import Future

# Texts of a notation that are scored together: arrays of more do not stay in the cache.
MAX_TEXTS = 8192
# Windows under way at the same time: arrays and ONNX Runtime leave Python's lock to the other one.
AT_ONCE = 2

Argument = TypeVar("Argument")
Result = TypeVar("Result")


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
    source = iter(found)
    size = MAX_DOCUMENTS if notation is None else MAX_TEXTS
    windows = iter(lambda: list(islice(source, size)), [])

    def encoded(window: Sequence[Item | Architecture]) -> list[Score] | None:
        batch = None if notation is None or len(window) == 1 else _encoded(window, notation)
        return None if batch is None else predictor.score_encoded(batch)

    for window, known in _side_by_side(encoded, windows):
        if known is None:
            right = list(_parsed(window, notation, wrong))
            known = list(predictor.score_stream(architecture for _, architecture in right))
            yield [
                Scored(score, group_of(architecture), *_place(each))
                for score, (each, architecture) in zip(known, right, strict=True)
            ]
        else:  # all in one notation, and thus of one group
            ((_, first),) = _parsed(window[:1], notation, wrong)
            group = group_of(first)
            yield [Scored(score, group, *_place(each)) for score, each in zip(known, window, strict=True)]


def _side_by_side(
    function: Callable[[Argument], Result], arguments: Iterable[Argument]
) -> Iterator[tuple[Argument, Result]]:
    """Each argument with what a function makes of it, in order; `AT_ONCE` of them are under way."""
    arguments = iter(arguments)
    first_two = list(islice(arguments, 2))
    if len(first_two) < 2:
        yield from ((argument, function(argument)) for argument in first_two)
        return
    from concurrent.futures import ThreadPoolExecutor  # a single window has no need to load it

    with ThreadPoolExecutor(AT_ONCE) as pool:
        begun: deque[tuple[Argument, Future[Result]]] = deque()
        for argument in chain(first_two, arguments):
            begun.append((argument, pool.submit(function, argument)))
            if len(begun) > AT_ONCE:
                oldest, future = begun.popleft()
                yield oldest, future.result()
        for argument, future in begun:
            yield argument, future.result()


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
