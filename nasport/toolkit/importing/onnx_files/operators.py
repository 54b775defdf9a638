"""Table of ONNX's operators and their conversions to primitive operations."""

from __future__ import annotations

from collections.abc import Callable

from nasport.schemas.errors import InputError
from nasport.toolkit.importing.onnx_files import layers, moves
from nasport.toolkit.importing.onnx_files.call import OnnxCall, OnnxReader, Reading, other

PASSED_ON = frozenset(
    ["Identity", "Dropout", "Cast", "CastLike", "QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear"]
)
QUANTIZED = "quantized values are read as the real numbers that they encode"


def read_call(reader: OnnxReader, call: OnnxCall) -> None:
    """Convert one node and add its operations to the reader.

    Raises:
        InputError: the node violates the definition of its operator.
    """
    try:
        if call.target in PASSED_ON:
            source = next(name for name in call.inputs if name and name not in reader.constants)
            reader.names[call.outputs[0]] = reader.name(source)
            if "Quantize" in call.target or call.target == "DequantizeLinear":
                reader.notes[QUANTIZED] = None
            return
        reader.operations += READERS.get(call.target, other)(reader, call)
    except (
        KeyError,
        IndexError,
        TypeError,
        ValueError,
        AttributeError,
        StopIteration,
        ArithmeticError,
    ) as error:
        raise InputError(
            f"the node of {call.outputs[0][:80]!r} ({call.target[:60]}) is invalid ({error!r:.80}), "
            "expected a model as its exporter wrote it"
        ) from None


def _prelu(reader: OnnxReader, call: OnnxCall) -> Reading:
    yield reader.operation(call, "other", call.input(0), read=call.inputs[1:2])


def _gated(name: str) -> Callable[[OnnxReader, OnnxCall], Reading]:
    """Return the conversion of an activation with a fused bias."""

    def read(reader: OnnxReader, call: OnnxCall) -> Reading:
        yield reader.operation(call, "activation", call.input(0), read=call.inputs[1:2], activation=name)

    return read


_ACTIVATIONS = {
    "Relu": "relu", "LeakyRelu": "leaky_relu", "Elu": "elu", "Sigmoid": "sigmoid", "HardSigmoid": "hardsigmoid",
    "HardSwish": "hardswish", "Tanh": "tanh", "Gelu": "gelu", "FastGelu": "gelu", "QuickGelu": "gelu", "Mish": "mish",
}  # fmt: skip
_FUNCTIONS = {
    "Sqrt": "sqrt", "Exp": "exp", "Erf": "erf", "Softplus": "softplus", "Log": "log", "Abs": "abs", "Neg": "neg",
    "Reciprocal": "reciprocal",
}  # fmt: skip
_ELEMENTWISE = {
    "Add": "sum", "Sub": "difference", "Mul": "product", "Div": "quotient", "Max": "maximum", "Min": "minimum",
    "Sum": "sum",
}  # fmt: skip
READERS: dict[str, Callable[[OnnxReader, OnnxCall], Reading]] = {
    **{name: layers.activation(what) for name, what in _ACTIVATIONS.items()},
    **{name: layers.unary(what) for name, what in _FUNCTIONS.items()},
    **{name: layers.elementwise(what) for name, what in _ELEMENTWISE.items()},
    "Conv": layers.convolution,
    "FusedConv": layers.convolution,
    "ConvTranspose": layers.convolution,
    "Gemm": layers.gemm,
    "MatMul": layers.matmul,
    "Einsum": layers.einsum,
    "Attention": layers.attention,
    "MultiHeadAttention": layers.attention,
    "BatchNormalization": layers.norm("batch"),
    "LayerNormalization": layers.norm("layer"),
    "GroupNormalization": layers.norm("group"),
    "GroupNorm": layers.norm("group"),
    "InstanceNormalization": layers.norm("instance"),
    "RMSNormalization": layers.norm("rms"),
    "SimplifiedLayerNormalization": layers.norm("rms"),
    "BiasGelu": _gated("gelu"),
    "Swish": layers.swish,
    "Clip": layers.clip,
    "Softmax": layers.softmax,
    "PRelu": _prelu,
    "MaxPool": layers.pool("max"),
    "AveragePool": layers.pool("average"),
    "GlobalAveragePool": layers.global_pool("average"),
    "GlobalMaxPool": layers.global_pool("max"),
    "ReduceMean": layers.reduced("average"),
    "ReduceSum": layers.reduced("sum"),
    "ReduceMax": layers.reduced("max"),
    "Concat": moves.concat,
    "Split": moves.split,
    "Slice": moves.cut,
    "Gather": moves.gather,
    "Reshape": moves.reshape,
    "Flatten": moves.reshape,
    "Squeeze": moves.reshape,
    "Unsqueeze": moves.reshape,
    "Transpose": moves.transpose,
    "Expand": moves.expand,
    "Tile": moves.expand,
    "Pad": moves.pad,
    "Resize": moves.resize,
    "Upsample": moves.resize,
    "DepthToSpace": moves.depth_to_space,
    "Pow": moves.power,
}
