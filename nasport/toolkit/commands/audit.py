"""`nasport audit`: measure how well scores rank benchmark architectures, in comparison with simple counts."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from nasport.runtime.installation import require
from nasport.runtime.session import PROVIDERS
from nasport.schemas.errors import InputError
from nasport.toolkit.options import REQUIRED, JsonOptions, argument, option
from nasport.toolkit.pages import require_jinja
from nasport.toolkit.printing.report import Report, announce_written, say
from nasport.toolkit.printing.terminal import line_width, table, wrapped
from nasport.toolkit.progress import Progress

if TYPE_CHECKING:
    from nasport.toolkit.laboratory.audit.pairing import Paired
    from nasport.toolkit.laboratory.audit.rows import AuditRow

MOST_SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class AuditOptions(JsonOptions):
    """Options of `nasport audit`."""

    sources: Sequence[str] = argument(
        REQUIRED,
        "CSV files of scores, '-' for standard input, or predictors by name or folder.",
        metavar="SCORES.csv|BUNDLE...",
        suggest="bundles",
    )
    table: Sequence[str] = option(
        (),
        "Benchmark table to measure on; see `nasport data` (default: all tables that are present). May be repeated.",
        metavar="NAME",
        suggest="tables",
    )
    label: Sequence[str] = option(
        (),
        "Label of the tables (default: all); without --table a column of labels in the CSV file. May be repeated.",
        metavar="NAME",
    )
    score: Sequence[str] = option(
        (),
        "Column of scores (default: the only column of numbers). May be repeated.",
        metavar="COLUMN",
    )
    architecture: str = option(
        "architecture",
        "Column of architectures: hashes, or texts in the notation of the table.",
        metavar="COLUMN",
    )
    source_format: str | None = option(
        None,
        "Notation of the column of architectures in a CSV file with its own labels.",
        "--from",
        suggest="notations",
    )
    lower_is_better: bool = option(False, "The scores in CSV files are losses: lower is better.")
    resamples: int = option(
        200, "Number of bootstrap resamples for confidence intervals; 0: no intervals.", least=0
    )
    seed: int = option(0, "Seed of the resamples.", least=0)
    provider: str | None = option(
        None, "Where predictors compute (default: CUDA if it works).", words=tuple(PROVIDERS)
    )
    out: Path | None = option(None, "Folder for audit.html and audit.json.", metavar="FOLDER")


def run(options: AuditOptions) -> int:
    """Measure all scores on all tables and labels, print the rows and write the page.

    Returns:
        Exit status.

    Raises:
        InputError: a table, a CSV file, one of its columns or a bundle is missing or invalid.
        MissingRuntimeError: SciPy or ONNX Runtime is not installed.
    """
    require("search", "for rank correlations", "scipy")
    if options.out is not None:
        require_jinja()
    from nasport.toolkit.laboratory.audit.report import AuditReport
    from nasport.toolkit.laboratory.audit.rows import audit_rows

    wrong, progress = _WrongRows(), Progress()
    report = AuditReport(options.resamples, options.seed)
    for ground, scores in _paired(options, wrong):
        rows = list(audit_rows(ground, scores, options.resamples, options.seed))
        if options.json:
            print("".join(f"{json.dumps(row.to_json())}\n" for row in rows), end="", flush=True)
        report.add(ground, scores, rows, draw=options.out is not None)
        progress.show(len(report.rows), "rows measured")
    progress.clear()
    wrong.report_the_rest()
    if not report.rows:
        raise InputError("nothing to measure, expected at least two labeled architectures with scores")
    if not options.json:
        print("\n".join(_lines(report.rows)))
    if options.out is not None:
        with announce_written(options.out):
            report.write(options.out)
    return wrong.report.status


@dataclass
class _WrongRows:
    """Reporter of invalid rows: prints the first `MOST_SHOWN` errors and counts all."""

    report: Report = field(default_factory=Report)
    count: int = 0

    def __call__(self, error: InputError) -> None:
        self.count += 1
        if self.count <= MOST_SHOWN:
            self.report.error(error)

    def report_the_rest(self) -> None:
        """Print how many errors were not shown."""
        if self.count > MOST_SHOWN:
            say(f"{self.count - MOST_SHOWN:,} more errors")


def _paired(options: AuditOptions, wrong: _WrongRows) -> Paired:
    """Return the pairs of labeled architectures and scores to measure."""
    from nasport.runtime.predictor import Predictor
    from nasport.toolkit.laboratory.audit import pairing
    from nasport.toolkit.laboratory.audit.grounds import check_labels, chosen_tables
    from nasport.toolkit.laboratory.audit.score_file import is_score_file, read_score_file

    sources = [source for source in options.sources if is_score_file(source)]
    bundles = [source for source in options.sources if source not in sources]
    own = bool(sources) and not options.table
    if own and (bundles or not options.label):
        problem = "needs labels, expected --table NAME, or only CSV files, with --label COLUMN for a column of labels"
        raise InputError(f"{sources[0]}: {problem}")
    files = (
        read_score_file(
            source,
            options.score,
            options.label if own else (),
            wrong,
            architecture=options.architecture,
            needs_architectures=not own or options.source_format is not None,
            lower_is_better=options.lower_is_better,
        )
        for source in sources
    )
    if own:
        return pairing.on_own_labels(files, options.source_format, wrong)
    tables = chosen_tables(options.table)
    check_labels(options.label, tables)
    providers = None if options.provider is None else [options.provider]
    predictors = [Predictor.load(bundle, providers=providers) for bundle in bundles]
    return pairing.on_tables(tables, options.label, list(files), predictors, wrong)


def _lines(rows: Sequence[AuditRow]) -> list[str]:
    """Return a table with a line per row, sorted by the gap to the best count, and a summary of each source of scores."""
    from nasport.toolkit.laboratory.audit import words
    from nasport.toolkit.laboratory.audit.rows import losses_first, standings

    columns: dict[str, Callable[[AuditRow], str]] = {
        "scores": lambda row: row.scores,
        "measured on": words.measured_on,
        "networks": words.networks,
        "Spearman": partial(words.correlation, metric="spearman"),
        "tau-b": partial(words.correlation, metric="kendall"),
        "gap to the best count": words.gap,
        **{words.TITLES[name]: partial(words.figure, metric=name) for name in words.OTHERS},
        "": words.seen,
    }
    for title in ("scores", ""):
        if len({columns[title](row) for row in rows}) == 1:  # a constant column carries no information
            del columns[title]
    cells = [[column(row) for column in columns.values()] for row in losses_first(rows)]
    summaries = [words.standing(each) for each in standings(rows) if each.labels > 1]
    lines = [line for text in summaries for line in wrapped(text, line_width())]
    return [*table([list(columns), *cells], name=0), *(["", *lines] if lines else [])]
