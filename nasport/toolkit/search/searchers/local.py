"""Memetic search (Moscato 1989): local search from the best member, and evolution of the best members.

Local search (`_climb`): neighbors of a member (one gene changed) are evaluated in batches, in random order. The changes of
the better neighbors are also combined: the best two, the best three, and so on. Most genes act independently on a
predictor's score, so a combination takes many steps at once. The search moves to the best member found, until several
batches contain no better one.

Evolution, after the local search has ended: children of the best members so far (one parent or two, then a few mutations)
are evaluated in batches. If a child is better than all earlier members, local search continues from this child. No member is
evaluated twice, so children differ more from their parents as the neighborhood of the elite becomes known.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence

import numpy as np
from numpy.random import Generator as Random

from nasport.toolkit.search.domain import Domain
from nasport.toolkit.search.query import Answer, Member, Query
from nasport.toolkit.search.searchers.steps import Steps, best, members

BATCH = 8
# Number of batches without improvement that end a local search. A whole neighborhood can be as large as the budget
# (nasbench_nlp).
PATIENCE = 2
# Number of best members that become parents, tournament size, and share of children with two parents.
ELITE, TOURNAMENT, CROSSED = 30, 4, 0.25
# Number of draws per wanted child after which the neighborhood of the elite counts as known.
MAX_TRIES = 20

Climb = Generator[list[Query], Sequence[Answer], Answer]


class MemeticSearch:
    """Local search and evolution, as the last stage of another searcher.

    Args:
        domain: domain to search.
        rng: generator of all draws.
        met: answers for members that are known already, at least one.
        batch: number of members per batch.
    """

    def __init__(self, domain: Domain, rng: Random, met: Sequence[Answer], batch: int = BATCH) -> None:
        self.domain, self.rng, self.batch = domain, rng, batch
        self._seen = {answer.query.member for answer in met}
        self._elite: list[Answer] = []
        self._note(met)

    def steps(self) -> Steps:
        """Search from the best known member until no new members are found near the elite."""
        champion = yield from self._climb(self._elite[0])
        while bred := self._bred():
            answers = yield members(bred)
            self._note(answers)
            if best(answers).merit > champion.merit:
                champion = yield from self._climb(best(answers))

    def _climb(self, here: Answer) -> Climb:
        """Run local search from one answer and return the best answer found."""
        patience = PATIENCE
        while patience and (around := self._around(here.query.member)):
            answers = yield members(around)
            self._note(answers)
            patience -= 1
            better = sorted((a for a in answers if a.merit > here.merit), key=lambda a: a.merit, reverse=True)
            if better:
                joined = self._joined(here.query.member, [answer.query.member for answer in better])
                if joined:
                    better += yield members(joined)
                self._note(better)
                here, patience = best(better), PATIENCE
        return here

    def _around(self, member: Member) -> list[Member]:
        """Return at most one batch of new neighbors in random order.

        Neighbors are drawn at random, and enumerated once random draws find too few.
        """
        found: list[Member] = []
        for _ in range(2 * self.batch):
            if len(found) < self.batch:
                found += self._new([self.domain.mutate(member, self.rng)])
        if len(found) < self.batch:
            listed = list(self.domain.neighbors(member))
            order = self.rng.permutation(len(listed)).tolist()
            found += self._new([listed[k] for k in order], self.batch - len(found))
        return found

    def _joined(self, here: Member, better: Sequence[Member]) -> list[Member]:
        """Return members that combine the changes of the best two neighbors, of the best three, and so on.

        A neighbor is left out if another change concerns the same gene.
        """
        row, joined = list(here), []
        for count, member in enumerate(better):
            changed = [gene for gene, value in enumerate(member) if value != here[gene]]
            if any(row[gene] != here[gene] for gene in changed):
                continue
            for gene in changed:
                row[gene] = member[gene]
            if count:
                joined.append(self.domain.decode(self.domain.encode(tuple(row))))
        return self._new(joined)

    def _note(self, answers: Iterable[Answer]) -> None:
        """Update the elite, the best known answers. Of answers with equal merit only the last one is kept.

        In spaces of free graphs, answers of equal merit are mostly isomorphic members, which would soon fill the elite. In
        other spaces, keeping the last answer helps to cross a plateau.
        """
        pool = {answer.merit: answer for answer in (*self._elite, *answers)}
        self._elite = [pool[merit] for merit in sorted(pool, reverse=True)[:ELITE]]

    def _bred(self) -> list[Member]:
        """Return at most one batch of new children of the elite; empty if all are known."""
        found: list[Member] = []
        for tries in range(MAX_TRIES * self.batch):
            if len(found) < self.batch:
                found += self._new([self._child(tries // (4 * self.batch))])
        return found

    def _child(self, strength: int) -> Member:
        """Return a child of one or two parents with a random number of mutations, plus `strength` mutations."""
        child = self._parent()
        if self.rng.random() < CROSSED:
            one, other = self.domain.encode(child), self.domain.encode(self._parent())
            child = self.domain.decode(np.where(self.rng.random(len(one)) < 0.5, one, other))
            mutations = int(self.rng.geometric(0.75)) - 1
        else:
            mutations = int(self.rng.geometric(0.75))
        for _ in range(mutations + strength):
            child = self.domain.mutate(child, self.rng)
        return child

    def _parent(self) -> Member:
        """Return the winner of a tournament within the elite."""
        places = self.rng.integers(len(self._elite), size=TOURNAMENT)
        return self._elite[int(places.min())].query.member

    def _new(self, found: Iterable[Member], most: int | None = None) -> list[Member]:
        """Return the members that are new, at most `most`, and remember them."""
        new: list[Member] = []
        for member in found:
            if member not in self._seen and (most is None or len(new) < most):
                self._seen.add(member)
                new.append(member)
        return new
