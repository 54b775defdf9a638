"""ONNX graphs with every shape known: nodes one after another, those that no input changes computed or set aside."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from nasport.schemas.errors import InputError
from nasport.toolkit.importing.graph.tensor_graph import (
    MAX_OPERATIONS,
    Constant,
    Shape,
    Weight,
    checked_shape,
)
from nasport.toolkit.importing.onnx_files.constants import (
    MAX_RANK,
    MAX_VALUES,
    Array,
    attributes_of,
    computed,
    named,
    numbers_of,
)
from nasport.toolkit.importing.onnx_files.folded import MADE_UP

if TYPE_CHECKING:
    import onnx

FLOATS = frozenset([1, 10, 11, 16, 17, 18, 19, 20, 23, 24])  # TensorProto's data types
LISTED = 16  # values that a constant keeps
# Operators whose result is as large as their first input, which onnx does not know or infers by way of functions.
SAME_SHAPE = frozenset(
    ["Gelu", "FastGelu", "QuickGelu", "BiasGelu", "Mish", "Swish", "HardSwish", "LayerNormalization", "GroupNormalization",
     "GroupNorm", "SimplifiedLayerNormalization", "RMSNormalization", "SkipLayerNormalization", "BiasAdd",
     "SkipSimplifiedLayerNormalization", "MultiHeadAttention", "InstanceNormalization", "Celu", "Elu", "Selu", "Softplus",
     "ThresholdedRelu", "Shrink", "Identity", "Dropout", "QuantizeLinear", "DequantizeLinear", "BatchNormalization",
     "LpNormalization", "MeanVarianceNormalization", "LRN"]
)  # fmt: skip

# Operators that read a weight as it is.
KEEPING = frozenset(
    ["MatMul", "Gemm", "Identity", "Transpose", "Reshape", "Unsqueeze", "Squeeze", "Cast", "Flatten"]
)


@dataclass
class Resolver:
    """What is known of an ONNX graph's values.

    Attributes:
        opsets: versions of operators, as the model imports them.
        ir_version: of the file.
        stated: shapes that the file states for values.
        shapes: of the values that depend on the input.
        types: data types of all values.
        constants: values that do not depend on it.
        known: numbers of those that are small.
        read: names of all that is read.
        nodes: those that depend on the input, each after those that it reads.
    """

    opsets: Sequence[onnx.OperatorSetIdProto]
    ir_version: int
    stated: Mapping[str, Shape] = field(default_factory=dict)
    shapes: dict[str, Shape] = field(default_factory=dict)
    types: dict[str, int] = field(default_factory=dict)
    constants: dict[str, Constant] = field(default_factory=dict)
    known: dict[str, Array] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)
    nodes: list[onnx.NodeProto] = field(default_factory=list)

    @property
    def opset(self) -> int:
        """The version of ONNX's own operators."""
        return max((each.version for each in self.opsets if each.domain in ("", "ai.onnx")), default=1)

    def store(self, tensor: onnx.TensorProto, name: str) -> None:
        """Take in a stored tensor."""
        self._check_new(name)
        sides = tuple(tensor.dims)
        if len(sides) > MAX_RANK:
            raise InputError(f"the tensor {name[:60]!r} has {len(sides)} sides, expected at most {MAX_RANK}")
        if 0 not in sides:
            sides = checked_shape(sides, f"the tensor {name[:60]!r}")
        size = 1
        for side in sides:
            size *= side
        is_float = tensor.data_type in FLOATS
        # A single number is trained where its name is that of a module's.
        is_module = is_float and "." in name and not MADE_UP.match(name)
        weights = (Weight(name, sides, is_float),) if size > 1 or is_module else ()
        numbers = numbers_of(tensor)
        if numbers is not None:
            self.known[name] = numbers
        self.types[name] = tensor.data_type
        self.constants[name] = Constant(sides, weights, _listed(numbers))

    def resolve(self, nodes: Sequence[onnx.NodeProto]) -> None:
        """Take in all nodes.

        Raises:
            InputError: a shape stays unknown, or the graph depends on the data.
        """
        waiting = deque(nodes)
        taken = 0
        while waiting:
            taken += 1
            if taken > MAX_OPERATIONS:
                raise InputError(f"more than {MAX_OPERATIONS:,} operations, expected at most that")
            node = waiting.popleft()
            for name in node.input:
                if name and name not in self.types:
                    raise InputError(f"{named(node)} reads {name[:80]!r}, which nothing before it gives")
            self.read.update(node.input)
            if node.op_type == "If" and _is_standard(node):
                waiting.extendleft(reversed(self._branch(node)))
            elif node.op_type == "Constant" and _is_standard(node):
                self._constant(node)
            else:
                self._take(node)

    def _check_new(self, name: str) -> None:
        if name in self.types:
            raise InputError(f"two values are called {name[:80]!r}, expected different names")

    def _take(self, node: onnx.NodeProto) -> None:
        if _is_standard(node) and node.op_type in ("Loop", "Scan", "SequenceMap"):
            raise InputError(
                f"{named(node)} depends on the data: a loop, expected a graph of fixed operations"
            )
        if node.op_type in ("LSTM", "GRU", "RNN"):
            raise InputError(f"{named(node)}: recurrent networks are not imported")
        arrays = self._computed(node)
        found = self._inferred(node, arrays)
        is_constant = all(name in self.constants for name in node.input if name)
        for place, name in enumerate(node.output):
            if not name:
                continue
            self._check_new(name)
            self.types[name] = found[place][0]
            shape = found[place][1]
            if arrays is not None:
                self.known[name] = arrays[place]
                self.constants[name] = Constant(
                    arrays[place].shape, self._sources(node), _listed(arrays[place])
                )
            elif is_constant:
                self.constants[name] = Constant(shape, self._sources(node))
            else:
                self.shapes[name] = shape
        if arrays is None and not is_constant:
            self.nodes.append(node)

    def _computed(self, node: onnx.NodeProto) -> list[Array] | None:
        inputs = [self.known.get(name) for name in node.input]
        first = node.input[0] if node.input else ""
        shapes = [self.constants[first].shape if first in self.constants else self.shapes.get(first)]
        arrays = computed(node, inputs, shapes, self.opset)
        return arrays if arrays is not None and len(arrays) >= len(node.output) else None

    def _sources(self, node: onnx.NodeProto) -> tuple[Weight, ...]:
        """Weights that a constant is computed from."""
        if node.op_type in ("Shape", "Size"):
            return ()
        read = [name for name in node.input if name]
        if node.op_type == "DequantizeLinear":
            return tuple(Weight(each.name, each.shape) for each in self.constants[read[0]].weights)
        weights = dict.fromkeys(weight for name in read for weight in self.constants[name].weights)
        if node.op_type not in KEEPING:  # what exporters computed on the way is no parameter
            weights = dict.fromkeys(
                replace(
                    weight,
                    is_trained=weight.is_trained and not (weight.name in read and MADE_UP.match(weight.name)),
                )
                for weight in weights
            )
        if node.op_type == "Identity":  # exporters share equal tensors
            return tuple(Weight(node.output[0], weight.shape, weight.is_trained) for weight in weights)
        return tuple(weights)

    def _constant(self, node: onnx.NodeProto) -> None:
        import onnx

        attributes = attributes_of(node)
        tensor = attributes.get("value")
        name = node.output[0] if len(node.output) == 1 else ""
        if not name:
            raise InputError(f"{named(node)} gives {len(node.output)} values, expected one")
        if not isinstance(tensor, onnx.TensorProto):
            (kind, value), *_ = [*attributes.items(), ("", None)]
            several = value if isinstance(value, list) else [value]
            types = {"value_int": 7, "value_ints": 7, "value_float": 1, "value_floats": 1}
            if kind not in types or len(several) > 65536:
                raise InputError(f"{named(node)} holds {kind!r}, expected a tensor or numbers")
            sides = [len(several)] if isinstance(value, list) else []
            tensor = onnx.helper.make_tensor(name, types[kind], sides, several)
        self.store(tensor, name)
        found = self.constants[name]
        untrained = tuple(Weight(weight.name, weight.shape, False) for weight in found.weights)
        self.constants[name] = Constant(found.shape, untrained, found.values)

    def _branch(self, node: onnx.NodeProto) -> list[onnx.NodeProto]:
        """The nodes of an If's branch whose condition is known."""
        import onnx

        condition = self.known.get(node.input[0]) if node.input else None
        if condition is None or condition.size != 1:
            raise InputError(
                f"{named(node)} depends on the data: a branch, expected a graph of fixed operations"
            )
        graph = attributes_of(node).get("then_branch" if condition.reshape(-1)[0] else "else_branch")
        if not isinstance(graph, onnx.GraphProto) or len(graph.output) < len(node.output):
            raise InputError(f"{named(node)} has no branch for what is known of its condition")
        for tensor in graph.initializer:
            self.store(tensor, tensor.name)
        given = [
            onnx.helper.make_node("Identity", [inner.name], [outer], name=node.name)
            for inner, outer in zip(graph.output, node.output, strict=False)
            if outer
        ]
        return [*graph.node, *given]

    def _inferred(self, node: onnx.NodeProto, arrays: list[Array] | None) -> list[tuple[int, Shape]]:
        """Data type and shape of every output."""
        import onnx

        if arrays is not None:
            types = [onnx.helper.np_dtype_to_tensor_dtype(array.dtype) for array in arrays]
            return [(kind, array.shape) for kind, array in zip(types, arrays, strict=True)]
        found, reason = self._asked(node)
        first = next((name for name in node.input if name), "")
        results = []
        for place, name in enumerate(node.output):
            shape = found.get(name, (0, None))[1]
            if shape is None and name and place == 0 and node.op_type in SAME_SHAPE and first:
                shape = self._shape(first)
            shape = shape if shape is not None else self.stated.get(name)
            if shape is None and name and place > 0 and node.op_type in SAME_SHAPE:
                shape = ()  # statistics and masks, which nothing reads
            if shape is None and name:
                raise InputError(
                    f"the shape of what {named(node)} gives is not known{reason}, expected fixed shapes"
                )
            kind = found.get(name, (0, None))[0] or self.types.get(first, 1)
            results.append((kind, self._checked(shape or (), node)))
        return results

    def _shape(self, name: str) -> Shape:
        return self.constants[name].shape if name in self.constants else self.shapes[name]

    def _checked(self, shape: Shape, node: onnx.NodeProto) -> Shape:
        if len(shape) > MAX_RANK:
            raise InputError(f"what {named(node)} gives has {len(shape)} sides, expected at most {MAX_RANK}")
        if 0 in shape and all(name in self.constants for name in node.input if name):
            return shape
        return checked_shape(shape, f"what {named(node)} gives")

    def _asked(self, node: onnx.NodeProto) -> tuple[dict[str, tuple[int, Shape | None]], str]:
        """What onnx infers of a node by itself, and why not."""
        import onnx

        if not _is_standard(node) and not any(each.domain == node.domain for each in self.opsets):
            return {}, " (custom operators have none)"
        graph = onnx.GraphProto(name="one", node=[node])
        for name in dict.fromkeys(each for each in node.input if each):
            graph.input.append(onnx.helper.make_tensor_value_info(name, self.types[name], self._shape(name)))
            if name in self.known:
                graph.initializer.append(onnx.numpy_helper.from_array(self.known[name], name))
        graph.output.extend(onnx.ValueInfoProto(name=name) for name in node.output if name)
        model = onnx.ModelProto(ir_version=self.ir_version, graph=graph, opset_import=self.opsets)
        try:
            # Of each number of a list that might be a shape onnx makes a message, known or not.
            few = all(
                len(self._shape(name)) != 1 or self._shape(name)[0] <= MAX_VALUES
                for name in node.input
                if name
            )
            inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=few)
        except Exception as error:  # of onnx's own kinds, and whatever its bindings raise for hostile nodes
            lines = [line for line in str(error).splitlines() if line.strip()]
            return {}, f" ({' '.join(lines)[-160:]})" if lines else ""
        return {value.name: _stated(value) for value in inferred.graph.output}, ""


def stated_shapes(values: Iterator[onnx.ValueInfoProto], batch: str) -> dict[str, Shape]:
    """Shapes that a file states in full; sides called as the batch are 1."""
    found = {}
    for value in values:
        sides = [
            1 if batch and side.dim_param == batch else side.dim_value
            for side in value.type.tensor_type.shape.dim
        ]
        if value.type.tensor_type.HasField("shape") and all(side > 0 for side in sides):
            found[value.name] = tuple(sides)
    return found


def _stated(value: onnx.ValueInfoProto) -> tuple[int, Shape | None]:
    tensor = value.type.tensor_type
    sides = [side.dim_value if side.HasField("dim_value") else -1 for side in tensor.shape.dim]
    return tensor.elem_type, tuple(sides) if tensor.HasField("shape") and min(sides, default=0) >= 0 else None


def _is_standard(node: onnx.NodeProto) -> bool:
    return node.domain in ("", "ai.onnx")


def _listed(numbers: Array | None) -> Any:
    return numbers.tolist() if numbers is not None and 0 < numbers.size <= LISTED else None
