"""Segments of a network: the layers between two values through which all data passes. A segment becomes a block or a cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nasport.runtime.operators.quantities import Shape as Map
from nasport.toolkit.importing.layers.layer import Layer, LayerGraph


@dataclass(frozen=True)
class Segment:
    """Layers between two values through which all data of the network passes.

    Attributes:
        input: name of the value that the segment reads.
        layers: layers in topological order; the last computes the output.
        outputs: names of the output values; only the last segment of a network may have several.
    """

    input: str
    layers: tuple[Layer, ...]
    outputs: tuple[str, ...]

    @property
    def target(self) -> Map:
        """Feature map that the segment returns."""
        return self.layers[-1].target

    @property
    def single(self) -> Layer | None:
        """The layer, if the segment has only one and it reads one value; otherwise None."""
        layer = self.layers[0]
        return layer if len(self.layers) == 1 and layer.inputs == (self.input,) else None


def segments(graph: LayerGraph) -> list[Segment]:
    """Split a network into segments; an activation or a shuffle after a join belongs to the segment of the join."""
    joined: list[Segment] = []
    for segment in _cut(graph):
        single = segment.single
        before = joined[-1] if joined else None
        if single is not None and before is not None and belongs(before.layers, single):
            joined[-1] = Segment(before.input, (*before.layers, single), segment.outputs)
        else:
            joined.append(segment)
    return joined


def belongs(before: tuple[Layer, ...], layer: Layer) -> bool:
    """Return whether a layer belongs to the block before it: an activation after a sum, or a shuffle after a concatenation."""
    followers = {"sum": "activation", "concat": "channel_shuffle"}
    return len(before) > 1 and followers.get(before[-1].kind) == layer.kind


def _cut(graph: LayerGraph) -> Iterator[Segment]:
    """Yield the shortest segments of a network."""
    uses = {graph.input: 0}
    for layer in graph.layers:
        uses.setdefault(layer.output, 0)
        for name in set(layer.inputs):
            uses[name] += 1
    for name in graph.outputs:
        uses[name] += 1
    open_values, begin, gathered = {graph.input}, graph.input, list[Layer]()
    for layer in graph.layers:
        gathered.append(layer)
        for name in set(layer.inputs):
            uses[name] -= 1
            if not uses[name]:
                open_values.discard(name)
        open_values.add(layer.output)
        if open_values == {layer.output} and graph.outputs != (begin,):
            yield Segment(begin, tuple(gathered), (layer.output,))
            begin, gathered = layer.output, []
    if gathered:
        yield Segment(begin, tuple(gathered), graph.outputs)
