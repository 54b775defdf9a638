"""Pruning: reduce the supernet to one member by removing values of genes, the least important values first.

This is TG-NAS, Algorithm 1 (first half). In each round the predictor evaluates, for every gene with several values and
each of its values, the supernet without that value; a round is one batch. Then every gene loses the values without which
the supernet scores best. Rounds repeat until every gene has one value. The paper's public code compares removals by their
index in a sorted list. Here scores are compared, and ties are broken at random (from the seed), so that the order of
operators in a document has no influence.

In a space with rules (free graphs: at most nine edges), a removal that would leave no member is not evaluated. All removals
of a round together could also leave no member. So they are applied one by one, beginning with the gene that has the largest
gap between its best and its worst removal. If a removal would leave no member, the gene loses its next best value instead.

Genes with many values need many rounds. `remove` is the number of values that a gene loses per round (2 or 3 for DARTS in
the code of TG-NAS): the smallest number with which all rounds fit into the evaluations. If not even one round fits, only a
random part of the genes is pruned, and the others receive random values.
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
    """Prunes the supernet. The last query is the member that survives.

    Args:
        domain: domain to search, which must have a supernet.
        seed: seed for breaking ties.
        evaluations: number of evaluations for all rounds together.

    Attributes:
        allowed: values that are still allowed; after the last round one value per gene.
        remove: number of values that a gene loses per round, as small as `evaluations` permits.

    Raises:
        InputError: the domain has no supernet (a list of candidates without genes).
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
                f"{self.domain.name!r} has no supernet to prune, expected a search space, or a searcher other than pruning"
            )
        self.evaluations = max(self.evaluations, 1)
        self.remove = affordable([len(values) for values in self.allowed], self.evaluations)

    def steps(self) -> Steps:
        """Yield one batch of removals per round, then the survivor."""
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
            if not removals:  # there is no removal after which a member remains
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
        """Set random values for all genes beyond what one round can evaluate."""
        left = self.evaluations - 1
        drawn = self.domain.sample(rng)
        self.remove = max(len(values) for values in self.allowed)
        for gene in rng.permutation(len(self.allowed)).tolist():
            values = self.allowed[gene]
            left -= len(values) if len(values) > 1 else 0
            if left < 0:
                self.allowed = (*self.allowed[:gene], (drawn[gene],), *self.allowed[gene + 1 :])


def without(allowed: Allowed, gene: int, value: int) -> Allowed:
    """Return the allowed values without one value of a gene."""
    kept = tuple(v for v in allowed[gene] if v != value)
    return (*allowed[:gene], kept, *allowed[gene + 1 :])


def cost(options: Sequence[int], remove: int) -> int:
    """Return the number of evaluations that pruning takes.

    Args:
        options: number of values of each gene.
        remove: number of values that a gene loses per round.
    """
    return 1 + sum(chain.from_iterable(range(count, 1, -remove) for count in options))


def affordable(options: Sequence[int], evaluations: int) -> int:
    """Return the smallest number of values to remove per round with which pruning fits; 0 if it never fits."""
    fitting = (r for r in range(1, max(options, default=1) + 1) if cost(options, r) <= evaluations)
    return next(fitting, 0)


def _decided(costs: Mapping[int, tuple[Merit, int]]) -> tuple[float, float, int]:
    """Return how much the removals of a gene differ: the gap in violation, the gap in score, and the tie-breaker."""
    merits = sorted(costs.values())
    (worst, _), (best, tie) = merits[0], merits[-1]
    gaps = [0.0 if a == b else a - b for a, b in zip(best, worst, strict=True)]
    return gaps[0], gaps[1], tie
