"""The panel at work: each later evaluator hears only who is still in the race.

Everybody has the predictor's score. The best go to the proxies, the best of those to GenNAS; whoever went on stands before
whoever did not, and among those who went equally far all evaluators that heard them decide together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.toolkit.panel.hearings import Hearings
from nasport.toolkit.panel.learned import kind_of, weights_of
from nasport.toolkit.panel.stages import PREDICTOR, Heard, Stage, refused
from nasport.toolkit.panel.verdict import Opinion, Weights, verdict


@dataclass(frozen=True)
class Word:
    """What one evaluator says of an architecture.

    Attributes:
        value: higher is better; None: it has none.
        rank: among those that were in the race with it, 1 is the best.
        weight: of the evaluator's word in the verdict.
    """

    value: Opinion
    rank: int
    weight: float


@dataclass(frozen=True)
class Ranked:
    """One architecture's place.

    Attributes:
        place: of the architecture among those that were given, from 0.
        rank: 1 is the best; None where its network could not be run.
        low: the best rank that it has when any one evaluator is left out.
        high: the worst.
        stage: the last that heard it.
        words: by evaluator.
        problem: why its network could not be run; None where it could, or was not to.
    """

    place: int
    rank: int | None
    low: int | None
    high: int | None
    stage: str
    words: Mapping[str, Word] = field(default_factory=dict)
    problem: InputError | None = None

    @property
    def reason(self) -> str:
        """Which judges see it higher than it stands, and which lower, with their ranks."""
        if self.rank is None:
            return str(self.problem)
        heard = sorted((word.rank, evaluator) for evaluator, word in self.words.items() if word.weight > 0)
        sides = {
            "for it": [f"{evaluator} {rank}" for rank, evaluator in heard if rank <= self.rank],
            "against it": [f"{evaluator} {rank}" for rank, evaluator in heard if rank > self.rank],
        }
        return "; ".join(f"{side}: {', '.join(words)}" for side, words in sides.items() if words)


@dataclass(frozen=True)
class Panel:
    """Who judges, and how many each may hear.

    Attributes:
        bundle: name of the predictor.
        stages: those that run networks, by name, in the order of their cost.
        counts: by stage, how many it hears at most.
    """

    bundle: str
    stages: Mapping[str, Stage]
    counts: Mapping[str, int]

    def rank(
        self, architectures: Sequence[Architecture], scores: Sequence[Opinion], hearings: Hearings
    ) -> list[Ranked]:
        """The places of N architectures, best first; those whose network cannot be run come last.

        Args:
            architectures: networks of one kind.
            scores: of the predictor; None where it gives none.
            hearings: what was said already; the rest is heard.

        Raises:
            NasportError: a judgement failed for a reason that nobody thought of.
        """
        race = _Race(dict(enumerate(scores)))
        names = [PREDICTOR, *self.stages]
        for name, following in zip(names, [*names[1:], None], strict=True):
            if name in self.stages and race.racing:
                stage = self.stages[name]
                race.hear(name, stage, hearings.hear(name, stage, [architectures[p] for p in race.racing]))
            if race.racing:
                weights = weights_of(self.bundle, kind_of(architectures[race.racing[0]]), name)
                race.settle(name, weights, self.counts[following] if following else 0)
        return [*race.places(), *race.broken]


class _Race:
    """Who is still in it, what was said of them, and who has a place already."""

    def __init__(self, scores: Mapping[int, Opinion]) -> None:
        self.racing = list(scores)
        self._settled: list[Ranked] = []
        self._numbered: list[Ranked] = []
        self.broken: list[Ranked] = []
        silent = all(score is None for score in scores.values())
        self._said: dict[str, Mapping[int, Opinion]] = {} if silent else {PREDICTOR: scores}

    def hear(self, name: str, stage: Stage, heard: Sequence[Heard]) -> None:
        """Take down what a stage says of those in the race; who cannot be run leaves it."""
        said = dict(zip(self.racing, heard, strict=True))
        self.racing = [place for place, each in said.items() if not each.failed]
        for place, each in said.items():
            if each.failed:
                self.broken.append(Ranked(place, None, None, None, name, problem=refused(each)))
        for evaluator in stage.evaluators:
            self._said[evaluator] = {place: said[place].values.get(evaluator) for place in self.racing}

    def settle(self, name: str, weights: Weights, going: int) -> None:
        """Give all but the best so many of the race their places, behind those that go on."""
        ordered = list(self._ordered(name, weights))
        self.racing = sorted(each.place for each in ordered[:going])
        self._settled = [*ordered[going:], *self._settled]

    def places(self) -> Iterator[Ranked]:
        """Everybody with a place, best first, each group numbered on behind those that went farther."""
        for _, group in groupby(self._settled, key=lambda each: each.stage):
            settled = list(group)
            first = len(self._numbered) + 1
            for each in settled:
                better = sum((other.rank or 0) < (each.rank or 0) for other in settled)
                shift = first + better - (each.rank or 0)
                low, high = max((each.low or 0) + shift, 1), (each.high or 0) + shift
                self._numbered.append(replace(each, rank=first + better, low=low, high=high))
        yield from self._numbered

    def _ordered(self, name: str, weights: Weights) -> Iterator[Ranked]:
        said = {evaluator: [of[place] for place in self.racing] for evaluator, of in self._said.items()}
        if not said:  # nobody has said anything yet
            yield from (Ranked(place, 1, 1, len(self.racing), name) for place in self.racing)
            return
        found = verdict(said, weights)
        for at in sorted(range(len(self.racing)), key=found.ranks.__getitem__):
            words = {
                evaluator: Word(values[at], int(found.places[evaluator][at]), found.shares[evaluator])
                for evaluator, values in said.items()
            }
            spread = int(found.low[at]), int(found.high[at])
            yield Ranked(self.racing[at], int(found.ranks[at]), *spread, name, words)
