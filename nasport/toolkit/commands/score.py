"""`nasport score`: documents or notations in, scores out."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from json.encoder import encode_basestring_ascii as _quoted
from typing import TYPE_CHECKING

from nasport.schemas.errors import printable
from nasport.toolkit.gennas.choices import DEVICES
from nasport.toolkit.options import option
from nasport.toolkit.printing.report import Progress, Report, say
from nasport.toolkit.source_options import SourceOptions

if TYPE_CHECKING:
    from nasport.toolkit.scoring import Scored


@dataclass(frozen=True, kw_only=True)
class ScoreOptions(SourceOptions):
    """Of `nasport score`."""

    bundle: str | None = option(
        None, "The predictor; see `nasport bundles`.", metavar="NAME-or-FOLDER", suggest="bundles"
    )
    json: bool = option(False, "Print one JSON object a line.")
    stream: bool = option(False, "Print as they come, without ranks, in bounded memory.")
    provider: str | None = option(None, "Where to run; by default CUDA where it works.", words=DEVICES)
    jobs: int | None = option(None, "Processes of a stream; default: 2, with CUDA 1.", least=1)


def run(options: ScoreOptions) -> int:
    """Score everything in the sources; returns the exit status."""
    from nasport.runtime.predictor import DEFAULT_BUNDLE, cores
    from nasport.runtime.session import CPU
    from nasport.toolkit.scoring import scores, windows_of
    from nasport.toolkit.streaming import WindowPrinter, loaded_predictor, printed

    bundle, report, progress = options.bundle or DEFAULT_BUNDLE, Report(), Progress("scored")
    items, notation = options.items(), options.notation
    predictor = loaded_predictor(bundle, options.provider)
    if not options.stream:
        _print_all(
            _counted(scores(items, notation, predictor, report.error), progress), options.json, progress
        )
        return report.status
    jobs = options.jobs or (min(2, cores()) if predictor.providers[0] == CPU else 1)
    name = None if notation is None else notation.name
    printer = WindowPrinter(bundle, options.provider, name, json_line if options.json else text_line)
    for window in printed(windows_of(items, notation), printer, jobs):
        for error in window.errors:
            report.error(error)
        sys.stdout.write(window.text)
        sys.stdout.flush()
        progress.advance(window.scores)
    progress.clear()
    return report.status


def text_line(scored: Scored) -> str:
    """Score and name."""
    return f"{scored.score.score:.6f}\t{printable(scored.score.name)}"


def _print_all(found: list[Scored], as_json: bool, progress: Progress) -> None:
    from nasport.runtime.predictor import ranked
    from nasport.toolkit.comparable import not_comparable
    from nasport.toolkit.printing.score_table import score_table

    progress.clear()
    scores, groups = ranked([each.score for each in found]), [each.group for each in found]
    warning = not_comparable(groups)
    if as_json:
        lines = (json_line(each._replace(score=score)) for score, each in zip(scores, found, strict=True))
        sys.stdout.write("".join(f"{line}\n" for line in lines))
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


def json_line(scored: Scored) -> str:
    """`json.dumps` of `Score.to_json()`, file and line, four times as fast: half a million lines are printed in one go."""
    score, _, file, line = scored
    return (
        f'{{"name": {_quoted(score.name)}, "hash": "{score.hash}", "score": {score.score!r}, '
        f'"rank": {_or_null(score.rank)}, "parameters": {_or_null(score.parameters)}, '
        f'"reachable_parameters": {score.reachable_parameters!r}, "flops": {_or_null(score.flops)}, '
        f'"bundle": {_quoted(score.bundle)}, "distance": {_or_null(score.distance)}, '
        f'"warnings": [{", ".join(map(_quoted, score.warnings))}], '
        f'"file": {"null" if file is None else _quoted(file)}, "line": {_or_null(line)}}}'
    )


def _or_null(value: float | None) -> str:
    return "null" if value is None else repr(value)
