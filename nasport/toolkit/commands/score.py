"""`nasport score`: documents or notations in, scores out."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from json.encoder import encode_basestring_ascii as _quoted
from typing import TYPE_CHECKING, NamedTuple

from nasport.schemas.errors import InputError, printable
from nasport.toolkit import suggestions
from nasport.toolkit.gennas.choices import DEVICES
from nasport.toolkit.options import option
from nasport.toolkit.printing.report import Progress, Report, say
from nasport.toolkit.source_options import SourceOptions

if TYPE_CHECKING:
    from nasport.runtime.encoding import EncodedBatch
    from nasport.runtime.predictor import Predictor, Score
    from nasport.schemas.architecture import Architecture
    from nasport.toolkit.inputs import Item

CHUNK = 1024


@dataclass(frozen=True, kw_only=True)
class ScoreOptions(SourceOptions):
    """Of `nasport score`."""

    bundle: str | None = option(
        None, "The predictor; see `nasport bundles`.", metavar="NAME-or-FOLDER", suggest=suggestions.bundles
    )
    json: bool = option(False, "Print one JSON object a line.")
    stream: bool = option(False, "Print as they come, without ranks, in bounded memory.")
    provider: str | None = option(None, "Where to run; by default CUDA where it works.", words=DEVICES)


class Scored(NamedTuple):
    """A score and what it is of.

    Attributes:
        group: what the architecture compares with, see `group_of`.
    """

    score: Score
    item: Item
    group: str


def run(options: ScoreOptions) -> int:
    """Score everything in the sources; returns the exit status."""
    from nasport.runtime.predictor import DEFAULT_BUNDLE, Predictor

    items = options.items()
    predictor = Predictor.load(
        options.bundle or DEFAULT_BUNDLE, providers=[options.provider] if options.provider else None
    )
    report, progress = Report(), Progress("scored")
    scores = _scores(items, options, predictor, report)
    if options.stream:
        _print_stream(scores, options.json, progress)
    else:
        _print_all(_counted(scores, progress), options.json, progress)
    return report.status


def _print_stream(scores: Iterable[list[Scored]], as_json: bool, progress: Progress) -> None:
    for chunk in scores:
        lines = (
            json_line(each.score, each.item)
            if as_json
            else f"{each.score.score:.6f}\t{printable(each.score.name)}"
            for each in chunk
        )
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        sys.stdout.flush()
        progress.advance(len(chunk))
    progress.clear()


def _print_all(found: list[Scored], as_json: bool, progress: Progress) -> None:
    from nasport.runtime.predictor import ranked
    from nasport.toolkit.comparable import not_comparable
    from nasport.toolkit.printing.score_table import score_table

    progress.clear()
    scores, groups = ranked([each.score for each in found]), [each.group for each in found]
    warning = not_comparable(groups)
    if as_json:
        pairs = zip(scores, found, strict=True)
        sys.stdout.write("".join(f"{json_line(score, each.item)}\n" for score, each in pairs))
    elif scores:
        sys.stdout.write(score_table(scores, groups if warning else ()))
    if warning:
        say(f"warning: {warning}")


def _counted(scores: Iterable[list[Scored]], progress: Progress) -> list[Scored]:
    everything: list[Scored] = []
    for chunk in scores:
        everything.extend(chunk)
        progress.advance(len(chunk))
    return everything


def json_line(score: Score, item: Item) -> str:
    """`json.dumps` of `score.to_json()`, file and line, four times as fast: half a million lines are printed in one go."""
    return (
        f'{{"name": {_quoted(score.name)}, "hash": "{score.hash}", "score": {score.score!r}, '
        f'"rank": {_or_null(score.rank)}, "parameters": {_or_null(score.parameters)}, '
        f'"reachable_parameters": {score.reachable_parameters!r}, "flops": {_or_null(score.flops)}, '
        f'"bundle": {_quoted(score.bundle)}, "distance": {_or_null(score.distance)}, '
        f'"warnings": [{", ".join(map(_quoted, score.warnings))}], '
        f'"file": {_quoted(item.file) if item.file else "null"}, "line": {item.line if item.file else "null"}}}'
    )


def _or_null(value: float | None) -> str:
    return "null" if value is None else repr(value)


def _scores(
    items: Iterable[Item], options: ScoreOptions, predictor: Predictor, report: Report
) -> Iterator[list[Scored]]:
    from nasport.toolkit.comparable import group_of

    source = iter(items)
    while window := list(islice(source, CHUNK)):
        batch = _encoded(window, options)
        if batch is None:
            right = list(_parsed(window, options, report))
            found = predictor.score_stream(architecture for _, architecture in right)
            yield [
                Scored(score, item, group_of(architecture))
                for score, (item, architecture) in zip(found, right, strict=True)
            ]
        else:  # all in one notation, and thus of one group
            ((_, first),) = _parsed(window[:1], options, report)
            group = group_of(first)
            yield [
                Scored(score, item, group)
                for score, item in zip(predictor.score_encoded(batch), window, strict=True)
            ]


def _encoded(window: Sequence[Item], options: ScoreOptions) -> EncodedBatch | None:
    """The whole window as arrays at once; None where the notation has no such way or an item is wrong."""
    if options.notation is None or len(window) == 1:
        return None
    texts = [item.text for item in window]
    try:
        decoded = [text.decode("utf-8") for text in texts if isinstance(text, bytes)]
        return options.notation.encode_many(decoded) if len(decoded) == len(texts) else None
    except (InputError, UnicodeDecodeError):
        return None  # one at a time, then, to find which one is wrong


def _parsed(
    window: Iterable[Item], options: ScoreOptions, report: Report
) -> Iterator[tuple[Item, Architecture]]:
    from nasport.toolkit.inputs import parse_item

    for item in window:
        try:
            architecture = parse_item(item, options.notation)
        except InputError as error:
            report.error(error)
            continue
        if not architecture.name:
            architecture = replace(architecture, name=item.name(options.notation is not None))
        yield item, architecture
