"""Conversion of operations that move or join values: reshapes, slices, concatenations, resizing."""

from __future__ import annotations

from math import prod

from nasport.runtime.operators.quantities import Shape as Map
from nasport.toolkit.importing.graph.maps import CHANNELS, POSITIONS
from nasport.toolkit.importing.graph.tensor_graph import Operation
from nasport.toolkit.importing.layers.draft import Draft, Reader
from nasport.toolkit.importing.layers.layer import Layer


def joined(draft: Draft, operation: Operation) -> Layer:
    """Convert a sum, product or another elementwise operation of several values."""
    inputs = tuple(draft.same[name] for name in operation.inputs)
    maps = [draft.map_of(name) for name in operation.inputs]
    target = draft.maps.maps[operation.output]
    gates = operation.kind == "product" and any(source.positions == 1 for source in maps)
    fits = all(source == target or (gates and source == Map(target.channels, 1, 1)) for source in maps)
    if operation.kind in ("sum", "product"):
        return Layer(operation.kind, inputs, operation.output, target, target, fits=fits)
    return Layer(
        "elementwise", inputs, operation.output, target, target, {"operation": operation.kind}, fits=fits
    )


def concat(draft: Draft, operation: Operation) -> Layer | None:
    axis, sides = operation.number("axis"), draft.sides(operation.output)
    inputs = tuple(draft.same[name] for name in operation.inputs)
    source, target = draft.map_of(operation.inputs[0]), draft.maps.maps[operation.output]
    if len(inputs) == 1 and not operation.number("constants"):
        return None
    if operation.number("constants"):
        is_token = (
            len(inputs) == 1
            and operation.number("constant_first")
            and target == Map(source.channels, source.positions + 1, 1)
            and operation.parameters == source.channels
        )
        return (
            draft.layer(operation, "class_token")
            if is_token
            else draft.other(operation, "Trained tokens beside the map")
        )
    channels = sum(draft.map_of(name).channels for name in operation.inputs)
    if (unshuffled := _space_to_depth(draft, operation)) is not None:
        return unshuffled
    fits = (
        not sides or (sides[axis] == CHANNELS and _is_outer(draft, operation, axis))
    ) and channels == target.channels
    fits &= all(draft.map_of(name)[1:] == target[1:] for name in operation.inputs)
    return Layer("concat", inputs, operation.output, target, target, fits=fits)


def _space_to_depth(draft: Draft, operation: Operation) -> Layer | None:
    """Recognize a pixel unshuffle: strided slices of one map that are concatenated along the channels."""
    sources, steps = set(), []
    for name in operation.inputs:
        producer = draft.producers.get(name)
        while producer is not None and producer.kind in ("slice", "reshape", "transpose"):
            if producer.kind == "slice":
                steps.append(producer.number("step"))
            name = producer.inputs[0]
            producer = draft.producers.get(name)
        sources.add(draft.same.get(name, name))
    target = draft.maps.maps[operation.output]
    if len(sources) != 1 or not steps or min(steps) < 2:
        return None
    (name,) = sources
    source = draft.map_of(name)
    if prod(source) != prod(target):
        return None
    factor = max(source.height // max(target.height, 1), 1)
    if target != Map(source.channels * factor**2, source.height // factor, source.width // factor):
        return None
    draft.note("the order of channels in a pixel unshuffle")
    return Layer(
        "pixel_unshuffle",
        (name,),
        operation.output,
        source,
        target,
        stride=factor,
        operations=(operation,),
    )


def slice(draft: Draft, operation: Operation) -> Layer | None:
    axis, start, step = (operation.number(name) for name in ("axis", "start", "step"))
    sides = draft.sides(operation.inputs[0])
    source, target = draft.map_of(operation.inputs[0]), draft.maps.maps[operation.output]
    side = sides[axis] if axis < len(sides) else ""
    if source == target:
        return None
    if side == CHANNELS and step == 1 and source[1:] == target[1:] and _is_outer(draft, operation, axis):
        first = start * source.channels // draft.graph.shapes[operation.inputs[0]][axis]
        layer = draft.layer(operation, "channel_slice", start=first)
        return layer.with_changes(text=f"Slice of the channels from number {first}")
    if side == POSITIONS and source.width == 1 and source.channels == target.channels:
        if start == 0 and target.positions == 1:
            return draft.layer(operation, "first_token")
        if start == 1 and target.positions == source.positions - 1 and target.width > 1:
            return draft.layer(operation, "patch_tokens")
    return draft.other(operation, "A part of the map")


def _is_outer(draft: Draft, operation: Operation, axis: int) -> bool:
    """Return whether an axis is the first of the axes that hold the channels, which may be several after a reshape."""
    sides, shape = draft.sides(operation.inputs[0]), draft.graph.shapes[operation.inputs[0]]
    channel_axes = [index for index, side in enumerate(sides) if side == CHANNELS and shape[index] > 1]
    return channel_axes[:1] == [axis]


def reshape(draft: Draft, operation: Operation) -> Layer | None:
    source, target = draft.map_of(operation.inputs[0]), draft.maps.maps[operation.output]
    if prod(source) == prod(target) and source.channels == target.channels:
        return None
    if target == source.flattened():
        return draft.layer(operation, "flatten")
    return draft.other(operation, "A map in another shape")


def transpose(draft: Draft, operation: Operation) -> Layer | None:
    sides, order = draft.sides(operation.inputs[0]), operation.number("order")
    shape = draft.graph.shapes[operation.inputs[0]]
    if not sides:
        return None
    moved = [axis for axis in order if axis < len(sides) and sides[axis] == CHANNELS and shape[axis] > 1]
    if moved != sorted(moved) and len(moved) == 2:
        return draft.layer(operation, "channel_shuffle", groups=shape[min(moved)])
    positions = [axis for axis in order if axis < len(sides) and sides[axis] == POSITIONS and shape[axis] > 1]
    if positions != sorted(positions):
        draft.note("a rearrangement of positions")
    return None


def expand(draft: Draft, operation: Operation) -> Layer | None:
    same = draft.map_of(operation.inputs[0]) == draft.maps.maps[operation.output]
    return None if same else draft.other(operation, "A map repeated")


def moved(draft: Draft, operation: Operation) -> None:
    """Leave out an operation that moves positions, and note it."""
    draft.note("a rearrangement of positions")


def pad(draft: Draft, operation: Operation) -> Layer | None:
    if draft.map_of(operation.inputs[0]) == draft.maps.maps[operation.output]:
        return None
    return draft.other(operation, "Zeros around the map")


def resize(draft: Draft, operation: Operation) -> Layer:
    source, target = draft.map_of(operation.inputs[0]), draft.maps.maps[operation.output]
    mode = operation.number("mode")
    if operation.number("aligned"):
        draft.note("corner alignment in the resizing of feature maps")
    if mode == "other":
        draft.note("an interpolation other than nearest or bilinear")
        mode = "bilinear"
    factor, rest = divmod(target.height, source.height)
    if (
        not rest
        and factor > 1
        and (target.height, target.width) == (source.height * factor, source.width * factor)
    ):
        return draft.layer(operation, "upsampling", factor, mode=mode)
    sizes = {"resolution": target.height}
    if target.width != target.height:
        sizes["resolution_width"] = target.width
    return draft.layer(operation, "upsampling", mode=mode, **sizes)


def pixel_shuffle(draft: Draft, operation: Operation) -> Layer:
    return draft.layer(operation, "pixel_shuffle", operation.number("factor"))


def channel_shuffle(draft: Draft, operation: Operation) -> Layer:
    return draft.layer(operation, "channel_shuffle", groups=operation.number("groups"))


READERS: dict[str, Reader] = {
    **dict.fromkeys(["sum", "product", "difference", "quotient", "maximum", "minimum"], joined),
    "concat": concat,
    "slice": slice,
    "reshape": reshape,
    "transpose": transpose,
    "expand": expand,
    "roll": moved,
    "pad": pad,
    "resize": resize,
    "pixel_shuffle": pixel_shuffle,
    "channel_shuffle": channel_shuffle,
}
