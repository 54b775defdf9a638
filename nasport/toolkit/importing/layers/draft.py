"""Layers while they are found: which values are the same map, what the document does not say."""

from __future__ import annotations

from collections.abc import Callable

from nasport.runtime.operators.quantities import Shape as Map
from nasport.schemas.operators import Value
from nasport.toolkit.importing.graph.maps import Maps
from nasport.toolkit.importing.graph.tensor_graph import Operation, TensorGraph
from nasport.toolkit.importing.layers.layer import Layer

Reader = Callable[["Draft", Operation], "Layer | None"]


class Draft:
    """Layers while they are found.

    Attributes:
        maps: sides and maps of all values.
        same: values that are the same map as another, by name.
    """

    def __init__(self, graph: TensorGraph) -> None:
        self.graph, self.maps = graph, Maps(graph)
        self.same: dict[str, str] = {graph.input: graph.input}
        self.makers = graph.makers()
        self.layers: list[Layer] = []
        self.notes: dict[str, int] = {}

    def map_of(self, name: str) -> Map:
        """Of a value, as the document has it."""
        return self.maps.maps[self.same.get(name, name)]

    def note(self, what: str) -> None:
        """Count something that the document does not say."""
        self.notes[what] = self.notes.get(what, 0) + 1

    def layer(self, operation: Operation, kind: str, stride: int = 1, /, **attributes: Value) -> Layer:
        """A layer of one input."""
        inputs = tuple(self.same[name] for name in operation.inputs)
        return Layer(
            kind, inputs, operation.output, self.map_of(operation.inputs[0]), self.maps.maps[operation.output],
            attributes, stride,
        )  # fmt: skip

    def other(self, operation: Operation, text: str = "", kind: str = "other") -> Layer:
        """A layer of which its description and its counts are all that is known."""
        inputs = tuple(dict.fromkeys(self.same[name] for name in operation.inputs))
        source, target = self.map_of(operation.inputs[0]), self.maps.maps[operation.output]
        counts = {"parameters": operation.parameters, "flops": operation.flops // self.graph.batch}
        text = text or (words_of(operation) if kind == "other" else "")
        fits = len(inputs) == 1
        return Layer(
            kind,
            inputs,
            operation.output,
            source,
            target,
            counts,
            text=text,
            operations=(operation,),
            fits=fits,
        )

    def sides(self, name: str) -> tuple[str, ...]:
        """What the sides of a value are; empty where that is not known."""
        return self.maps.sides[name] or ()


_WORDS = {
    "prelu": "Parametric ReLU activation",
    "matrix_product": "Matrix product",
    "roll": "Positions moved around",
    "clamp": "Values clipped to a range",
    "clip": "Values clipped to a range",
    "hardtanh": "Values clipped to a range",
}


def words_of(operation: Operation) -> str:
    """A description of an operation that nothing here knows, from its type."""
    if operation.kind == "convolution":
        return f"{len(operation.number('kernel'))}-dimensional convolution"
    name = (operation.type or operation.kind).rsplit(".", 1)[-1].strip("_").lower()
    return (
        _WORDS.get(name) or _WORDS.get(operation.kind) or f"{name.replace('_', ' ').capitalize()} operation"
    )
