"""Exact canonical order of one small graph: individualise a node, refine, compare what comes out.

Used where colour refinement leaves nodes tied that are not twins. Among the tied nodes of the first undecided class
each is set apart in turn; the order whose graph, written out, is smallest is the canonical one. Nodes whose greedy
descent gives the same graph as one tried before are images of it under an automorphism and are skipped, so symmetric
graphs cost little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Partition = tuple[tuple[int, ...], ...]
Certificate = tuple[int, ...]

# How many nodes and edges a search may look at, about a second's worth. Graphs that need more are of a symmetry that no
# architecture has; the best order so far is taken, which need not be canonical.
MAX_WORK = 500_000


def exact_order(kinds: NDArray[np.uint64], labels: NDArray[np.int32]) -> list[int]:
    """A topological order that is the same for isomorphic graphs.

    Args:
        kinds: (N,) what each node is.
        labels: (N, N) how each column feeds each row, lower triangular.

    Returns:
        Old positions in their new order.
    """
    graph = _Graph.of(kinds, labels)
    start = graph.refined(_classes(graph.first_keys()))
    return [v for (v,) in _Search(graph).best(start)[1]]


@dataclass(frozen=True)
class _Graph:
    kinds: tuple[int, ...]
    sources: tuple[tuple[tuple[int, int], ...], ...]
    targets: tuple[tuple[tuple[int, int], ...], ...]

    @classmethod
    def of(cls, kinds: NDArray[np.uint64], labels: NDArray[np.int32]) -> _Graph:
        rows = labels.tolist()
        size = range(len(rows))
        return cls(
            tuple(int(kind) for kind in kinds),
            tuple(tuple((u, rows[v][u]) for u in size if rows[v][u]) for v in size),
            tuple(tuple((v, rows[v][u]) for v in size if rows[v][u]) for u in size),
        )

    def first_keys(self) -> list[tuple[int, int]]:
        """Depth, then kind: any refinement of this is a topological order."""
        depth: list[int] = []
        for sources in self.sources:
            depth.append(max((depth[u] + 1 for u, _ in sources), default=0))
        return list(zip(depth, self.kinds, strict=True))

    def refined(self, partition: Partition) -> Partition:
        """Split classes by what their nodes are joined to until nothing splits."""
        while True:
            colour = {v: place for place, members in enumerate(partition) for v in members}
            keys = [
                (
                    colour[v],
                    sorted((colour[u], label) for u, label in self.sources[v]),
                    sorted((colour[w], label) for w, label in self.targets[v]),
                )
                for v in range(len(self.kinds))
            ]
            finer = _classes(keys)
            if len(finer) == len(partition):
                return partition
            partition = finer

    def certificate(self, order: Partition) -> Certificate:
        """The graph written out in this order of single nodes."""
        place = {v: i for i, (v,) in enumerate(order)}
        numbers: list[int] = []
        for (v,) in order:
            numbers.append(self.kinds[v])
            for u, label in sorted((place[u], label) for u, label in self.sources[v]):
                numbers.extend((u, label))
            numbers.append(-1)
        return tuple(numbers)


class _Search:
    def __init__(self, graph: _Graph) -> None:
        self.graph = graph
        self.spent = 0
        self.cost = len(graph.kinds) + sum(map(len, graph.sources))

    def best(self, partition: Partition) -> tuple[Certificate, Partition]:
        """The smallest certificate below a refined partition, and its order."""
        choices = self._choices(partition, only_first=self.spent > MAX_WORK)
        if not choices:
            return self.graph.certificate(partition), partition
        results: list[tuple[Certificate, Partition]] = []
        tried: set[Certificate] = set()
        for choice in choices:
            if results and self.spent > MAX_WORK:
                break
            greedy = self._greedy(choice)
            if greedy not in tried:
                tried.add(greedy)
                results.append(self.best(choice))
        return min(results)

    def _greedy(self, partition: Partition) -> Certificate:
        while choices := self._choices(partition, only_first=True):
            partition = choices[0]
        return self.graph.certificate(partition)

    def _choices(self, partition: Partition, only_first: bool = False) -> list[Partition]:
        """The first class of several nodes with each of them set apart in turn."""
        for place, members in enumerate(partition):
            if len(members) > 1:
                chosen = members[:1] if only_first else members
                return [self._set_apart(partition, place, v) for v in chosen]
        return []

    def _set_apart(self, partition: Partition, place: int, v: int) -> Partition:
        self.spent += self.cost
        rest = tuple(u for u in partition[place] if u != v)
        return self.graph.refined((*partition[:place], (v,), rest, *partition[place + 1 :]))


def _classes(keys: Sequence[object]) -> Partition:
    """Positions grouped by equal keys, groups in the order of the keys."""
    ordered = sorted(range(len(keys)), key=lambda v: keys[v])  # type: ignore[arg-type, return-value]
    groups: list[list[int]] = []
    for v in ordered:
        if groups and keys[groups[-1][-1]] == keys[v]:
            groups[-1].append(v)
        else:
            groups.append([v])
    return tuple(tuple(group) for group in groups)
