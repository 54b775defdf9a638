"""`nasport search`: a space in, the best architectures out, in a folder that a kill at any moment leaves in order."""

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
    """Of `nasport search`."""


def run(options: SearchCommandOptions) -> int:
    """Search, print the winners, and say where the rest is; returns the exit status.

    Raises:
        InputError: as `search` does.
        MissingRuntimeError: as `search` does.
    """
    from nasport.toolkit.run_folder import SETTINGS
    from nasport.toolkit.search.folder import free_folder
    from nasport.toolkit.search.resuming import resumed
    from nasport.toolkit.search.run import run_search
    from nasport.toolkit.spaces import load_space

    if options.resume and options.out is None:
        raise InputError("--resume without --out, expected the folder of the run to go on with: --out FOLDER")
    started = options.out is not None and (options.out / SETTINGS).exists()
    if options.resume and not started and options.space is None and options.candidates is None:
        raise InputError(
            f"holds no {SETTINGS}, expected the folder of a search to go on with", file=str(options.out)
        )
    options = resumed(options)
    _check_effects(options)
    _ = options.bounds  # limits that are none, before there is a folder
    named, candidates = isinstance(options.space, str), options.candidates
    out = options.out or free_folder(
        load_space(str(options.space)).name if named else candidates.stem if candidates else "search"
    )
    if options.resume and not started:
        say(f"nothing to go on with in {out}, so a new search begins there")
    progress = _Stages()
    try:
        result = run_search(options.but(out=out, notify=progress.show))
    except BaseException as error:
        progress.clear()
        _say_what_is_kept(error, out, progress.words)
        if options.out is None:  # a folder that was made for a run which never began is removed
            with suppress(OSError):
                out.rmdir()
                out.parent.rmdir()
        raise
    progress.clear()
    _print(result, options, out)
    return 0


def _check_effects(options: SearchOptions) -> None:
    """Raises InputError for an option without effect on this search."""
    usual = {each.name: each.default for each in fields(SearchOptions)} | {"seed": options.seed}
    trained = [*(each.name for each in fields(Choices)), "ray"]
    idle = [
        name for name in trained if getattr(options, name) not in (usual[name], name == "device" and "cpu")
    ]
    if options.evaluator == PANEL and options.ray is not None:
        raise InputError(
            "--ray is for the evaluators gennas and both; the panel trains in processes of this machine"
        )
    # What the panel has no use for, the search itself refuses.
    if idle and options.evaluator not in (*WITH_GENNAS, PANEL):
        raise InputError(
            f"{flag(SearchOptions, idle[0])} is for GenNAS regression, which takes no part here; expected --evaluator both "
            "or --evaluator gennas"
        )
    if options.bundle is not None and options.evaluator == "gennas":
        raise InputError(
            "--bundle is for the predictor, which takes no part here; expected --evaluator both, or none"
        )
    if options.finalists is not None and options.evaluator not in WITH_FINALISTS:
        raise InputError(
            "--finalists is for a second evaluator, and there is none here; expected --evaluator both or panel"
        )


def _print(result: SearchResult, options: SearchCommandOptions, out: Path) -> None:
    from nasport.toolkit.printing.winner_table import winner_table
    from nasport.toolkit.search.folder import REPORT, WINNERS_FOLDER
    from nasport.toolkit.search.winners import file_stem, winner_record

    if options.json:
        sys.stdout.write("".join(f"{json.dumps(winner_record(winner))}\n" for winner in result.winners))
    else:
        asked_for = dict.fromkeys([*options.pareto, *(limit.fact for limit in options.bounds)])
        sys.stdout.write(winner_table(result.winners, list(asked_for)))
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
    # Where the best winner's module is, or how to get it; nothing where it has none, as a note then says.
    for what, name in (("as a PyTorch module", ""), ("the same for ImageNet", "-imagenet")):
        module, document = (stem.with_name(f"{stem.name}{name}.{kind}") for kind in ("py", "json"))
        if module.exists():
            say(f"{what}: {module}")
        elif document.exists() and known and not tried:
            say(f"{what}:", f"nasport convert --to torch {shlex.quote(str(document))}")


def _say_what_is_kept(error: BaseException, out: Path, progress: str) -> None:
    """What is left of an unfinished run, beside the error itself, which is printed at the end of the program."""
    from nasport.toolkit.run_folder import SETTINGS
    from nasport.toolkit.search.candidate_file import WrongCandidatesError

    place = shlex.quote(str(out))
    interrupted = isinstance(error, KeyboardInterrupt | OSError) or isinstance(error.__cause__, OSError)
    if isinstance(error, WrongCandidatesError):
        for each in error.errors:
            say(str(each))
    elif interrupted and (out / SETTINGS).exists():
        say(f"{progress or _in_log(out)};", f"nasport search --out {place} --resume goes on")
    elif isinstance(error, NasportError) and progress:
        say(f"{progress}, and kept in {place}")


def _in_log(out: Path) -> str:
    """What earlier sessions left, where this one did not come to read it."""
    from nasport.toolkit.search.folder import EVALUATED

    file = out / EVALUATED
    count = file.read_bytes().count(b"\n") if file.exists() else 0
    return f"{count:,} are evaluated" if count else "nothing is evaluated yet"


class _Stages:
    """The progress of each stage, one after the other.

    Attributes:
        words: how far the search is; empty before it begins.
    """

    def __init__(self) -> None:
        self.words = self._stage = ""
        self._bar = Progress()

    def show(self, progress: SearchProgress) -> None:
        """Draw it."""
        if progress.stage != self._stage:
            self.clear()
            self._stage, self._bar = progress.stage, Progress(progress.total, progress.done)
        self.words = f"{progress.done:,} of {progress.total:,} are {progress.stage}"
        best = "none" if progress.best is None else f"{progress.best:.4f}"
        self._bar.show(progress.done, f"{progress.stage}, best {best}")

    def clear(self) -> None:
        """Remove it."""
        self._bar.clear()
