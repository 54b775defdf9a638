"""`nasport audit`: how well scores rank the architectures of the benchmark tables, beside what counting says."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from nasport.runtime.session import PROVIDERS
from nasport.schemas.errors import InputError, MissingRuntimeError
from nasport.toolkit.options import REQUIRED, JsonOptions, argument, option
from nasport.toolkit.printing.report import Report, say, told_as_written
from nasport.toolkit.printing.terminal import line_width, table, wrapped
from nasport.toolkit.progress import Progress

if TYPE_CHECKING:
    from nasport.toolkit.laboratory.audit.pairing import Paired
    from nasport.toolkit.laboratory.audit.rows import AuditRow

MOST_SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class AuditOptions(JsonOptions):
    """Of `nasport audit`."""

    sources: Sequence[str] = argument(
        REQUIRED,
        "Files of scores ('-' for standard input), and predictors by name or folder.",
        metavar="SCORES.csv|BUNDLE...",
        suggest="bundles",
    )
    table: Sequence[str] = option(
        (),
        "Table to measure on (see `nasport data`); may be repeated; default: all at hand.",
        metavar="NAME",
        suggest="tables",
    )
    label: Sequence[str] = option(
        (),
        "Label of the tables, default: all; without --table a column of labels in the file. May be repeated.",
        metavar="NAME",
    )
    score: Sequence[str] = option(
        (), "Column of scores; may be repeated; default: the only one of numbers.", metavar="COLUMN"
    )
    architecture: str = option(
        "architecture", "Column of architectures: texts of the table's notation, or hashes.", metavar="COLUMN"
    )
    source_format: str | None = option(
        None, "Notation of the architectures beside labels of your own.", "--from", suggest="notations"
    )
    lower_is_better: bool = option(False, "The scores in files are losses.")
    resamples: int = option(200, "Number of resamples for the intervals; 0: none.", least=0)
    seed: int = option(0, "Seed of the resamples.", least=0)
    provider: str | None = option(
        None, "Where predictors run; default: CUDA where it works.", words=tuple(PROVIDERS)
    )
    out: Path | None = option(None, "Folder to write audit.html and audit.json into.", metavar="FOLDER")


def run(options: AuditOptions) -> int:
    """Measure every score on every table and label, print the rows, write the page; returns the exit status.

    Raises:
        InputError: a table, a file or a bundle is missing or wrong, or a column of it.
        MissingRuntimeError: SciPy or ONNX Runtime is not installed.
    """
    _require_scipy()
    from nasport.toolkit.laboratory.audit.report import AuditReport
    from nasport.toolkit.laboratory.audit.rows import audit_rows

    wrong, progress = _WrongRows(), Progress()
    found = AuditReport(options.resamples, options.seed)
    for ground, scores in _paired(options, wrong):
        rows = list(audit_rows(ground, scores, options.resamples, options.seed))
        if options.json:
            print("".join(f"{json.dumps(row.to_json())}\n" for row in rows), end="", flush=True)
        found.add(ground, scores, rows, draw=options.out is not None)
        progress.show(len(found.rows), "rows measured")
    progress.clear()
    wrong.tell_the_rest()
    if not found.rows:
        raise InputError("nothing to measure, expected two labeled architectures with scores at least")
    if not options.json:
        print("\n".join(_lines(found.rows)))
    if options.out is not None:
        with told_as_written(options.out):
            found.write(options.out)
    return wrong.report.status


@dataclass
class _WrongRows:
    """Reports what is wrong, the first ones by name."""

    report: Report = field(default_factory=Report)
    count: int = 0

    def __call__(self, error: InputError) -> None:
        self.count += 1
        if self.count <= MOST_SHOWN:
            self.report.error(error)

    def tell_the_rest(self) -> None:
        if self.count > MOST_SHOWN:
            say(f"{self.count - MOST_SHOWN:,} more like these")


def _paired(options: AuditOptions, wrong: _WrongRows) -> Paired:
    """What is measured on what."""
    from nasport.runtime.predictor import Predictor
    from nasport.toolkit.laboratory.audit import pairing
    from nasport.toolkit.laboratory.audit.grounds import check_labels, chosen_tables
    from nasport.toolkit.laboratory.audit.score_file import is_score_file, read_score_file

    sources = [source for source in options.sources if is_score_file(source)]
    bundles = [source for source in options.sources if source not in sources]
    own = bool(sources) and not options.table
    if own and (bundles or not options.label):
        problem = "expected --table NAME, whose labels are measured on, or files alone and --label COLUMN of their own"
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
    """A table with a line a row, losses first; below it how each scores stand on the whole."""
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
        if len({columns[title](row) for row in rows}) == 1:  # then it says nothing
            del columns[title]
    cells = [[column(row) for column in columns.values()] for row in losses_first(rows)]
    whole = [words.standing(each) for each in standings(rows) if each.labels > 1]
    told = [line for text in whole for line in wrapped(text, line_width())]
    return [*table([list(columns), *cells], name=0), *(["", *told] if told else [])]


def _require_scipy() -> None:
    try:
        import scipy  # noqa: F401
    except ImportError as error:
        from nasport.runtime.installation import pip_install

        raise MissingRuntimeError(
            f"SciPy is not installed, which rank correlations need: {pip_install('search')}"
        ) from error
