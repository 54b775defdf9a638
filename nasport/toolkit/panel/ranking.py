"""Rank architectures by the panel in stages; each stage evaluates the best architectures of the previous stage.

All architectures have the predictor's score. The best of them are evaluated by the proxies, and the best of these by
GenNAS. An architecture that reached a later stage ranks before all that did not. Architectures that reached the same stage
are ranked by all evaluators up to that stage together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.toolkit.panel.combining import EvaluatorValue, Weights, combine
from nasport.toolkit.panel.evaluations import StageEvaluations
from nasport.toolkit.panel.learned import kind_of, weights_of
from nasport.toolkit.panel.stages import PREDICTOR, Evaluation, Stage, problem_of


@dataclass(frozen=True)
class EvaluatorRank:
    """Value and rank of an architecture by one evaluator.

    Attributes:
        value: higher is better; None if the evaluator has no value.
        rank: rank among all architectures that reached its last stage; 1 is the best.
        weight: weight of the evaluator in the combined ranking.
    """

    value: EvaluatorValue
    rank: int
    weight: float


@dataclass(frozen=True)
class Ranked:
    """Rank of one architecture.

    Attributes:
        place: index of the architecture in the given order, from 0.
        rank: 1 is the best; None if its network cannot be run.
        low: best rank if any one evaluator is left out; None without a rank.
        high: worst rank if any one evaluator is left out; None without a rank.
        stage: last stage that evaluated it.
        evaluators: value and rank by each evaluator.
        problem: why its network cannot be run; None if it ran or was not tried.
    """

    place: int
    rank: int | None
    low: int | None
    high: int | None
    stage: str
    evaluators: Mapping[str, EvaluatorRank] = field(default_factory=dict)
    problem: InputError | None = None

    @property
    def reason(self) -> str:
        """Evaluators that rank it at least as high as its rank (`for it`), and those that rank it lower (`against it`)."""
        if self.rank is None:
            return str(self.problem)
        ranks = sorted(
            (each.rank, evaluator) for evaluator, each in self.evaluators.items() if each.weight > 0
        )
        sides = {
            "for it": [f"{evaluator} {rank}" for rank, evaluator in ranks if rank <= self.rank],
            "against it": [f"{evaluator} {rank}" for rank, evaluator in ranks if rank > self.rank],
        }
        return "; ".join(f"{side}: {', '.join(texts)}" for side, texts in sides.items() if texts)


@dataclass(frozen=True)
class Panel:
    """The evaluators of a ranking, and how many architectures each stage evaluates.

    Attributes:
        bundle: name of the predictor's bundle.
        stages: stages that run networks, by name, from the fastest to the slowest.
        counts: by stage, largest number of architectures.
    """

    bundle: str
    stages: Mapping[str, Stage]
    counts: Mapping[str, int]

    def rank(
        self,
        architectures: Sequence[Architecture],
        scores: Sequence[EvaluatorValue],
        evaluations: StageEvaluations,
    ) -> list[Ranked]:
        """Rank N architectures, best first; those whose networks cannot be run come last.

        Args:
            architectures: networks of one kind.
            scores: scores of the predictor; None if it has none.
            evaluations: finished evaluations, which also run the missing ones.

        Raises:
            NasportError: an evaluation failed for an unexpected reason.
        """
        selection = _Selection(dict(enumerate(scores)))
        names = [PREDICTOR, *self.stages]
        for name, following in zip(names, [*names[1:], None], strict=True):
            if name in self.stages and selection.remaining:
                stage = self.stages[name]
                chosen = [architectures[place] for place in selection.remaining]
                selection.add(name, stage, evaluations.evaluate(name, stage, chosen))
            if selection.remaining:
                weights = weights_of(self.bundle, kind_of(architectures[selection.remaining[0]]), name)
                selection.reduce(name, weights, self.counts[following] if following else 0)
        return [*selection.ranked(), *selection.broken]


class _Selection:
    """The architectures that remain for the next stage, and those that are ranked already.

    Attributes:
        remaining: indices of the architectures that remain.
        broken: architectures whose networks cannot be run.
    """

    def __init__(self, scores: Mapping[int, EvaluatorValue]) -> None:
        self.remaining = list(scores)
        self.broken: list[Ranked] = []
        self._settled: list[Ranked] = []
        without_scores = all(score is None for score in scores.values())
        self._values: dict[str, Mapping[int, EvaluatorValue]] = {} if without_scores else {PREDICTOR: scores}

    def add(self, name: str, stage: Stage, evaluations: Sequence[Evaluation]) -> None:
        """Take the evaluations of the remaining architectures by a stage; networks that cannot be run drop out."""
        by_place = dict(zip(self.remaining, evaluations, strict=True))
        self.remaining = [place for place, evaluation in by_place.items() if not evaluation.failed]
        for place, evaluation in by_place.items():
            if evaluation.failed:
                self.broken.append(Ranked(place, None, None, None, name, problem=problem_of(evaluation)))
        for evaluator in stage.evaluators:
            self._values[evaluator] = {
                place: by_place[place].values.get(evaluator) for place in self.remaining
            }

    def reduce(self, name: str, weights: Weights, count: int) -> None:
        """Keep the best `count` of the remaining architectures, and rank the others after them."""
        ordered = list(self._ordered(name, weights))
        self.remaining = sorted(each.place for each in ordered[:count])
        self._settled = [*ordered[count:], *self._settled]

    def ranked(self) -> Iterator[Ranked]:
        """Return the ranked architectures, best first; ranks continue from the later stages to the earlier ones."""
        first = 1
        for _, group in groupby(self._settled, key=lambda each: each.stage):
            same_stage = list(group)
            for each in same_stage:
                better = sum((other.rank or 0) < (each.rank or 0) for other in same_stage)
                shift = first + better - (each.rank or 0)
                low, high = max((each.low or 0) + shift, 1), (each.high or 0) + shift
                yield replace(each, rank=first + better, low=low, high=high)
            first += len(same_stage)

    def _ordered(self, name: str, weights: Weights) -> Iterator[Ranked]:
        values_by_evaluator = {
            evaluator: [values[place] for place in self.remaining]
            for evaluator, values in self._values.items()
        }
        if not values_by_evaluator:
            yield from (Ranked(place, 1, 1, len(self.remaining), name) for place in self.remaining)
            return
        combined = combine(values_by_evaluator, weights)
        for at in sorted(range(len(self.remaining)), key=combined.ranks.__getitem__):
            evaluators = {
                evaluator: EvaluatorRank(
                    values[at], int(combined.places[evaluator][at]), combined.shares[evaluator]
                )
                for evaluator, values in values_by_evaluator.items()
            }
            spread = int(combined.low[at]), int(combined.high[at])
            yield Ranked(self.remaining[at], int(combined.ranks[at]), *spread, name, evaluators)
