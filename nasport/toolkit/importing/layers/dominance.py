"""What lies around a layer: values that all ways to it and from it pass, and the layers between two values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from nasport.toolkit.importing.layers.layer import Layer, LayerGraph

LONGEST_WAY = 2_000  # layers in order that are searched


class Surroundings:
    """Of all values of a graph.

    Attributes:
        before: the nearest value that all ways from the input pass (its immediate dominator); None of the input.
        behind: the nearest value that all ways to the output pass; None where there is none.
        readers: layers that read it.
    """

    def __init__(self, graph: LayerGraph) -> None:
        self._graph = graph
        self._place = {layer.output: number for number, layer in enumerate(graph.layers)}
        self.before = _dominators(graph)
        self.behind = _postdominators(graph)
        self.readers = graph.readers()

    def between(self, entry: str, leaving: str, most: int = LONGEST_WAY) -> list[Layer]:
        """Layers on a path from one value to another; none where they are more than `most`."""
        first, last = self._place.get(entry, -1), self._place[leaving]
        row = self._graph.layers[first + 1 : last + 1] if last - first <= LONGEST_WAY else []
        reached, reaching = {entry}, {leaving}
        for layer in row:
            if reached & set(layer.inputs):
                reached.add(layer.output)
        for layer in reversed(row):
            if layer.output in reaching:
                reaching.update(layer.inputs)
        found = [layer for layer in row if layer.output in reached and layer.output in reaching]
        return found if len(found) <= most else []

    def is_closed(self, entry: str, layers: Sequence[Layer]) -> bool:
        """Whether one value alone enters these layers, and that of the last alone leaves them."""
        inner = {layer.output for layer in layers}
        if any(name != entry and name not in inner for layer in layers for name in layer.inputs):
            return False
        hidden = inner - {layers[-1].output}
        read = (reader.output in inner for name in hidden for reader in self.readers[name])
        return not hidden & set(self._graph.outputs) and all(read)


def chain(value: str, following: Mapping[str, str | None]) -> Iterator[str]:
    """Values from one on, one after the other."""
    name = following.get(value)
    while name is not None:
        yield name
        name = following.get(name)


def _dominators(graph: LayerGraph) -> dict[str, str | None]:
    """Of every value the nearest one that all ways from the input to it pass (its immediate dominator)."""
    ways = _Ways()
    ways.put(graph.input, None)
    for layer in graph.layers:
        ways.put(layer.output, ways.meeting(layer.inputs))
    return ways.above


def _postdominators(graph: LayerGraph) -> dict[str, str | None]:
    """Of every value the nearest one that all ways from it to the output pass; None where there is none."""
    ways = _Ways()
    outputs = set(graph.outputs)
    readers: dict[str, list[str]] = {name: [] for name in graph.outputs}
    for layer in reversed(graph.layers):
        names = readers.get(layer.output, [])
        ends = layer.output in outputs or not names
        ways.put(layer.output, None if ends else ways.meeting(names))
        for name in layer.inputs:
            readers.setdefault(name, []).append(layer.output)
    return ways.above


class _Ways:
    """A tree of values that grows at its ends.

    Attributes:
        above: of every value the next one on its way up; None at the top.
        jumps: one further up, so that a way of n values is gone in the order of log n steps.
        depth: how many are above.
    """

    def __init__(self) -> None:
        self.above: dict[str, str | None] = {}
        self.jumps: dict[str | None, str | None] = {None: None}
        self.depth: dict[str | None, int] = {None: -1}

    def put(self, name: str, above: str | None) -> None:
        """A value below another one."""
        jump = self.jumps[above]
        far = self.jumps[jump]
        even = self.depth[above] - self.depth[jump] == self.depth[jump] - self.depth[far]
        self.above[name], self.depth[name] = above, self.depth[above] + 1
        self.jumps[name] = far if even and above is not None else above

    def meeting(self, names: Sequence[str]) -> str | None:
        """Where the ways up from several values meet."""
        one: str | None = names[0]
        for name in names[1:]:
            other: str | None = name
            if self.depth[one] > self.depth[other]:
                one, other = other, one
            while other is not None and self.depth[other] > self.depth[one]:
                jump = self.jumps[other]
                other = jump if self.depth[jump] >= self.depth[one] else self.above[other]
            while one is not None and other is not None and one != other:
                if self.jumps[one] == self.jumps[other]:
                    one, other = self.above[one], self.above[other]
                else:
                    one, other = self.jumps[one], self.jumps[other]
            one = one if one == other else None
        return one
