"""Run a slow computation on documents: the common part of `nasport gennas` and `nasport proxies`.

Each result is printed and written as soon as it is known. Equal networks and networks in the results file are computed only
once. An error in one document does not stop the others.
"""

from __future__ import annotations

import json
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, nullcontext
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NamedTuple, TypeVar

from nasport.schemas.errors import InputError
from nasport.toolkit.options import JsonOptions, option
from nasport.toolkit.printing.report import Report, say
from nasport.toolkit.progress import Progress
from nasport.toolkit.source_options import SourceOptions

if TYPE_CHECKING:
    from nasport.schemas.architecture import Architecture
    from nasport.toolkit.gennas.pool import Work
    from nasport.toolkit.gennas.results_file import ResultsFile, ResultsKind
    from nasport.toolkit.inputs import Item

UNEXPECTED = 1
Outcome = TypeVar("Outcome")


@dataclass(frozen=True, kw_only=True)
class RunOptions(SourceOptions, JsonOptions):
    """Options of commands that process documents in parallel and keep results in a file."""

    jobs: int | None = option(None, "Number of processes (default: one per core; 1 with CUDA).", least=1)
    out: Path | None = option(
        None, "File to which each result is appended as soon as it is known.", metavar="FILE.jsonl"
    )
    resume: bool = option(False, "Continue the file of --out: compute only the missing results.")

    def check_resume(self) -> None:
        """Raise InputError for --resume without --out."""
        if self.resume and self.out is None:
            raise InputError(
                "--resume without --out, expected the results file to continue: --out FILE.jsonl"
            )

    def total(self) -> int | None:
        """Return the number of documents; None if no bar is shown or if they can be read only once."""
        from nasport.toolkit.inputs import STANDARD_INPUT

        if not sys.stderr.isatty() or STANDARD_INPUT in self.sources:
            return None
        if any(path.exists() and not (path.is_file() or path.is_dir()) for path in map(Path, self.sources)):
            return None
        return sum(1 for _ in self.items(self.out))


class _Document(NamedTuple):
    """A document that is being processed; hash and network are None if it cannot be read."""

    item: Item
    name: str
    hash: str | None = None
    network: str | None = None


class DocumentRun(ABC, Generic[Outcome]):
    """The processing of documents by one command.

    Attributes:
        verb: past participle for the progress bar, such as "trained".
    """

    verb: ClassVar[str]

    def __init__(self, options: RunOptions) -> None:
        self.options = options
        self._file: ResultsFile | None = None
        self._progress = Progress(options.total())
        self._progress.show(0, self.verb)
        self._report = Report()
        self._unexpected = False
        self._pending: dict[int, _Document] = {}
        self._known: dict[str, Outcome] = {}

    @abstractmethod
    def outcome(self, record: Mapping[str, Any]) -> Outcome:
        """Return the outcome of a record of the results file."""

    @abstractmethod
    def problem(self, outcome: Outcome) -> tuple[InputError | None, bool]:
        """Return the error of a wrong document, if any, and whether anything failed unexpectedly."""

    @abstractmethod
    def failure(self, outcome: Outcome | None, why: str) -> Outcome:
        """Return the outcome of a wrong document.

        Args:
            outcome: outcome so far; None if the document cannot be read.
            why: complete error message.
        """

    @abstractmethod
    def record(self, outcome: Outcome) -> dict[str, Any]:
        """Return the values of an outcome for its record."""

    @abstractmethod
    def keep_row(self, name: str, outcome: Outcome) -> None:
        """Keep the row of an outcome for the table, if it has one."""

    @abstractmethod
    def table(self) -> str:
        """Return the table to print at the end, unless output is JSON."""

    def run(
        self, items: Iterable[Item], work: Work[Outcome], kind: ResultsKind, header: Mapping[str, Any]
    ) -> int:
        """Process documents and return the exit status.

        Args:
            items: documents.
            work: computation for each document.
            kind: kind of the results in the file of `--out`.
            header: values that all results in that file share.

        Raises:
            InputError: the file exists already, or holds other results.
        """
        from nasport.runtime.predictor import cores
        from nasport.toolkit.gennas.pool import Pool
        from nasport.toolkit.gennas.results_file import ResultsFile

        options, out = self.options, self.options.out
        jobs = options.jobs or (1 if work.device == "cuda" else cores())
        with (
            ResultsFile(out, header, kind, resume=options.resume) if out else nullcontext() as self._file,
            Pool(jobs) as pool,
        ):
            try:
                with closing(pool.carry_out(self._architectures(items), work)) as outcomes:
                    for place, outcome in outcomes:
                        self._finish(place, outcome)
            except KeyboardInterrupt:
                self._end()
                if out:
                    say(f"finished results are in {out}; --resume continues")
                raise
        return self._end()

    def _architectures(self, items: Iterable[Item]) -> Iterator[Architecture]:
        """Yield the architectures to process: readable ones whose network has no known outcome."""
        from nasport.schemas.graphs.canonical import architecture_hash
        from nasport.toolkit.gennas.trainer import network_key
        from nasport.toolkit.inputs import parse_item

        if self._file is not None:
            self._known = {key: self.outcome(record) for key, record in self._file.known.items()}
        places, notation = count(), self.options.notation
        for item in items:
            name = item.name(notation is not None)
            try:
                architecture = parse_item(item, notation)
            except InputError as error:
                self._fail(_Document(item, name), error)
                continue
            network = network_key(architecture)
            document = _Document(item, architecture.name or name, architecture_hash(architecture), network)
            if network in self._known:
                self._keep(document, self._known[network])
                continue
            self._pending[next(places)] = document
            yield architecture

    def _finish(self, place: int, outcome: Outcome) -> None:
        """Print and keep the outcome of the architecture with this index."""
        from nasport.toolkit.inputs import located

        document = self._pending.pop(place)
        problem, unexpected = self.problem(outcome)
        self._unexpected |= unexpected
        if problem is not None:
            self._fail(document, located(problem, document.item, self.options.notation), outcome)
            return
        assert document.network is not None, "it was read"
        self._known[document.network] = outcome
        self._keep(document, outcome)

    def _end(self) -> int:
        """Print the table unless output is JSON, and return the exit status."""
        self._progress.clear()
        if not self.options.json:
            sys.stdout.write(self.table())
        return UNEXPECTED if self._unexpected else self._report.status

    def _fail(self, document: _Document, error: InputError, outcome: Outcome | None = None) -> None:
        self._progress.clear()
        self._report.error(error)
        self._keep(document, self.failure(outcome, str(error)))

    def _keep(self, document: _Document, outcome: Outcome) -> None:
        record = {"name": document.name, "hash": document.hash, **self.record(outcome)}
        if self._file is not None:
            self._file.add({**record, "network": document.network})
        if self.options.json:
            self._progress.clear()
            print(json.dumps(record | document.item.where), flush=True)
        else:
            self.keep_row(document.name, outcome)
        self._progress.show(self._progress.done + 1, self.verb)
