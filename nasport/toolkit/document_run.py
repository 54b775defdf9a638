"""Documents on their way from a command's sources to results that take a while: `nasport gennas`, `nasport proxies`.

Each result is printed and kept as it comes, a network that was there before is not worked on again, a wrong document is
told and the others go on, and what a file of results holds already is taken from there.
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
    """Of commands that work on documents side by side and keep results in a file."""

    jobs: int | None = option(None, "Number of processes; default: one per core, with CUDA one.", least=1)
    out: Path | None = option(None, "File to add each result to as it comes.", metavar="FILE.jsonl")
    resume: bool = option(False, "Continue the file of --out: add only what it lacks.")

    def check_resume(self) -> None:
        """Raises InputError where a run is to be taken up again without the file of its results."""
        if self.resume and self.out is None:
            raise InputError("--resume without --out, expected the file to take up again: --out FILE.jsonl")

    def total(self) -> int | None:
        """How many documents there are; None where no bar is shown, or they can be read only once."""
        from nasport.toolkit.inputs import STANDARD_INPUT

        if not sys.stderr.isatty() or STANDARD_INPUT in self.sources:
            return None
        if any(path.exists() and not (path.is_file() or path.is_dir()) for path in map(Path, self.sources)):
            return None
        return sum(1 for _ in self.items(self.out))


class _Document(NamedTuple):
    """What is kept of a document while it is worked on; hash and network are None where it cannot be read."""

    item: Item
    name: str
    hash: str | None = None
    network: str | None = None


class DocumentRun(ABC, Generic[Outcome]):
    """What a command does with documents and their outcomes.

    Attributes:
        verb: what is done with them, in the past.
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
        """Of a record in the file of results."""

    @abstractmethod
    def problem(self, outcome: Outcome) -> tuple[InputError | None, bool]:
        """Why the document is wrong, if it is; and whether anything failed for a reason that nobody thought of."""

    @abstractmethod
    def failure(self, outcome: Outcome | None, why: str) -> Outcome:
        """The outcome of a document that is wrong, with the whole message; None: it cannot even be read."""

    @abstractmethod
    def told(self, outcome: Outcome) -> dict[str, Any]:
        """What a record says of an outcome, beside the document."""

    @abstractmethod
    def keep_row(self, name: str, outcome: Outcome) -> None:
        """Keep what the table says of an outcome, if anything."""

    @abstractmethod
    def table(self) -> str:
        """What is printed in the end where no lines of JSON were; empty: nothing."""

    def carry_out(
        self, items: Iterable[Item], work: Work[Outcome], kind: ResultsKind, header: Mapping[str, Any]
    ) -> int:
        """Work on documents; the exit status.

        Args:
            items: the documents.
            work: what is done with each.
            kind: of the results in the file of `--out`.
            header: what all results in that file have in common.

        Raises:
            InputError: the file is there already, or holds others.
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
                    say(f"what is finished is in {out}; --resume goes on")
                raise
        return self._end()

    def _architectures(self, items: Iterable[Item]) -> Iterator[Architecture]:
        """What must be worked on: all but what cannot be read and networks whose outcome is known already."""
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
        """Print and keep what became of the architecture of this place."""
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
        """Print the table, if one is wanted; the exit status."""
        self._progress.clear()
        if not self.options.json:
            sys.stdout.write(self.table())
        return UNEXPECTED if self._unexpected else self._report.status

    def _fail(self, document: _Document, error: InputError, outcome: Outcome | None = None) -> None:
        self._progress.clear()
        self._report.error(error)
        self._keep(document, self.failure(outcome, str(error)))

    def _keep(self, document: _Document, outcome: Outcome) -> None:
        record = {"name": document.name, "hash": document.hash, **self.told(outcome)}
        if self._file is not None:
            self._file.add({**record, "network": document.network})
        if self.options.json:
            self._progress.clear()
            print(json.dumps(record | document.item.where), flush=True)
        else:
            self.keep_row(document.name, outcome)
        self._progress.show(self._progress.done + 1, self.verb)
