"""Pruning: from the whole supernet down to one member, the least missed value of every gene going first.

TG-NAS, Algorithm 1 (first half). In a round the predictor judges, for every open gene and each of its values, the supernet
without that value; all of a round are one batch. Then on every gene the values whose removal costs least go, that is,
those without which the supernet is judged best. Repeated until one value is left for every gene. The paper's public
code compares removals by their place among the sorted ones; here answers are compared, never places, and of equals a
random one goes (drawn from the seed), so that the order in which a document lists its operators decides nothing.

Where rules bind (free graphs: at most nine edges), a removal that would leave no member is not asked for. All removals
of a round together may also leave none. So they are made one after the other, the most decided gene first (the one
with the largest gap between its best and its worst removal), and where the first choice would leave none, the gene
loses its next best value instead.

Rounds are many where genes have many values. `remove` takes several values of a gene in one round (TG-NAS's code takes
2 or 3 for DARTS); where it is not given, it is the smallest with which all fits into the evaluations. Where even one
round does not fit, only as many genes are pruned as can be, drawn at random, and the rest keeps a random value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from numpy.random import Generator, default_rng

from nasport.schemas.errors import InputError
from nasport.toolkit.search.domain import Domain
from nasport.toolkit.search.query import Allowed, Answer, Query
from nasport.toolkit.search.searchers.steps import Steps, StepSearcher

Merit = tuple[float, float]


@dataclass
class Pruning(StepSearcher):
    """Prunes the supernet; the last query asked is the member that survives.

    Args:
        domain: what is searched; it must have a supernet.
        seed: of ties.
        evaluations: what all rounds together may take.

    Attributes:
        allowed: what is still allowed; after the last round one value a gene.
        remove: values of a gene that go in one round: as few as `evaluations` allow.

    Raises:
        InputError: the domain has no supernet (a list of candidates that has no genes).
    """

    asks_supernets = True
    one_objective = True

    domain: Domain
    seed: int
    evaluations: int

    def __post_init__(self) -> None:
        self.allowed = self.domain.everything()
        if not self.allowed and self.domain.size() > 1:
            raise InputError(
                f"{self.domain.name!r} has no supernet to prune; expected a space, or another searcher than pruning"
            )
        self.evaluations = max(self.evaluations, 1)
        self.remove = affordable([len(values) for values in self.allowed], self.evaluations)

    def steps(self) -> Steps:
        """One round of removals after another, then the survivor."""
        rng = default_rng(self.seed)
        if not self.remove:
            self._settle_some(rng)
        while any(len(values) > 1 for values in self.allowed):
            removals = [
                (gene, value)
                for gene, values in enumerate(self.allowed)
                for value in values
                if len(values) > 1 and self.domain.possible(without(self.allowed, gene, value))
            ]
            if not removals:  # no single one leaves a member: nothing more can be told apart
                break
            answers = yield [self._query(without(self.allowed, *removal)) for removal in removals]
            self._prune(removals, answers, rng)
        yield [Query(member=self.domain.survivor(self.allowed))]

    def _query(self, allowed: Allowed) -> Query:
        if all(len(values) == 1 for values in allowed):
            return Query(member=self.domain.survivor(allowed))
        return Query(allowed=allowed)

    def _prune(self, places: Sequence[tuple[int, int]], answers: Sequence[Answer], rng: Generator) -> None:
        ties = rng.permutation(len(places)).tolist()
        costs: dict[int, dict[int, tuple[Merit, int]]] = {}
        for (gene, value), answer, tie in zip(places, answers, ties, strict=True):
            costs.setdefault(gene, {})[value] = (answer.merit, tie)
        for gene in sorted(costs, key=lambda gene: _decided(costs[gene]), reverse=True):
            least_missed = sorted(costs[gene], key=lambda value: costs[gene][value], reverse=True)
            count = min(self.remove or 1, len(self.allowed[gene]) - 1)
            for value in least_missed:
                smaller = without(self.allowed, gene, value)
                if count > 0 and smaller[gene] and self.domain.possible(smaller):
                    self.allowed = smaller
                    count -= 1

    def _settle_some(self, rng: Generator) -> None:
        """Leaves so many genes open as one round can judge; the others keep a random value."""
        left = self.evaluations - 1
        drawn = self.domain.sample(rng)
        self.remove = max(len(values) for values in self.allowed)
        for gene in rng.permutation(len(self.allowed)).tolist():
            values = self.allowed[gene]
            left -= len(values) if len(values) > 1 else 0
            if left < 0:
                self.allowed = (*self.allowed[:gene], (drawn[gene],), *self.allowed[gene + 1 :])


def without(allowed: Allowed, gene: int, value: int) -> Allowed:
    """What is allowed when one value of a gene is not."""
    kept = tuple(v for v in allowed[gene] if v != value)
    return (*allowed[:gene], kept, *allowed[gene + 1 :])


def cost(options: Sequence[int], remove: int) -> int:
    """Evaluations that pruning takes, given the number of values of each gene, when so many go in a round."""
    return 1 + sum(chain.from_iterable(range(count, 1, -remove) for count in options))


def affordable(options: Sequence[int], evaluations: int) -> int:
    """The fewest values of a gene to remove in a round such that pruning fits; 0 where it never does."""
    fitting = (r for r in range(1, max(options, default=1) + 1) if cost(options, r) <= evaluations)
    return next(fitting, 0)


def _decided(costs: Mapping[int, tuple[Merit, int]]) -> tuple[float, float, int]:
    """How much it matters which value of a gene goes: the gap in violation, then in score, then the tie-break."""
    merits = sorted(costs.values())
    (worst, _), (best, tie) = merits[0], merits[-1]
    gaps = [0.0 if a == b else a - b for a, b in zip(best, worst, strict=True)]
    return gaps[0], gaps[1], tie
