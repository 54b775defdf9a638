"""Graphs within limits up to isomorphism, and the number of ways to label them with operators.

A graph has one input, one output and n vertices, all on a path from input to output; its edges lie in the upper triangle of the
adjacency matrix. Every order of the inner vertices gives the graph a code. The smallest code represents all isomorphic graphs,
and the orders that leave a graph unchanged are its symmetries. By Burnside's lemma a graph with g symmetries has
1/g * sum over the symmetries of operators^(number of cycles) different labelings of its inner vertices. For NAS-Bench-101
(7 vertices, 9 edges, 3 operators) the sum over all graphs is 423,624.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, permutations, product

import numpy as np
from numpy.typing import NDArray

# 7 vertices have 2^21 edge sets and 120 orders, which takes seconds. 8 vertices would have 2^28 and 720.
MAX_CLASS_VERTICES = 7
_CHUNK = 7  # number of edges that one lookup table of `_codes` covers

Order = tuple[int, ...]
Edges = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class GraphClass:
    """One graph up to isomorphism.

    Attributes:
        edges: pairs (source, target); vertex 0 is the input, the last vertex the output.
        symmetries: orders of the inner vertices (numbered from 0) that leave the graph unchanged.
    """

    edges: Edges
    symmetries: tuple[Order, ...]

    def labelings(self, operators: int) -> int:
        """Return the number of different labelings of the inner vertices, by Burnside's lemma."""
        total: int = sum(operators ** _cycles(order) for order in self.symmetries)
        return total // len(self.symmetries)

    def labels(self, operators: int) -> Iterator[tuple[int, ...]]:
        """Yield the different labelings: the smallest one of every set that the symmetries make equal."""
        inner = len(self.symmetries[0])
        others = self.symmetries[1:]
        for labels in product(range(operators), repeat=inner):
            if all(labels <= tuple(labels[v] for v in order) for order in others):
                yield labels


def graph_classes(vertices: int, max_edges: int) -> Iterator[GraphClass]:
    """Yield the graphs up to isomorphism.

    Args:
        vertices: number of vertices, including input and output.
        max_edges: maximum number of edges.
    """
    pairs = tuple(combinations(range(vertices), 2))
    candidates = _edge_sets(vertices, pairs, max_edges)
    orders = list(permutations(range(vertices - 2)))
    codes = np.stack([_codes(candidates, order, pairs, vertices) for order in orders])
    _, first = np.unique(codes.min(axis=0), return_index=True)
    for place in np.sort(first):
        same = np.flatnonzero(codes[:, place] == codes[0, place])
        edges = tuple(pair for bit, pair in enumerate(pairs) if candidates[place] >> bit & 1)
        yield GraphClass(edges, tuple(orders[k] for k in same))


def _edge_sets(vertices: int, pairs: Edges, max_edges: int) -> NDArray[np.int64]:
    """Return the edge sets (bit k: pair k) with at most `max_edges` edges and all vertices on a path from input to output."""
    sets = np.arange(1 << len(pairs), dtype=np.int64)
    keep = sum((sets >> bit) & 1 for bit in range(len(pairs))) <= max_edges
    for v in range(vertices):
        into = sum(1 << bit for bit, (_, target) in enumerate(pairs) if target == v)
        out_of = sum(1 << bit for bit, (source, _) in enumerate(pairs) if source == v)
        if v > 0:
            keep &= (sets & into) != 0
        if v < vertices - 1:
            keep &= (sets & out_of) != 0
    return sets[keep]


def _codes(sets: NDArray[np.int64], order: Order, pairs: Edges, vertices: int) -> NDArray[np.uint64]:
    """Return the codes of edge sets: adjacency matrices as numbers, with rows and columns in a given order.

    Lookup tables give the sum over `_CHUNK` edges at a time.
    """
    renamed = [0, *(v + 1 for v in order), vertices - 1] if vertices > 2 else [0, 1]
    weights = [1 << (renamed[u] * vertices + renamed[v]) for u, v in pairs]
    codes = np.zeros(len(sets), np.uint64)
    for start in range(0, len(pairs), _CHUNK):
        part = weights[start : start + _CHUNK]
        sums = [sum(w for bit, w in enumerate(part) if row >> bit & 1) for row in range(1 << len(part))]
        codes += np.array(sums, np.uint64)[(sets >> start) & ((1 << len(part)) - 1)]
    return codes


def _cycles(order: Order) -> int:
    """Return the number of cycles of a permutation."""
    seen: set[int] = set()
    count = 0
    for start in range(len(order)):
        count += start not in seen
        while start not in seen:
            seen.add(start)
            start = order[start]
    return count
