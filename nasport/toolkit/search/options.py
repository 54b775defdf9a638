"""The options of a search, which the shell, Python and the folder of a run share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nasport.toolkit.gennas.choices import DEVICES, Choices
from nasport.toolkit.options import keyword, option

if TYPE_CHECKING:
    from nasport.schemas.architecture import Architecture
    from nasport.toolkit.search.engine import SearchProgress
    from nasport.toolkit.search.limits import Limit
    from nasport.toolkit.spaces import SearchSpace

WITH_GENNAS = ("gennas", "both")
"""Evaluators that train."""
PANEL = "panel"
WITH_FINALISTS = ("both", PANEL)
"""Evaluators that evaluator finalists once more."""
WITH_PREDICTOR = ("predictor", "both", "panel")
FINALISTS, WINNERS, SHOWN_OF_FRONT = 16, 10, 16


@dataclass(frozen=True, kw_only=True)
class SearchOptions(Choices):
    """What a search is asked for; None: what suits."""

    space: SearchSpace | str | Path | None = option(
        None, "Search space: a name (see `nasport spaces`) or a document.", suggest="spaces"
    )
    out: Path | None = option(None, "Folder of the run; default: nasport-runs/SPACE-N.", metavar="FOLDER")
    resume: bool = option(False, "Continue the run in --out, with the options that its folder holds.")
    searcher: str | None = option(
        None,
        "Algorithm: hybrid, pruning, evolution, regularized, random, exhaustive, pareto; default: what suits.",
        suggest="searchers",
    )
    evaluator: str = option(
        "predictor",
        "What judges the architectures; both: the predictor, and then GenNAS its finalists; panel: the predictor, adapted by "
        "the panel's judgements of members, and then the panel its finalists.",
        metavar="predictor|gennas|both|panel",
        suggest="evaluators",
    )
    bundle: str | Path | None = option(
        None, "Predictor: a name (see `nasport bundles`) or a folder.", suggest="bundles"
    )
    evaluations: int | None = option(
        None,
        "Number of architectures to judge; default: 100 per gene (300 to 2,000), 100 with GenNAS, all of a list.",
        least=1,
    )
    finalists: int | None = option(
        None,
        f"Number of finalists that are judged with --evaluator both or panel; default: {FINALISTS}.",
        least=1,
    )
    race: bool = option(
        False, "With --evaluator both: stop finalists that fall behind before their training is over."
    )
    winners: int | None = option(
        None,
        f"Number of winners to report; default: {WINNERS}, of a Pareto front {SHOWN_OF_FRONT}; 0: all of the front.",
        least=0,
    )
    candidates: Path | None = option(
        None, "File of the architectures to search: documents, or one notation per line.", metavar="FILE"
    )
    source_format: str | None = option(
        None, "Notation of --candidates; default: that of the space.", "--from", suggest="notations"
    )
    at_most: Sequence[str] = option(
        (),
        "Upper limit on parameters, flops, reachable_parameters, latency or distance, such as parameters=1.5e6 or "
        "flops=600M; may be repeated.",
        "--max",
        suggest="limits",
    )
    at_least: Sequence[str] = option(
        (), "Lower limit, written the same way; may be repeated.", "--min", suggest="limits"
    )
    limits: Mapping[str, Any] | Sequence[Limit] = keyword(
        (), "Limits that every winner keeps: {'parameters': 4e6} at most, {'flops': (1e6, 6e8)} between."
    )
    pareto: Sequence[str] = option(
        (),
        "Fact to keep low beside a high score, as named by --max: finds the Pareto front; may be repeated.",
        suggest="facts",
    )
    latency: Path | None = option(None, "Table of the latencies of operators.", metavar="FILE")
    provider: str | None = option(
        None,
        "Where predictor and GenNAS run; default: the predictor on CUDA where it works, GenNAS on cpu.",
        words=DEVICES,
    )
    device: str | None = option(
        None, "Where GenNAS trains image networks; default: --provider.", words=DEVICES
    )
    jobs: int | None = option(None, "Number of processes; default: one per core, with CUDA one.", least=1)
    ray: str | None = option(None, "Ray cluster to train on; 'local': this machine.", metavar="ADDRESS")
    torch: bool = option(False, "Write the winners as PyTorch modules too.")
    objective: Callable[[Architecture], float] | None = keyword(
        None, "Function of your own in place of the predictor, higher is better."
    )
    choices: Choices | None = keyword(
        None,
        "GenNAS options, in place of task, preset, images, iterations, batch_size, width, precision and device.",
    )
    notify: Callable[[SearchProgress], None] | None = keyword(
        None, "Function that is called after every batch of evaluations and every finalist."
    )

    @cached_property
    def bounds(self) -> tuple[Limit, ...]:
        """All limits."""
        from nasport.toolkit.search.limits import limits_of, parse_limit

        return (
            *limits_of(self.limits),
            *(parse_limit(text, at_most=True) for text in self.at_most),
            *(parse_limit(text, at_most=False) for text in self.at_least),
        )

    @property
    def training(self) -> Choices:
        """Of GenNAS regression."""
        if self.choices is not None:
            return self.choices
        chosen = self.on(self.task, self.batch_size)
        return chosen if self.device or not self.provider else replace(chosen, device=self.provider)
