"""Options of a search, shared by the command line, the Python API and the folder of a run."""

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
"""Evaluators that use GenNAS regression."""
PANEL = "panel"
WITH_FINALISTS = ("both", PANEL)
"""Evaluators that re-rank finalists."""
WITH_PREDICTOR = ("predictor", "both", "panel")
FINALISTS, WINNERS, SHOWN_OF_FRONT = 16, 10, 16


@dataclass(frozen=True, kw_only=True)
class SearchOptions(Choices):
    """Options of a search; None selects a default that suits the search space."""

    space: SearchSpace | str | Path | None = option(
        None, "Search space: a name (see `nasport spaces`) or a document.", suggest="spaces"
    )
    out: Path | None = option(None, "Folder of the run (default: nasport-runs/SPACE-N).", metavar="FOLDER")
    resume: bool = option(False, "Continue the run in --out with the options recorded there.")
    searcher: str | None = option(
        None,
        "Search algorithm: hybrid, pruning, evolution, regularized, random, exhaustive or pareto (default: exhaustive for "
        "small spaces and lists, else hybrid or regularized; pareto with --pareto).",
        suggest="searchers",
    )
    evaluator: str = option(
        "predictor",
        "How architectures are evaluated. both: the predictor searches, GenNAS re-ranks its finalists. panel: the "
        "predictor is adapted to the space by a panel of evaluators and searches, the panel re-ranks its finalists.",
        metavar="predictor|gennas|both|panel",
        suggest="evaluators",
    )
    bundle: str | Path | None = option(
        None,
        "Predictor: a name (see `nasport bundles`) or a folder (default: universal).",
        suggest="bundles",
    )
    evaluations: int | None = option(
        None,
        "Number of architectures to evaluate (default: 100 per gene, at least 300 and at most 2,000; 100 with GenNAS; "
        "all --candidates).",
        least=1,
    )
    finalists: int | None = option(
        None,
        f"Number of finalists to re-rank with --evaluator both or panel (default: {FINALISTS}).",
        least=1,
    )
    race: bool = option(
        False, "With --evaluator both: end the training of a finalist early if it falls behind."
    )
    winners: int | None = option(
        None,
        f"Number of winners to report (default: {WINNERS}, or {SHOWN_OF_FRONT} of a Pareto front). 0: the whole front.",
        least=0,
    )
    candidates: Path | None = option(
        None,
        "File of the architectures to search: documents, or lines of a notation.",
        metavar="FILE",
    )
    source_format: str | None = option(
        None,
        "Notation of --candidates (default: the notation of the space, else documents).",
        "--from",
        suggest="notations",
    )
    at_most: Sequence[str] = option(
        (),
        "Upper limit on parameters, flops, reachable_parameters, latency or distance, such as parameters=1.5e6 or "
        "flops=600M. May be repeated.",
        "--max",
        suggest="limits",
    )
    at_least: Sequence[str] = option(
        (), "Lower limit, written like --max. May be repeated.", "--min", suggest="limits"
    )
    limits: Mapping[str, Any] | Sequence[Limit] = keyword(
        (), "Limits on every winner: {'parameters': 4e6} for at most, {'flops': (1e6, 6e8)} for a range."
    )
    pareto: Sequence[str] = option(
        (),
        "Quantity to minimize while the score is maximized, named as for --max; the winners are the Pareto front. May be "
        "repeated.",
        suggest="facts",
    )
    latency: Path | None = option(
        None, "Latency table: JSON file with the latencies of operators on a device.", metavar="FILE"
    )
    provider: str | None = option(
        None,
        "Where the predictor and GenNAS compute (default: CUDA for the predictor if it works, cpu for GenNAS).",
        words=DEVICES,
    )
    device: str | None = option(
        None, "Device on which GenNAS trains image networks (default: --provider).", words=DEVICES
    )
    jobs: int | None = option(
        None, "Number of training processes (default: one per core; 1 with CUDA).", least=1
    )
    ray: str | None = option(
        None, "Address of the Ray cluster to train on; 'local' for this machine.", metavar="ADDRESS"
    )
    torch: bool = option(False, "Also write the winners as PyTorch modules.")
    objective: Callable[[Architecture], float] | None = keyword(
        None, "Function that replaces the predictor; higher values are better."
    )
    choices: Choices | None = keyword(
        None,
        "GenNAS options; they replace task, preset, images, iterations, batch_size, width, precision and device.",
    )
    notify: Callable[[SearchProgress], None] | None = keyword(
        None, "Function that is called after every batch of evaluations and after every finalist."
    )

    @cached_property
    def bounds(self) -> tuple[Limit, ...]:
        """Limits from `limits`, `at_most` and `at_least` together."""
        from nasport.toolkit.search.limits import limits_of, parse_limit

        return (
            *limits_of(self.limits),
            *(parse_limit(text, at_most=True) for text in self.at_most),
            *(parse_limit(text, at_most=False) for text in self.at_least),
        )

    @property
    def training(self) -> Choices:
        """Options of GenNAS regression."""
        if self.choices is not None:
            return self.choices
        chosen = self.on(self.task, self.batch_size)
        return chosen if self.device or not self.provider else replace(chosen, device=self.provider)
