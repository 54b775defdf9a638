"""Local search from the best, and breeding among the good: a memetic search (Moscato 1989).

Climbing: neighbors of a member (one gene changed) are judged in batches, in random order. Those that are better are
also joined, the best two, the best three, and so on: where genes act nearly on their own, as they mostly do for a
predictor, that takes many steps in one. The best of all is where we stand next, until a few batches hold nothing better.

Breeding, where the climb has ended: children of the best members met so far (one parent or two, then a few mutations) are
judged in batches, and whenever one is better than all before, the climb goes on from there. Nobody is asked for twice, so
children get wilder as the surroundings of the elite become known.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence

import numpy as np
from numpy.random import Generator as Random

from nasport.toolkit.search.domain import Domain
from nasport.toolkit.search.query import Answer, Member, Query
from nasport.toolkit.search.searchers.steps import Steps, best, members

BATCH = 8
# Batches without anything better that end a climb: a whole neighbourhood may cost as much as the search (nasbench_nlp).
PATIENCE = 2
# How many of the best are parents, how many compete to be one, and the part of children that have two.
ELITE, TOURNAMENT, CROSSED = 30, 4, 0.25
# Children drawn for each one wanted, after which all around the elite counts as known.
MAX_TRIES = 20

Climb = Generator[list[Query], Sequence[Answer], Answer]


class MemeticSearch:
    """Climbing and breeding, as the last part of another searcher's course.

    Args:
        domain: what is searched.
        rng: of all draws.
        met: answers on members that are known already, at least one.
        batch: members a round.
    """

    def __init__(self, domain: Domain, rng: Random, met: Sequence[Answer], batch: int = BATCH) -> None:
        self.domain, self.rng, self.batch = domain, rng, batch
        self._seen = {answer.query.member for answer in met}
        self._elite: list[Answer] = []
        self._note(met)

    def steps(self) -> Steps:
        """From the best member on, until no new member is found near the elite."""
        champion = yield from self._climb(self._elite[0])
        while bred := self._bred():
            answers = yield members(bred)
            self._note(answers)
            if best(answers).merit > champion.merit:
                champion = yield from self._climb(best(answers))

    def _climb(self, here: Answer) -> Climb:
        """Up from one member, until none of a few batches of neighbors holds anything better; returns where that ends."""
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
        """Neighbors not met before, in random order, at most a batch: drawn, and listed once drawing fails."""
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
        """The changes of the best two together, of the best three, and so on, as far as they touch other genes."""
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
        """Keeps the best of all members met as parents, of several with equal merit the last.

        These mostly are one architecture in several spellings (free graphs), which would soon be all of the elite; and
        where they are not, moving on among equals is how a plateau is crossed.
        """
        pool = {answer.merit: answer for answer in (*self._elite, *answers)}
        self._elite = [pool[merit] for merit in sorted(pool, reverse=True)[:ELITE]]

    def _bred(self) -> list[Member]:
        """A batch of children of the elite, not met before; none where all are known."""
        found: list[Member] = []
        for tries in range(MAX_TRIES * self.batch):
            if len(found) < self.batch:
                found += self._new([self._child(tries // (4 * self.batch))])
        return found

    def _child(self, strength: int) -> Member:
        """A part of the children has two parents; the others are mutated, most of them once."""
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
        """The best of a few drawn from the elite."""
        places = self.rng.integers(len(self._elite), size=TOURNAMENT)
        return self._elite[int(places.min())].query.member

    def _new(self, found: Iterable[Member], most: int | None = None) -> list[Member]:
        """Those not met before, each once; they count as met from now on."""
        new: list[Member] = []
        for member in found:
            if member not in self._seen and (most is None or len(new) < most):
                self._seen.add(member)
                new.append(member)
        return new
