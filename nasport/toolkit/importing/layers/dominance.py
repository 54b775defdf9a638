"""Dominators and postdominators of the values of a graph, and the layers between two values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from nasport.toolkit.importing.layers.layer import Layer, LayerGraph

LONGEST_WAY = 2_000  # largest number of layers to search between two values


class Dominance:
    """Dominators and postdominators of all values of a graph, by the name of the value.

    Attributes:
        dominators: nearest other value on all paths from the input to the value (immediate dominator); None for the input.
        postdominators: nearest other value on all paths from the value to the outputs; None if there is no such value.
        readers: layers that read the value.
    """

    def __init__(self, graph: LayerGraph) -> None:
        self._graph = graph
        self._position = {layer.output: position for position, layer in enumerate(graph.layers)}
        self.dominators = _dominators(graph)
        self.postdominators = _postdominators(graph)
        self.readers = graph.readers()

    def between(self, entry: str, leaving: str, most: int = LONGEST_WAY) -> list[Layer]:
        """Return the layers on paths between two values, in topological order.

        Args:
            entry: name of the first value.
            leaving: name of the last value.
            most: largest number of layers; the result is empty if there are more.
        """
        first, last = self._position.get(entry, -1), self._position[leaving]
        row = self._graph.layers[first + 1 : last + 1] if last - first <= LONGEST_WAY else []
        reached, reaching = {entry}, {leaving}
        for layer in row:
            if reached & set(layer.inputs):
                reached.add(layer.output)
        for layer in reversed(row):
            if layer.output in reaching:
                reaching.update(layer.inputs)
        layers = [layer for layer in row if layer.output in reached and layer.output in reaching]
        return layers if len(layers) <= most else []

    def is_closed(self, entry: str, layers: Sequence[Layer]) -> bool:
        """Return whether these layers read only the value `entry` from outside, and only the last output leaves them."""
        inner = {layer.output for layer in layers}
        if any(name != entry and name not in inner for layer in layers for name in layer.inputs):
            return False
        hidden = inner - {layers[-1].output}
        is_read_inside = (reader.output in inner for name in hidden for reader in self.readers[name])
        return not hidden & set(self._graph.outputs) and all(is_read_inside)


def chain(value: str, following: Mapping[str, str | None]) -> Iterator[str]:
    """Yield the values that follow a value, e.g. its dominator, the dominator of that, and so on."""
    name = following.get(value)
    while name is not None:
        yield name
        name = following.get(name)


def _dominators(graph: LayerGraph) -> dict[str, str | None]:
    """Return the immediate dominator of every value; None for the input."""
    tree = _Tree()
    tree.add(graph.input, None)
    for layer in graph.layers:
        tree.add(layer.output, tree.common_ancestor(layer.inputs))
    return tree.parents


def _postdominators(graph: LayerGraph) -> dict[str, str | None]:
    """Return the immediate postdominator of every value; None if there is none."""
    tree = _Tree()
    outputs = set(graph.outputs)
    readers: dict[str, list[str]] = {name: [] for name in graph.outputs}
    for layer in reversed(graph.layers):
        names = readers.get(layer.output, [])
        ends = layer.output in outputs or not names
        tree.add(layer.output, None if ends else tree.common_ancestor(names))
        for name in layer.inputs:
            readers.setdefault(name, []).append(layer.output)
    return tree.parents


class _Tree:
    """Tree of values to which leaves are added.

    Attributes:
        parents: parent of every value; None at the top.
        jumps: an ancestor of every value, chosen so that a search over n ancestors takes O(log n) steps.
        depth: number of ancestors of every value.
    """

    def __init__(self) -> None:
        self.parents: dict[str, str | None] = {}
        self.jumps: dict[str | None, str | None] = {None: None}
        self.depth: dict[str | None, int] = {None: -1}

    def add(self, name: str, parent: str | None) -> None:
        """Add a value below its parent."""
        jump = self.jumps[parent]
        far = self.jumps[jump]
        is_even = self.depth[parent] - self.depth[jump] == self.depth[jump] - self.depth[far]
        self.parents[name], self.depth[name] = parent, self.depth[parent] + 1
        self.jumps[name] = far if is_even and parent is not None else parent

    def common_ancestor(self, names: Sequence[str]) -> str | None:
        """Return the lowest common ancestor of values, which may be one of them; None if there is none."""
        common: str | None = names[0]
        for name in names[1:]:
            other: str | None = name
            if self.depth[common] > self.depth[other]:
                common, other = other, common
            while other is not None and self.depth[other] > self.depth[common]:
                jump = self.jumps[other]
                other = jump if self.depth[jump] >= self.depth[common] else self.parents[other]
            while common is not None and other is not None and common != other:
                if self.jumps[common] == self.jumps[other]:
                    common, other = self.parents[common], self.parents[other]
                else:
                    common, other = self.jumps[common], self.jumps[other]
            common = common if common == other else None
        return common
