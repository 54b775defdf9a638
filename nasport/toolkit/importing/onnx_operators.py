"""ONNX's operators as primitive operations, the same as torch's (`aten`)."""

from __future__ import annotations

from collections.abc import Callable

from nasport.schemas.errors import InputError
from nasport.toolkit.importing import onnx_layers, onnx_moves
from nasport.toolkit.importing.onnx_call import OnnxCall, OnnxReader, Reading, other

PASSED_ON = frozenset(
    ["Identity", "Dropout", "Cast", "CastLike", "QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear"]
)
QUANTISED = "quantised values are read as the numbers that they stand for"


def read_call(reader: OnnxReader, call: OnnxCall) -> None:
    """Take in one node.

    Raises:
        InputError: it is not as ONNX has it.
    """
    try:
        if call.target in PASSED_ON:
            source = next(name for name in call.inputs if name and name not in reader.constants)
            reader.names[call.outputs[0]] = reader.name(source)
            if "Quantize" in call.target or call.target == "DequantizeLinear":
                reader.notes[QUANTISED] = None
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
            f"the node of {call.outputs[0][:80]!r} ({call.target[:60]}) is not as ONNX has it ({error!r:.80})"
        ) from None


def _prelu(reader: OnnxReader, call: OnnxCall) -> Reading:
    yield reader.made(call, "other", call.input(0), read=call.inputs[1:2])


def _gated(name: str) -> Callable[[OnnxReader, OnnxCall], Reading]:
    """A gelu with a bias of its own, as runtimes fuse it."""

    def read(reader: OnnxReader, call: OnnxCall) -> Reading:
        yield reader.made(call, "activation", call.input(0), read=call.inputs[1:2], activation=name)

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
    **{name: onnx_layers.activation(what) for name, what in _ACTIVATIONS.items()},
    **{name: onnx_layers.unary(what) for name, what in _FUNCTIONS.items()},
    **{name: onnx_layers.elementwise(what) for name, what in _ELEMENTWISE.items()},
    "Conv": onnx_layers.convolution,
    "FusedConv": onnx_layers.convolution,
    "ConvTranspose": onnx_layers.convolution,
    "Gemm": onnx_layers.gemm,
    "MatMul": onnx_layers.matmul,
    "Einsum": onnx_layers.einsum,
    "Attention": onnx_layers.attention,
    "MultiHeadAttention": onnx_layers.attention,
    "BatchNormalization": onnx_layers.norm("batch"),
    "LayerNormalization": onnx_layers.norm("layer"),
    "GroupNormalization": onnx_layers.norm("group"),
    "GroupNorm": onnx_layers.norm("group"),
    "InstanceNormalization": onnx_layers.norm("instance"),
    "RMSNormalization": onnx_layers.norm("rms"),
    "SimplifiedLayerNormalization": onnx_layers.norm("rms"),
    "BiasGelu": _gated("gelu"),
    "Swish": onnx_layers.swish,
    "Clip": onnx_layers.clip,
    "Softmax": onnx_layers.softmax,
    "PRelu": _prelu,
    "MaxPool": onnx_layers.pool("max"),
    "AveragePool": onnx_layers.pool("average"),
    "GlobalAveragePool": onnx_layers.global_pool("average"),
    "GlobalMaxPool": onnx_layers.global_pool("max"),
    "ReduceMean": onnx_layers.reduced("average"),
    "ReduceSum": onnx_layers.reduced("sum"),
    "ReduceMax": onnx_layers.reduced("max"),
    "Concat": onnx_moves.concat,
    "Split": onnx_moves.split,
    "Slice": onnx_moves.cut,
    "Gather": onnx_moves.gather,
    "Reshape": onnx_moves.reshape,
    "Flatten": onnx_moves.reshape,
    "Squeeze": onnx_moves.reshape,
    "Unsqueeze": onnx_moves.reshape,
    "Transpose": onnx_moves.transpose,
    "Expand": onnx_moves.expand,
    "Tile": onnx_moves.expand,
    "Pad": onnx_moves.pad,
    "Resize": onnx_moves.resize,
    "Upsample": onnx_moves.resize,
    "DepthToSpace": onnx_moves.depth_to_space,
    "Pow": onnx_moves.power,
}
