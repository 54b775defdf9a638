"""Local search: from a good member to its best surroundings, and again from near the best.

Neighbours (`Domain.neighbours`, one gene changed) are judged in batches, in random order. Those of a batch that are better
than where we stand are also joined, the best two, the best three, and so on: where genes act nearly on their own, as they
mostly do for a predictor, that takes many steps in one. The best of all is where we stand next. Where no neighbour is
better, the best member so far is shaken (a few mutations) and the descent starts again from there: iterated local search
(Lourenço, Martin and Stützle 2003). Members that were met before are never asked again.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence

from numpy.random import Generator as Random

from nasport.toolkit.search.domain import Domain
from nasport.toolkit.search.query import Answer, Member, Query
from nasport.toolkit.search.searchers.steps import Steps, best, members

BATCH = 16
# Mutations of a shake: few at first, more after every descent that found nothing better, then few again.
SHAKES = (2, 3, 4, 6)
MAX_TRIES = 50

Climb = Generator[list[Query], Sequence[Answer], Answer]


class LocalSearch:
    """Iterated local search, as part of another searcher's course.

    Args:
        domain: what is searched.
        rng: of all draws.
        seen: members that were met; those that are asked are added.
        batch: neighbours a round.
    """

    def __init__(self, domain: Domain, rng: Random, seen: set[Member], batch: int = BATCH) -> None:
        self.domain, self.rng, self.seen, self.batch = domain, rng, seen, batch

    def steps(self, start: Answer) -> Steps:
        """From one member on, until no new member is found near the best."""
        champion = yield from self.climb(start)
        failures = 0
        while True:
            shaken = self._shaken(champion.query.member, SHAKES[failures % len(SHAKES)])
            if not shaken:
                return
            answers = yield members(shaken)
            found = yield from self.climb(best(answers))
            failures += 1
            if found.merit > champion.merit:
                champion, failures = found, 0

    def climb(self, start: Answer) -> Climb:
        """Up from one member until none of its neighbours is better; returns where that is."""
        here = start
        while True:
            rise = yield from self._rise(here)
            if rise is None:
                return here
            here = rise

    def _rise(self, here: Answer) -> Generator[list[Query], Sequence[Answer], Answer | None]:
        """Something better than here; None where no neighbour is."""
        while around := self._around(here.query.member):
            answers = yield members(around)
            better = sorted((a for a in answers if a.merit > here.merit), key=lambda a: a.merit, reverse=True)
            if better:
                joined = self._joined(here.query.member, [answer.query.member for answer in better])
                if joined:
                    better += yield members(joined)
                return best(better)
        return None

    def _around(self, member: Member) -> list[Member]:
        """Neighbours not met before, in random order, at most a batch: drawn, and listed once drawing fails."""
        found: list[Member] = []
        for _ in range(2 * self.batch):
            if len(found) < self.batch:
                found += self._new([self.domain.mutate(member, self.rng)])
        if len(found) < self.batch:
            listed = list(self.domain.neighbours(member))
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

    def _shaken(self, member: Member, strength: int) -> list[Member]:
        """Members a few mutations away, not met before; none where all are known."""
        for tries in range(MAX_TRIES):
            shaken = member
            for _ in range(strength + tries // 10):
                shaken = self.domain.mutate(shaken, self.rng)
            if found := self._new([shaken]):
                return found
        return []

    def _new(self, found: Iterable[Member], most: int | None = None) -> list[Member]:
        """Those not met before, each once; they count as met from now on."""
        new: list[Member] = []
        for member in found:
            if member not in self.seen and (most is None or len(new) < most):
                self.seen.add(member)
                new.append(member)
        return new
