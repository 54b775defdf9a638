"""Operations as layers of a document: what moves values alone vanishes, the others say what the vocabulary says of them.

A layer states the shape that it gives; where the vocabulary has no word for what a layer does, it is of kind `other`, with
a description and with what it counts.
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

# Kinds of layers that state what they count.
DESCRIBED = ("other", "attention")
WINDOWS = "window_attention"
WITH_BIAS = "Multi-head self-attention with a bias for positions"
OWN_ATTENTION = "Multi-head self-attention with layers of its own"


LARGEST_SIDE = 100_000  # of a map in a document


@dataclass(frozen=True)
class Layer:
    """A layer of the document to be.

    Attributes:
        kind: of its operator.
        inputs: names of the values that it reads.
        output: name of the value that it gives.
        source: the map that its operator sees.
        target: the map that it gives.
        attributes: of its operator, but for channels and stride.
        stride: between them.
        text: description, where the vocabulary has none.
        key: of the vocabulary, where its kind and attributes do not tell.
        operations: what it stands for.
        fits: whether a document can join its inputs as it does, and state the map that it gives.
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
        """Trainable values of what it stands for."""
        return sum(operation.parameters for operation in self.operations)

    @property
    def flops(self) -> int:
        """Multiply-accumulates of what it stands for, of the whole batch of the example."""
        return sum(operation.flops for operation in self.operations)

    def but(self, **changes: object) -> Layer:
        """The same layer with some fields changed."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def word(self, name: str) -> str:
        """An attribute in words; empty where there is none."""
        value = self.attributes.get(name, "")
        return value if isinstance(value, str) else ""

    def number(self, name: str, default: float = 0) -> float:
        """An attribute in numbers."""
        value = self.attributes.get(name, default)
        return default if isinstance(value, str) else value


@dataclass
class LayerGraph:
    """Layers, every one after those that it reads.

    Attributes:
        layers: in order.
        input: name of the value that is the image.
        outputs: names of the values that the network gives.
        maps: of every value.
        batch: images of the example.
        notes: what the document does not say, by what it is, and how often it was met.
    """

    layers: list[Layer]
    input: str
    outputs: tuple[str, ...]
    maps: Mapping[str, Map]
    batch: int
    notes: dict[str, int] = field(default_factory=dict)

    def readers(self) -> dict[str, list[Layer]]:
        """Of every value the layers that read it; an output of the network is read once more."""
        found: dict[str, list[Layer]] = {self.input: []}
        for layer in self.layers:
            found.setdefault(layer.output, [])
            for name in dict.fromkeys(layer.inputs):
                found[name].append(layer)
        return found
