"""Conversion of ONNX's layers: convolutions, linear layers, matrix products, norms, activations, poolings, arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import isqrt, prod

from nasport.schemas.errors import InputError
from nasport.toolkit.importing.graph.tensor_graph import (
    EPSILON,
    SLOPE,
    Operation,
    Shape,
    attention_flops,
    convolution_flops,
    product_flops,
    unusual,
)
from nasport.toolkit.importing.onnx_files.call import OnnxCall, OnnxReader, Reading, other, values_of
from nasport.toolkit.importing.onnx_files.folded import INVENTED, TABLE, Folding, folding


def _padding(call: OnnxCall, source: Shape, kernel: Shape, stride: Shape, dilation: Shape) -> tuple[int, ...]:
    """Return the padding before every axis, then the padding after every axis."""
    auto = call.get("auto_pad", "NOTSET")
    if auto in ("NOTSET", ""):
        return tuple(call.get("pads") or (0,) * 2 * len(kernel))
    if auto == "VALID":
        return (0,) * 2 * len(kernel)
    low, high = [], []
    for side, k, s, d in zip(source[2:], kernel, stride, dilation, strict=True):
        total = max((-(-side // s) - 1) * s + (k - 1) * d + 1 - side, 0)
        less, more = total // 2, total - total // 2
        low.append(less if auto == "SAME_UPPER" else more)
        high.append(more if auto == "SAME_UPPER" else less)
    return (*low, *high)


def convolution(reader: OnnxReader, call: OnnxCall) -> Reading:
    x, weight, bias = call.input(0), call.input(1), call.input(2)
    source, shape, output = reader.shape(x), reader.shape(weight), reader.shapes[call.outputs[0]]
    transposed, kernel = call.target == "ConvTranspose", shape[2:]
    if weight not in reader.constants or x in reader.constants:
        yield reader.operation(
            call,
            "other",
            x,
            weight,
            read=(x, weight, bias),
            flops=convolution_flops(shape, output, source, False),
        )
        return
    groups = call.get("group", 1)
    if (
        source[1] != (shape[0] if transposed else shape[1] * groups)
        or groups < 1
        or len(source) != len(shape)
    ):
        raise ValueError(f"{source[1]} channels, weights {shape}, {groups} groups")
    ones = (1,) * len(kernel)
    stride, dilation = tuple(call.get("strides") or ones), tuple(call.get("dilations") or ones)
    folded = folding(call.metadata, call.target, weight, bias, output[1])
    operation = reader.operation(
        call, "convolution", x, read=(weight, bias), flops=convolution_flops(shape, output, source, transposed),
        kernel=kernel, stride=stride, padding=_padding(call, source, kernel, stride, dilation), dilation=dilation,
        groups=groups, transposed=transposed, bias=bool(bias),
    )  # fmt: skip
    yield _with_folding(operation, folded, weight)
    if call.get("activation"):
        raise InputError("a fused activation, expected plain operators")


def _with_folding(operation: Operation, folded: Folding, weight: str) -> Operation:
    """Return an operation with the parameters that an exporter folded into it or left out."""
    numbers = dict(operation.numbers)
    if folded.unstored:
        numbers["unstored"] = folded.unstored
    if folded.norm:
        numbers |= {"folded_norm": True, "bias": False}
    elif folded.unstored:
        numbers["bias"] = True
    module = operation.module
    if folded.norm and weight.endswith(".weight"):
        module = weight.removesuffix(".weight")
    return operation.with_changes(numbers=numbers, module=module, assumed=folded.assumed)


def gemm(reader: OnnxReader, call: OnnxCall) -> Reading:
    left, right, bias = call.input(0), call.input(1), call.input(2)
    output = reader.shapes[call.outputs[0]]
    inner = reader.shape(left)[0 if call.get("transA", 0) else -1]
    flops = prod(output) * inner
    if left not in reader.constants and right in reader.constants and (not bias or bias in reader.constants):
        operation = reader.operation(call, "linear", left, read=(right, bias), flops=flops, bias=bool(bias))
        yield _with_folding(operation, folding(call.metadata, call.target, right, bias, output[-1]), right)
    else:
        yield reader.operation(
            call, "other", left, right, *([bias] if bias else []), read=call.inputs, flops=flops
        )


def matmul(reader: OnnxReader, call: OnnxCall) -> Reading:
    left, right = call.inputs
    flops = product_flops(reader.shape(left), (), reader.shapes[call.outputs[0]])
    if left in reader.constants:
        yield reader.operation(call, "other", right, read=(left,), flops=flops)
    elif right in reader.constants:
        yield reader.operation(call, "linear", left, read=(right,), flops=flops, bias=False)
    else:
        yield reader.operation(call, "matrix_product", left, right, flops=flops)


def einsum(reader: OnnxReader, call: OnnxCall) -> Reading:
    sides: dict[str, int] = {}
    for letters, name in zip(
        str(call.get("equation")).replace(" ", "").split("->")[0].split(","), call.inputs, strict=True
    ):
        sides.update(zip(letters.replace("...", "")[::-1], reader.shape(name)[::-1], strict=False))
    values, read = values_of(reader, call)
    kind = "matrix_product" if len(values) == 2 and not read else "other"
    yield reader.operation(
        call, kind, *values, read=read, flops=prod(sides.values()) if len(call.inputs) > 1 else 0
    )


def attention(reader: OnnxReader, call: OnnxCall) -> Reading:
    shapes = [reader.shape(name) for name in call.inputs[:3]]
    heads = call.get("q_num_heads", 0) or call.get("num_heads", 0)
    if len(shapes) < 3 or any(len(shape) not in (3, 4) for shape in shapes):
        yield from other(reader, call)
        return
    if (
        call.target == "Attention" and len(shapes[0]) == 4
    ):  # every head of keys serves several heads of queries
        heads = shapes[0][1]
        shapes[1:] = [(*shape[:1], heads, *shape[2:]) for shape in shapes[1:]]
    elif heads:
        shapes[1:] = [
            (*shape[:-1], shape[-1] * heads // (call.get("kv_num_heads", heads) or heads))
            for shape in shapes[1:]
        ]
    mask = call.inputs[3:]
    masked = any(mask) or bool(call.get("is_causal", 0)) or bool(call.get("unidirectional", 0))
    yield reader.operation(
        call, "attention", *[name for name in call.inputs if name], read=call.inputs, flops=attention_flops(*shapes),
        masked=masked,
    )  # fmt: skip


def norm(norm: str) -> Callable[[OnnxReader, OnnxCall], Reading]:
    def read(reader: OnnxReader, call: OnnxCall) -> Reading:
        x, weight, bias = call.input(0), call.input(1), call.input(2)
        if norm == "rms":
            bias = ""
        rank = len(reader.shape(x))
        axes: tuple[int, ...] = (1,)
        if norm in ("layer", "rms"):
            axes = tuple(range(call.get("axis", -1) % rank, rank))
        # Exporters add ones and zeros, with invented names, to norms without scale and shift.
        scaled, shifted = (_is_original(reader, name) for name in (weight, bias))
        yield reader.operation(
            call, "normalization", x, read=[weight] * scaled + [bias] * shifted, norm=norm, axes=axes,
            groups=call.get("num_groups", call.get("groups", 1)), scaled=scaled, shifted=shifted,
            **unusual("an epsilon", call.get("epsilon"), EPSILON),
        )  # fmt: skip

    return read


def _is_original(reader: OnnxReader, name: str) -> bool:
    """Return whether the model itself has this scale or shift, so that no exporter added it."""
    if not name:
        return False
    weights = reader.constants[name].weights if name in reader.constants else ()
    is_invented = all(INVENTED.match(weight.name) or not weight.is_trained for weight in weights)
    return not is_invented or (name in reader.constants and not _is_uniform(reader, name))


def _is_uniform(reader: OnnxReader, name: str) -> bool:
    """Return whether all numbers of a constant are equal; True if they are unknown."""
    numbers = reader.known.get(name)
    return numbers is None or bool((numbers == numbers.reshape(-1)[0]).all())


def activation(name: str) -> Callable[[OnnxReader, OnnxCall], Reading]:
    def read(reader: OnnxReader, call: OnnxCall) -> Reading:
        slope = unusual("a slope of leaky ReLU", call.get("alpha"), SLOPE) if name == "leaky_relu" else {}
        yield reader.operation(call, "activation", call.input(0), activation=name, **slope)

    return read


def clip(reader: OnnxReader, call: OnnxCall) -> Reading:
    low, high = reader.numbers(call, 1, "min"), reader.numbers(call, 2, "max")
    limits = low[0] if low else None, high[0] if high else None
    name = "relu6" if limits == (0, 6) else "relu" if limits == (0, None) else None
    if name is None:
        yield reader.operation(call, "other", call.input(0))
    else:
        yield reader.operation(call, "activation", call.input(0), activation=name)


def softmax(reader: OnnxReader, call: OnnxCall) -> Reading:
    axis = call.get("axis", -1 if call.opset >= 13 else 1) % len(reader.shape(call.input(0)))
    yield reader.operation(call, "activation", call.input(0), activation="softmax", axis=axis)


def swish(reader: OnnxReader, call: OnnxCall) -> Reading:
    if call.get("alpha", 1.0) == 1.0:
        yield from activation("silu")(reader, call)
    else:
        yield from other(reader, call)


def pool(mode: str) -> Callable[[OnnxReader, OnnxCall], Reading]:
    def read(reader: OnnxReader, call: OnnxCall) -> Reading:
        x, kernel = call.input(0), tuple(call.get("kernel_shape"))
        ones = (1,) * len(kernel)
        stride, dilation = tuple(call.get("strides") or ones), tuple(call.get("dilations") or ones)
        padding = _padding(call, reader.shape(x), kernel, stride, dilation)
        adapts = "AdaptiveAvgPool" in call.metadata.get("pkg.torch.onnx.class_hierarchy", "")
        if mode == "average" and (adapts or kernel == ones == stride):
            yield reader.operation(call, "adaptive_pooling", x, mode=mode)
            return
        counts = mode == "max" or bool(call.get("count_include_pad", 0)) or not any(padding)
        yield reader.operation(
            call, "pooling", x, mode=mode, kernel=kernel, stride=stride, padding=padding, dilation=dilation,
            ceil=bool(call.get("ceil_mode", 0)), counts_padding=counts,
        )  # fmt: skip

    return read


def global_pool(mode: str) -> Callable[[OnnxReader, OnnxCall], Reading]:
    def read(reader: OnnxReader, call: OnnxCall) -> Reading:
        yield reader.operation(call, "adaptive_pooling", call.input(0), mode=mode)

    return read


def reduced(mode: str) -> Callable[[OnnxReader, OnnxCall], Reading]:
    def read(reader: OnnxReader, call: OnnxCall) -> Reading:
        x = call.input(0)
        rank = len(reader.shape(x))
        axes = reader.numbers(call, 1, "axes") or range(rank)
        positive_axes = tuple(sorted(int(axis) % rank for axis in axes))
        yield reader.operation(
            call, "reduction", x, mode=mode, axes=positive_axes, kept=bool(call.get("keepdims", 1))
        )

    return read


def elementwise(kind: str) -> Callable[[OnnxReader, OnnxCall], Reading]:
    def read(reader: OnnxReader, call: OnnxCall) -> Reading:
        values, read = values_of(reader, call)
        if len(call.inputs) != 2:
            yield from other(reader, call)
            return
        _check_broadcast(call, *(reader.shape(name) for name in call.inputs))
        if not read:
            yield reader.operation(call, kind, *values)
        else:
            constant = reader.constants[read[0]]
            scalar = constant.scalar
            operation = reader.operation(
                call, "with_constant", values[0], read=read, operation=kind, scalar=scalar,
                constant=() if scalar is not None else constant.shape, reversed=call.input(0) == read[0],
            )  # fmt: skip
            yield _with_table(operation) if kind == "sum" else operation

    return read


def _check_broadcast(call: OnnxCall, left: Shape, right: Shape) -> None:
    """Check that the shapes of two operands can be broadcast.

    Raises:
        InputError: the sizes along an axis differ, and neither is 1.
    """
    pairs = zip(left[::-1], right[::-1], strict=False)
    if any(left_size != right_size and 1 not in (left_size, right_size) for left_size, right_size in pairs):
        sizes = " and ".join("x".join(map(str, shape)) for shape in (left, right))
        problem = f"{call.target} of shapes {sizes} that do not match ({call.module or call.outputs[0]:.80})"
        raise InputError(f"{problem}, expected an image of the size that the model was made for")


def _with_table(operation: Operation) -> Operation:
    """Correct the parameters of a positional bias that an exporter expanded.

    The constant holds a number for every pair of positions in a square window. The model's table, which is counted instead,
    holds one number for every offset between positions: (2 * side - 1)^2 for each head.
    """
    shape, trained = operation.number("constant"), [weight for weight in operation.weights if weight.size]
    if len(shape) != 4 or shape[0] != 1 or shape[1] == 1 or shape[2] != shape[3]:
        return operation
    if len(trained) != 1 or trained[0].size != prod(shape) or "." in trained[0].name:
        return operation
    side = isqrt(shape[2])
    if side < 2 or side * side != shape[2]:
        return operation
    numbers = {**operation.numbers, "unstored": shape[1] * (2 * side - 1) ** 2}
    weights = tuple(replace(weight, is_trained=False) for weight in operation.weights)
    return operation.with_changes(numbers=numbers, weights=weights, assumed=(TABLE,))


def unary(name: str) -> Callable[[OnnxReader, OnnxCall], Reading]:
    def read(reader: OnnxReader, call: OnnxCall) -> Reading:
        yield reader.operation(call, "function", call.input(0), function=name)

    return read
