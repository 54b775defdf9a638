"""Conversion of torch's layers: convolutions, linear layers, matrix products, norms, activations, poolings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from nasport.toolkit.importing.graph.tensor_graph import (
    EPSILON,
    SLOPE,
    Operation,
    attention_flops,
    convolution_flops,
    product_flops,
    unusual,
)
from nasport.toolkit.importing.torch_programs.calls import Call, Tensor

if TYPE_CHECKING:
    from nasport.toolkit.importing.torch_programs.aten import AtenReader

Reading = Iterator[Operation]


def _pair(value: Any, dimensions: int = 2) -> tuple[int, ...]:
    numbers = tuple(value) if isinstance(value, list | tuple) else (value,)
    return numbers * dimensions if len(numbers) == 1 else numbers


def _convolution(reader: AtenReader, call: Call) -> Reading:
    x, weight, bias = call.get("input"), call.get("weight"), call.get("bias")
    source, shape = reader.shape(x), reader.shape(weight)
    dimensions = len(shape) - 2
    transposed = "transpose" in call.target or bool(call.get("transposed", default=False))
    padding = call.get("padding", default=0)
    dilation = _pair(call.get("dilation", default=1), dimensions)
    if isinstance(padding, str):
        reach = [(k - 1) * d for k, d in zip(shape[2:], dilation, strict=True)]
        sides = [(r // 2, r - r // 2) if padding == "same" else (0, 0) for r in reach]
    else:
        sides = [(p, p) for p in _pair(padding, dimensions)]
    if reader.constant(weight) is None:
        yield reader.operation(
            call, "other", x, weight, flops=convolution_flops(shape, call.shapes[0], source, False)
        )
        return
    yield reader.operation(
        call, "convolution", x, read=(weight, bias),
        flops=convolution_flops(shape, call.shapes[0], source, transposed),
        kernel=shape[2:], stride=_pair(call.get("stride", default=1), dimensions),
        padding=(*[low for low, _ in sides], *[high for _, high in sides]), dilation=dilation,
        groups=call.get("groups", default=1), transposed=transposed, bias=bias is not None,
    )  # fmt: skip


def _linear(reader: AtenReader, call: Call) -> Reading:
    x, weight, bias = call.get("input"), call.get("weight"), call.get("bias")
    flops = product_flops(reader.shape(x), (), call.shapes[0])
    if reader.constant(weight) is None:
        yield reader.operation(call, "matrix_product", x, weight, flops=flops)
        return
    yield reader.operation(call, "linear", x, read=(weight, bias), flops=flops, bias=bias is not None)


def _addmm(reader: AtenReader, call: Call) -> Reading:
    left, right, bias = call.get("mat1", "batch1"), call.get("mat2", "batch2"), call.get("self", "input")
    flops = product_flops(reader.shape(left), (), call.shapes[0])
    if reader.constant(right) is not None and reader.constant(bias) is not None:
        yield reader.operation(call, "linear", left, read=(right, bias), flops=flops, bias=True)
    else:
        values = [tensor for tensor in (left, right, bias) if reader.constant(tensor) is None]
        read = [tensor for tensor in (left, right, bias) if reader.constant(tensor) is not None]
        yield reader.operation(call, "other", *values, read=read, flops=flops)


def _matmul(reader: AtenReader, call: Call) -> Reading:
    left, right = call.get("self", "input"), call.get("other", "mat2", "tensor2", "vec2")
    flops = product_flops(reader.shape(left), (), call.shapes[0])
    if reader.constant(right) is not None:
        yield reader.operation(call, "linear", left, read=(right,), flops=flops, bias=False)
    elif reader.constant(left) is not None:
        yield reader.operation(call, "other", right, read=(left,), flops=flops)
    else:
        yield reader.operation(call, "matrix_product", left, right, flops=flops)


def _einsum(reader: AtenReader, call: Call) -> Reading:
    equation, tensors = str(call.get("equation")), call.get("tensors")
    sides: dict[str, int] = {}
    for letters, tensor in zip(equation.replace(" ", "").split("->")[0].split(","), tensors, strict=True):
        if "..." in letters:
            letters = letters.replace("...", "")
        sides.update(zip(letters[::-1], reader.shape(tensor)[::-1], strict=False))
    flops = 1
    for side in sides.values():
        flops *= side
    values = [tensor for tensor in tensors if reader.constant(tensor) is None]
    read = [tensor for tensor in tensors if reader.constant(tensor) is not None]
    kind = "matrix_product" if len(values) == 2 and not read else "other"
    yield reader.operation(call, kind, *values, read=read, flops=flops if len(tensors) > 1 else 0)


def _attention(reader: AtenReader, call: Call) -> Reading:
    queries, keys, values = (call.get(name) for name in ("query", "key", "value"))
    mask = call.get("attn_mask")
    shapes = [reader.shape(tensor) for tensor in (queries, keys, values)]
    inputs = [queries, keys, values]
    masked = mask is not None or bool(call.get("is_causal", default=False))
    if isinstance(mask, Tensor) and reader.constant(mask) is None:
        inputs.append(mask)
    if any(reader.constant(tensor) is not None for tensor in inputs):
        inputs = [tensor for tensor in inputs if reader.constant(tensor) is None]
        masked = True
    yield reader.operation(
        call,
        "attention",
        *inputs,
        read=(queries, keys, values, mask),
        flops=attention_flops(*shapes),
        masked=masked,
    )


def _norm(norm: str) -> Callable[[AtenReader, Call], Reading]:
    def read(reader: AtenReader, call: Call) -> Reading:
        weight, bias = call.get("weight"), call.get("bias")
        axes: tuple[int, ...] = (1,)
        if norm in ("layer", "rms"):
            count = len(call.get("normalized_shape"))
            rank = len(call.shapes[0])
            axes = tuple(range(rank - count, rank))
        yield reader.operation(
            call, "normalization", call.get("input"), read=(weight, bias), norm=norm, axes=axes,
            groups=call.get("num_groups", default=1), scaled=weight is not None, shifted=bias is not None,
            **unusual("an epsilon", call.get("eps"), EPSILON),
        )  # fmt: skip

    return read


def _activation(name: str) -> Callable[[AtenReader, Call], Reading]:
    def read(reader: AtenReader, call: Call) -> Reading:
        slope = unusual("a slope of leaky ReLU", call.get("negative_slope"), SLOPE)
        yield reader.operation(call, "activation", call.get("self", "input"), activation=name, **slope)

    return read


def _hardtanh(reader: AtenReader, call: Call) -> Reading:
    low = call.get("min_val", "min", default=-1.0 if "hardtanh" in call.target else None)
    high = call.get("max_val", "max", default=1.0 if "hardtanh" in call.target else None)
    name = {(0, 6): "relu6", (0, None): "relu"}.get((low, high))
    if name is None:
        yield reader.operation(call, "other", call.get("self", "input"))
    else:
        yield reader.operation(call, "activation", call.get("self", "input"), activation=name)


def _softmax(reader: AtenReader, call: Call) -> Reading:
    axis = call.get("dim") % len(call.shapes[0])
    yield reader.operation(call, "activation", call.get("self", "input"), activation="softmax", axis=axis)


def _pool(mode: str) -> Callable[[AtenReader, Call], Reading]:
    def read(reader: AtenReader, call: Call) -> Reading:
        dimensions = len(call.shapes[0]) - 2
        kernel = _pair(call.get("kernel_size"), dimensions)
        stride = call.get("stride")
        padding = _pair(call.get("padding", default=0), dimensions)
        yield reader.operation(
            call, "pooling", call.get("self", "input"), mode=mode, kernel=kernel,
            stride=_pair(stride, dimensions) if stride not in (None, [], ()) else kernel, padding=padding * 2,
            dilation=_pair(call.get("dilation", default=1), dimensions),
            ceil=bool(call.get("ceil_mode", default=False)),
            counts_padding=bool(call.get("count_include_pad", default=True)),
        )  # fmt: skip

    return read


def _adaptive(mode: str) -> Callable[[AtenReader, Call], Reading]:
    def read(reader: AtenReader, call: Call) -> Reading:
        yield reader.operation(call, "adaptive_pooling", call.get("self", "input"), mode=mode)

    return read


def _reduced(mode: str) -> Callable[[AtenReader, Call], Reading]:
    def read(reader: AtenReader, call: Call) -> Reading:
        x = call.get("self", "input")
        rank = len(reader.shape(x))
        axes = call.get("dim")
        axes = list(range(rank)) if axes in (None, []) else axes if isinstance(axes, list | tuple) else [axes]
        axes = tuple(sorted(axis % rank for axis in axes))
        yield reader.operation(
            call, "reduction", x, mode=mode, axes=axes, kept=bool(call.get("keepdim", default=False))
        )

    return read


def _prelu(reader: AtenReader, call: Call) -> Reading:
    yield reader.operation(call, "other", call.get("self"), read=(call.get("weight"),))


READERS: dict[str, Callable[[AtenReader, Call], Reading]] = {
    **dict.fromkeys(
        [
            "conv1d",
            "conv2d",
            "conv3d",
            "convolution",
            "conv_transpose1d",
            "conv_transpose2d",
            "conv_transpose3d",
        ],
        _convolution,
    ),
    "linear": _linear,
    "addmm": _addmm,
    "baddbmm": _addmm,
    **dict.fromkeys(["matmul", "mm", "bmm", "mv"], _matmul),
    "einsum": _einsum,
    "scaled_dot_product_attention": _attention,
    "batch_norm": _norm("batch"),
    "layer_norm": _norm("layer"),
    "group_norm": _norm("group"),
    "instance_norm": _norm("instance"),
    "rms_norm": _norm("rms"),
    **{
        name: _activation(name)
        for name in ("relu", "relu6", "leaky_relu", "gelu", "silu", "sigmoid", "tanh", "elu", "mish")
    },
    "hardswish": _activation("hardswish"),
    "hardsigmoid": _activation("hardsigmoid"),
    **dict.fromkeys(["hardtanh", "clamp", "clip", "clamp_min"], _hardtanh),
    "softmax": _softmax,
    "_softmax": _softmax,
    "max_pool2d": _pool("max"),
    "avg_pool2d": _pool("average"),
    "adaptive_avg_pool2d": _adaptive("average"),
    "adaptive_max_pool2d": _adaptive("max"),
    "mean": _reduced("average"),
    "sum": _reduced("sum"),
    "amax": _reduced("max"),
    "prelu": _prelu,
}
