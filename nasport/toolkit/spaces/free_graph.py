"""Cells that are any directed acyclic graph under limits (NAS-Bench-101).

Vertices stand in a row, input first, output last. One gene for every pair says whether the earlier feeds the later,
one for every inner vertex what it is. Vertices on no path from input to output, and their edges, count for nothing, as
in NAS-Bench-101 (section 2.1): a row of 7 holds every smaller cell as well. The same cell can therefore be written in
many ways, and sampling, which is uniform over valid rows of genes, meets cells with many spellings more often.
`enumerate` and `size` take every cell once, up to isomorphism (`graph_classes.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import combinations

from nasport.schemas.architecture import Cell, Node
from nasport.schemas.space import GraphChoice, SpaceCell
from nasport.toolkit.spaces.genes import Allowed, Gene, Genes, Part
from nasport.toolkit.spaces.graph_classes import MAX_CLASS_VERTICES, GraphClass, graph_classes
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
        edges = [Gene(f"cells.{name}.{a}->{b}", "edge", ("absent", "present")) for a, b in self.pairs]
        inner, operators = range(1, self.count - 1), self.rules.operators
        super().__init__([*edges, *(Gene(f"cells.{name}.{v}.op", "operator", operators) for v in inner)])
        self.exact = self.count <= MAX_CLASS_VERTICES

    def valid(self, values: Genes) -> bool:
        """Whether a path leads from input to output and what lies on paths keeps the limits."""
        sources, live = self._sources_and_live(values)
        if not live >> (self.count - 1) & 1:
            return False
        edges = sum((s & live).bit_count() for v, s in enumerate(sources) if live >> v & 1)
        return edges <= self.rules.max_edges and live.bit_count() >= self.rules.min_vertices

    def build(self, values: Genes) -> Cell:
        """The cell of these genes, only what lies on a path from input to output."""
        sources, live = self._sources_and_live(values)
        operators = values[len(self.pairs) :]
        return self._cell(
            (v, [u for u in range(v) if (sources[v] & live) >> u & 1], operators[v - 1 : v])
            for v in range(1, self.count)
            if live >> v & 1
        )

    def supernet(self, allowed: Allowed) -> Cell:
        """All edges that are still allowed, the operators of the vertices as candidates."""
        edges = {pair for gene, pair in enumerate(self.pairs) if 1 in allowed[gene]}
        operators = [sorted(allowed[len(self.pairs) + v]) for v in range(self.count - 2)]
        return self._cell(
            (v, [u for u in range(v) if (u, v) in edges], (*operators, [])[v - 1])
            for v in range(1, self.count)
        )

    def size(self) -> int:
        """The number of cells up to isomorphism; above 7 vertices the number of rows of genes, an upper bound."""
        if not self.exact:
            return super().size()
        return sum(graph.labellings(len(self.rules.operators)) for graph in self._graphs)

    def enumerate(self) -> Iterator[Genes]:
        """Every cell once, up to isomorphism; above 7 vertices every valid row of genes."""
        if not self.exact:
            return (values for values in super().enumerate() if self.valid(values))
        count = len(self.rules.operators)
        return (self.genes_from(graph.edges, ops) for graph in self._graphs for ops in graph.labels(count))

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
    def _graphs(self) -> tuple[GraphClass, ...]:
        """All graphs up to isomorphism, small ones first, without operators."""
        sizes = range(self.rules.min_vertices, self.rules.max_vertices + 1)
        return tuple(graph for size in sizes for graph in graph_classes(size, self.rules.max_edges))

    def _cell(self, vertices: Iterable[tuple[int, list[int], Sequence[int]]]) -> Cell:
        """The cell of some vertices, each with those that feed it and what it may be."""
        nodes = [Node(INPUT, INPUT)]
        for v, fed, values in vertices:
            sources = tuple(INPUT if u == 0 else str(u) for u in fed)
            if v == self.count - 1:
                nodes.append(Node(OUTPUT, OUTPUT, sources, self.rules.output_join))
            else:
                operators = [self.rules.operators[value] for value in values]
                nodes.append(mixed(operators, Node(str(v), "", sources, self.rules.join)))
        return Cell(tuple(nodes), self.role, self.channels)

    def _sources_and_live(self, values: Genes) -> tuple[list[int], int]:
        """For each vertex those that feed it, and the vertices on a path from input to output, as bits."""
        sources = [0] * self.count
        for bit, (u, v) in zip(values, self.pairs, strict=False):
            sources[v] |= bit << u
        reached, reaching = 1, 1 << (self.count - 1)
        for v in range(1, self.count):
            if sources[v] & reached:
                reached |= 1 << v
        for v in range(self.count - 1, 0, -1):
            if reaching >> v & 1:
                reaching |= sources[v]
        return sources, reached & reaching
