"""Where a network narrows to a single value: what lies between two such places is a segment, a block to be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nasport.runtime.operators.quantities import Shape as Map
from nasport.toolkit.importing.layers.layer import Layer, LayerGraph


@dataclass(frozen=True)
class Segment:
    """Layers between two places where the whole network is one value.

    Attributes:
        input: name of the value before.
        layers: in order; the last gives what comes behind.
        outputs: values that it gives; several at the end of a network alone.
    """

    input: str
    layers: tuple[Layer, ...]
    outputs: tuple[str, ...]

    @property
    def target(self) -> Map:
        """The map behind it."""
        return self.layers[-1].target

    @property
    def single(self) -> Layer | None:
        """Its layer, where it is one that reads one value."""
        layer = self.layers[0]
        return layer if len(self.layers) == 1 and layer.inputs == (self.input,) else None


def segments(graph: LayerGraph) -> list[Segment]:
    """A network as its segments, in order; what belongs to a join comes with it."""
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
    """Whether a layer behind a segment is part of its block: an activation of its sum, a shuffle of its channels."""
    behind = {"sum": "activation", "concat": "channel_shuffle"}
    return len(before) > 1 and behind.get(before[-1].kind) == layer.kind


def _cut(graph: LayerGraph) -> Iterator[Segment]:
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
