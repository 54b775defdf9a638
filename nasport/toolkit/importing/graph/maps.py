"""Roles of the axes of every tensor (batch, channels, positions), and its feature map (channels, height, width).

The roles start with the image, (batch, channels, height, width), and are followed through permutations and reshapes. So the
tokens of a transformer keep the height and width of the map that they came from.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isqrt, prod

from nasport.runtime.operators.quantities import Shape as Map
from nasport.toolkit.importing.graph.tensor_graph import Operation, Shape, TensorGraph

BATCH, CHANNELS, POSITIONS, ONE = "N", "C", "S", "1"
Sides = tuple[str, ...]
# Operations whose output axes have the roles of the first input's axes, if the number of axes is the same.
_KEEPING = frozenset(
    ["activation", "normalization", "with_constant", "function", "roll", "expand", "resize", "pad", "concat"]
)
_JOINS = frozenset(["sum", "product", "difference", "quotient", "maximum", "minimum"])


class Maps:
    """Roles of axes, and feature maps, of all values of a graph.

    Attributes:
        sides: role of each axis, by the name of the value; None if the roles are not known.
        maps: feature map, by the name of the value.
    """

    def __init__(self, graph: TensorGraph) -> None:
        shape = graph.shapes[graph.input]
        self._batch = shape[0]
        first = BATCH if shape[0] > 1 else ONE
        sides: Sides = (first, CHANNELS, *(POSITIONS,) * (len(shape) - 2))
        sizes = (*shape[1:], 1, 1)[:3]
        if _is_channels_last(graph):
            sides, sizes = (first, POSITIONS, POSITIONS, CHANNELS), (shape[3], *shape[1:3])
        self.sides: dict[str, Sides | None] = {graph.input: sides}
        self.maps: dict[str, Map] = {graph.input: Map(sizes[0], sizes[1], sizes[2])}
        for operation in graph.operations:
            self._follow(operation, graph.shapes)

    def _follow(self, operation: Operation, shapes: Mapping[str, Shape]) -> None:
        sources = [(self.sides[name], shapes[name]) for name in operation.inputs]
        sides = _sides(operation, sources)
        if sides is not None and len(sides) != len(operation.shape):
            sides = None
        self.sides[operation.output] = sides
        before = [self.maps[name] for name in operation.inputs]
        self.maps[operation.output] = self._map(operation, sides, before)

    def _map(self, operation: Operation, sides: Sides | None, before: list[Map]) -> Map:
        shape = operation.shape
        values = prod(shape) // self._batch
        if sides is None:
            sides = _guessed(shape)
        channels = prod(size for side, size in zip(sides, shape, strict=True) if side == CHANNELS)
        positions = max(values // max(channels, 1), 1)
        places = [size for side, size in zip(sides, shape, strict=True) if side == POSITIONS]
        if (
            operation.kind in ("convolution", "pooling", "adaptive_pooling", "resize", "pixel_shuffle")
            and len(shape) == 4
        ):
            return Map(shape[1], shape[2], shape[3])
        if operation.kind == "slice" and isqrt(positions) ** 2 == positions == before[0].positions - 1 > 1:
            return Map(channels, isqrt(positions), isqrt(positions))  # patches without the class token
        for source in before:
            if source.positions == positions:
                return Map(channels, source.height, source.width)
        if len(places) == 2 and places[0] * places[1] == positions:
            return Map(channels, places[0], places[1])
        return Map(channels, positions, 1)


def _is_channels_last(graph: TensorGraph) -> bool:
    """Return whether the image has its channels last: every operation that reads it moves them to the front."""
    readers = [operation for operation in graph.operations if graph.input in operation.inputs]
    is_moved = [
        reader.kind == "transpose" and tuple(reader.number("order")) == (0, 3, 1, 2) for reader in readers
    ]
    return bool(is_moved) and all(is_moved)


def _guessed(shape: Shape) -> Sides:
    """Return the roles that torch's layers assume, for a value whose roles are not known."""
    if len(shape) == 4:
        return (ONE, CHANNELS, POSITIONS, POSITIONS)
    return (ONE, *(POSITIONS,) * (len(shape) - 2), CHANNELS) if len(shape) > 1 else (CHANNELS,) * len(shape)


def _sides(operation: Operation, sources: list[tuple[Sides | None, Shape]]) -> Sides | None:
    """Return the roles of the output's axes; `sources` are roles and shape of each input."""
    if not sources:
        return None
    (first, before), shape, kind = sources[0], operation.shape, operation.kind
    rank = len(shape)
    if kind in ("convolution", "pooling", "adaptive_pooling", "pixel_shuffle"):
        if first is None or rank != 4:
            return first
        return (first[0], CHANNELS, *(POSITIONS if size > 1 else ONE for size in shape[2:]))
    if kind in _JOINS:
        known = [sides for sides, size in sources if sides is not None and len(sides) == rank]
        return _merged(known, shape) if known else None
    if first is None:
        return None
    if kind == "linear":
        return (*first[:-1], CHANNELS if first[-1] != POSITIONS else POSITIONS)
    if kind in _KEEPING:
        return first if rank == len(first) else None
    if kind == "transpose":
        return tuple(first[axis] for axis in operation.number("order"))
    if kind == "reduction":
        axes = operation.number("axes")
        if operation.number("kept"):
            return tuple(ONE if axis in axes else side for axis, side in enumerate(first))
        return tuple(side for axis, side in enumerate(first) if axis not in axes)
    if kind == "slice":
        axis = operation.number("axis")
        if operation.number("dropped"):
            return (*first[:axis], *first[axis + 1 :])
        return first
    if kind == "reshape":
        return _reshaped(first, before, shape)
    if kind == "self_attention":
        return _attended(operation)
    return first if shape == before else None


def _attended(operation: Operation) -> Sides | None:
    """Return the roles after attention: those of its output layer, followed through the moves after it."""
    layer, *moves = operation.number("behind")
    rank = len(layer.shape)
    is_map = layer.kind == "convolution"
    sides: Sides | None = (
        (ONE, CHANNELS, *(POSITIONS,) * (rank - 2)) if is_map else (*(POSITIONS,) * (rank - 1), CHANNELS)
    )
    before = layer.shape
    for move in moves:
        sides, before = _sides(move, [(sides, before)]), move.shape
    return sides


def _merged(known: list[Sides], shape: Shape) -> Sides:
    """Return the roles of values joined with broadcasting: for each axis the first known role."""
    merged = []
    for axis in range(len(shape)):
        roles = [sides[axis] for sides in known if sides[axis] != ONE]
        merged.append(roles[0] if roles else ONE)
    return tuple(merged)


def _reshaped(sides: Sides, before: Shape, after: Shape) -> Sides | None:
    """Return the roles after a reshape.

    Old and new axes are matched in groups whose sizes have the same product; the roles of a group carry over. The result is
    None if a group mixes roles in a way that cannot be told apart.
    """
    old = [(side, size) for side, size in zip(sides, before, strict=True) if size > 1]
    new = [(axis, size) for axis, size in enumerate(after) if size > 1]
    roles = [ONE] * len(after)
    while old and new:
        (side, left), *old = old
        (axis, right), *new = new
        group, targets = [side], [axis]
        while left != right:
            if left < right:
                if not old:
                    return None
                (side, size), *old = old
                left *= size
                group.append(side)
            else:
                if not new:
                    return None
                (axis, size), *new = new
                right *= size
                targets.append(axis)
        kinds = set(group)
        if kinds == {BATCH, POSITIONS}:  # several images, each cut into windows
            kinds = {POSITIONS}
        if len(kinds) > 1 and (len(targets) > 1 or CHANNELS not in kinds):
            return None
        for axis in targets:
            roles[axis] = (
                CHANNELS if len(kinds) > 1 else group[0] if len(kinds) == len(set(group)) else POSITIONS
            )
    return tuple(roles)
