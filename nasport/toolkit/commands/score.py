"""`nasport score`: score architectures with a predictor."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from json.encoder import encode_basestring_ascii as _quoted
from typing import TYPE_CHECKING

from nasport.runtime.session import PROVIDERS
from nasport.schemas.errors import InputError, printable
from nasport.toolkit.options import JsonOptions, option
from nasport.toolkit.printing.report import Report, warn
from nasport.toolkit.progress import Progress
from nasport.toolkit.source_options import SourceOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nasport.runtime.calibration import Expected
    from nasport.toolkit.scoring import Opinion, Scored


@dataclass(frozen=True, kw_only=True)
class ScoreOptions(SourceOptions, JsonOptions):
    """Options of `nasport score`."""

    bundle: str | None = option(
        None,
        "Predictor: a name (see `nasport bundles`) or a folder (default: universal).",
        suggest="bundles",
    )
    stream: bool = option(
        False, "Print each score as soon as it is known, without ranks; memory use stays constant."
    )
    opinions: bool = option(
        False,
        "With --json: add the values that the bundle predicts for other evaluators, with their standard deviations. Only "
        "some bundles predict evaluators.",
    )
    provider: str | None = option(
        None, "Where the predictor computes (default: CUDA if it works).", words=tuple(PROVIDERS)
    )
    jobs: int | None = option(None, "Number of processes with --stream (default: 2; 1 with CUDA).", least=1)


def run(options: ScoreOptions) -> int:
    """Score all architectures in the sources.

    Returns:
        Exit status.

    Raises:
        InputError: an unknown or invalid bundle, `opinions` without `json`, or a bundle that predicts no evaluators.
    """
    from nasport.runtime.predictor import DEFAULT_BUNDLE, cores
    from nasport.runtime.session import CPU
    from nasport.toolkit.scoring import scores, windows_of
    from nasport.toolkit.streaming import WindowPrinter, loaded_predictor, printed

    bundle, report, progress = options.bundle or DEFAULT_BUNDLE, Report(), Progress()
    items, notation = options.items(), options.notation
    if options.opinions and not options.json:
        raise InputError("--opinions without --json, expected both: opinions appear only in JSON")
    predictor = loaded_predictor(bundle, options.provider)
    if options.opinions and not predictor.evaluators:
        raise InputError(
            f"the bundle {predictor.bundle.name!r} predicts no evaluators, expected a bundle that does, or no --opinions"
        )
    if not options.stream:
        scored: list[Scored] = []
        for chunk in scores(items, notation, predictor, report.error, with_opinions=options.opinions):
            scored += chunk
            progress.show(len(scored), "scored")
        progress.clear()
        _print_all(scored, options.json)
        return report.status
    jobs = options.jobs or (min(2, cores()) if predictor.providers[0] == CPU else 1)
    name = None if notation is None else notation.name
    line = json_line if options.json else text_line
    printer = WindowPrinter(bundle, options.provider, name, line, options.opinions)
    for window in printed(windows_of(items, notation), printer, jobs):
        for error in window.errors:
            report.error(error)
        sys.stdout.write(window.text)
        sys.stdout.flush()
        progress.show(progress.done + window.scores, "scored")
    progress.clear()
    return report.status


def text_line(scored: Scored) -> str:
    """Format a score for `--stream`: score, tab, name."""
    return f"{scored.score.score:.6f}\t{printable(scored.score.name)}"


def _print_all(scored: list[Scored], as_json: bool) -> None:
    from nasport.toolkit.comparable import ranked_in_groups
    from nasport.toolkit.printing.score_table import score_table

    groups = [each.group for each in scored]
    scores, warning = ranked_in_groups([each.score for each in scored], groups)
    if as_json:
        lines = (json_line(each._replace(score=score)) for score, each in zip(scores, scored, strict=True))
        sys.stdout.write("".join(f"{line}\n" for line in lines))
    elif scores:
        sys.stdout.write(score_table(scores, groups if warning else ()))
    if warning:
        warn(warning)


def json_line(scored: Scored) -> str:
    """Format a score as JSON: the keys of `Score.to_json()`, then file and line.

    The function equals `json.dumps` and is four times as fast, which matters for streams of half a million lines.
    """
    score, _, file, line, opinions = scored
    return (
        f'{{"name": {_quoted(score.name)}, "hash": "{score.hash}", "score": {score.score!r}, '
        f'"rank": {_or_null(score.rank)}, "parameters": {_or_null(score.parameters)}, '
        f'"reachable_parameters": {score.reachable_parameters!r}, "flops": {_or_null(score.flops)}, '
        f'"bundle": {_quoted(score.bundle)}, "distance": {_or_null(score.distance)}, '
        f'"warnings": [{", ".join(map(_quoted, score.warnings))}], '
        f"{'' if score.expected is None else _expected(score.expected)}"
        f'"file": {"null" if file is None else _quoted(file)}, "line": {_or_null(line)}'
        f"{'' if opinions is None else _opinions(opinions)}}}"
    )


def _expected(expected: Expected) -> str:
    return f'"expected": {json.dumps(expected._asdict())}, '


def _opinions(opinions: Mapping[str, Opinion]) -> str:
    each = (
        f'{_quoted(evaluator)}: {{"opinion": {opinion!r}, "doubt": {doubt!r}}}'
        for evaluator, (opinion, doubt) in opinions.items()
    )
    return f', "opinions": {{{", ".join(each)}}}'


def _or_null(value: float | None) -> str:
    return "null" if value is None else repr(value)
