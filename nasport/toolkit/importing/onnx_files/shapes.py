"""Shapes of all values of an ONNX graph; nodes that do not depend on the input are evaluated or kept as constants."""

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
    Array,
    attributes_of,
    computed,
    node_label,
    numbers_of,
)
from nasport.toolkit.importing.onnx_files.folded import INVENTED

if TYPE_CHECKING:
    import onnx

FLOATS = frozenset([1, 10, 11, 16, 17, 18, 19, 20, 23, 24])  # TensorProto's data types
LISTED = 16  # largest number of values that a constant keeps
# Operators whose output has the shape of their first input, and whose shapes onnx cannot infer or infers only from function
# bodies.
SAME_SHAPE = frozenset(
    ["Gelu", "FastGelu", "QuickGelu", "BiasGelu", "Mish", "Swish", "HardSwish", "LayerNormalization", "GroupNormalization",
     "GroupNorm", "SimplifiedLayerNormalization", "RMSNormalization", "SkipLayerNormalization", "BiasAdd",
     "SkipSimplifiedLayerNormalization", "MultiHeadAttention", "InstanceNormalization", "Celu", "Elu", "Selu", "Softplus",
     "ThresholdedRelu", "Shrink", "Identity", "Dropout", "QuantizeLinear", "DequantizeLinear", "BatchNormalization",
     "LpNormalization", "MeanVarianceNormalization", "LRN"]
)  # fmt: skip

# Operators after which a weight counts as trained even if an exporter invented its name.
KEEPING = frozenset(
    ["MatMul", "Gemm", "Identity", "Transpose", "Reshape", "Unsqueeze", "Squeeze", "Cast", "Flatten"]
)


@dataclass
class Resolver:
    """Resolves types and shapes of an ONNX graph, node by node.

    Attributes:
        opsets: versions of operators that the model imports.
        ir_version: version of the file format.
        stated: shapes that the file states, by the name of the value.
        shapes: shapes of the values that depend on the input, by name.
        types: data types of all values, by name.
        constants: values that do not depend on the input, by name.
        known: numbers of small constants, by name.
        read: names of all values that a node reads.
        nodes: nodes that depend on the input, in topological order.
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
        """Version of ONNX's standard operators."""
        return max((opset.version for opset in self.opsets if opset.domain in ("", "ai.onnx")), default=1)

    def store(self, tensor: onnx.TensorProto, name: str) -> None:
        """Add a stored tensor as a constant."""
        self._check_new(name)
        sides = tuple(tensor.dims)
        if len(sides) > MAX_RANK:
            raise InputError(f"the tensor {name[:60]!r} has {len(sides)} axes, expected at most {MAX_RANK}")
        if 0 not in sides:
            sides = checked_shape(sides, f"the tensor {name[:60]!r}")
        size = 1
        for side in sides:
            size *= side
        is_float = tensor.data_type in FLOATS
        # A single number counts as trained only if its name is a path in a module.
        is_module = is_float and "." in name and not INVENTED.match(name)
        weights = (Weight(name, sides, is_float),) if size > 1 or is_module else ()
        numbers = numbers_of(tensor)
        if numbers is not None:
            self.known[name] = numbers
        self.types[name] = tensor.data_type
        self.constants[name] = Constant(sides, weights, _listed(numbers))

    def resolve(self, nodes: Sequence[onnx.NodeProto]) -> None:
        """Resolve all nodes.

        Args:
            nodes: nodes in topological order.

        Raises:
            InputError: a shape cannot be inferred, or the graph depends on the data.
        """
        waiting = deque(nodes)
        taken = 0
        while waiting:
            taken += 1
            if taken > MAX_OPERATIONS:
                raise InputError(f"too many operations, expected at most {MAX_OPERATIONS:,}")
            node = waiting.popleft()
            for name in node.input:
                if name and name not in self.types:
                    raise InputError(
                        f"{node_label(node)} reads {name[:80]!r}, expected the output of an earlier node"
                    )
            self.read.update(node.input)
            if node.op_type == "If" and _is_standard(node):
                waiting.extendleft(reversed(self._branch(node)))
            elif node.op_type == "Constant" and _is_standard(node):
                self._constant(node)
            else:
                self._resolve(node)

    def _check_new(self, name: str) -> None:
        if name in self.types:
            raise InputError(f"two values are named {name[:80]!r}, expected unique names")

    def _resolve(self, node: onnx.NodeProto) -> None:
        if _is_standard(node) and node.op_type in ("Loop", "Scan", "SequenceMap"):
            raise InputError(
                f"{node_label(node)} is a loop that depends on the data, expected a graph of fixed operations"
            )
        if node.op_type in ("LSTM", "GRU", "RNN"):
            raise InputError(
                f"{node_label(node)}: recurrent networks are not imported, expected a network of images"
            )
        if _is_standard(node) and node.op_type == "Split":
            pieces = attributes_of(node).get("num_outputs", 0)
            if pieces > len(node.output):  # onnx would reserve memory for all of them
                raise InputError(
                    f"{node_label(node)} has {len(node.output)} outputs, expected {pieces} as its num_outputs states"
                )
        arrays = self._computed(node)
        inferred = self._inferred(node, arrays)
        is_constant = all(name in self.constants for name in node.input if name)
        for index, name in enumerate(node.output):
            if not name:
                continue
            self._check_new(name)
            self.types[name] = inferred[index][0]
            shape = inferred[index][1]
            if arrays is not None:
                self.known[name] = arrays[index]
                self.constants[name] = Constant(
                    arrays[index].shape, self._sources(node), _listed(arrays[index])
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
        shape = self.constants[first].shape if first in self.constants else self.shapes.get(first)
        return computed(node, inputs, shape, self.opset)

    def _sources(self, node: onnx.NodeProto) -> tuple[Weight, ...]:
        """Return the weights from which a constant node is computed."""
        if node.op_type in ("Shape", "Size"):
            return ()
        read = [name for name in node.input if name]
        if node.op_type == "DequantizeLinear":
            return tuple(Weight(weight.name, weight.shape) for weight in self.constants[read[0]].weights)
        weights = dict.fromkeys(weight for name in read for weight in self.constants[name].weights)
        if node.op_type not in KEEPING:  # a tensor that the exporter computed is not a parameter
            weights = dict.fromkeys(
                replace(
                    weight,
                    is_trained=weight.is_trained
                    and not (weight.name in read and INVENTED.match(weight.name)),
                )
                for weight in weights
            )
        if node.op_type == "Identity":  # exporters store equal tensors once and copy them by Identity
            return tuple(Weight(node.output[0], weight.shape, weight.is_trained) for weight in weights)
        return tuple(weights)

    def _constant(self, node: onnx.NodeProto) -> None:
        import onnx

        attributes = attributes_of(node)
        tensor = attributes.get("value")
        name = node.output[0] if len(node.output) == 1 else ""
        if not name:
            raise InputError(f"{node_label(node)} has {len(node.output)} outputs, expected one")
        if not isinstance(tensor, onnx.TensorProto):
            (kind, value), *_ = [*attributes.items(), ("", None)]
            values = value if isinstance(value, list) else [value]
            types = {"value_int": 7, "value_ints": 7, "value_float": 1, "value_floats": 1}
            if kind not in types or len(values) > 65536:
                raise InputError(f"{node_label(node)} holds {kind!r}, expected a tensor or numbers")
            sides = [len(values)] if isinstance(value, list) else []
            tensor = onnx.helper.make_tensor(name, types[kind], sides, values)
        self.store(tensor, name)
        constant = self.constants[name]
        untrained = tuple(Weight(weight.name, weight.shape, False) for weight in constant.weights)
        self.constants[name] = Constant(constant.shape, untrained, constant.values)

    def _branch(self, node: onnx.NodeProto) -> list[onnx.NodeProto]:
        """Return the nodes of the branch that an If with a known condition takes."""
        import onnx

        condition = self.known.get(node.input[0]) if node.input else None
        if condition is None or condition.size != 1:
            raise InputError(
                f"{node_label(node)} is a branch that depends on the data, expected a graph of fixed operations"
            )
        graph = attributes_of(node).get("then_branch" if condition.reshape(-1)[0] else "else_branch")
        if not isinstance(graph, onnx.GraphProto) or len(graph.output) < len(node.output):
            raise InputError(f"{node_label(node)} lacks the branch of its condition, expected two branches")
        for tensor in graph.initializer:
            self.store(tensor, tensor.name)
        renamed_outputs = [
            onnx.helper.make_node("Identity", [inner.name], [outer], name=node.name)
            for inner, outer in zip(graph.output, node.output, strict=False)
            if outer
        ]
        return [*graph.node, *renamed_outputs]

    def _inferred(self, node: onnx.NodeProto, arrays: list[Array] | None) -> list[tuple[int, Shape]]:
        """Return data type and shape of every output of a node."""
        import onnx

        if arrays is not None:
            types = [onnx.helper.np_dtype_to_tensor_dtype(array.dtype) for array in arrays]
            return [(kind, array.shape) for kind, array in zip(types, arrays, strict=True)]
        inferred, reason = self._inferred_by_onnx(node)
        first = next((name for name in node.input if name), "")
        results = []
        for index, name in enumerate(node.output):
            shape = inferred.get(name, (0, None))[1]
            if shape is None and name and index == 0 and node.op_type in SAME_SHAPE and first:
                shape = self._shape(first)
            shape = shape if shape is not None else self.stated.get(name)
            if shape is None and name and index > 0 and node.op_type in SAME_SHAPE:
                shape = ()  # statistics and masks, which no node reads
            if shape is None and name:
                raise InputError(
                    f"the shape of the output of {node_label(node)} is unknown{reason}, expected fixed shapes"
                )
            kind = inferred.get(name, (0, None))[0] or self.types.get(first, 1)
            results.append((kind, self._checked(shape or (), node)))
        return results

    def _shape(self, name: str) -> Shape:
        return self.constants[name].shape if name in self.constants else self.shapes[name]

    def _checked(self, shape: Shape, node: onnx.NodeProto) -> Shape:
        if len(shape) > MAX_RANK:
            raise InputError(
                f"the output of {node_label(node)} has {len(shape)} axes, expected at most {MAX_RANK}"
            )
        if 0 in shape and all(name in self.constants for name in node.input if name):
            return shape
        return checked_shape(shape, f"the output of {node_label(node)}")

    def _inferred_by_onnx(self, node: onnx.NodeProto) -> tuple[dict[str, tuple[int, Shape | None]], str]:
        """Infer types and shapes of a node with onnx.

        Returns:
            data type and shape by the name of the output, and the reason in parentheses if onnx cannot infer them.
        """
        import onnx

        if not _is_standard(node) and not any(opset.domain == node.domain for opset in self.opsets):
            return {}, " (a custom operator)"
        graph = onnx.GraphProto(name="one", node=[node])
        for name in dict.fromkeys(filter(None, node.input)):
            graph.input.append(onnx.helper.make_tensor_value_info(name, self.types[name], self._shape(name)))
            if name in self.known:
                graph.initializer.append(onnx.numpy_helper.from_array(self.known[name], name))
        graph.output.extend(onnx.ValueInfoProto(name=name) for name in node.output if name)
        model = onnx.ModelProto(ir_version=self.ir_version, graph=graph, opset_import=self.opsets)
        try:
            inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True)
        except Exception as error:  # onnx and its bindings raise many kinds of errors for hostile nodes
            lines = [line for line in str(error).splitlines() if line.strip()]
            return {}, f" ({' '.join(lines)[-160:]})" if lines else ""
        return {value.name: _stated(value) for value in inferred.graph.output}, ""


def stated_shapes(values: Iterator[onnx.ValueInfoProto], batch: str) -> dict[str, Shape]:
    """Return the shapes that a file states completely, by the name of the value.

    Args:
        values: values with their types.
        batch: name of the dynamic batch, which is replaced by 1.
    """
    shapes = {}
    for value in values:
        sides = [
            1 if batch and side.dim_param == batch else side.dim_value
            for side in value.type.tensor_type.shape.dim
        ]
        if value.type.tensor_type.HasField("shape") and all(side > 0 for side in sides):
            shapes[value.name] = tuple(sides)
    return shapes


def _stated(value: onnx.ValueInfoProto) -> tuple[int, Shape | None]:
    tensor = value.type.tensor_type
    sides = [side.dim_value if side.HasField("dim_value") else -1 for side in tensor.shape.dim]
    return tensor.elem_type, tuple(sides) if tensor.HasField("shape") and min(sides, default=0) >= 0 else None


def _is_standard(node: onnx.NodeProto) -> bool:
    return node.domain in ("", "ai.onnx")


def _listed(numbers: Array | None) -> Any:
    return numbers.tolist() if numbers is not None and 0 < numbers.size <= LISTED else None
