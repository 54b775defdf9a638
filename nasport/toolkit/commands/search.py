"""`nasport search`: a space in, the best architectures out, in a folder that a kill at any moment leaves in order."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nasport.runtime.predictor import DEFAULT_BUNDLE
from nasport.schemas.errors import InputError, NasportError, printable
from nasport.toolkit.commands.winner_table import winner_table
from nasport.toolkit.gennas.choices import Choices
from nasport.toolkit.progress import ProgressBar
from nasport.toolkit.run_folder import SETTINGS
from nasport.toolkit.search.candidate_file import WrongCandidatesError
from nasport.toolkit.search.engine import SearchProgress
from nasport.toolkit.search.folder import EVALUATED, REPORT, WINNERS_FOLDER, free_folder
from nasport.toolkit.search.limits import Limit, parse_limit
from nasport.toolkit.search.result import SearchResult
from nasport.toolkit.search.run import search
from nasport.toolkit.search.setup import FINALISTS
from nasport.toolkit.search.winners import file_stem, winner_record
from nasport.toolkit.spaces import load_space

LOCAL = "local"
MOST_NOTES = 5


@dataclass(frozen=True)
class Options:
    """The options of the command, by their names there; see `nasport.toolkit.search.run.search`."""

    space: str | None = None
    out: Path | None = None
    resume: bool = False
    searcher: str | None = None
    judge: str = "predictor"
    bundle: str | None = None
    seed: int = 0
    evaluations: int | None = None
    finalists: int | None = None
    winners: int | None = None
    candidates: Path | None = None
    source_format: str | None = None
    at_most: Sequence[str] = ()
    at_least: Sequence[str] = ()
    pareto: Sequence[str] = ()
    latency: Path | None = None
    task: str | None = None
    preset: str = "full"
    images: Path | None = None
    device: str = "cpu"
    jobs: int | None = None
    ray: str | None = None
    torch: bool = False
    as_json: bool = False


def run_search(options: Options) -> int:
    """Search, print the winners, and say where the rest is; returns the exit status.

    Raises:
        InputError: as `search` does.
        MissingRuntimeError: as `search` does.
    """
    if options.resume and options.out is None:
        raise InputError("--resume without --out, expected the folder of the run to go on with: --out FOLDER")
    _check_heeded(options)
    limits = _limits(options)
    space = None if options.space is None else load_space(options.space)
    out = options.out or free_folder(space.name if space else _name(options.candidates))
    if options.resume and not (out / SETTINGS).exists():
        _say(f"nothing to go on with in {out}, so a new search begins there")
    progress = _Progress()
    try:
        result = search(
            space,
            out=out,
            seed=options.seed,
            searcher=options.searcher,
            judge=options.judge,
            bundle=options.bundle or DEFAULT_BUNDLE,
            evaluations=options.evaluations,
            finalists=options.finalists or FINALISTS,
            winners=options.winners,
            candidates=options.candidates,
            source_format=options.source_format,
            limits=limits,
            pareto=options.pareto,
            latency=options.latency,
            choices=Choices(
                options.task, options.preset, options.images, options.seed, device=options.device
            ),
            jobs=options.jobs,
            ray="" if options.ray == LOCAL else options.ray,
            torch=options.torch,
            resume=options.resume,
            notify=progress.show,
        )
    except BaseException as error:
        progress.clear()
        _say_what_is_kept(error, out, progress.words)
        if options.out is None:
            _remove_empty(out)
        raise
    progress.clear()
    _print(result, options, limits, out)
    return 0


def _name(candidates: Path | None) -> str:
    return candidates.stem if candidates else "search"


def _check_heeded(options: Options) -> None:
    """Raises InputError for an option that nothing of this search would heed."""
    trained = {
        "--task": options.task,
        "--preset": options.preset != Options.preset,
        "--images": options.images,
        "--device": options.device != Options.device,
        "--ray": options.ray is not None,
    }
    unheeded = [option for option, given in trained.items() if given and options.judge == "predictor"]
    if unheeded:
        raise InputError(
            f"{unheeded[0]} is for GenNAS regression, which takes no part here; expected --judge both or --judge gennas"
        )
    if options.bundle is not None and options.judge == "gennas":
        raise InputError(
            "--bundle is for the predictor, which takes no part here; expected --judge both, or none"
        )
    if options.finalists is not None and options.judge != "both":
        raise InputError("--finalists is for a second judge, and there is none here; expected --judge both")


def _limits(options: Options) -> tuple[Limit, ...]:
    return (
        *(parse_limit(text, at_most=True) for text in options.at_most),
        *(parse_limit(text, at_most=False) for text in options.at_least),
    )


def _print(result: SearchResult, options: Options, limits: Sequence[Limit], out: Path) -> None:
    if options.as_json:
        sys.stdout.write("".join(f"{json.dumps(winner_record(winner))}\n" for winner in result.winners))
    else:
        sys.stdout.write(winner_table(result.winners, _facts_asked_for(options, limits)))
    sys.stdout.flush()
    stem = out / WINNERS_FOLDER / file_stem(1, len(result.winners))
    imagenet = stem.with_name(f"{stem.name}-imagenet")
    lines = [*result.notes[:MOST_NOTES]]
    if len(result.notes) > MOST_NOTES:
        lines.append(f"{len(result.notes) - MOST_NOTES} more notes are in the report")
    lines += [
        f"{_counted(len(result.evaluations))} in {result.seconds:.1f} s; the report is {out / REPORT}",
        *_module("as a PyTorch module", stem, options, result),
        *_module("the same for ImageNet", imagenet, options, result),
    ]
    for line in lines:
        _say(line)


def _facts_asked_for(options: Options, limits: Sequence[Limit]) -> list[str]:
    return list(dict.fromkeys([*options.pareto, *(limit.fact for limit in limits)]))


def _module(what: str, stem: Path, options: Options, result: SearchResult) -> list[str]:
    """Where the best winner's module is, or how to get it; nothing where it has none, as a note then says."""
    module, document = (stem.with_name(f"{stem.name}.{kind}") for kind in ("py", "json"))
    if module.exists():
        return [f"{what}: {module}"]
    tried = options.torch or options.judge != "predictor"
    known = result.winners[0].evaluation.facts.get("parameters") is not None
    if tried or not document.exists() or not known:
        return []
    return [f"{what}: nasport convert --to torch {shlex.quote(str(document))}"]


def _counted(evaluations: int) -> str:
    return "1 evaluation" if evaluations == 1 else f"{evaluations:,} evaluations"


def _say_what_is_kept(error: BaseException, out: Path, progress: str) -> None:
    """Beside the error itself, which is printed by whoever ends the program."""
    place = shlex.quote(str(out))
    if isinstance(error, WrongCandidatesError):
        for each in error.errors:
            _say(str(each))
    elif _can_go_on(error) and (out / SETTINGS).exists():
        _say(f"{progress or _in_log(out)}; the same command with --out {place} --resume goes on")
    elif isinstance(error, NasportError) and progress:
        _say(f"{progress}, and kept in {place}")


def _can_go_on(error: BaseException) -> bool:
    """Interrupted, or a file could not be written."""
    return isinstance(error, KeyboardInterrupt | OSError) or isinstance(error.__cause__, OSError)


def _in_log(out: Path) -> str:
    """What earlier sessions left, where this one did not come to read it."""
    file = out / EVALUATED
    count = file.read_bytes().count(b"\n") if file.exists() else 0
    return f"{count:,} are evaluated" if count else "nothing is evaluated yet"


def _say(words: str) -> None:
    print(f"nasport: {printable(words)}", file=sys.stderr)


def _remove_empty(folder: Path) -> None:
    """A folder that was made for a run which never began."""
    try:
        folder.rmdir()
        folder.parent.rmdir()
    except OSError:
        pass


class _Progress:
    """The bar of each stage, one after the other.

    Attributes:
        words: how far the search is; empty before it begins.
    """

    def __init__(self) -> None:
        self.words = ""
        self._stage = ""
        self._bar: ProgressBar | None = None

    def show(self, progress: SearchProgress) -> None:
        """Draw it."""
        if self._bar is None or progress.stage != self._stage:
            self.clear()
            self._stage, self._bar = progress.stage, ProgressBar(progress.total, progress.done)
        self.words = f"{progress.done:,} of {progress.total:,} are {progress.stage}"
        best = "none" if progress.best is None else f"{progress.best:.4f}"
        self._bar.show(progress.done, f"{progress.stage}, best {best}")

    def clear(self) -> None:
        """Remove it."""
        if self._bar is not None:
            self._bar.clear()
