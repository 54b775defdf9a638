"""`nasport gennas`: documents or notations in, losses of a short training on synthetic signals out."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, nullcontext
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.schemas.graphs.canonical import architecture_hash
from nasport.toolkit.commands.loss_table import Row, loss_table
from nasport.toolkit.commands.report import Progress, Report
from nasport.toolkit.gennas.choices import Choices
from nasport.toolkit.gennas.requirements import require_torch, versions
from nasport.toolkit.inputs import STANDARD_INPUT, Item, document_items, located, notation_items, parse_item
from nasport.toolkit.notations import Notation, notation
from nasport.toolkit.progress import ProgressBar

if TYPE_CHECKING:
    from nasport.toolkit.gennas.results_file import ResultsFile
    from nasport.toolkit.gennas.trainer import Outcome

UNEXPECTED = 1


def run_gennas(
    sources: Sequence[str],
    source_format: str | None,
    choices: Choices,
    *,
    jobs: int | None,
    as_json: bool,
    out: Path | None,
    resume: bool,
) -> int:
    """Train everything in `sources`; returns the exit status.

    Raises:
        InputError: options that say nothing sensible, a wrong task, image file or file of results.
        MissingRuntimeError: the extra `gennas` is not installed.
    """
    if resume and out is None:
        raise InputError("--resume without --out, expected the file to take up again: --out FILE.jsonl")
    chosen = notation(source_format) if source_format else None
    require_torch()
    from nasport.toolkit.gennas.planning import plan_of
    from nasport.toolkit.gennas.pool import regress_all, usable_cores
    from nasport.toolkit.gennas.results_file import ResultsFile

    plan = plan_of(choices)
    default_jobs = 1 if choices.device == "cuda" else usable_cores()
    header = {"preset": choices.preset, **plan.to_json(), **versions()}
    with ResultsFile(out, header, resume=resume) if out else nullcontext() as file:
        run = _Run(chosen, file, as_json, _Progress(_total(sources, chosen, out)))
        documents = run.architectures(_items(sources, chosen, out))
        try:
            with closing(regress_all(documents, plan, jobs or default_jobs)) as outcomes:
                for place, outcome in outcomes:
                    run.finish(place, outcome)
        except KeyboardInterrupt:
            run.end()
            if out:
                print(f"nasport: what is finished is in {out}; --resume goes on", file=sys.stderr)
            raise
    return run.end()


def _items(sources: Sequence[str], chosen: Notation | None, out: Path | None) -> Iterator[Item]:
    return notation_items(sources, chosen, out) if chosen else document_items(sources, out)


def _total(sources: Sequence[str], chosen: Notation | None, out: Path | None) -> int | None:
    """How many documents there are; None where nobody wants to know, or they can be read only once."""
    if not sys.stderr.isatty() or STANDARD_INPUT in sources:
        return None
    if any(path.exists() and not (path.is_file() or path.is_dir()) for path in map(Path, sources)):
        return None
    return sum(1 for _ in _items(sources, chosen, out))


class _Progress:
    """A bar where the number of documents is known, a count where it is not."""

    def __init__(self, total: int | None) -> None:
        self._bar = ProgressBar(total) if total else None
        self._counter = Progress("trained")
        self._done = 0
        self._show()

    def advance(self) -> None:
        """One more is done."""
        self._done += 1
        self._show()

    def clear(self) -> None:
        """Remove the line; the next advance shows it again."""
        (self._bar or self._counter).clear()

    def _show(self) -> None:
        if self._bar is not None:
            self._bar.show(self._done, "trained")
        elif self._done:
            self._counter.advance(1)


class _Document(NamedTuple):
    """What is kept of a document while its network is trained."""

    item: Item
    name: str
    hash: str
    network: str


class _Run:
    """Documents on their way from the sources to the results."""

    def __init__(
        self, chosen: Notation | None, file: ResultsFile | None, as_json: bool, progress: _Progress
    ) -> None:
        self._chosen = chosen
        self._file = file
        self._as_json = as_json
        self._progress = progress
        self._report = Report()
        self._unexpected = False
        self._pending: dict[int, _Document] = {}
        self._known: dict[str, Outcome] = {}
        self._rows: list[Row] = []

    def architectures(self, items: Iterable[Item]) -> Iterator[Architecture]:
        """What must be trained: all but what cannot be read and networks whose loss is known already."""
        from nasport.toolkit.gennas.trainer import Outcome, network_key

        if self._file is not None:
            self._known = {
                key: Outcome(found["loss"], found["seconds"], found["failed"] or "", fit=found["fit"])
                for key, found in self._file.known.items()
            }
        places = count()
        for item in items:
            try:
                architecture = parse_item(item, self._chosen)
            except InputError as error:
                self._fail(item, error, {"name": item.name(self._chosen is not None)})
                continue
            name = architecture.name or item.name(self._chosen is not None)
            digest = architecture_hash(architecture)
            document = _Document(item, name, digest, network_key(architecture))
            if document.network in self._known:
                self._print(document, self._known[document.network])
                continue
            self._pending[next(places)] = document
            yield architecture

    def finish(self, place: int, outcome: Outcome) -> None:
        """Print and keep what became of the architecture of this place."""
        document = self._pending.pop(place)
        if outcome.loss is None:
            self._unexpected |= outcome.unexpected
            error = located(InputError(outcome.failed, path=outcome.path), document.item, self._chosen)
            self._fail(document.item, error, document._asdict(), outcome)
            return
        self._known[document.network] = outcome
        self._print(document, outcome)

    def end(self) -> int:
        """Print the table, if one is wanted; the exit status."""
        self._progress.clear()
        if self._rows and not self._as_json:
            sys.stdout.write(loss_table(self._rows))
        return UNEXPECTED if self._unexpected else self._report.status

    def _print(self, document: _Document, outcome: Outcome) -> None:
        record = {
            "name": document.name,
            "hash": document.hash,
            "loss": outcome.loss,
            "fit": outcome.fit,
            "seconds": outcome.seconds,
            "failed": outcome.failed or None,
        }
        if not self._as_json:
            assert outcome.loss is not None, "documents without a loss are errors"
            fit, seconds = outcome.fit or 0.0, outcome.seconds or 0.0
            self._rows.append(Row(document.name, outcome.loss, fit, seconds, outcome.failed))
        self._record(record, document.network)

    def _fail(
        self, item: Item, error: InputError, known: dict[str, Any], outcome: Outcome | None = None
    ) -> None:
        self._progress.clear()
        self._report.error(error)
        record = {
            "name": known["name"],
            "hash": known.get("hash"),
            "loss": None,
            "fit": None,
            "seconds": outcome and outcome.seconds,
            "failed": str(error),
        }
        self._record(record, known.get("network"))

    def _record(self, record: dict[str, Any], network: str | None) -> None:
        if self._file is not None:
            self._file.add({**record, "network": network})
        if self._as_json:
            self._progress.clear()
            sys.stdout.write(json.dumps(record) + "\n")
            sys.stdout.flush()
        self._progress.advance()
