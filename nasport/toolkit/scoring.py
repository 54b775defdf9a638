"""Scores of documents and texts as they come: the fast way where a notation has one, else one architecture at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice, repeat
from typing import NamedTuple, TypeVar

from nasport.runtime.encoding import EncodedBatch
from nasport.runtime.predictor import MAX_DOCUMENTS, Predictor, Score, in_batches
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.toolkit.comparable import group_of
from nasport.toolkit.inputs import Item, located, parse_item
from nasport.toolkit.notations import Notation

# Texts of a notation that are scored together: arrays of more do not stay in the cache.
MAX_TEXTS = 4096

Given = TypeVar("Given", bound="Item | Architecture")


class Opinion(NamedTuple):
    """What an evaluator is expected to say of an architecture, and the standard deviation about it."""

    opinion: float
    doubt: float


class Scored(NamedTuple):
    """A score and what it is of.

    Attributes:
        group: what the architecture compares with, see `group_of`.
        file, line: where it stood; None where it was in no file.
        opinions: of the bundle's judges, by their names; None where nobody asked for them.
    """

    score: Score
    group: str
    file: str | None = None
    line: int | None = None
    opinions: Mapping[str, Opinion] | None = None


def scores(
    found: Iterable[Item | Architecture],
    notation: Notation | None,
    predictor: Predictor,
    wrong: Callable[[InputError], None],
    *,
    with_opinions: bool = False,
) -> Iterator[list[Scored]]:
    """Scores in the order given, without ranks, so many at a time as are scored together.

    Args:
        found: documents, texts and architectures.
        notation: of the texts; None: they are documents.
        wrong: called with the error of each that cannot be read or gets no score; unless it raises, the others get theirs.
        with_opinions: whether to tell what the bundle's judges would say.
    """
    windows = windows_of(found, notation)
    return (
        window_scores(window, notation, predictor, wrong, with_opinions=with_opinions) for window in windows
    )


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
    *,
    with_opinions: bool = False,
) -> list[Scored]:
    """Scores of some of them, see `scores`."""

    def told(batch: EncodedBatch) -> Iterable[tuple[Score, Mapping[str, Opinion] | None]]:
        opinions = _opinions(predictor, batch) if with_opinions else repeat(None, len(batch.names))
        return zip(predictor.score_encoded(batch), opinions, strict=True)

    batch = None if notation is None or len(window) == 1 else _encoded(window, notation, predictor)
    if batch is not None:  # all in one notation, and thus of one group
        ((_, first),) = _parsed(window[:1], notation, predictor, wrong)
        group = group_of(first)
        return [
            Scored(score, group, *_place(each), opinions)
            for (score, opinions), each in zip(told(batch), window, strict=True)
        ]
    if len(window) > MAX_DOCUMENTS:  # something is wrong in a part of it
        parts = (window[start : start + MAX_DOCUMENTS] for start in range(0, len(window), MAX_DOCUMENTS))
        several = (
            window_scores(part, notation, predictor, wrong, with_opinions=with_opinions) for part in parts
        )
        return list(chain.from_iterable(several))
    right = list(_parsed(window, notation, predictor, wrong))
    found = in_batches((architecture for _, architecture in right), told)
    return [
        Scored(_noted(score, each), group_of(architecture), *_place(each), opinions)
        for (score, opinions), (each, architecture) in zip(found, right, strict=True)
    ]


def _noted(score: Score, each: Item | Architecture) -> Score:
    """A score with what is said of the model that its document was made of."""
    notes = each.notes if isinstance(each, Item) else ()
    return score._replace(warnings=(*notes, *score.warnings)) if notes else score


def _opinions(predictor: Predictor, batch: EncodedBatch) -> Iterator[Mapping[str, Opinion]]:
    """Of each architecture what the evaluators would say."""
    foretold = predictor.opinions(batch)
    columns = [map(Opinion, *(numbers.tolist() for numbers in each)) for each in foretold.values()]
    return (dict(zip(foretold, row, strict=True)) for row in zip(*columns, strict=True))


def _place(found: Item | Architecture) -> tuple[str | None, int | None]:
    return (found.file, found.line) if isinstance(found, Item) and found.file else (None, None)


def _encoded(
    window: Sequence[Item | Architecture], notation: Notation, predictor: Predictor
) -> EncodedBatch | None:
    """The whole window as arrays at once; None where the notation has no such way, or an item is wrong or gets no score."""
    try:
        texts = [
            each.text.decode() for each in window if isinstance(each, Item) and isinstance(each.text, bytes)
        ]
        batch = notation.encode_many(texts) if len(texts) == len(window) else None
        if batch is not None:
            predictor.refusals.check_graphs(batch.graphs)
        return batch
    except (InputError, UnicodeDecodeError):
        return None  # one at a time, then, to find which one is wrong


def _parsed(
    window: Iterable[Item | Architecture],
    notation: Notation | None,
    predictor: Predictor,
    wrong: Callable[[InputError], None],
) -> Iterator[tuple[Item | Architecture, Architecture]]:
    """What can be read and gets a score, with its architecture."""
    for each in window:
        try:
            found = _read(each, notation, predictor)
        except InputError as error:
            wrong(error)
            continue
        yield each, found


def _read(each: Item | Architecture, notation: Notation | None, predictor: Predictor) -> Architecture:
    """Raises InputError where it cannot be read, or gets no score."""
    if isinstance(each, Architecture):
        predictor.refusals.check(each)
        return each
    found = parse_item(each, notation)
    try:
        predictor.refusals.check(found)
    except InputError as error:
        raise located(error, each, notation) from None
    return found if found.name else replace(found, name=each.name(notation is not None))
