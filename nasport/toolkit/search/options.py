"""The options of a search, which the shell, Python and the folder of a run share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nasport.toolkit import suggestions
from nasport.toolkit.gennas.choices import DEVICES, Choices
from nasport.toolkit.options import keyword, option

if TYPE_CHECKING:
    from nasport.schemas.architecture import Architecture
    from nasport.toolkit.search.engine import Progress
    from nasport.toolkit.search.limits import Limit
    from nasport.toolkit.spaces import SearchSpace

JUDGES = ("predictor", "gennas", "both")
FINALISTS, WINNERS = 16, 10


@dataclass(frozen=True, kw_only=True)
class SearchOptions(Choices):
    """What somebody asks for; None: what suits."""

    space: SearchSpace | str | Path | None = option(
        default=None,
        metavar="NAME-or-FILE",
        suggest=suggestions.spaces,
        help="One that comes along, or a document; default: the candidates tell enough.",
    )
    out: Path | None = option(
        default=None, metavar="FOLDER", help="Folder to keep the run in; default: nasport-runs/SPACE-N."
    )
    resume: bool = option(
        default=False, help="Go on with the run in --out, whose folder tells all other options."
    )
    searcher: str | None = option(
        default=None,
        metavar="NAME",
        suggest=suggestions.searchers,
        help="hybrid, pruning, evolution, regularised, random, exhaustive or pareto; default: what suits.",
    )
    judge: str = option(
        default="predictor", words=JUDGES, help="Who judges; both: GenNAS the finalists of the predictor."
    )
    bundle: str | Path | None = option(
        default=None,
        metavar="NAME-or-FOLDER",
        suggest=suggestions.bundles,
        help="The predictor; see `nasport bundles`.",
    )
    evaluations: int | None = option(
        default=None,
        least=1,
        help="To judge; default: 100 a gene (300 to 2,000), with GenNAS alone 100, of a list all.",
    )
    finalists: int | None = option(
        default=None, least=1, help=f"That GenNAS judges with --judge both; default: {FINALISTS}."
    )
    winners: int | None = option(
        default=None,
        least=1,
        help=f"To print and keep; default: {WINNERS}, of several objectives the whole Pareto front.",
    )
    candidates: Path | None = option(
        default=None, metavar="FILE", help="Search only these: documents, or one notation a line."
    )
    source_format: str | None = option(
        "--from",
        default=None,
        metavar="FORMAT",
        suggest=suggestions.notations,
        help="The notation of --candidates; default: the space's.",
    )
    at_most: Sequence[str] = option(
        "--max",
        default=(),
        metavar="NAME=VALUE",
        suggest=suggestions.limits,
        help="Of parameters, flops, reachable_parameters, latency or distance: parameters=1.5e6, flops=600M; several.",
    )
    at_least: Sequence[str] = option(
        "--min",
        default=(),
        metavar="NAME=VALUE",
        suggest=suggestions.limits,
        help="The same from below.",
    )
    limits: Mapping[str, Any] | Sequence[Limit] = keyword(
        default=(),
        help="What no winner may break: {'parameters': 4e6} at most, {'flops': (1e6, 6e8)} between.",
    )
    pareto: str | Sequence[str] = option(
        default=(),
        metavar="NAME",
        suggest=suggestions.facts,
        help="Low parameters, flops or latency (or another fact of --max) too: the Pareto front; several.",
    )
    latency: Path | None = option(default=None, metavar="FILE", help="A table of latencies of operators.")
    provider: str | None = option(
        default=None,
        words=DEVICES,
        help="Where the predictor and GenNAS run; default: CUDA for the predictor where it works, cpu for GenNAS.",
    )
    device: str | None = option(
        default=None, words=DEVICES, help="Where GenNAS trains image networks; default: as --provider."
    )
    jobs: int | None = option(
        default=None, least=1, help="Processes; default: one for every core, with CUDA one."
    )
    ray: str | None = option(
        default=None, metavar="ADDRESS", help="Train on this Ray cluster; 'local': one of this machine."
    )
    torch: bool = option(default=False, help="Write winners as PyTorch modules too.")
    objective: Callable[[Architecture], float] | None = keyword(
        help="A function of your own in place of the predictor, higher is better."
    )
    choices: Choices | None = keyword(
        help="Of GenNAS regression, in place of task, preset, images, iterations, batch_size, width, precision and device."
    )
    notify: Callable[[Progress], None] | None = keyword(
        help="Told after every batch of evaluations and every finalist."
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
