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
"""Judges that train."""
WITH_PREDICTOR = ("predictor", "both")
FINALISTS, WINNERS, SHOWN_OF_FRONT = 16, 10, 16


@dataclass(frozen=True, kw_only=True)
class SearchOptions(Choices):
    """What somebody asks for; None: what suits."""

    space: SearchSpace | str | Path | None = option(
        None,
        "One that comes along, or a document; default: the candidates tell enough.",
        metavar="NAME-or-FILE",
        suggest="spaces",
    )
    out: Path | None = option(
        None, "Folder to keep the run in; default: nasport-runs/SPACE-N.", metavar="FOLDER"
    )
    resume: bool = option(False, "Go on with the run in --out, whose folder tells all other options.")
    searcher: str | None = option(
        None,
        "hybrid, pruning, evolution, regularised, random, exhaustive or pareto; default: what suits.",
        metavar="NAME",
        suggest="searchers",
    )
    judge: str = option(
        "predictor",
        "Who judges; both: GenNAS the finalists of the predictor.",
        metavar="predictor|gennas|both",
        suggest="judges",
    )
    bundle: str | Path | None = option(
        None, "The predictor; see `nasport bundles`.", metavar="NAME-or-FOLDER", suggest="bundles"
    )
    evaluations: int | None = option(
        None, "To judge; default: 100 a gene (300 to 2,000), with GenNAS alone 100, of a list all.", least=1
    )
    finalists: int | None = option(
        None, f"That GenNAS judges with --judge both; default: {FINALISTS}.", least=1
    )
    winners: int | None = option(
        None,
        f"To print and keep; default: {WINNERS}, of a Pareto front {SHOWN_OF_FRONT} spread over it; 0: the whole front.",
        least=0,
    )
    candidates: Path | None = option(
        None, "Search only these: documents, or one notation a line.", metavar="FILE"
    )
    source_format: str | None = option(
        None,
        "The notation of --candidates; default: the space's.",
        "--from",
        metavar="FORMAT",
        suggest="notations",
    )
    at_most: Sequence[str] = option(
        (),
        "Of parameters, flops, reachable_parameters, latency or distance: parameters=1.5e6, flops=600M; several.",
        "--max",
        metavar="NAME=VALUE",
        suggest="limits",
    )
    at_least: Sequence[str] = option(
        (), "The same from below.", "--min", metavar="NAME=VALUE", suggest="limits"
    )
    limits: Mapping[str, Any] | Sequence[Limit] = keyword(
        (), "What no winner may break: {'parameters': 4e6} at most, {'flops': (1e6, 6e8)} between."
    )
    pareto: Sequence[str] = option(
        (),
        "Low parameters, flops or latency (or another fact of --max) too: the Pareto front; several.",
        metavar="NAME",
        suggest="facts",
    )
    latency: Path | None = option(None, "A table of latencies of operators.", metavar="FILE")
    provider: str | None = option(
        None,
        "Where the predictor and GenNAS run; default: CUDA for the predictor where it works, cpu for GenNAS.",
        words=DEVICES,
    )
    device: str | None = option(
        None, "Where GenNAS trains image networks; default: as --provider.", words=DEVICES
    )
    jobs: int | None = option(None, "Processes; default: one for every core, with CUDA one.", least=1)
    ray: str | None = option(
        None, "Train on this Ray cluster; 'local': one of this machine.", metavar="ADDRESS"
    )
    torch: bool = option(False, "Write winners as PyTorch modules too.")
    objective: Callable[[Architecture], float] | None = keyword(
        None, "A function of your own in place of the predictor, higher is better."
    )
    choices: Choices | None = keyword(
        None,
        "Of GenNAS regression, in place of task, preset, images, iterations, batch_size, width, precision and device.",
    )
    notify: Callable[[SearchProgress], None] | None = keyword(
        None, "Told after every batch of evaluations and every finalist."
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
