"""torch's operators (ATen) as primitive operations, however the program was read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from nasport.schemas.errors import InputError
from nasport.toolkit.importing.tensor_graph import (
    Constant,
    Operation,
    Shape,
    attention_flops,
    convolution_flops,
    product_flops,
)


class Tensor(NamedTuple):
    """A tensor among the arguments of a call, by its name in the program."""

    name: str


@dataclass(frozen=True)
class Call:
    """One call of an ATen operator.

    Attributes:
        target: the operator's name without overload, e.g. `conv2d`.
        arguments: by the names of torch's schema.
        outputs: names of the tensors that it gives.
        shapes: of these.
        module: path of the module that makes the call.
    """

    target: str
    arguments: Mapping[str, Any]
    outputs: tuple[str, ...]
    shapes: tuple[Shape, ...]
    module: str = ""

    def get(self, *names: str, default: Any = None) -> Any:
        """The first of these arguments that is there."""
        return next((self.arguments[name] for name in names if name in self.arguments), default)


# Calls of a part of the graph that change how it is computed, not what.
INLINED = frozenset(["wrap_with_autocast", "wrap_with_set_grad_enabled"])


def inlined(
    calls: Iterable[Call], inputs: Mapping[str, str], inner: Sequence[str], outer: Sequence[str], scope: str
) -> Iterator[Call]:
    """The calls of a part of the graph, as if they stood outside of it.

    Args:
        calls: of the part.
        inputs: names of tensors outside by what the part calls them.
        inner, outer: names of what the part gives, within and outside.
        scope: begins the names of all other tensors.
    """

    def name(tensor: str) -> str:
        return inputs.get(tensor) or f"{scope}.{tensor}"

    def renamed(value: Any) -> Any:
        if isinstance(value, Tensor):
            return Tensor(name(value.name))
        return [renamed(each) for each in value] if isinstance(value, list | tuple) else value

    shapes: dict[str, Shape] = {}
    for call in calls:
        outputs = tuple(map(name, call.outputs))
        shapes.update(zip(outputs, call.shapes, strict=True))
        yield replace(
            call, arguments={key: renamed(value) for key, value in call.arguments.items()}, outputs=outputs
        )
    for given, wanted in zip(inner, outer, strict=False):
        if name(given) in shapes:
            yield Call("alias", {"self": Tensor(name(given))}, (wanted,), (shapes[name(given)],))


@dataclass
class AtenReader:
    """Calls on their way to operations.

    Attributes:
        values: what is known of every tensor so far: the name and shape of a value, or a constant.
        operations: those found.
    """

    values: dict[str, tuple[str, Shape] | Constant] = field(default_factory=dict)
    operations: list[Operation] = field(default_factory=list)

    def read(self, call: Call) -> None:
        """Take in one call.

        Raises:
            InputError: it depends on values in a way that no graph can hold.
        """
        tensors = list(_tensors(call.arguments.values()))
        unknown = next((tensor.name for tensor in tensors if tensor.name not in self.values), None)
        if unknown is not None:
            raise InputError(f"{call.target} reads {unknown!r}, which nothing gives")
        found = [self.values[tensor.name] for tensor in tensors]
        if call.target in CREATED or all(isinstance(value, Constant) for value in found):
            self._constant(call, [value for value in found if isinstance(value, Constant)])
            return
        if call.target in RECURRENT:
            raise InputError(
                f"{call.target}: recurrent networks are not imported, expected a network of images"
            )
        if any(0 in shape for shape in call.shapes):
            for name, shape in zip(call.outputs, call.shapes, strict=True):
                self.values[name] = Constant(shape)
            return
        in_place = call.target.endswith("_") and not call.target.endswith("__")
        name = call.target[:-1] if in_place else call.target
        if name in PASSED_ON:
            first = next(value for value in found if not isinstance(value, Constant))
            self.values[call.outputs[0]] = first[0], call.shapes[0]
        else:
            for operation in _READERS.get(name, _other)(self, call):
                self.operations.append(operation)
                self.values[operation.output] = operation.output, operation.shape
        if in_place and isinstance(target := call.get("self", "input"), Tensor):
            self.values[target.name] = self.values[call.outputs[0]]

    def shape(self, tensor: Tensor) -> Shape:
        """Of a tensor."""
        value = self.values[tensor.name]
        return value.shape if isinstance(value, Constant) else value[1]

    def constant(self, tensor: Any) -> Constant | None:
        """A tensor's constant, or a number as one; None where the tensor depends on the input or there is none."""
        if isinstance(tensor, int | float):
            return Constant((), values=tensor)
        value = self.values[tensor.name] if isinstance(tensor, Tensor) else None
        return value if isinstance(value, Constant) else None

    def made(
        self, call: Call, kind: str, *inputs: Any, read: Sequence[Any] = (), flops: int = 0, **numbers: Any
    ) -> Operation:
        """An operation of some inputs; `read` are tensors of weights, None among them left out."""
        names = tuple(self._name(tensor) for tensor in inputs)
        constants = [constant for each in read if (constant := self.constant(each)) is not None]
        weights = tuple(weight for constant in constants for weight in constant.weights)
        return Operation(
            kind, names, call.outputs[0], call.shapes[0], numbers, weights, flops, call.module, call.target
        )

    def _name(self, tensor: Tensor) -> str:
        value = self.values[tensor.name]
        if isinstance(value, Constant):
            raise InputError(f"{tensor.name!r} is a constant where an operation needs a value of the input")
        return value[0]

    def _constant(self, call: Call, sources: Sequence[Constant]) -> None:
        weights = tuple(dict.fromkeys(weight for source in sources for weight in source.weights))
        kept = call.target in PASSED_ON or call.target in (
            "view",
            "reshape",
            "unsqueeze",
            "squeeze",
            "to",
            "_to_copy",
        )
        values = sources[0].values if len(sources) == 1 and kept else call.get("fill_value")
        for name, shape in zip(call.outputs, call.shapes, strict=True):
            self.values[name] = Constant(shape, weights, values)


PASSED_ON = frozenset(
    ["dropout", "feature_dropout", "alpha_dropout", "clone", "contiguous", "detach", "alias", "lift_fresh_copy", "to",
     "_to_copy", "type_as", "view_as_real", "identity", "native_dropout", "lift_fresh", "detach_", "type"]
)  # fmt: skip


def _tensors(arguments: Any) -> Iterator[Tensor]:
    for argument in arguments:
        if isinstance(argument, Tensor):
            yield argument
        elif isinstance(argument, list | tuple):
            yield from _tensors(argument)


RECURRENT = frozenset(["lstm", "gru", "rnn_tanh", "rnn_relu", "quantized_lstm", "lstm_cell", "gru_cell"])
CREATED = frozenset(
    ["zeros_like", "ones_like", "full_like", "empty_like", "new_zeros", "new_ones", "new_full", "new_empty"]
)

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
        yield reader.made(
            call, "other", x, weight, flops=convolution_flops(shape, call.shapes[0], source, False)
        )
        return
    yield reader.made(
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
        yield reader.made(call, "matrix_product", x, weight, flops=flops)
        return
    yield reader.made(call, "linear", x, read=(weight, bias), flops=flops, bias=bias is not None)


def _addmm(reader: AtenReader, call: Call) -> Reading:
    left, right, bias = call.get("mat1", "batch1"), call.get("mat2", "batch2"), call.get("self", "input")
    flops = product_flops(reader.shape(left), (), call.shapes[0])
    if reader.constant(right) is not None and reader.constant(bias) is not None:
        yield reader.made(call, "linear", left, read=(right, bias), flops=flops, bias=True)
    else:
        several = [each for each in (left, right, bias) if reader.constant(each) is None]
        read = [each for each in (left, right, bias) if reader.constant(each) is not None]
        yield reader.made(call, "other", *several, read=read, flops=flops)


def _matmul(reader: AtenReader, call: Call) -> Reading:
    left, right = call.get("self", "input"), call.get("other", "mat2", "tensor2", "vec2")
    flops = product_flops(reader.shape(left), (), call.shapes[0])
    if reader.constant(right) is not None:
        yield reader.made(call, "linear", left, read=(right,), flops=flops, bias=False)
    elif reader.constant(left) is not None:
        yield reader.made(call, "other", right, read=(left,), flops=flops)
    else:
        yield reader.made(call, "matrix_product", left, right, flops=flops)


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
    yield reader.made(call, kind, *values, read=read, flops=flops if len(tensors) > 1 else 0)


def _attention(reader: AtenReader, call: Call) -> Reading:
    queries, keys, values = (call.get(name) for name in ("query", "key", "value"))
    mask = call.get("attn_mask")
    shapes = [reader.shape(each) for each in (queries, keys, values)]
    inputs = [queries, keys, values]
    masked = mask is not None or bool(call.get("is_causal", default=False))
    if isinstance(mask, Tensor) and reader.constant(mask) is None:
        inputs.append(mask)
    if any(reader.constant(each) is not None for each in inputs):
        inputs = [each for each in inputs if reader.constant(each) is None]
        masked = True
    yield reader.made(
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
        yield reader.made(
            call, "normalization", call.get("input"), read=(weight, bias), norm=norm, axes=axes,
            groups=call.get("num_groups", default=1), scaled=weight is not None, shifted=bias is not None,
        )  # fmt: skip

    return read


def _activation(name: str) -> Callable[[AtenReader, Call], Reading]:
    def read(reader: AtenReader, call: Call) -> Reading:
        yield reader.made(call, "activation", call.get("self", "input"), activation=name)

    return read


def _hardtanh(reader: AtenReader, call: Call) -> Reading:
    low = call.get("min_val", "min", default=-1.0 if "hardtanh" in call.target else None)
    high = call.get("max_val", "max", default=1.0 if "hardtanh" in call.target else None)
    name = {(0, 6): "relu6", (0, None): "relu"}.get((low, high))
    if name is None:
        yield reader.made(call, "other", call.get("self", "input"))
    else:
        yield reader.made(call, "activation", call.get("self", "input"), activation=name)


def _softmax(reader: AtenReader, call: Call) -> Reading:
    axis = call.get("dim") % len(call.shapes[0])
    yield reader.made(call, "activation", call.get("self", "input"), activation="softmax", axis=axis)


def _pool(mode: str) -> Callable[[AtenReader, Call], Reading]:
    def read(reader: AtenReader, call: Call) -> Reading:
        dimensions = len(call.shapes[0]) - 2
        kernel = _pair(call.get("kernel_size"), dimensions)
        stride = call.get("stride")
        padding = _pair(call.get("padding", default=0), dimensions)
        yield reader.made(
            call, "pooling", call.get("self", "input"), mode=mode, kernel=kernel,
            stride=_pair(stride, dimensions) if stride not in (None, [], ()) else kernel, padding=padding * 2,
            dilation=_pair(call.get("dilation", default=1), dimensions),
            ceil=bool(call.get("ceil_mode", default=False)),
            counts_padding=bool(call.get("count_include_pad", default=True)),
        )  # fmt: skip

    return read


def _adaptive(mode: str) -> Callable[[AtenReader, Call], Reading]:
    def read(reader: AtenReader, call: Call) -> Reading:
        yield reader.made(call, "adaptive_pooling", call.get("self", "input"), mode=mode)

    return read


def _reduced(mode: str) -> Callable[[AtenReader, Call], Reading]:
    def read(reader: AtenReader, call: Call) -> Reading:
        x = call.get("self", "input")
        rank = len(reader.shape(x))
        axes = call.get("dim")
        axes = list(range(rank)) if axes in (None, []) else axes if isinstance(axes, list | tuple) else [axes]
        axes = tuple(sorted(axis % rank for axis in axes))
        yield reader.made(
            call, "reduction", x, mode=mode, axes=axes, kept=bool(call.get("keepdim", default=False))
        )

    return read


def _elementwise(kind: str) -> Callable[[AtenReader, Call], Reading]:
    def read(reader: AtenReader, call: Call) -> Reading:
        left, right = call.get("self", "input"), call.get("other")
        known = reader.constant(left), reader.constant(right)
        if known[0] is None and known[1] is None:
            yield reader.made(call, kind, left, right)
            return
        value, other = (left, right) if known[1] is not None else (right, left)
        constant = reader.constant(other)
        assert constant is not None
        yield reader.made(
            call, "with_constant", value, read=(other,), operation=kind, scalar=constant.scalar, constant=constant.shape,
            reversed=known[0] is not None,
        )  # fmt: skip

    return read


def _power(reader: AtenReader, call: Call) -> Reading:
    exponent = call.get("exponent")
    yield reader.made(
        call, "with_constant", call.get("self"), operation="power", scalar=exponent if isinstance(exponent, int | float) else None,
        constant=(), reversed=False,
    )  # fmt: skip


def _unary(name: str) -> Callable[[AtenReader, Call], Reading]:
    def read(reader: AtenReader, call: Call) -> Reading:
        yield reader.made(call, "function", call.get("self", "input"), function=name)

    return read


def _concat(reader: AtenReader, call: Call) -> Reading:
    tensors = call.get("tensors")
    values = [tensor for tensor in tensors if reader.constant(tensor) is None]
    read = [
        tensor for tensor in tensors if reader.constant(tensor) is not None and 0 not in reader.shape(tensor)
    ]
    axis = call.get("dim", default=0) % len(call.shapes[0])
    first = reader.constant(tensors[0]) is not None
    yield reader.made(
        call, "concat", *values, read=read, axis=axis, constants=len(read), constant_first=first
    )


def _slice(reader: AtenReader, call: Call) -> Reading:
    x = call.get("self", "input")
    axis = call.get("dim", default=0) % len(reader.shape(x))
    start = call.get("start", default=0) or 0
    size = reader.shape(x)[axis]
    start = min(start + size if start < 0 else start, size)
    yield reader.made(
        call, "slice", x, axis=axis, start=start, step=call.get("step", default=1), dropped=False
    )


def _select(reader: AtenReader, call: Call) -> Reading:
    x = call.get("self", "input")
    axis = call.get("dim", default=0) % len(reader.shape(x))
    index = call.get("index")
    index = index + reader.shape(x)[axis] if index < 0 else index
    yield reader.made(call, "slice", x, axis=axis, start=index, step=1, dropped=True)


def _pieces(reader: AtenReader, call: Call) -> Reading:
    x = call.get("self", "tensor")
    axis = call.get("dim", default=0) % len(reader.shape(x))
    drops, start = call.target == "unbind", 0
    for name, shape in zip(call.outputs, call.shapes, strict=True):
        whole = call.get("self", "tensor")
        one = Call(call.target, call.arguments, (name,), (shape,), call.module)
        yield reader.made(one, "slice", whole, axis=axis, start=start, step=1, dropped=drops)
        start += 1 if drops else shape[axis]


def _permute(reader: AtenReader, call: Call) -> Reading:
    x = call.get("self", "input")
    rank = len(reader.shape(x))
    order = list(range(rank))
    if call.target in ("permute", "movedim") and call.get("dims") is not None:
        order = [axis % rank for axis in call.get("dims")]
    elif call.target in ("t", "numpy_T", "mT"):
        order[-2:] = order[:-3:-1]
    elif call.get("dim0", "axis0") is not None:
        one, other = call.get("dim0", "axis0") % rank, call.get("dim1", "axis1") % rank
        order[one], order[other] = order[other], order[one]
    else:
        yield reader.made(call, "other", x)
        return
    yield reader.made(call, "transpose", x, order=tuple(order))


def _reshape(reader: AtenReader, call: Call) -> Reading:
    yield reader.made(call, "reshape", call.get("self", "input"))


def _expand(reader: AtenReader, call: Call) -> Reading:
    x = call.get("self", "input")
    yield reader.made(call, "reshape" if reader.shape(x) == call.shapes[0] else "expand", x)


def _pad(reader: AtenReader, call: Call) -> Reading:
    yield reader.made(call, "pad", call.get("self", "input"), pad=tuple(call.get("pad")))


def _resize(reader: AtenReader, call: Call) -> Reading:
    mode = "nearest" if "nearest" in call.target else "bilinear" if "bilinear" in call.target else "other"
    yield reader.made(call, "resize", call.get("self", "input"), mode=mode)


def _shuffle(reader: AtenReader, call: Call) -> Reading:
    yield reader.made(call, "pixel_shuffle", call.get("self"), factor=call.get("upscale_factor"))


def _channel_shuffle(reader: AtenReader, call: Call) -> Reading:
    yield reader.made(call, "channel_shuffle", call.get("self"), groups=call.get("groups"))


def _roll(reader: AtenReader, call: Call) -> Reading:
    yield reader.made(call, "roll", call.get("self"))


def _other(reader: AtenReader, call: Call) -> Reading:
    """A call that nothing here knows: what it reads and gives is kept."""
    tensors = list(_tensors(call.arguments.values()))
    values = [tensor for tensor in tensors if reader.constant(tensor) is None]
    read = [tensor for tensor in tensors if reader.constant(tensor) is not None]
    for place, (name, shape) in enumerate(zip(call.outputs, call.shapes, strict=True)):
        one = Call(call.target, call.arguments, (name,), (shape,), call.module)
        yield reader.made(one, "other", *values, read=read if place == 0 else ())


def _prelu(reader: AtenReader, call: Call) -> Reading:
    yield reader.made(call, "other", call.get("self"), read=(call.get("weight"),))


_READERS: dict[str, Callable[[AtenReader, Call], Reading]] = {
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
    **dict.fromkeys(["add", "__add__"], _elementwise("sum")),
    "sub": _elementwise("difference"),
    "rsub": _elementwise("difference"),
    "mul": _elementwise("product"),
    "multiply": _elementwise("product"),
    "div": _elementwise("quotient"),
    "true_divide": _elementwise("quotient"),
    "maximum": _elementwise("maximum"),
    "minimum": _elementwise("minimum"),
    "pow": _power,
    **{
        name: _unary(name)
        for name in ("sqrt", "rsqrt", "exp", "erf", "softplus", "log", "abs", "neg", "square")
    },
    "cat": _concat,
    "concat": _concat,
    "slice": _slice,
    "narrow": _slice,
    "select": _select,
    **dict.fromkeys(["split", "split_with_sizes", "chunk", "unbind", "tensor_split"], _pieces),
    **dict.fromkeys(["permute", "transpose", "t", "numpy_T", "mT", "movedim", "swapaxes"], _permute),
    **dict.fromkeys(
        [
            "view",
            "reshape",
            "flatten",
            "unflatten",
            "squeeze",
            "unsqueeze",
            "_unsafe_view",
            "view_as",
            "reshape_as",
        ],
        _reshape,
    ),
    **dict.fromkeys(["expand", "repeat", "expand_as", "broadcast_to", "repeat_interleave"], _expand),
    "pad": _pad,
    "constant_pad_nd": _pad,
    **dict.fromkeys(
        ["upsample_nearest2d", "upsample_bilinear2d", "upsample_bicubic2d", "_upsample_nearest_exact2d"],
        _resize,
    ),
    "pixel_shuffle": _shuffle,
    "channel_shuffle": _channel_shuffle,
    "native_channel_shuffle": _channel_shuffle,
    "roll": _roll,
    "prelu": _prelu,
}
