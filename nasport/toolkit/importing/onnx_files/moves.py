"""ONNX's operators that move values, as primitive operations."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import prod

from nasport.toolkit.importing.graph.tensor_graph import Operation
from nasport.toolkit.importing.onnx_files.call import OnnxCall, OnnxReader, Reading, other, values_of


def concat(reader: OnnxReader, call: OnnxCall) -> Reading:
    """Values side by side, constants among them."""
    values, read = values_of(reader, call)
    axis = call.get("axis", 1) % len(reader.shapes[call.outputs[0]])
    first = call.inputs[0] in reader.constants
    yield reader.made(
        call, "concat", *values, read=read, axis=axis, constants=len(read), constant_first=first
    )


def split(reader: OnnxReader, call: OnnxCall) -> Reading:
    """Pieces, a slice each."""
    axis, start = call.get("axis", 0) % len(reader.shape(call.input(0))), 0
    for name in call.outputs:
        one = replace(call, outputs=(name,))
        yield reader.made(one, "slice", call.input(0), axis=axis, start=start, step=1, dropped=False)
        start += reader.shapes[name][axis]


def cut(reader: OnnxReader, call: OnnxCall) -> Reading:
    """Slices, one after another where there are several axes."""
    x = call.input(0)
    shape = list(reader.shape(x))
    starts, ends = reader.numbers(call, 1, "starts") or [], reader.numbers(call, 2, "ends") or []
    axes = reader.numbers(call, 3, "axes") or list(range(len(starts)))
    steps = reader.numbers(call, 4, "") or [1] * len(starts)
    found: list[tuple[int, int, int]] = []
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        place = int(axis) % len(shape)
        indices = range(*slice(int(start), int(end), int(step)).indices(shape[place]))
        if len(indices) != shape[place] or step != 1:
            found.append((place, indices.start, int(step)))
            shape[place] = len(indices)
    source, sides = reader.name(x), list(reader.shape(x))
    if not found:
        reader.names[call.outputs[0]] = source
    for number, (axis, start, step) in enumerate(found):
        is_last = number == len(found) - 1
        sides[axis] = shape[axis]
        output = call.outputs[0] if is_last else f"{call.outputs[0]}[{number}]"
        numbers = {"axis": axis, "start": start, "step": step, "dropped": False}
        yield Operation(
            "slice", (source,), output, tuple(sides), numbers, module=call.module, type=call.target
        )
        source = output


def gather(reader: OnnxReader, call: OnnxCall) -> Reading:
    """A slice, where one constant index is read, or several that follow each other."""
    x, indices = call.inputs
    is_view = len(reader.shape(x)) == 1 and "as_strided" in call.metadata.get("pkg.torch.onnx.fx_node", "")
    if is_view and prod(reader.shape(x)) == prod(reader.shapes[call.outputs[0]]):
        yield reader.made(call, "reshape", x)
        return
    if x in reader.constants or indices not in reader.known:
        yield from other(reader, call)
        return
    numbers, shape = reader.known[indices], reader.shape(x)
    axis = call.get("axis", 0) % len(shape)
    listed = [int(each) % shape[axis] for each in numbers.reshape(-1)]
    steps = {after - before for before, after in pairwise(listed)} or {1}
    if numbers.ndim > 1 or len(steps) > 1 or min(steps) < 1:
        yield from other(reader, call)
        return
    yield reader.made(
        call, "slice", x, axis=axis, start=listed[0], step=min(steps), dropped=numbers.ndim == 0
    )


def reshape(reader: OnnxReader, call: OnnxCall) -> Reading:
    """The same values with other sides."""
    yield reader.made(call, "reshape", call.input(0))


def transpose(reader: OnnxReader, call: OnnxCall) -> Reading:
    """Axes in another order."""
    rank = len(reader.shape(call.input(0)))
    order = call.get("perm") or list(range(rank))[::-1]
    yield reader.made(call, "transpose", call.input(0), order=tuple(axis % rank for axis in order))


def expand(reader: OnnxReader, call: OnnxCall) -> Reading:
    """Values repeated."""
    x = call.input(0)
    yield reader.made(call, "reshape" if reader.shape(x) == reader.shapes[call.outputs[0]] else "expand", x)


def pad(reader: OnnxReader, call: OnnxCall) -> Reading:
    """Values with a rim, its widths as torch lists them: the last axis first."""
    x = call.input(0)
    rank = len(reader.shape(x))
    widths = [int(each) for each in reader.numbers(call, 1, "pads") or call.get("paddings")]
    axes = [int(axis) % rank for axis in reader.numbers(call, 3, "") or range(rank)]
    below, above = dict(zip(axes, widths, strict=False)), dict(zip(axes, widths[len(axes) :], strict=True))
    listed = [each for axis in reversed(range(rank)) for each in (below.get(axis, 0), above.get(axis, 0))]
    while len(listed) > 2 and not any(listed[-2:]):
        del listed[-2:]
    if any(listed):
        yield reader.made(call, "pad", x, pad=tuple(listed))
    else:
        reader.names[call.outputs[0]] = reader.name(x)


def resize(reader: OnnxReader, call: OnnxCall) -> Reading:
    """Values on a coarser or finer grid."""
    mode = {"nearest": "nearest", "linear": "bilinear", "bilinear": "bilinear"}.get(
        call.get("mode", "nearest"), "other"
    )
    yield reader.made(call, "resize", call.input(0), mode=mode)


def depth_to_space(reader: OnnxReader, call: OnnxCall) -> Reading:
    """Channels spread over pixels."""
    if call.get("mode", "DCR") == "CRD":
        yield reader.made(call, "pixel_shuffle", call.input(0), factor=call.get("blocksize"))
    else:
        yield from other(reader, call)


def power(reader: OnnxReader, call: OnnxCall) -> Reading:
    """A constant power."""
    base, exponent = call.inputs
    if base in reader.constants or exponent not in reader.constants:
        yield from other(reader, call)
        return
    yield reader.made(
        call, "with_constant", base, read=(exponent,), operation="power", scalar=reader.constants[exponent].scalar,
        constant=(), reversed=False,
    )  # fmt: skip
