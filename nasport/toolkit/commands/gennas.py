"""`nasport gennas`: documents or notations in, losses of a short training on synthetic signals out."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, nullcontext
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from nasport.schemas.errors import InputError
from nasport.toolkit.gennas.choices import Choices
from nasport.toolkit.options import JsonOptions, option
from nasport.toolkit.printing.report import Report, say
from nasport.toolkit.progress import Progress
from nasport.toolkit.source_options import SourceOptions

if TYPE_CHECKING:
    from nasport.schemas.architecture import Architecture
    from nasport.toolkit.gennas.results_file import ResultsFile
    from nasport.toolkit.gennas.trainer import Outcome
    from nasport.toolkit.inputs import Item
    from nasport.toolkit.printing.loss_table import LossRow

UNEXPECTED = 1


@dataclass(frozen=True, kw_only=True)
class GennasOptions(SourceOptions, Choices, JsonOptions):
    """Of `nasport gennas`."""

    jobs: int | None = option(None, "Number of processes; default: one per core, with CUDA one.", least=1)
    out: Path | None = option(None, "File to add each result to as it comes.", metavar="FILE.jsonl")
    resume: bool = option(False, "Continue the file of --out: train only what it lacks.")


def run(options: GennasOptions) -> int:
    """Train everything in the sources; returns the exit status.

    Raises:
        InputError: options that say nothing sensible, a wrong task, image file or file of results.
        MissingRuntimeError: the extra `gennas` is not installed.
    """
    from nasport.toolkit.gennas.requirements import require_torch, versions

    out = options.out
    if options.resume and out is None:
        raise InputError("--resume without --out, expected the file to take up again: --out FILE.jsonl")
    items = options.items(out)
    require_torch()
    from nasport.runtime.predictor import cores
    from nasport.toolkit.gennas.planning import plan_of
    from nasport.toolkit.gennas.pool import regress_all
    from nasport.toolkit.gennas.results_file import ResultsFile

    plan = plan_of(options)
    default_jobs = 1 if options.device == "cuda" else cores()
    header = {"preset": options.preset, **plan.to_json(), **versions()}
    with ResultsFile(out, header, resume=options.resume) if out else nullcontext() as file:
        documents = _Run(options, file)
        trained = regress_all(documents.architectures(items), plan, options.jobs or default_jobs)
        try:
            with closing(trained) as outcomes:
                for place, outcome in outcomes:
                    documents.finish(place, outcome)
        except KeyboardInterrupt:
            documents.end()
            if out:
                say(f"what is finished is in {out}; --resume goes on")
            raise
    return documents.end()


def _total(options: GennasOptions) -> int | None:
    """How many documents there are; None where no bar is shown, or they can be read only once."""
    from nasport.toolkit.inputs import STANDARD_INPUT

    if not sys.stderr.isatty() or STANDARD_INPUT in options.sources:
        return None
    if any(path.exists() and not (path.is_file() or path.is_dir()) for path in map(Path, options.sources)):
        return None
    return sum(1 for _ in options.items(options.out))


class _Document(NamedTuple):
    """What is kept of a document while its network is trained; hash and network are None where it cannot be read."""

    item: Item
    name: str
    hash: str | None = None
    network: str | None = None


class _Run:
    """Documents on their way from the sources to the results."""

    def __init__(self, options: GennasOptions, file: ResultsFile | None) -> None:
        self._notation = options.notation
        self._file = file
        self._as_json = options.json
        self._progress = Progress(_total(options))
        self._progress.show(0, "trained")
        self._report = Report()
        self._unexpected = False
        self._pending: dict[int, _Document] = {}
        self._known: dict[str, Outcome] = {}
        self._rows: list[LossRow] = []

    def architectures(self, items: Iterable[Item]) -> Iterator[Architecture]:
        """What must be trained: all but what cannot be read and networks whose loss is known already."""
        from nasport.schemas.graphs.canonical import architecture_hash
        from nasport.toolkit.gennas.trainer import Outcome, network_key
        from nasport.toolkit.inputs import parse_item

        if self._file is not None:
            self._known = {
                key: Outcome(found["loss"], found["seconds"], found["failed"] or "", fit=found["fit"])
                for key, found in self._file.known.items()
            }
        places = count()
        for item in items:
            name = item.name(self._notation is not None)
            try:
                architecture = parse_item(item, self._notation)
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

    def finish(self, place: int, outcome: Outcome) -> None:
        """Print and keep what became of the architecture of this place."""
        from nasport.toolkit.inputs import located

        document = self._pending.pop(place)
        if outcome.loss is None:
            self._unexpected |= outcome.unexpected
            error = located(InputError(outcome.failed, path=outcome.path), document.item, self._notation)
            self._fail(document, error, outcome.seconds)
            return
        assert document.network is not None, "it was trained"
        self._known[document.network] = outcome
        self._keep(document, outcome)

    def end(self) -> int:
        """Print the table, if one is wanted; the exit status."""
        from nasport.toolkit.printing.loss_table import loss_table

        self._progress.clear()
        if self._rows:
            sys.stdout.write(loss_table(self._rows))
        return UNEXPECTED if self._unexpected else self._report.status

    def _fail(self, document: _Document, error: InputError, seconds: float | None = None) -> None:
        from nasport.toolkit.gennas.trainer import Outcome

        self._progress.clear()
        self._report.error(error)
        self._keep(document, Outcome(None, seconds, str(error)))

    def _keep(self, document: _Document, outcome: Outcome) -> None:
        from nasport.toolkit.printing.loss_table import LossRow

        fit, seconds = outcome.fit, outcome.seconds
        record = {
            "name": document.name,
            "hash": document.hash,
            "loss": outcome.loss,
            "fit": fit,
            "seconds": seconds,
            "failed": outcome.failed or None,
        }
        if self._file is not None:
            self._file.add({**record, "network": document.network})
        if self._as_json:
            self._progress.clear()
            print(json.dumps(record | document.item.where), flush=True)
        elif outcome.loss is not None:  # the others are errors
            self._rows.append(
                LossRow(document.name, outcome.loss, fit or 0.0, seconds or 0.0, outcome.failed)
            )
        self._progress.show(self._progress.done + 1, "trained")
