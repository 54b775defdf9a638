"""State of the conversion of operations to layers: aliases of values, layers so far, notes."""

from __future__ import annotations

from collections.abc import Callable

from nasport.runtime.operators.quantities import Shape as Map
from nasport.schemas.operators import Value
from nasport.toolkit.importing.graph.maps import Maps
from nasport.toolkit.importing.graph.tensor_graph import Operation, TensorGraph
from nasport.toolkit.importing.layers.layer import Layer

Reader = Callable[["Draft", Operation], "Layer | None"]


class Draft:
    """State of the conversion of operations to layers.

    Attributes:
        graph: graph of operations.
        maps: roles of axes and feature maps of all values.
        same: output of the layer that represents a value, by the name of the value.
        producers: operation that computes a value, by the name of the value.
        layers: layers so far.
        notes: properties of the model that the document leaves out, with the number of occurrences.
    """

    def __init__(self, graph: TensorGraph) -> None:
        self.graph, self.maps = graph, Maps(graph)
        self.same: dict[str, str] = {graph.input: graph.input}
        self.producers = graph.producers()
        self.layers: list[Layer] = []
        self.notes: dict[str, int] = {}

    def map_of(self, name: str) -> Map:
        """Return the feature map of a value in the document."""
        return self.maps.maps[self.same.get(name, name)]

    def note(self, what: str) -> None:
        """Count a property of the model that the document leaves out."""
        self.notes[what] = self.notes.get(what, 0) + 1

    def layer(self, operation: Operation, kind: str, stride: int = 1, /, **attributes: Value) -> Layer:
        """Return a layer for an operation, of a kind of the vocabulary."""
        inputs = tuple(self.same[name] for name in operation.inputs)
        return Layer(
            kind, inputs, operation.output, self.map_of(operation.inputs[0]), self.maps.maps[operation.output],
            attributes, stride,
        )  # fmt: skip

    def other(self, operation: Operation, text: str = "", kind: str = "other") -> Layer:
        """Return a layer that states a description and its counts."""
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
        """Return the roles of a value's axes; empty if they are unknown."""
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
    """Return a description of an unknown operation, made from its type."""
    if operation.kind == "convolution":
        return f"{len(operation.number('kernel'))}-dimensional convolution"
    name = (operation.type or operation.kind).rsplit(".", 1)[-1].strip("_").lower()
    return (
        _WORDS.get(name) or _WORDS.get(operation.kind) or f"{name.replace('_', ' ').capitalize()} operation"
    )
