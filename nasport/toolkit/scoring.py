"""Score a stream of documents and texts; notations that encode texts directly to arrays are scored without documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice, repeat
from typing import NamedTuple, TypeVar

from nasport.runtime.encoding import EncodedBatch
from nasport.runtime.predictor import MAX_DOCUMENTS, Predictor, Score, in_batches
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.toolkit.comparable import group_of_score
from nasport.toolkit.inputs import Item, located, parse_item
from nasport.toolkit.notations import Notation

# Number of texts to score together; larger arrays exceed the processor's cache.
MAX_TEXTS = 4096

Given = TypeVar("Given", bound="Item | Architecture")


class Opinion(NamedTuple):
    """Expected value of an evaluator for an architecture, and its standard deviation."""

    opinion: float
    doubt: float


class Scored(NamedTuple):
    """A score with its source.

    Attributes:
        score: the score.
        group: group of comparable architectures, see `group_of_score`.
        file, line: source of the architecture; None if it comes from no file.
        opinions: expected values of the bundle's evaluators by name; None if not requested.
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
    """Yield scores in the given order, without ranks, in lists of scores that were computed together.

    Args:
        found: documents, texts and architectures.
        notation: notation of the texts; None for documents.
        predictor: predictor to score with.
        wrong: function that receives the error of each item that cannot be read or scored. Scoring continues unless the
            function raises.
        with_opinions: whether to include the expected values of the bundle's evaluators.
    """
    windows = windows_of(found, notation)
    return (
        window_scores(window, notation, predictor, wrong, with_opinions=with_opinions) for window in windows
    )


def windows_of(found: Iterable[Given], notation: Notation | None) -> Iterator[list[Given]]:
    """Split items into windows to score together, small enough for the processor's cache."""
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
    """Return the scores of one window; see `scores`."""

    def scored(batch: EncodedBatch) -> Iterable[tuple[Score, Mapping[str, Opinion] | None]]:
        opinions = _opinions(predictor, batch) if with_opinions else repeat(None, len(batch.names))
        return zip(predictor.score_encoded(batch), opinions, strict=True)

    batch = None if notation is None or len(window) == 1 else _encoded(window, notation, predictor)
    if batch is not None:  # notations that encode texts directly have one skeleton
        ((_, first),) = _parsed(window[:1], notation, predictor, wrong)
        return [
            Scored(score, group_of_score(score, first), *_place(each), opinions)
            for (score, opinions), each in zip(scored(batch), window, strict=True)
        ]
    if len(window) > MAX_DOCUMENTS:  # the texts could not be encoded together, because some of them are wrong
        parts = (window[start : start + MAX_DOCUMENTS] for start in range(0, len(window), MAX_DOCUMENTS))
        several = (
            window_scores(part, notation, predictor, wrong, with_opinions=with_opinions) for part in parts
        )
        return list(chain.from_iterable(several))
    parsed = list(_parsed(window, notation, predictor, wrong))
    found = in_batches((architecture for _, architecture in parsed), scored)
    return [
        Scored(_noted(score, each), group_of_score(score, architecture), *_place(each), opinions)
        for (score, opinions), (each, architecture) in zip(found, parsed, strict=True)
    ]


def _noted(score: Score, each: Item | Architecture) -> Score:
    """Add the notes about the model from which a document was imported to the warnings of its score."""
    notes = each.notes if isinstance(each, Item) else ()
    return score._replace(warnings=(*notes, *score.warnings)) if notes else score


def _opinions(predictor: Predictor, batch: EncodedBatch) -> Iterator[Mapping[str, Opinion]]:
    """Yield the expected values of all evaluators for each architecture."""
    opinions = predictor.opinions(batch)
    columns = [map(Opinion, *(numbers.tolist() for numbers in each)) for each in opinions.values()]
    return (dict(zip(opinions, row, strict=True)) for row in zip(*columns, strict=True))


def _place(found: Item | Architecture) -> tuple[str | None, int | None]:
    return (found.file, found.line) if isinstance(found, Item) and found.file else (None, None)


def _encoded(
    window: Sequence[Item | Architecture], notation: Notation, predictor: Predictor
) -> EncodedBatch | None:
    """Encode the whole window directly to arrays.

    Returns:
        the arrays, or None if the notation does not support that or if an item cannot be read or scored.
    """
    try:
        texts = [
            each.text.decode() for each in window if isinstance(each, Item) and isinstance(each.text, bytes)
        ]
        batch = notation.encode_many(texts) if len(texts) == len(window) else None
        if batch is not None:
            predictor.refusals.check_graphs(batch.graphs)
        return batch
    except (InputError, UnicodeDecodeError):
        return None  # reading one item at a time finds the wrong one


def _parsed(
    window: Iterable[Item | Architecture],
    notation: Notation | None,
    predictor: Predictor,
    wrong: Callable[[InputError], None],
) -> Iterator[tuple[Item | Architecture, Architecture]]:
    """Yield each item that can be read and scored, with its architecture."""
    for each in window:
        try:
            found = _read(each, notation, predictor)
        except InputError as error:
            wrong(error)
            continue
        yield each, found


def _read(each: Item | Architecture, notation: Notation | None, predictor: Predictor) -> Architecture:
    """Return the architecture of an item. Raises InputError if it cannot be read or scored."""
    if isinstance(each, Architecture):
        predictor.refusals.check(each)
        return each
    found = parse_item(each, notation)
    try:
        predictor.refusals.check(found)
    except InputError as error:
        raise located(error, each, notation) from None
    return found if found.name else replace(found, name=each.name(notation is not None))
