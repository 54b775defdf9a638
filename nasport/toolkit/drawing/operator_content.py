"""What is drawn of an operator: its layers from the input to the output, gates and shortcuts beside them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from nasport.runtime.operators import RULES
from nasport.runtime.operators.quantities import Layer, Shape
from nasport.runtime.operators.rule import Place
from nasport.schemas.operators import Operator
from nasport.toolkit.drawing.pieces import Box, Content, Link, Panel, clean

_KINDS = {"linear layer": "linear", "normalization": "normalization"}


def operator_content(name: str, operator: Operator, place: Place, layers: Sequence[Layer]) -> Content:
    """The picture of an operator at a place.

    Args:
        name: its key.
        operator: what is drawn.
        place: where it stands.
        layers: inside, as `layers_inside` gives them; none: it is a single step.
    """
    growing = _Growing(_end("input", place.source))
    if not layers:
        kind = "identity" if operator.kind in ("input", "output") else operator.kind  # within, it is no end
        growing.append(Box(clean(name), (), kind, False, operator.text))
    for part, row in groupby(layers, key=lambda layer: layer.part):
        boxes = [_box(layer, operator) for layer in row]
        if part == "row":
            for box in boxes:
                growing.append(box)
        else:
            growing.beside(boxes, gate=part == "gate", join=_JOINS[part])
    parts = {layer.part for layer in layers}
    if RULES[operator.kind].effect(operator).residual and place.keeps_shape and "shortcut" not in parts:
        growing.beside((), gate=False, join=_JOINS["shortcut"])
    growing.append(_end("output", place.target))
    return Content("", "", (Panel(f"inside {clean(name)}", tuple(growing.boxes), tuple(growing.links)),))


_JOINS = {"gate": "product", "shortcut": "sum", "branch": "concat"}


class _Growing:
    """Boxes and links from the input on; `last` is the box in which the row of layers ends so far."""

    def __init__(self, first: Box) -> None:
        self.boxes, self.last = [first], 0
        self.links: list[Link] = []

    def append(self, box: Box) -> None:
        """Go on behind the last box."""
        self.last = self._add(box, self.last)

    def beside(self, boxes: Sequence[Box], *, gate: bool, join: str) -> None:
        """A row of its own, from the last box (a gate) or from the input, joined with what the last box gives."""
        end = self.last if gate else 0
        for box in boxes:
            end = self._add(box, end)
        self.append(Box(join, (), join, False, join))
        self.links.append(Link(end, self.last))

    def _add(self, box: Box, source: int) -> int:
        self.boxes.append(box)
        self.links.append(Link(source, len(self.boxes) - 1))
        return len(self.boxes) - 1


def _end(kind: str, shape: Shape) -> Box:
    return Box(kind, (_sizes(shape),), kind, False, kind)


def _box(layer: Layer, operator: Operator) -> Box:
    lines = (_shapes(layer), _costs(layer))
    title = layer.name + (f" {_times(*layer.kernel)}" if layer.kernel else "")
    kind = _KINDS.get(layer.name, "convolution" if layer.name == "convolution" else operator.kind)
    return Box(title, tuple(line for line in lines if line), kind, False, f"{title}: {', '.join(lines)}")


def _shapes(layer: Layer) -> str:
    before, after = layer.source, layer.target
    if before.positions != after.positions:
        shapes = f"{_sizes(before)} to {_sizes(after)}"
    else:
        widths = (
            f"{before.channels} to {after.channels}" if before.channels != after.channels else after.channels
        )
        shapes = f"{widths} at {_positions(after)}"
    groups = f", {layer.groups} groups" if layer.groups > 1 else ""
    extras = "".join([", with bias" if layer.bias else "", ", normalized" if layer.norm else ""])
    return f"{shapes}{groups}{extras}"


def _positions(shape: Shape) -> str:
    if shape.width > 1:
        return _times(shape.height, shape.width)
    return f"{shape.height} position" + "s" * (shape.height > 1)


def _costs(layer: Layer) -> str:
    if not (layer.cost.parameters or layer.cost.flops):
        return ""
    return f"{layer.cost.parameters:,} parameters, {layer.cost.flops:,} FLOPs"


def _sizes(shape: Shape) -> str:
    """A shape as channels, height and width."""
    return _times(*shape)


def _times(*numbers: int) -> str:
    return "\N{MULTIPLICATION SIGN}".join(map(str, numbers))
