"""`search`: find the best architectures of a search space or a list of candidates.

A search with a folder can be killed at any moment and resumed without loss.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.toolkit.notations.of_members import written
from nasport.toolkit.options import takes
from nasport.toolkit.pages import require_jinja
from nasport.toolkit.run_folder import digest
from nasport.toolkit.search.engine import Engine
from nasport.toolkit.search.finalists import (
    best_distinct,
    by_both_ranks,
    known_first,
    pareto_front,
    ranks,
    spread,
    with_losses,
)
from nasport.toolkit.search.folder import FINALISTS_FILE, REPORT, WINNERS_FILE, RunFolder
from nasport.toolkit.search.limits import nearest_miss
from nasport.toolkit.search.notes import left_out, level, thinned, without_score
from nasport.toolkit.search.options import (
    FINALISTS,
    PANEL,
    SHOWN_OF_FRONT,
    WINNERS,
    WITH_FINALISTS,
    SearchOptions,
)
from nasport.toolkit.search.result import Evaluation, SearchResult, Winner
from nasport.toolkit.search.resuming import resumed
from nasport.toolkit.search.searched import candidate_source, space_source
from nasport.toolkit.search.setup import Setup, adapted, set_up
from nasport.toolkit.search.trained_finalists import train
from nasport.toolkit.search.winners import check_modules_can_be_written, winner_record, write_winners
from nasport.toolkit.spaces import SearchSpace

if TYPE_CHECKING:
    from nasport.toolkit.search.with_panel import SearchPanel

LONGEST_NAME = 100

_LISTED = 12  # ranks of winners that a warning lists


@takes(SearchOptions)
def search(space: SearchSpace | str | Path | None = None, **options: Any) -> SearchResult:
    """Search a space, or a list of candidates, for the best architectures.

    Args:
        space: search space, name of a shipped space, or file of a space document; None if `candidates` need no space.
        options: see below, and `SearchOptions`. With `resume` the folder of the run supplies the options; options that
            are given again must have the same values.

    Raises:
        InputError: wrong arguments or documents, an empty space, or no architecture within the limits.
        MissingRuntimeError: a package that this search needs is not installed.
        TypeError: unknown option, or a value of the wrong type.
    """
    return run_search(resumed(SearchOptions(space=space, **options)))


def run_search(options: SearchOptions) -> SearchResult:
    """Run a search whose options are complete; see `search`."""
    began = time.monotonic()
    if options.candidates is not None:
        source = candidate_source(options.candidates, options.source_format, options.space)
    elif options.space is None:
        raise InputError("nothing to search, expected a search space (--space) or candidates (--candidates)")
    elif options.source_format is not None:
        raise InputError("a notation (--from) without candidates, expected --candidates FILE")
    else:
        source = space_source(options.space)
    setup = set_up(options, source)
    if options.torch:
        check_modules_can_be_written()
    out = options.out
    if out is not None:
        require_jinja()
    with nullcontext() if out is None else RunFolder(out, setup.settings, resume=options.resume) as folder:
        if folder is not None:
            source.keep(folder)
        with setup.training or nullcontext(), _panel(options, setup, folder) as panel:
            result = _Run(options, setup, folder, panel).result(began)
        return (
            result if folder is None else _write(result, folder, options.torch or setup.training is not None)
        )


class _Run:
    """The stages of one search."""

    def __init__(
        self, options: SearchOptions, setup: Setup, folder: RunFolder | None, panel: SearchPanel | None = None
    ) -> None:
        self._options = options
        self._panel = panel
        self._setup = setup if panel is None else adapted(setup, panel.predictor)
        self._folder = folder
        self._notes = list(setup.notes)
        self._finalists: tuple[Winner, ...] = ()
        self._seconds = 0.0  # spent by the second evaluator

    def result(self, began: float) -> SearchResult:
        """Run all stages.

        Args:
            began: time at which the search began, by the monotonic clock.
        """
        options, setup = self._options, self._setup
        asked = (setup.searcher, setup.evaluator, setup.evaluations, options.bounds, options.pareto)
        engine = Engine(*asked, folder=self._folder, notify=options.notify, began=began)
        engine.run()
        winners, evaluations = self._winners(engine.evaluations), tuple(engine.evaluations)
        notes, seconds = (*self._notes, *self._warnings(winners)), engine.seconds + self._seconds
        return SearchResult(setup.settings, evaluations, tuple(winners), seconds, notes, self._finalists)

    def _winners(self, evaluations: Sequence[Evaluation]) -> Sequence[Winner]:
        """Choose, re-rank and return the winners, best first."""
        options, both = self._options, self._options.evaluator in WITH_FINALISTS
        ordered = known_first(best_distinct(evaluations), self._member)
        if not ordered:
            raise InputError(self._nothing_found(evaluations))
        finalists = options.finalists or FINALISTS
        if options.pareto:
            front = pareto_front(ordered, options.pareto)
            if not front:
                facts = " and ".join(options.pareto)
                raise InputError(f"no evaluated architecture has known {facts}, expected other objectives")
            usual = finalists if both else SHOWN_OF_FRONT
            ordered = spread(front, (usual if options.winners is None else options.winners) or len(front))
            ordered = spread(ordered, finalists) if both else ordered
            self._notes += thinned(len(ordered), len(front))
        asked_for = [*(limit.fact for limit in options.bounds), *options.pareto]
        self._notes += left_out(evaluations, asked_for)
        if self._setup.predictor is None:  # a predictor scores every network with a path from input to output
            self._notes += without_score(evaluations)
        count = options.winners or (len(ordered) if options.pareto else WINNERS)
        if not options.pareto:
            self._notes += level(ordered, finalists if both else count)
        if not both:
            return self._evaluated_once(ordered[:count])
        chosen = self._by_score(ordered[:finalists])
        panel = self._panel
        self._finalists = tuple(
            self._reranked_by_gennas(chosen) if panel is None else self._reranked_by_panel(panel, chosen)
        )
        return self._finalists[:count]

    def _evaluated_once(self, chosen: Sequence[Evaluation]) -> list[Winner]:
        winners = self._by_score(chosen)
        if self._setup.evaluator.name != "gennas":
            return winners
        for at, winner in enumerate(winners):
            of, rank = winner.evaluation, winner.score_rank
            loss, fit = of.facts.get("loss"), of.facts.get("fit")
            winners[at] = replace(winner, loss=loss, fit=fit, loss_rank=rank, failed=of.failed)
        return winners

    def _reranked_by_gennas(self, winners: Sequence[Winner]) -> Sequence[Winner]:
        training = self._setup.training
        assert training is not None
        file = None if self._folder is None else self._folder.path / FINALISTS_FILE
        architectures = [winner.architecture for winner in winners]
        notify = self._options.notify
        trained, self._seconds = train(architectures, training, file, notify, race=self._options.race)
        both = with_losses(winners, trained)
        failures = [each.failed for each in trained if each.loss is None]
        if failures:
            few = f"{len(failures)} of the {len(trained)} finalists could not be trained"
            none = f"none of the {len(trained)} finalists could be trained, so they are ranked by the score alone"
            self._notes.append(f"{none if len(failures) == len(trained) else few}: {failures[0]}")
        return both if self._options.pareto else by_both_ranks(both)

    def _reranked_by_panel(self, panel: SearchPanel, chosen: Sequence[Winner]) -> Sequence[Winner]:
        began = time.monotonic()
        winners = panel.ordered(chosen)
        self._seconds = time.monotonic() - began
        return sorted(winners, key=lambda winner: winner.score_rank) if self._options.pareto else winners

    def _by_score(self, chosen: Sequence[Evaluation]) -> list[Winner]:
        """Return winners in the order of their scores, and name those whose document has no name."""
        domain, winners = self._setup.domain, []
        places = ranks([-(evaluation.score or 0.0) for evaluation in chosen])
        for rank, (evaluation, score_rank) in enumerate(zip(chosen, places, strict=True), 1):
            architecture = self._member(evaluation)
            text = written(architecture)
            if not architecture.name:
                short = text is not None and len(text) <= LONGEST_NAME
                name = text if text and short else f"{domain.name}-{evaluation.hash[:8]}"
                architecture = replace(architecture, name=name)
            genes, on_front = domain.decided(evaluation.query.member), bool(self._options.pareto)
            winners.append(
                Winner(rank, evaluation, architecture, text, score_rank, on_front=on_front, genes=genes)
            )
        return winners

    def _member(self, evaluation: Evaluation) -> Architecture:
        return self._setup.domain.architecture(evaluation.query.member)

    def _nothing_found(self, evaluations: Sequence[Evaluation]) -> str:
        members = [each for each in evaluations if not each.query.is_supernet]
        kept = [each for each in members if each.violation == 0]
        if self._options.bounds and not kept:
            words = nearest_miss(self._options.bounds, [each.facts for each in members])
            return f"{words}, of {len(members):,} evaluated"
        reason = next((each.failed for each in kept if each.failed), "no architecture was evaluated")
        return f"no architecture has a score: {reason}"

    def _warnings(self, winners: Sequence[Winner]) -> list[str]:
        """Return the predictor's warnings about the winners."""
        predictor, total = self._setup.predictor, len(winners)
        if predictor is None:
            return []
        scores = predictor.score_stream(winner.architecture for winner in winners)
        ranks: dict[str, list[str]] = {}
        for winner, score in zip(winners, scores, strict=True):
            for warning in score.warnings:
                ranks.setdefault(warning, []).append(str(winner.rank))
        return [
            f"{'every winner' if len(of) == total else f'{len(of)} of {total} winners ({_listed(of)})'}: {warning}"
            for warning, of in ranks.items()
        ]


def _listed(ranks: Sequence[str]) -> str:
    return ", ".join([*ranks[:_LISTED], *(["..."] if len(ranks) > _LISTED else [])])


def _panel(
    options: SearchOptions, setup: Setup, folder: RunFolder | None
) -> AbstractContextManager[SearchPanel | None]:
    """Return the panel of evaluators if the search uses it, otherwise an empty context."""
    if options.evaluator != PANEL or setup.predictor is None:
        return nullcontext()
    from nasport.toolkit.search.with_panel import SearchPanel

    where = None if folder is None else folder.path
    searched = {name: setup.settings[name] for name in ("space", "candidates")}
    return SearchPanel(options, setup.domain, setup.predictor, where, digest(searched), options.notify)


def _write(result: SearchResult, folder: RunFolder, torch: bool) -> SearchResult:
    """Write the files of a finished search.

    Returns:
        the result, with notes on files that could not be written.
    """
    from nasport.toolkit.search.report.page import report_html

    notes = write_winners(folder.path, result.winners, torch=torch)
    result = replace(result, notes=(*notes, *result.notes))
    lines = [json.dumps(winner_record(winner)) for winner in result.winners]
    folder.write(WINNERS_FILE, "".join(f"{line}\n" for line in lines))
    folder.write(REPORT, report_html(result))
    return result
