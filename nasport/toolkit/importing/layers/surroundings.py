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
    found: dict[str, str | None] = {graph.input: None}
    depth = {graph.input: 0}
    for layer in graph.layers:
        common = _common(layer.inputs, found, depth)
        found[layer.output], depth[layer.output] = common, depth.get(common or "", -1) + 1
    return found


def _postdominators(graph: LayerGraph) -> dict[str, str | None]:
    """Of every value the nearest one that all ways from it to the output pass; None where there is none."""
    found: dict[str, str | None] = {}
    depth: dict[str, int] = {}
    readers: dict[str, list[str]] = {name: [] for name in graph.outputs}
    for layer in reversed(graph.layers):
        names = readers.get(layer.output, [])
        ends = layer.output in graph.outputs
        common = None if ends or not names else _common(tuple(names), found, depth)
        found[layer.output], depth[layer.output] = common, depth.get(common or "", -1) + 1
        for name in layer.inputs:
            readers.setdefault(name, []).append(layer.output)
    return found


def _common(names: tuple[str, ...], above: Mapping[str, str | None], depth: Mapping[str, int]) -> str | None:
    """Where the ways up from several values meet."""
    meeting: str | None = names[0]
    for other in names[1:]:
        one: str | None = other
        while meeting != one:
            if meeting is None or one is None:
                return None
            if depth[meeting] >= depth[one]:
                meeting = above[meeting]
            else:
                one = above[one]
    return meeting
