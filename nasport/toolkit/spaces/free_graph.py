"""Cells that are any directed acyclic graph under limits (NAS-Bench-101).

Vertices stand in a row, input first, output last. One gene for every pair says whether the earlier feeds the later,
one for every inner vertex what it is. Vertices on no path from input to output, and their edges, count for nothing, as
in NAS-Bench-101 (section 2.1): a row of 7 holds every smaller cell as well. The same cell can therefore be written in
many ways, and sampling, which is uniform over valid rows of genes, meets cells with many spellings more often.
`enumerate` and `size` take every cell once, up to isomorphism (`graph_classes.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property
from itertools import combinations

from nasport.schemas.architecture import Cell, Node
from nasport.schemas.space import GraphChoice, SpaceCell
from nasport.toolkit.spaces.genes import Allowed, Gene, Genes, Part
from nasport.toolkit.spaces.graph_classes import MAX_CLASS_VERTICES, GraphClasses
from nasport.toolkit.spaces.template import mixed

INPUT, OUTPUT = "input", "output"


class FreeGraphCell(Part):
    """A cell that is any graph with one input and one output under limits."""

    def __init__(self, name: str, cell: SpaceCell) -> None:
        assert isinstance(cell.body, GraphChoice)
        self.rules = cell.body
        self.role, self.channels = cell.role, cell.channels
        self.count = cell.body.max_vertices
        self.pairs = tuple(combinations(range(self.count), 2))
        self.genes = (
            *(Gene(f"cells.{name}.{a}->{b}", "edge", ("absent", "present")) for a, b in self.pairs),
            *(
                Gene(f"cells.{name}.{v}.op", "operator", self.rules.operators)
                for v in range(1, self.count - 1)
            ),
        )
        self.exact = self.count <= MAX_CLASS_VERTICES

    def valid(self, values: Genes) -> bool:
        """Whether a path leads from input to output and what lies on paths keeps the limits."""
        sources = self._sources(values)
        live = self._live(sources)
        if not live >> (self.count - 1) & 1:
            return False
        edges = sum((s & live).bit_count() for v, s in enumerate(sources) if live >> v & 1)
        return edges <= self.rules.max_edges and live.bit_count() >= self.rules.min_vertices

    def build(self, values: Genes) -> Cell:
        """The cell of these genes, only what lies on a path from input to output."""
        sources = self._sources(values)
        live = self._live(sources)
        nodes = [Node(INPUT, INPUT)]
        for v in range(1, self.count):
            if live >> v & 1:
                fed = tuple(self._id(u) for u in range(v) if (sources[v] & live) >> u & 1)
                nodes.append(self._node(v, fed, [self.rules.operators[self._operator(values, v)]]))
        return Cell(tuple(nodes), self.role, self.channels)

    def supernet(self, allowed: Allowed) -> Cell:
        """All edges that are still allowed, the operators of the vertices as candidates."""
        nodes = [Node(INPUT, INPUT)]
        edges = {pair for gene, pair in enumerate(self.pairs) if 1 in allowed[gene]}
        for v in range(1, self.count):
            fed = tuple(self._id(u) for u in range(v) if (u, v) in edges)
            kept = allowed[len(self.pairs) + v - 1] if v < self.count - 1 else (0,)
            nodes.append(self._node(v, fed, [self.rules.operators[value] for value in sorted(kept)]))
        return Cell(tuple(nodes), self.role, self.channels)

    def size(self) -> int:
        """The number of cells up to isomorphism; above 7 vertices the number of rows of genes, an upper bound."""
        return self._classes.size() if self.exact else super().size()

    def enumerate(self) -> Iterator[Genes]:
        """Every cell once, up to isomorphism; above 7 vertices every valid row of genes."""
        if not self.exact:
            return (values for values in super().enumerate() if self.valid(values))
        return (self.genes_from(edges, ops) for edges, ops in self._classes.members())

    def genes_from(self, edges: Collection[tuple[int, int]], operators: tuple[int, ...]) -> Genes:
        """Genes of a cell whose vertices are 0 (input), 1, ... and, last, the output; unused vertices idle.

        Args:
            edges: (source, target), targets later than sources.
            operators: of the inner vertices, as indices.
        """
        last = len(operators) + 1
        moved = {(u, self.count - 1 if v == last else v) for u, v in edges}
        bits = tuple(int(pair in moved) for pair in self.pairs)
        return bits + operators + (0,) * (self.count - 2 - len(operators))

    @cached_property
    def _classes(self) -> GraphClasses:
        rules = self.rules
        return GraphClasses(rules.min_vertices, rules.max_vertices, rules.max_edges, len(rules.operators))

    def _operator(self, values: Genes, v: int) -> int:
        return values[len(self.pairs) + v - 1] if v < self.count - 1 else 0

    def _id(self, v: int) -> str:
        return INPUT if v == 0 else str(v)

    def _node(self, v: int, fed: tuple[str, ...], operators: Collection[str]) -> Node:
        if v == self.count - 1:
            return Node(OUTPUT, OUTPUT, fed, self.rules.output_join)
        return mixed(str(v), operators, Node(str(v), "", fed, self.rules.join))

    def _sources(self, values: Genes) -> list[int]:
        """For each vertex the set of vertices that feed it, as bits."""
        sources = [0] * self.count
        for bit, (u, v) in zip(values, self.pairs, strict=False):
            sources[v] |= bit << u
        return sources

    def _live(self, sources: list[int]) -> int:
        """The vertices on a path from input to output, as bits."""
        reached = 1
        for v in range(1, self.count):
            if sources[v] & reached:
                reached |= 1 << v
        reaching = 1 << (self.count - 1)
        for v in range(self.count - 1, 0, -1):
            if reaching >> v & 1:
                reaching |= sources[v]
        return reached & reaching
