"""Find the exact canonical order of one small graph: individualize a node, refine the colors, compare the results.

`canonical.py` uses it if color refinement leaves nodes with equal colors that are not twins. Most such nodes belong to
equal branches, whose order does not matter (`_Search.settle`). In the other cases the search individualizes every node of
the first class with ties in turn, and the canonical order is the one with the smallest certificate. If the greedy descent
of a node has the same certificate as that of an earlier node, an automorphism maps one node to the other, and the search
skips it; so symmetric graphs take little time.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

Certificate = list[list[int]]

# Number of nodes and edges that a search may visit, which takes a fraction of a second. Only graphs with a symmetry that
# architectures do not have need more; then the best order so far is used, which may not be canonical.
MAX_WORK = 500_000

# A position and a label are combined in one number, position * _LABELS + label.
_LABELS = 1 << 32


def exact_order(kinds: NDArray[np.uint64], labels: NDArray[np.int32]) -> list[int]:
    """Return a topological order that is the same for isomorphic graphs.

    Args:
        kinds: (N,) digest of the kind of each node.
        labels: (N, N) label of the edge from each column to each row, lower triangular.

    Returns:
        for each position in the new order, the position of its node in `kinds`.
    """
    search = _Search(labels)
    return search.best(search.start(kinds.tolist()))[1]


class _Partition:
    """An ordered partition of the nodes into classes.

    Attributes:
        classes: nodes of each class in ascending order, by the position of the class in the node order.
        colors: for every node the position of its class.
    """

    def __init__(self, classes: dict[int, list[int]], colors: list[int]) -> None:
        self.classes, self.colors = classes, colors

    def split(self, place: int, groups: Sequence[list[int]]) -> list[int]:
        """Replace the class at `place` by groups of its nodes, and return the nodes whose colors change."""
        for members in groups:
            self.classes[place] = members
            for v in members:
                self.colors[v] = place
            place += len(members)
        return [v for members in groups[1:] for v in members]


class _Search:
    """Search for the canonical order of one graph, given by its labels."""

    def __init__(self, labels: NDArray[np.int32]) -> None:
        size = range(len(labels))
        self.sources: list[list[tuple[int, int]]] = [[] for _ in size]
        self.targets: list[list[tuple[int, int]]] = [[] for _ in size]
        targets, sources = labels.nonzero()
        edges = zip(targets.tolist(), sources.tolist(), labels[targets, sources].tolist(), strict=True)
        for v, u, label in edges:
            self.sources[v].append((u, label))
            self.targets[u].append((v, label))
        self.cost = len(labels) + len(targets)
        self.spent = 0

    def start(self, kinds: Sequence[int]) -> _Partition:
        """Return the refined classes of equal depth and kind; every refinement of them is a topological order."""
        depths: list[int] = []
        for sources in self.sources:
            depths.append(max([depths[u] + 1 for u, _ in sources], default=0))
        nodes = list(range(len(kinds)))
        partition = _Partition({}, [0] * len(nodes))
        partition.split(0, _grouped(nodes, list(zip(depths, kinds, strict=True))))
        return self._refined(partition, nodes)

    def best(self, partition: _Partition) -> tuple[Certificate, list[int]]:
        """Return the smallest certificate among the refinements of a partition, and its order."""
        order, tied = self.settle(partition)
        if not tied:
            return self._certificate(order), order
        found: list[tuple[Certificate, list[int]]] = []
        tried: list[Certificate] = []
        for v in tied[:1] if self.spent > MAX_WORK else tied:
            if found and self.spent > MAX_WORK:
                break
            choice = self._set_apart(partition, v)
            greedy = self._greedy(choice)
            if greedy not in tried:
                tried.append(greedy)
                found.append(self.best(choice))
        return min(found)

    def settle(self, partition: _Partition) -> tuple[list[int], list[int]]:
        """Return the nodes in order and the first class that must be searched, which is empty if the order is final.

        A class is linked to another one if each of its nodes is fed by some nodes of the other class, but not by all of
        them in the same way. Nodes that feed each other across linked classes form a branch. After refinement, all nodes
        of a class have the same links. So if every branch that meets a class has one node of each linked class, these
        branches are equal, exchanging two of them is an automorphism, and their order does not matter. Twins are branches
        of one node.
        """
        classes, colors = partition.classes, partition.colors
        open_classes = {place: members for place, members in sorted(classes.items()) if len(members) > 1}
        branches = {v: {v} for members in open_classes.values() for v in members}
        for members in open_classes.values():
            ways = [(colors[u], label) for u, label in self.sources[members[0]]]
            linked = {way for way in ways if ways.count(way) < len(classes[way[0]])}
            for v in members if linked else ():
                for u, label in self.sources[v]:
                    if (colors[u], label) in linked and branches[u] is not branches[v]:
                        joined = branches[u] | branches[v]
                        branches.update(dict.fromkeys(joined, joined))
        heads = {v: min(branch) for v, branch in branches.items()}
        wide = {
            heads[v]
            for members in open_classes.values()
            if len({heads[v] for v in members}) < len(members)
            for v in members
        }
        tied = next((members for members in open_classes.values() if heads[members[0]] in wide), [])
        in_order = {place: sorted(members, key=heads.__getitem__) for place, members in open_classes.items()}
        return [v for place in sorted(classes) for v in in_order.get(place, classes[place])], tied

    def _greedy(self, partition: _Partition) -> Certificate:
        order, tied = self.settle(partition)
        while tied:
            order, tied = self.settle(partition := self._set_apart(partition, tied[0]))
        return self._certificate(order)

    def _set_apart(self, partition: _Partition, v: int) -> _Partition:
        self.spent += self.cost
        place = partition.colors[v]
        rest = [u for u in partition.classes[place] if u != v]
        finer = _Partition(dict(partition.classes), list(partition.colors))
        return self._refined(finer, finer.split(place, [[v], rest]))

    def _refined(self, partition: _Partition, moved: list[int]) -> _Partition:
        """Split the classes by the neighbors of their nodes until nothing changes, and return the partition.

        The order of the new classes depends on the order of the splits. So the refinement works in rounds, each of which
        uses the colors of the previous round.

        Args:
            partition: partition, which is changed in place.
            moved: nodes whose colors have changed.
        """
        classes, colors = partition.classes, partition.colors
        while moved:
            near = {colors[v] for u in moved for v, _ in (*self.sources[u], *self.targets[u])}
            groups = {
                place: _grouped(classes[place], [self._key(v, colors) for v in classes[place]])
                for place in near
                if len(classes[place]) > 1
            }
            moved = [
                v for place, found in groups.items() if len(found) > 1 for v in partition.split(place, found)
            ]
        return partition

    def _key(self, v: int, colors: Sequence[int]) -> tuple[list[int], list[int]]:
        """Return the colors and labels of the neighbors of a node, sorted: sources, then targets."""
        return (
            sorted([colors[u] * _LABELS + label for u, label in self.sources[v]]),
            sorted([colors[w] * _LABELS + label for w, label in self.targets[v]]),
        )

    def _certificate(self, order: Sequence[int]) -> Certificate:
        """Write the graph in an order as the labeled sources of every node; all orders agree in the kinds."""
        places = {v: place for place, v in enumerate(order)}
        return [sorted([places[u] * _LABELS + label for u, label in self.sources[v]]) for v in order]


def _grouped(nodes: Sequence[int], keys: Sequence[object]) -> list[list[int]]:
    """Group nodes by equal keys, in the order of the keys."""
    if keys.count(keys[0]) == len(keys):
        return [list(nodes)]
    ordered = sorted(range(len(nodes)), key=keys.__getitem__)  # type: ignore[arg-type]
    return [[nodes[k] for k in group] for _, group in groupby(ordered, keys.__getitem__)]
