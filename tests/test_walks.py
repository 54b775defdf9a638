"""Statistics of random walks equal the expectation over all walks, enumerated one by one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="needs the extra 'train'")

from nasport.models.walks import short_paths, walk_sums  # noqa: E402


class Graph(NamedTuple):
    """The inputs of each node, two numbers of each node (the first is its trainable layers), and the outputs."""

    sources: list[list[int]]
    numbers: list[tuple[int, int]]
    ends: list[int]

    @property
    def adjacency(self) -> torch.Tensor:
        found = torch.zeros(1, len(self.sources), len(self.sources))
        for node, sources in enumerate(self.sources):
            found[0, node, sources] = 1.0
        return found

    def marked(self, nodes: list[int]) -> torch.Tensor:
        found = torch.zeros(1, len(self.sources))
        found[0, nodes] = 1.0
        return found

    def walks(self) -> Iterator[tuple[float, list[int]]]:
        """Yield every walk from an output to a node without inputs, with its probability."""
        for end in self.ends:
            yield from self._from(end, 1 / len(self.ends))

    def _from(self, node: int, chance: float) -> Iterator[tuple[float, list[int]]]:
        if not self.sources[node]:
            yield chance, [node]
        for source in self.sources[node]:
            for found, nodes in self._from(source, chance / len(self.sources[node])):
                yield found, [node, *nodes]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    count = draw(st.integers(1, 7))
    sources = [
        sorted(draw(st.sets(st.integers(0, max(node - 1, 0)), max_size=3 * (node > 0))))
        for node in range(count)
    ]
    numbers = draw(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9)), min_size=count, max_size=count))
    ends = draw(st.sets(st.integers(0, count - 1), min_size=1, max_size=2))
    return Graph(sources, numbers, sorted(ends))


@given(graphs(), st.data())
@settings(max_examples=80, deadline=None)
def test_walk_sums_equal_the_mean_over_all_walks(graph: Graph, data: st.DataObject) -> None:
    starts = [node for node, sources in enumerate(graph.sources) if not sources]
    inputs = sorted(data.draw(st.sets(st.sampled_from(starts))))
    sums, short = [0.0, 0.0], 0.0
    for chance, nodes in graph.walks():
        layers, others = (sum(graph.numbers[node][place] for node in nodes) for place in (0, 1))
        sums = [sums[0] + chance * layers, sums[1] + chance * others]
        short += chance * 0.5**layers * (nodes[-1] in inputs)
    numbers, ends = torch.tensor([graph.numbers]).float(), graph.marked(graph.ends)
    assert walk_sums(graph.adjacency, numbers, ends)[0].tolist() == pytest.approx(sums, abs=1e-4)
    found = short_paths(graph.adjacency, numbers[:, :, 0], graph.marked(inputs), ends)
    assert found.item() == pytest.approx(short, abs=1e-5)


def test_all_nodes_of_a_long_chain_count() -> None:
    """64 nodes are the longest path that counts completely."""
    chain = Graph([[], *([node] for node in range(63))], [(0, 1)] * 64, [63])
    numbers, ends = torch.tensor([chain.numbers]).float(), chain.marked([63])
    assert walk_sums(chain.adjacency, numbers, ends)[0].tolist() == [0, 64]
    assert short_paths(chain.adjacency, numbers[:, :, 0], chain.marked([0]), ends).item() == 1


def test_walk_sums_without_an_output_are_zero() -> None:
    graph = Graph([[], [0]], [(1, 1)] * 2, [])
    numbers, ends = torch.tensor([graph.numbers]).float(), graph.marked([])
    assert walk_sums(graph.adjacency, numbers, ends)[0].tolist() == [0, 0]
    assert short_paths(graph.adjacency, numbers[:, :, 0], graph.marked([0]), ends).item() == 0
