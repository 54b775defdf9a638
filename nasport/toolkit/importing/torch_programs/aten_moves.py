"""Conversion of torch's operators that move or join values: elementwise, concatenations, slices, reshapes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nasport.toolkit.importing.graph.tensor_graph import Operation
from nasport.toolkit.importing.torch_programs.calls import Call, Tensor, tensors_of

if TYPE_CHECKING:
    from nasport.toolkit.importing.torch_programs.aten import AtenReader

Reading = Iterator[Operation]


def _elementwise(kind: str) -> Callable[[AtenReader, Call], Reading]:
    def read(reader: AtenReader, call: Call) -> Reading:
        left, right = call.get("self", "input"), call.get("other")
        known = reader.constant(left), reader.constant(right)
        if known[0] is None and known[1] is None:
            yield reader.operation(call, kind, left, right)
            return
        value, other = (left, right) if known[1] is not None else (right, left)
        constant = reader.constant(other)
        assert constant is not None
        yield reader.operation(
            call, "with_constant", value, read=(other,), operation=kind, scalar=constant.scalar, constant=constant.shape,
            reversed=known[0] is not None,
        )  # fmt: skip

    return read


def _power(reader: AtenReader, call: Call) -> Reading:
    exponent = call.get("exponent")
    yield reader.operation(
        call, "with_constant", call.get("self"), read=(exponent,), operation="power", scalar=exponent if isinstance(exponent, int | float) else None,
        constant=(), reversed=False,
    )  # fmt: skip


def _unary(name: str) -> Callable[[AtenReader, Call], Reading]:
    def read(reader: AtenReader, call: Call) -> Reading:
        yield reader.operation(call, "function", call.get("self", "input"), function=name)

    return read


def _concat(reader: AtenReader, call: Call) -> Reading:
    tensors = call.get("tensors")
    values = [tensor for tensor in tensors if reader.constant(tensor) is None]
    read = [
        tensor for tensor in tensors if reader.constant(tensor) is not None and 0 not in reader.shape(tensor)
    ]
    axis = call.get("dim", default=0) % len(call.shapes[0])
    first = reader.constant(tensors[0]) is not None
    yield reader.operation(
        call, "concat", *values, read=read, axis=axis, constants=len(read), constant_first=first
    )


def _stack(reader: AtenReader, call: Call) -> Reading:
    """Convert a stack to reshapes that add an axis of size 1, and a concatenation along this axis."""
    axis, shape, name = call.get("dim", default=0) % len(call.shapes[0]), call.shapes[0], call.outputs[0]
    parts: list[Any] = []
    for position, tensor in enumerate(call.get("tensors")):
        if reader.constant(tensor) is not None:
            parts.append(tensor)
            continue
        part = Call(
            "unsqueeze", {}, (f"{name}.{position}",), ((*shape[:axis], 1, *shape[axis + 1 :]),), call.module
        )
        yield reader.operation(part, "reshape", tensor)
        parts.append(Tensor(part.outputs[0]))
    yield from _concat(reader, replace(call, target="cat", arguments={"tensors": parts, "dim": axis}))


def _slice(reader: AtenReader, call: Call) -> Reading:
    x = call.get("self", "input")
    axis = call.get("dim", default=0) % len(reader.shape(x))
    start = call.get("start", default=0) or 0
    size = reader.shape(x)[axis]
    start = min(start + size if start < 0 else start, size)
    yield reader.operation(
        call, "slice", x, axis=axis, start=start, step=call.get("step", default=1), dropped=False
    )


def _select(reader: AtenReader, call: Call) -> Reading:
    x = call.get("self", "input")
    axis = call.get("dim", default=0) % len(reader.shape(x))
    index = call.get("index")
    index = index + reader.shape(x)[axis] if index < 0 else index
    yield reader.operation(call, "slice", x, axis=axis, start=index, step=1, dropped=True)


def _pieces(reader: AtenReader, call: Call) -> Reading:
    x = call.get("self", "tensor")
    axis = call.get("dim", default=0) % len(reader.shape(x))
    drops, start = call.target == "unbind", 0
    for name, shape in zip(call.outputs, call.shapes, strict=True):
        whole = call.get("self", "tensor")
        piece = Call(call.target, call.arguments, (name,), (shape,), call.module)
        yield reader.operation(piece, "slice", whole, axis=axis, start=start, step=1, dropped=drops)
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
        first, second = call.get("dim0", "axis0") % rank, call.get("dim1", "axis1") % rank
        order[first], order[second] = order[second], order[first]
    else:
        yield reader.operation(call, "other", x)
        return
    yield reader.operation(call, "transpose", x, order=tuple(order))


def _reshape(reader: AtenReader, call: Call) -> Reading:
    yield reader.operation(call, "reshape", call.get("self", "input"))


def _expand(reader: AtenReader, call: Call) -> Reading:
    x = call.get("self", "input")
    yield reader.operation(call, "reshape" if reader.shape(x) == call.shapes[0] else "expand", x)


def _pad(reader: AtenReader, call: Call) -> Reading:
    yield reader.operation(call, "pad", call.get("self", "input"), pad=tuple(call.get("pad")))


def _resize(reader: AtenReader, call: Call) -> Reading:
    mode = "nearest" if "nearest" in call.target else "bilinear" if "bilinear" in call.target else "other"
    aligned = bool(call.get("align_corners", default=False))
    yield reader.operation(call, "resize", call.get("self", "input"), mode=mode, aligned=aligned)


def _shuffle(reader: AtenReader, call: Call) -> Reading:
    yield reader.operation(call, "pixel_shuffle", call.get("self"), factor=call.get("upscale_factor"))


def _channel_shuffle(reader: AtenReader, call: Call) -> Reading:
    yield reader.operation(call, "channel_shuffle", call.get("self"), groups=call.get("groups"))


def _roll(reader: AtenReader, call: Call) -> Reading:
    yield reader.operation(call, "roll", call.get("self"))


def other(reader: AtenReader, call: Call) -> Reading:
    """Convert a call of an unknown operator to operations of kind `other`, one for each output."""
    tensors = list(tensors_of(call.arguments.values()))
    values = [tensor for tensor in tensors if reader.constant(tensor) is None]
    read = [tensor for tensor in tensors if reader.constant(tensor) is not None]
    for position, (name, shape) in enumerate(zip(call.outputs, call.shapes, strict=True)):
        part = Call(call.target, call.arguments, (name,), (shape,), call.module)
        yield reader.operation(part, "other", *values, read=read if position == 0 else ())


READERS: dict[str, Callable[[AtenReader, Call], Reading]] = {
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
    "stack": _stack,
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
}
