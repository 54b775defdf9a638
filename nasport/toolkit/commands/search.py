"""`nasport search`: search a space for the best architectures. The folder of the run stays valid if the search is killed."""

from __future__ import annotations

import json
import shlex
import sys
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from nasport.schemas.errors import InputError, NasportError
from nasport.toolkit.gennas.choices import Choices
from nasport.toolkit.options import JsonOptions, flag
from nasport.toolkit.printing.report import say
from nasport.toolkit.progress import Progress
from nasport.toolkit.search.options import PANEL, WITH_FINALISTS, WITH_GENNAS, SearchOptions

if TYPE_CHECKING:
    from nasport.toolkit.search.engine import SearchProgress
    from nasport.toolkit.search.result import SearchResult

MOST_NOTES = 5


@dataclass(frozen=True, kw_only=True)
class SearchCommandOptions(SearchOptions, JsonOptions):
    """Options of `nasport search`."""


def run(options: SearchCommandOptions) -> int:
    """Search, print the winners and the location of the report.

    Returns:
        Exit status.

    Raises:
        InputError: as in `nasport.search`.
        MissingRuntimeError: as in `nasport.search`.
    """
    from nasport.toolkit.run_folder import SETTINGS
    from nasport.toolkit.search.folder import free_folder
    from nasport.toolkit.search.resuming import resumed
    from nasport.toolkit.search.run import run_search
    from nasport.toolkit.spaces import load_space

    if options.resume and options.out is None:
        raise InputError("--resume without --out, expected the folder of the run to continue: --out FOLDER")
    started = options.out is not None and (options.out / SETTINGS).exists()
    if options.resume and not started and options.space is None and options.candidates is None:
        raise InputError(
            f"has no {SETTINGS}, expected the folder of a search to continue", file=str(options.out)
        )
    options = resumed(options)
    _check_effects(options)
    _ = options.bounds  # invalid limits raise their error before the folder is made
    named, candidates = isinstance(options.space, str), options.candidates
    out = options.out or free_folder(
        load_space(str(options.space)).name if named else candidates.stem if candidates else "search"
    )
    if options.resume and not started:
        say(f"no search to continue in {out}; starting a new one")
    progress = _Stages()
    try:
        result = run_search(options.but(out=out, notify=progress.show))
    except BaseException as error:
        progress.clear()
        _say_what_is_kept(error, out, progress.words)
        if options.out is None:  # remove the folder if it is empty
            with suppress(OSError):
                out.rmdir()
                out.parent.rmdir()
        raise
    progress.clear()
    _print(result, options, out)
    return 0


def _check_effects(options: SearchOptions) -> None:
    """Check that every given option affects this search; an option without effect raises InputError."""
    usual = {each.name: each.default for each in fields(SearchOptions)} | {"seed": options.seed}
    trained = [*(each.name for each in fields(Choices)), "ray"]
    idle = [
        name for name in trained if getattr(options, name) not in (usual[name], name == "device" and "cpu")
    ]
    if options.evaluator == PANEL and options.ray is not None:
        raise InputError(
            "--ray has no effect with --evaluator panel, which trains on this machine; expected --evaluator gennas or both"
        )
    # With the panel, the search itself rejects options without effect.
    if idle and options.evaluator not in (*WITH_GENNAS, PANEL):
        raise InputError(
            f"{flag(SearchOptions, idle[0])} has no effect without GenNAS, expected --evaluator both or --evaluator gennas"
        )
    if options.bundle is not None and options.evaluator == "gennas":
        raise InputError(
            "--bundle has no effect without the predictor, expected --evaluator predictor or --evaluator both"
        )
    if options.finalists is not None and options.evaluator not in WITH_FINALISTS:
        raise InputError(
            "--finalists has no effect without a second evaluator, expected --evaluator both or --evaluator panel"
        )


def _print(result: SearchResult, options: SearchCommandOptions, out: Path) -> None:
    from nasport.toolkit.printing.winner_table import winner_table
    from nasport.toolkit.search.folder import REPORT, WINNERS_FOLDER
    from nasport.toolkit.search.winners import file_stem, winner_record

    if options.json:
        sys.stdout.write("".join(f"{json.dumps(winner_record(winner))}\n" for winner in result.winners))
    else:
        columns = dict.fromkeys([*options.pareto, *(limit.fact for limit in options.bounds)])
        sys.stdout.write(winner_table(result.winners, list(columns)))
    sys.stdout.flush()
    for note in result.notes[:MOST_NOTES]:
        say(note)
    if len(result.notes) > MOST_NOTES:
        say(f"{len(result.notes) - MOST_NOTES} more notes are in the report")
    count = len(result.evaluations)
    evaluations = "1 evaluation" if count == 1 else f"{count:,} evaluations"
    say(f"{evaluations} in {result.seconds:.1f} s; the report is {out / REPORT}")
    stem = out / WINNERS_FOLDER / file_stem(1, len(result.winners))
    tried = options.torch or options.evaluator in WITH_GENNAS
    known = result.winners[0].evaluation.facts.get("parameters") is not None
    # Print the location of the best winner's PyTorch module, or the command that writes it. If the winner has no module, a note
    # of the result says why.
    for what, name in (("PyTorch module of the best", ""), ("PyTorch module for ImageNet", "-imagenet")):
        module, document = (stem.with_name(f"{stem.name}{name}.{kind}") for kind in ("py", "json"))
        if module.exists():
            say(f"{what}: {module}")
        elif document.exists() and known and not tried:
            say(f"{what}:", f"nasport convert --to torch {shlex.quote(str(document))}")


def _say_what_is_kept(error: BaseException, out: Path, progress: str) -> None:
    """Print what an unfinished run has kept, and how to continue it. The error is printed later, when the program ends."""
    from nasport.toolkit.run_folder import SETTINGS
    from nasport.toolkit.search.candidate_file import WrongCandidatesError

    place = shlex.quote(str(out))
    interrupted = isinstance(error, KeyboardInterrupt | OSError) or isinstance(error.__cause__, OSError)
    if isinstance(error, WrongCandidatesError):
        for each in error.errors:
            say(str(each))
    elif interrupted and (out / SETTINGS).exists():
        say(f"{progress or _in_log(out)}; continue with", f"nasport search --out {place} --resume")
    elif isinstance(error, NasportError) and progress:
        say(f"{progress}; they are kept in {place}")


def _in_log(out: Path) -> str:
    """Return how many evaluations the log in the folder has, for a run that ended before it had read the log."""
    from nasport.toolkit.search.folder import EVALUATED

    file = out / EVALUATED
    count = file.read_bytes().count(b"\n") if file.exists() else 0
    return f"{count:,} evaluated" if count else "nothing evaluated yet"


class _Stages:
    """Progress bar of the current stage of a search.

    Attributes:
        words: progress as text; empty before the search begins.
    """

    def __init__(self) -> None:
        self.words = self._stage = ""
        self._bar = Progress()

    def show(self, progress: SearchProgress) -> None:
        """Draw the bar."""
        if progress.stage != self._stage:
            self.clear()
            self._stage, self._bar = progress.stage, Progress(progress.total, progress.done)
        self.words = f"{progress.done:,} of {progress.total:,} {progress.stage}"
        best = "none" if progress.best is None else f"{progress.best:.4f}"
        self._bar.show(progress.done, f"{progress.stage}, best {best}")

    def clear(self) -> None:
        """Remove the bar."""
        self._bar.clear()
