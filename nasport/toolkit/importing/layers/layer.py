"""Layers of a model, described by kinds and attributes of the vocabulary.

A layer states its output map. If the vocabulary has no operator for a layer, the layer has the kind `other`, a description and
its counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from nasport.runtime.operators.quantities import Shape as Map
from nasport.schemas.operators import Value
from nasport.toolkit.importing.graph.tensor_graph import Operation

ACTIVATIONS = frozenset(
    [
        "relu",
        "relu6",
        "leaky_relu",
        "gelu",
        "silu",
        "hardswish",
        "hardsigmoid",
        "sigmoid",
        "tanh",
        "elu",
        "mish",
        "softmax",
    ]
)

# Kinds of layers that state a description and their counts.
DESCRIBED = ("other", "attention")
WINDOWS = "window_attention"
WITH_BIAS = "Multi-head self-attention with a bias for positions"
OWN_ATTENTION = "Multi-head self-attention with layers of its own"


LARGEST_SIDE = 100_000  # largest number of channels, height or width that a document can state


@dataclass(frozen=True)
class Layer:
    """A layer of the future document.

    Attributes:
        kind: kind of its operator.
        inputs: names of the values that it reads.
        output: name of its output value.
        source: feature map that its operator reads.
        target: feature map that it returns.
        attributes: attributes of its operator, without channels and stride.
        stride: ratio of the sizes of source and target.
        text: description, if the vocabulary has no operator for it.
        key: key in the vocabulary, if kind and attributes do not determine it.
        operations: operations that it replaces.
        fits: whether a document can join its inputs and state its target.
    """

    kind: str
    inputs: tuple[str, ...]
    output: str
    source: Map
    target: Map
    attributes: Mapping[str, Value] = field(default_factory=dict)
    stride: int = 1
    text: str = ""
    key: str = ""
    operations: tuple[Operation, ...] = ()
    fits: bool = True

    @property
    def parameters(self) -> int:
        """Trainable parameters of its operations."""
        return sum(operation.parameters for operation in self.operations)

    @property
    def flops(self) -> int:
        """Multiply-accumulates of its operations, for the whole example input."""
        return sum(operation.flops for operation in self.operations)

    def with_changes(self, **changes: object) -> Layer:
        """Return a copy with changed fields."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def word(self, name: str) -> str:
        """Return an attribute that is a text; empty if it is missing or a number."""
        value = self.attributes.get(name, "")
        return value if isinstance(value, str) else ""

    def number(self, name: str, default: float = 0) -> float:
        """Return an attribute that is a number; `default` if it is missing or a text."""
        value = self.attributes.get(name, default)
        return default if isinstance(value, str) else value


@dataclass
class LayerGraph:
    """Graph of the layers of a model.

    Attributes:
        layers: layers in topological order.
        input: name of the image.
        outputs: names of the output values.
        maps: feature map of every value.
        batch: number of images in the example input.
        notes: properties of the model that the document leaves out, with the number of occurrences.
    """

    layers: list[Layer]
    input: str
    outputs: tuple[str, ...]
    maps: Mapping[str, Map]
    batch: int
    notes: dict[str, int] = field(default_factory=dict)

    def readers(self) -> dict[str, list[Layer]]:
        """Return the layers that read a value, by the name of the value."""
        readers: dict[str, list[Layer]] = {self.input: []}
        for layer in self.layers:
            readers.setdefault(layer.output, [])
            for name in dict.fromkeys(layer.inputs):
                readers[name].append(layer)
        return readers
