"""A NAS-Bench-101 cell as adjacency matrix and operators: pruning, limits, and the official hash.

The space (Ying et al. 2019, section 2): directed acyclic graphs of at most 7 vertices and 9 edges, the first vertex the
input, the last the output, three operators for the others. Vertices on no path from input to output are dropped before
anything is counted or built.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import md5
from itertools import permutations

from nasport.schemas.errors import InputError

OPERATORS = ("conv3x3-bn-relu", "conv1x1-bn-relu", "maxpool3x3")
MAX_VERTICES = 7
MAX_EDGES = 9


@dataclass(frozen=True)
class Module:
    """A cell of n vertices.

    Attributes:
        edges: n rows of n; `edges[u][v]` is 1 where u feeds v, always u < v.
        operators: of the n - 2 vertices between input and output, indices into `OPERATORS`.
    """

    edges: tuple[tuple[int, ...], ...]
    operators: tuple[int, ...]

    def pruned(self) -> Module:
        """Without the vertices on no path from input to output.

        Raises:
            InputError: there is no such path.
        """
        size = range(len(self.edges))
        reached, reaching = {0}, {len(self.edges) - 1}
        for v in size:
            if any(self.edges[u][v] for u in reached):
                reached.add(v)
        for u in reversed(size):
            if any(self.edges[u][v] for v in reaching):
                reaching.add(u)
        kept = [v for v in size if v in reached & reaching]
        if len(kept) < 2:
            raise InputError("no path from input to output, expected one in a NAS-Bench-101 cell")
        return self._taken(kept)

    def check(self) -> Module:
        """The same module, within the limits of the space.

        Raises:
            InputError: no path, or more vertices or edges than the space has.
        """
        if len(self.edges) > MAX_VERTICES:
            raise InputError(f"{len(self.edges)} vertices, expected at most {MAX_VERTICES} in NAS-Bench-101")
        edges = sum(map(sum, self.pruned().edges))
        if edges > MAX_EDGES:
            problem = f"{edges} edges on input-output paths, expected at most {MAX_EDGES} in NAS-Bench-101"
            raise InputError(problem)
        return self

    def hash(self) -> str:
        """The official module hash: equal for isomorphic cells, the key of NAS-Bench-101's tables.

        Every vertex begins with the MD5 of (out-degree, in-degree, label), the input's label being -1 and the
        output's -2; n times it takes the sorted hashes of its sources and targets into its own; the sorted hashes
        give the module's.
        """
        edges = self.pruned().edges
        labels = [-1, *self.pruned().operators, -2]
        size = range(len(edges))
        sources = [[u for u in size if edges[u][v]] for v in size]
        targets = [[v for v in size if edges[u][v]] for u in size]
        hashes = [_md5(str((len(targets[v]), len(sources[v]), labels[v]))) for v in size]
        for _ in size:
            around = (sources, targets)
            joined = [["".join(sorted(hashes[u] for u in near[v])) for near in around] for v in size]
            hashes = [_md5("|".join((*joined[v], hashes[v]))) for v in size]
        return _md5(str(sorted(hashes)))

    def equals(self, other: Module) -> bool:
        """Whether both are one graph with their vertices numbered in different ways."""
        count = len(self.operators)
        if sorted(self.operators) != sorted(other.operators) or len(self.edges) != len(other.edges):
            return False
        last = len(self.edges) - 1
        return any(self._taken((0, *order, last)) == other for order in permutations(range(1, count + 1)))

    def _taken(self, vertices: Sequence[int]) -> Module:
        """The module of some of the vertices, in this order, the first and the last being the input and the output."""
        edges = tuple(tuple(self.edges[u][v] for v in vertices) for u in vertices)
        return Module(edges, tuple(self.operators[v - 1] for v in vertices[1:-1]))


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()
