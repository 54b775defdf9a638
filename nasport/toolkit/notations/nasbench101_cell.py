"""NAS-Bench-101 cells as adjacency matrix and operators: pruning, limits, and the official hash.

The search space (Ying et al. 2019, section 2) has directed acyclic graphs with at most 7 vertices and 9 edges. The first vertex is
the input, the last vertex is the output, the others have one of three operators. Vertices that are not on a path from input to
output are removed first.
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
        edges: (n, n) adjacency matrix; `edges[u][v]` is 1 if v reads u, with u < v.
        operators: (n - 2,) indices into `OPERATORS` of the vertices between input and output.
    """

    edges: tuple[tuple[int, ...], ...]
    operators: tuple[int, ...]

    def pruned(self) -> Module:
        """Return the cell without the vertices that are not on a path from input to output.

        Raises:
            InputError: no path from input to output.
        """
        size = range(len(self.edges))
        after_input, before_output = {0}, {len(self.edges) - 1}
        for v in size:
            if any(self.edges[u][v] for u in after_input):
                after_input.add(v)
        for u in reversed(size):
            if any(self.edges[u][v] for v in before_output):
                before_output.add(u)
        kept = [v for v in size if v in after_input & before_output]
        if len(kept) < 2:
            raise InputError("no path from input to output, expected one in a NAS-Bench-101 cell")
        return self._taken(kept)

    def check(self) -> Module:
        """Check the limits of NAS-Bench-101.

        Returns:
            The same cell.

        Raises:
            InputError: no path from input to output, or too many vertices or edges.
        """
        if len(self.edges) > MAX_VERTICES:
            raise InputError(f"{len(self.edges)} vertices, expected at most {MAX_VERTICES} in NAS-Bench-101")
        edges = sum(map(sum, self.pruned().edges))
        if edges > MAX_EDGES:
            problem = f"{edges} edges on input-output paths, expected at most {MAX_EDGES} in NAS-Bench-101"
            raise InputError(problem)
        return self

    def hash(self) -> str:
        """Return the official module hash, the key of NAS-Bench-101's tables; isomorphic cells have equal hashes.

        The first hash of a vertex is the MD5 of (out-degree, in-degree, label), where the label of the input is -1 and that of
        the output is -2. In n rounds each vertex combines its hash with the sorted hashes of its sources and targets. The
        hash of the module is the MD5 of the sorted hashes of the vertices.
        """
        edges = self.pruned().edges
        labels = [-1, *self.pruned().operators, -2]
        size = range(len(edges))
        sources = [[u for u in size if edges[u][v]] for v in size]
        targets = [[v for v in size if edges[u][v]] for u in size]
        hashes = [_md5(str((len(targets[v]), len(sources[v]), labels[v]))) for v in size]
        for _ in size:
            neighbors = (sources, targets)
            joined = [["".join(sorted(hashes[u] for u in near[v])) for near in neighbors] for v in size]
            hashes = [_md5("|".join((*joined[v], hashes[v]))) for v in size]
        return _md5(str(sorted(hashes)))

    def equals(self, other: Module) -> bool:
        """Return whether two cells differ at most in the numbers of their vertices."""
        count = len(self.operators)
        if sorted(self.operators) != sorted(other.operators) or len(self.edges) != len(other.edges):
            return False
        last = len(self.edges) - 1
        return any(self._taken((0, *order, last)) == other for order in permutations(range(1, count + 1)))

    def _taken(self, vertices: Sequence[int]) -> Module:
        """Return the cell of some vertices in a given order; the first is the input, the last is the output."""
        edges = tuple(tuple(self.edges[u][v] for v in vertices) for u in vertices)
        return Module(edges, tuple(self.operators[v - 1] for v in vertices[1:-1]))


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()
