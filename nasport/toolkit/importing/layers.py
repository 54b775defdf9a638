"""Operations as layers of a document: what moves values alone vanishes, the others say what the vocabulary says of them.

A layer states the shape that it gives; where the vocabulary has no word for what a layer does, it is of kind `other`, with
a description and with what it counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import prod

from nasport.runtime.operators.quantities import Shape as Map
from nasport.schemas.operators import Value
from nasport.toolkit.importing.maps import CHANNELS, POSITIONS, Maps
from nasport.toolkit.importing.tensor_graph import Operation, TensorGraph

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
        fits: whether its inputs can be joined as a document joins them.
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


def layer_graph(graph: TensorGraph) -> LayerGraph:
    """The layers of a graph."""
    return _Draft(graph).finished()


class _Draft:
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

    def finished(self) -> LayerGraph:
        for operation in self.graph.operations:
            read = _READERS.get(operation.kind, _Draft.other)
            layer = read(self, operation)
            if layer is None:
                self.same[operation.output] = self.same[operation.inputs[0]]
                continue
            layer = layer.but(operations=layer.operations or (operation,))
            self.same[operation.output] = operation.output
            self.layers.append(layer)
        outputs = tuple(dict.fromkeys(self.same[name] for name in self.graph.outputs))
        wanted, layers = set(outputs), []
        for layer in reversed(self.layers):  # slices that became part of another layer are read no more
            if layer.output in wanted:
                wanted.update(layer.inputs)
                layers.append(layer)
        return LayerGraph(
            layers[::-1], self.graph.input, outputs, self.maps.maps, self.graph.batch, self.notes
        )

    # What a layer reads and gives.

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

    # One method a kind of operation.

    def convolution(self, operation: Operation) -> Layer:
        numbers, shape = operation.numbers, operation.shape
        kernel, stride, dilation = numbers["kernel"], numbers["stride"], numbers["dilation"]
        source = self.map_of(operation.inputs[0])
        sides = self.sides(operation.inputs[0])
        plain = len(kernel) == 2 and stride[0] == stride[1] and dilation[0] == dilation[1]
        if not plain or (sides and sides[1] == POSITIONS) or len(shape) != 4:
            return self.other(operation)
        padding = _padding(numbers["padding"])
        attributes: dict[str, Value] = {"kernel": kernel[0]}
        if kernel[1] != kernel[0]:
            attributes["kernel_width"] = kernel[1]
        if dilation[0] != 1:
            attributes["dilation"] = dilation[0]
        folded = bool(numbers.get("folded_norm"))
        attributes["norm"] = "batch" if folded else "none"
        if numbers["bias"]:
            attributes["bias"] = 1
        attributes["activation"] = "none"
        groups = numbers["groups"]
        channels = source.channels, self.maps.maps[operation.output].channels
        kind = "convolution"
        if numbers["transposed"]:
            kind = "transposed_convolution"
            if groups != 1 or dilation[0] != 1 or padding is None:
                return self.other(operation)
        elif groups > 1 and groups == channels[0] == channels[1]:
            kind = "depthwise_convolution"
        elif groups > 1:
            attributes["groups"] = groups
        unpadded = kernel == stride and not any(numbers["padding"]) and not folded and kernel[0] > 1
        if kind == "convolution" and unpadded and numbers["bias"] and groups == 1 and dilation[0] == 1:
            return self.layer(operation, "patch_embedding", stride[0], kernel=kernel[0])
        layer = self.layer(operation, kind, stride[0], **attributes)
        return self._padded(layer, operation, kernel, dilation[0], padding)

    def _padded(
        self,
        layer: Layer,
        operation: Operation,
        kernel: tuple[int, ...],
        dilation: int,
        padding: tuple[int, int] | None,
    ) -> Layer:
        """A layer with a window, which states its padding where it is not what is usual."""
        if padding is None:  # other numbers before than after
            if layer.target[1:] != layer.source.strided(1, layer.stride)[1:]:
                return self.other(operation)
            self.note("padding that differs between two sides")
            return layer
        usual = tuple(dilation * (side // 2) for side in kernel)
        odd = all(side % 2 for side in kernel)
        if layer.kind == "transposed_convolution":
            return layer.but(attributes={**layer.attributes, "padding": padding[0]})
        if odd and padding == usual and not operation.number("ceil"):
            return layer
        whole = kernel == (layer.stride,) * 2 and not any(padding)
        if (
            layer.kind == "pooling"
            and whole
            and layer.target[1:] == layer.source.strided(1, layer.stride)[1:]
        ):
            return layer
        attributes = {**layer.attributes, "padding": padding[0]}
        if padding[1] != padding[0]:
            attributes["padding_width"] = padding[1]
        return layer.but(attributes=attributes)

    def linear(self, operation: Operation) -> Layer:
        sides = self.sides(operation.inputs[0])
        if sides and sides[-1] == POSITIONS:
            return self.other(operation, "Linear layer across the positions of each channel")
        attributes: dict[str, Value] = {} if operation.number("bias") else {"bias": 0}
        return self.layer(operation, "linear", **attributes)

    def normalization(self, operation: Operation) -> Layer:
        norm, axes = operation.number("norm"), operation.number("axes")
        sides = self.sides(operation.inputs[0])
        channels = self.map_of(operation.inputs[0]).channels
        scaled, shifted = operation.number("scaled"), operation.number("shifted")
        fits = not sides or all(sides[axis] == CHANNELS for axis in axes if operation.shape[axis] > 1)
        if (
            not fits
            or not scaled
            or sum(weight.size for weight in operation.weights) != channels * (1 + bool(shifted))
        ):
            named = {
                "batch": "Batch",
                "layer": "Layer",
                "group": "Group",
                "instance": "Instance",
                "rms": "RMS",
            }[norm]
            trained = "" if operation.weights else " without scale and shift"
            return self.other(operation, f"{named} normalization{trained}")
        attributes: dict[str, Value] = {"norm": norm}
        if norm == "group":
            attributes["groups"] = operation.number("groups")
        if not shifted:
            attributes["bias"] = 0
        return self.layer(operation, "normalization", **attributes)

    def activation(self, operation: Operation) -> Layer:
        name = operation.number("activation")
        if name == "softmax":
            axis, sides = operation.number("axis"), self.sides(operation.inputs[0])
            if sides and sides[axis] != CHANNELS:
                return self.other(operation, "Softmax over positions")
        return self.layer(operation, "activation", activation=name)

    def pooling(self, operation: Operation) -> Layer:
        kernel, stride = operation.number("kernel"), operation.number("stride")
        if len(kernel) != 2 or stride[0] != stride[1] or set(operation.number("dilation")) != {1}:
            return self.other(operation)
        attributes: dict[str, Value] = {"mode": operation.number("mode"), "kernel": kernel[0]}
        if kernel[1] != kernel[0]:
            attributes["kernel_width"] = kernel[1]
        padding = _padding(operation.number("padding"))
        if operation.number("mode") == "average" and padding != (0, 0) and operation.number("counts_padding"):
            self.note("zeros around the map that count in its averages")
        layer = self._padded(
            self.layer(operation, "pooling", stride[0], **attributes), operation, kernel, 1, padding
        )
        if operation.number("ceil") and "padding" in layer.attributes:
            layer = layer.but(attributes={**layer.attributes, "ceil": 1})
        return layer

    def adaptive_pooling(self, operation: Operation) -> Layer | None:
        source, target = self.map_of(operation.inputs[0]), self.maps.maps[operation.output]
        mode = operation.number("mode")
        if source == target:
            return None
        if target.positions == 1:
            return self.layer(operation, "global_pooling", mode=mode)
        kernel = -(-source.height // target.height)
        sizes = {"resolution": target.height}
        if target.width != target.height:
            sizes["resolution_width"] = target.width
        return self.layer(operation, "pooling", mode=mode, kernel=kernel, **sizes)

    def reduction(self, operation: Operation) -> Layer | None:
        source, target = self.map_of(operation.inputs[0]), self.maps.maps[operation.output]
        mode = operation.number("mode")
        if source == target and mode != "sum":
            return None
        if target == Map(source.channels, 1, 1) and mode in ("average", "max"):
            return self.layer(operation, "global_pooling", mode=mode)
        return self.other(operation, f"{str(mode).capitalize()} over a side of the map")

    def joined(self, operation: Operation) -> Layer:
        """A sum or product of values."""
        inputs = tuple(self.same[name] for name in operation.inputs)
        maps = [self.map_of(name) for name in operation.inputs]
        target = self.maps.maps[operation.output]
        gates = operation.kind == "product" and any(each.positions == 1 for each in maps)
        fits = all(each == target or (gates and each == Map(target.channels, 1, 1)) for each in maps)
        if operation.kind in ("sum", "product"):
            return Layer(operation.kind, inputs, operation.output, target, target, fits=fits)
        return Layer(
            "elementwise", inputs, operation.output, target, target, {"operation": operation.kind}, fits=fits
        )

    def concat(self, operation: Operation) -> Layer | None:
        axis, sides = operation.number("axis"), self.sides(operation.output)
        inputs = tuple(self.same[name] for name in operation.inputs)
        source, target = self.map_of(operation.inputs[0]), self.maps.maps[operation.output]
        if len(inputs) == 1 and not operation.number("constants"):
            return None
        if operation.number("constants"):
            is_token = (
                len(inputs) == 1
                and operation.number("constant_first")
                and target == Map(source.channels, source.positions + 1, 1)
                and operation.parameters == source.channels
            )
            return (
                self.layer(operation, "class_token")
                if is_token
                else self.other(operation, "Trained tokens beside the map")
            )
        channels = sum(self.map_of(name).channels for name in operation.inputs)
        if (moved := self._space_to_depth(operation)) is not None:
            return moved
        fits = (not sides or sides[axis] == CHANNELS) and channels == target.channels
        fits &= all(self.map_of(name)[1:] == target[1:] for name in operation.inputs)
        return Layer("concat", inputs, operation.output, target, target, fits=fits)

    def _space_to_depth(self, operation: Operation) -> Layer | None:
        """Neighbouring positions moved into channels: strided slices of one map, concatenated."""
        sources, steps = set(), []
        for name in operation.inputs:
            found = self.makers.get(name)
            while found is not None and found.kind in ("slice", "reshape", "transpose"):
                if found.kind == "slice":
                    steps.append(found.number("step"))
                name = found.inputs[0]
                found = self.makers.get(name)
            sources.add(self.same.get(name, name))
        target = self.maps.maps[operation.output]
        if len(sources) != 1 or not steps or min(steps) < 2:
            return None
        (name,) = sources
        source = self.map_of(name)
        if prod(source) != prod(target):
            return None
        factor = max(source.height // max(target.height, 1), 1)
        if target != Map(source.channels * factor**2, source.height // factor, source.width // factor):
            return None
        self.note("the order of channels that positions are moved into")
        return Layer(
            "pixel_unshuffle",
            (name,),
            operation.output,
            source,
            target,
            stride=factor,
            operations=(operation,),
        )

    def slice(self, operation: Operation) -> Layer | None:
        axis, start, step = (operation.number(name) for name in ("axis", "start", "step"))
        sides = self.sides(operation.inputs[0])
        source, target = self.map_of(operation.inputs[0]), self.maps.maps[operation.output]
        side = sides[axis] if axis < len(sides) else ""
        if source == target:
            return None
        if side == CHANNELS and step == 1 and source[1:] == target[1:]:
            layer = self.layer(operation, "channel_slice", start=start)
            return layer.but(text=f"Channels {start} to {start + target.channels - 1} alone")
        if side == POSITIONS and source.width == 1 and source.channels == target.channels:
            if start == 0 and target.positions == 1:
                return self.layer(operation, "first_token")
            if start == 1 and target.positions == source.positions - 1 and target.width > 1:
                return self.layer(operation, "patch_tokens")
        return self.other(operation, "A part of the map")

    def reshape(self, operation: Operation) -> Layer | None:
        source, target = self.map_of(operation.inputs[0]), self.maps.maps[operation.output]
        if prod(source) == prod(target) and source.channels == target.channels:
            return None
        if target == source.flattened():
            return self.layer(operation, "flatten")
        return self.other(operation, "A map in another shape")

    def transpose(self, operation: Operation) -> Layer | None:
        sides, order = self.sides(operation.inputs[0]), operation.number("order")
        shape = self.graph.shapes[operation.inputs[0]]
        if not sides:
            return None
        moved = [axis for axis in order if axis < len(sides) and sides[axis] == CHANNELS and shape[axis] > 1]
        if moved != sorted(moved) and len(moved) == 2:
            return self.layer(operation, "channel_shuffle", groups=shape[min(moved)])
        return None

    def expand(self, operation: Operation) -> Layer | None:
        same = self.map_of(operation.inputs[0]) == self.maps.maps[operation.output]
        return None if same else self.other(operation, "A map repeated")

    def moved(self, operation: Operation) -> None:
        """Positions in another order."""
        self.note("positions that are moved around")

    def pad(self, operation: Operation) -> Layer | None:
        if self.map_of(operation.inputs[0]) == self.maps.maps[operation.output]:
            return None
        return self.other(operation, "Zeros around the map")

    def resize(self, operation: Operation) -> Layer:
        source, target = self.map_of(operation.inputs[0]), self.maps.maps[operation.output]
        mode = operation.number("mode")
        if mode == "other":
            self.note("the way in which maps are resized")
            mode = "bilinear"
        factor, rest = divmod(target.height, source.height)
        if (
            not rest
            and factor > 1
            and (target.height, target.width) == (source.height * factor, source.width * factor)
        ):
            return self.layer(operation, "upsampling", factor, mode=mode)
        sizes = {"resolution": target.height}
        if target.width != target.height:
            sizes["resolution_width"] = target.width
        return self.layer(operation, "upsampling", mode=mode, **sizes)

    def pixel_shuffle(self, operation: Operation) -> Layer:
        return self.layer(operation, "pixel_shuffle", operation.number("factor"))

    def channel_shuffle(self, operation: Operation) -> Layer:
        return self.layer(operation, "channel_shuffle", groups=operation.number("groups"))

    def with_constant(self, operation: Operation) -> Layer | None:
        """A sum or product with something that the input does not change."""
        source, what = self.map_of(operation.inputs[0]), operation.number("operation")
        if self.maps.maps[operation.output] != source:
            return self.other(operation)
        if operation.parameters == 0:
            fixed = operation.number("scalar") is not None
            self.note("fixed factors and offsets" if fixed else "fixed values added or multiplied")
            return None
        if what == "product" and operation.parameters == source.channels:
            return self.layer(operation, "scale")
        if (
            what == "sum"
            and operation.parameters == source.channels * source.positions
            and source.positions > 1
        ):
            return self.layer(operation, "positional_embedding")
        words = {"sum": "added to", "product": "multiplied with"}.get(what, "combined with")
        return self.other(operation, f"Trained values {words} the map")

    def self_attention(self, operation: Operation) -> Layer:
        source, target = self.map_of(operation.inputs[0]), self.maps.maps[operation.output]
        numbers = operation.numbers
        heads, width = numbers["heads"], numbers["head_width"]
        whole = (
            numbers["tokens"] == source.positions
            and source[1:] == target[1:]
            and source.channels == target.channels
        )
        if numbers["plain"] and whole:
            attributes: dict[str, Value] = {"heads": heads}
            if heads * width != source.channels:
                attributes["head_width"] = width
            if numbers["key_value_heads"] != heads:
                attributes["key_value_heads"] = numbers["key_value_heads"]
            if not numbers["bias"]:
                attributes["bias"] = 0
            if numbers["query_bias"] != numbers["bias"]:
                attributes["query_bias"] = int(numbers["query_bias"])
            return self.layer(operation, "self_attention", **attributes)
        key = WINDOWS if numbers["tokens"] < source.positions else ""
        text = WITH_BIAS if numbers["extras"] else OWN_ATTENTION
        layer = self.other(operation, "" if key else text, "attention")
        return layer.but(
            source=source, target=target, key=key, attributes={**layer.attributes, "heads": heads}
        )


def _padding(numbers: tuple[int, ...]) -> tuple[int, int] | None:
    """Padding above and below, left and right; None where the two of a pair differ."""
    half = len(numbers) // 2
    low, high = numbers[:half], numbers[half:]
    return (low[0], low[-1]) if low == high else None


_WORDS = {
    "prelu": "Parametric ReLU activation",
    "matrix_product": "Matrix product",
    "roll": "Positions moved around",
}


def words_of(operation: Operation) -> str:
    """A description of an operation that nothing here knows, from its type."""
    name = (operation.type or operation.kind).rsplit(".", 1)[-1].strip("_").lower()
    return (
        _WORDS.get(name) or _WORDS.get(operation.kind) or f"{name.replace('_', ' ').capitalize()} operation"
    )


_READERS: dict[str, Callable[[_Draft, Operation], Layer | None]] = {
    "convolution": _Draft.convolution,
    "linear": _Draft.linear,
    "normalization": _Draft.normalization,
    "activation": _Draft.activation,
    "pooling": _Draft.pooling,
    "adaptive_pooling": _Draft.adaptive_pooling,
    "reduction": _Draft.reduction,
    **dict.fromkeys(["sum", "product", "difference", "quotient", "maximum", "minimum"], _Draft.joined),
    "concat": _Draft.concat,
    "slice": _Draft.slice,
    "reshape": _Draft.reshape,
    "transpose": _Draft.transpose,
    "expand": _Draft.expand,
    "roll": _Draft.moved,
    "pad": _Draft.pad,
    "resize": _Draft.resize,
    "pixel_shuffle": _Draft.pixel_shuffle,
    "channel_shuffle": _Draft.channel_shuffle,
    "with_constant": _Draft.with_constant,
    "self_attention": _Draft.self_attention,
}
