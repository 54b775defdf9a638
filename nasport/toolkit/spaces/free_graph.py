"""Cells that are any directed acyclic graph within limits (NAS-Bench-101).

The vertices are ordered: first the input, last the output. Each pair of vertices has a gene for the edge from the earlier to the
later one, and each inner vertex has a gene for its operator. Vertices that are not on a path from input to output are ignored
with their edges, as in NAS-Bench-101 (section 2.1), so that genes for 7 vertices also express all smaller cells. Therefore many
genes express the same cell. `sample` is uniform over valid genes and prefers cells that many genes express. `enumerate` and
`size` count every cell once, up to isomorphism (`graph_classes.py`).
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
    """Genes of a cell that is any graph with one input and one output within limits."""

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
        """Return whether a path leads from input to output, and the reachable graph is within the limits."""
        sources, reachable = self._sources_and_reachable(values)
        if not reachable >> (self.count - 1) & 1:
            return False
        edges = sum((s & reachable).bit_count() for v, s in enumerate(sources) if reachable >> v & 1)
        return edges <= self.rules.max_edges and reachable.bit_count() >= self.rules.min_vertices

    def build(self, values: Genes) -> Cell:
        """Build the cell of genes from the vertices on a path from input to output."""
        sources, reachable = self._sources_and_reachable(values)
        operators = values[len(self.pairs) :]
        return self._cell(
            (v, [u for u in range(v) if (sources[v] & reachable) >> u & 1], operators[v - 1 : v])
            for v in range(1, self.count)
            if reachable >> v & 1
        )

    def supernet(self, allowed: Allowed) -> Cell:
        """Build the cell with all allowed edges, and with the allowed operators of a vertex as candidates."""
        edges = {pair for gene, pair in enumerate(self.pairs) if 1 in allowed[gene]}
        operators = [sorted(allowed[len(self.pairs) + v]) for v in range(self.count - 2)]
        return self._cell(
            (v, [u for u in range(v) if (u, v) in edges], (*operators, [])[v - 1])
            for v in range(1, self.count)
        )

    def size(self) -> int:
        """Return the number of cells up to isomorphism; for more than 7 vertices an upper bound, the number of genes."""
        if not self.exact:
            return super().size()
        return sum(graph.labelings(len(self.rules.operators)) for graph in self._graphs)

    def enumerate(self) -> Iterator[Genes]:
        """Yield the genes of every cell once, up to isomorphism; for more than 7 vertices all valid genes."""
        if not self.exact:
            return (values for values in super().enumerate() if self.valid(values))
        count = len(self.rules.operators)
        return (self.genes_from(graph.edges, ops) for graph in self._graphs for ops in graph.labels(count))

    def genes_from(self, edges: Collection[tuple[int, int]], operators: tuple[int, ...]) -> Genes:
        """Return the genes of a cell with the vertices 0 (input), 1, ... and last the output.

        Args:
            edges: pairs (source, target) with source < target.
            operators: operator indices of the inner vertices.
        """
        last = len(operators) + 1
        moved = {(u, self.count - 1 if v == last else v) for u, v in edges}
        bits = tuple(int(pair in moved) for pair in self.pairs)
        return bits + operators + (0,) * (self.count - 2 - len(operators))

    @cached_property
    def _graphs(self) -> tuple[GraphClass, ...]:
        """All graphs without operators, up to isomorphism and by number of vertices."""
        sizes = range(self.rules.min_vertices, self.rules.max_vertices + 1)
        return tuple(graph for size in sizes for graph in graph_classes(size, self.rules.max_edges))

    def _cell(self, vertices: Iterable[tuple[int, list[int], Sequence[int]]]) -> Cell:
        """Build a cell from vertices, each with its sources and the indices of its candidate operators."""
        nodes = [Node(INPUT, INPUT)]
        for v, source_vertices, values in vertices:
            sources = tuple(INPUT if u == 0 else str(u) for u in source_vertices)
            if v == self.count - 1:
                nodes.append(Node(OUTPUT, OUTPUT, sources, self.rules.output_join))
            else:
                operators = [self.rules.operators[value] for value in values]
                nodes.append(mixed(operators, Node(str(v), "", sources, self.rules.join)))
        return Cell(tuple(nodes), self.role, self.channels)

    def _sources_and_reachable(self, values: Genes) -> tuple[list[int], int]:
        """Return the sources of each vertex, and the vertices on a path from input to output, as bit sets."""
        sources = [0] * self.count
        for bit, (u, v) in zip(values, self.pairs, strict=False):
            sources[v] |= bit << u
        after_input, before_output = 1, 1 << (self.count - 1)
        for v in range(1, self.count):
            if sources[v] & after_input:
                after_input |= 1 << v
        for v in range(self.count - 1, 0, -1):
            if before_output >> v & 1:
                before_output |= sources[v]
        return sources, after_input & before_output
