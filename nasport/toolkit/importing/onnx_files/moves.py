"""Conversion of ONNX's operators that move values: concatenations, slices, reshapes, padding, resizing."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import prod

from nasport.toolkit.importing.graph.tensor_graph import Operation
from nasport.toolkit.importing.onnx_files.call import OnnxCall, OnnxReader, Reading, other, values_of


def concat(reader: OnnxReader, call: OnnxCall) -> Reading:
    """Convert a concatenation of values, some of which may be constants."""
    values, read = values_of(reader, call)
    axis = call.get("axis", 1) % len(reader.shapes[call.outputs[0]])
    first = call.inputs[0] in reader.constants
    yield reader.operation(
        call, "concat", *values, read=read, axis=axis, constants=len(read), constant_first=first
    )


def split(reader: OnnxReader, call: OnnxCall) -> Reading:
    """Convert a split to one slice for each output."""
    axis, start = call.get("axis", 0) % len(reader.shape(call.input(0))), 0
    for name in call.outputs:
        piece = replace(call, outputs=(name,))
        yield reader.operation(piece, "slice", call.input(0), axis=axis, start=start, step=1, dropped=False)
        start += reader.shapes[name][axis]


def cut(reader: OnnxReader, call: OnnxCall) -> Reading:
    """Convert a slice to one operation for each sliced axis."""
    x = call.input(0)
    shape = list(reader.shape(x))
    starts, ends = reader.numbers(call, 1, "starts") or [], reader.numbers(call, 2, "ends") or []
    axes = reader.numbers(call, 3, "axes") or list(range(len(starts)))
    steps = reader.numbers(call, 4, "") or [1] * len(starts)
    slices: list[tuple[int, int, int]] = []
    for start, end, signed_axis, step in zip(starts, ends, axes, steps, strict=True):
        axis = int(signed_axis) % len(shape)
        indices = range(*slice(int(start), int(end), int(step)).indices(shape[axis]))
        if len(indices) != shape[axis] or step != 1:
            slices.append((axis, indices.start, int(step)))
            shape[axis] = len(indices)
    source, sides = reader.name(x), list(reader.shape(x))
    if not slices:
        reader.names[call.outputs[0]] = source
    for number, (axis, start, step) in enumerate(slices):
        is_last = number == len(slices) - 1
        sides[axis] = shape[axis]
        output = call.outputs[0] if is_last else f"{call.outputs[0]}[{number}]"
        numbers = {"axis": axis, "start": start, "step": step, "dropped": False}
        yield Operation(
            "slice", (source,), output, tuple(sides), numbers, module=call.module, type=call.target
        )
        source = output


def gather(reader: OnnxReader, call: OnnxCall) -> Reading:
    """Convert a gather of one constant index, or of evenly spaced ones, to a slice."""
    x, indices = call.inputs
    is_view = len(reader.shape(x)) == 1 and "as_strided" in call.metadata.get("pkg.torch.onnx.fx_node", "")
    if is_view and prod(reader.shape(x)) == prod(reader.shapes[call.outputs[0]]):
        yield reader.operation(call, "reshape", x)
        return
    if x in reader.constants or indices not in reader.known:
        yield from other(reader, call)
        return
    numbers, shape = reader.known[indices], reader.shape(x)
    axis = call.get("axis", 0) % len(shape)
    positions = [int(number) % shape[axis] for number in numbers.reshape(-1)]
    steps = {after - before for before, after in pairwise(positions)} or {1}
    if numbers.ndim > 1 or len(steps) > 1 or min(steps) < 1:
        yield from other(reader, call)
        return
    yield reader.operation(
        call, "slice", x, axis=axis, start=positions[0], step=min(steps), dropped=numbers.ndim == 0
    )


def reshape(reader: OnnxReader, call: OnnxCall) -> Reading:
    """Convert a change of shape that keeps the order of the values."""
    yield reader.operation(call, "reshape", call.input(0))


def transpose(reader: OnnxReader, call: OnnxCall) -> Reading:
    """Convert a permutation of axes."""
    rank = len(reader.shape(call.input(0)))
    order = call.get("perm") or list(range(rank))[::-1]
    yield reader.operation(call, "transpose", call.input(0), order=tuple(axis % rank for axis in order))


def expand(reader: OnnxReader, call: OnnxCall) -> Reading:
    """Convert a repetition of values along axes."""
    x = call.input(0)
    yield reader.operation(
        call, "reshape" if reader.shape(x) == reader.shapes[call.outputs[0]] else "expand", x
    )


def pad(reader: OnnxReader, call: OnnxCall) -> Reading:
    """Convert padding; its widths are listed as torch lists them, beginning with the last axis."""
    x = call.input(0)
    rank = len(reader.shape(x))
    widths = [int(width) for width in reader.numbers(call, 1, "pads") or call.get("paddings")]
    axes = [int(axis) % rank for axis in reader.numbers(call, 3, "") or range(rank)]
    below, above = dict(zip(axes, widths, strict=False)), dict(zip(axes, widths[len(axes) :], strict=True))
    padding = [width for axis in reversed(range(rank)) for width in (below.get(axis, 0), above.get(axis, 0))]
    while len(padding) > 2 and not any(padding[-2:]):
        del padding[-2:]
    if any(padding):
        yield reader.operation(call, "pad", x, pad=tuple(padding))
    else:
        reader.names[call.outputs[0]] = reader.name(x)


def resize(reader: OnnxReader, call: OnnxCall) -> Reading:
    """Convert resizing of a map."""
    mode = {"nearest": "nearest", "linear": "bilinear", "bilinear": "bilinear"}.get(
        call.get("mode", "nearest"), "other"
    )
    yield reader.operation(call, "resize", call.input(0), mode=mode)


def depth_to_space(reader: OnnxReader, call: OnnxCall) -> Reading:
    """Convert a move of channels to positions; only the order of torch's pixel shuffle is known."""
    if call.get("mode", "DCR") == "CRD":
        yield reader.operation(call, "pixel_shuffle", call.input(0), factor=call.get("blocksize"))
    else:
        yield from other(reader, call)


def power(reader: OnnxReader, call: OnnxCall) -> Reading:
    """Convert a power with a constant exponent."""
    base, exponent = call.inputs
    if base in reader.constants or exponent not in reader.constants:
        yield from other(reader, call)
        return
    yield reader.operation(
        call, "with_constant", base, read=(exponent,), operation="power", scalar=reader.constants[exponent].scalar,
        constant=(), reversed=False,
    )  # fmt: skip
