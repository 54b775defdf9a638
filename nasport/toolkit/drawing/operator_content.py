"""What is drawn of an operator: its layers from the input to the output, gates, shortcuts and branches beside them."""

from __future__ import annotations

from collections.abc import Sequence

from nasport.runtime.operators import rule_of
from nasport.runtime.operators.layers import Activation, Branches, Conv, Layer, Residual, SqueezeExcitation
from nasport.runtime.operators.quantities import Cost, Shape
from nasport.runtime.operators.rule import Place
from nasport.schemas.operators import Operator
from nasport.toolkit.drawing.layer_words import cost_words, layer_box, times
from nasport.toolkit.drawing.pieces import Box, Content, Link, Panel, clean


def operator_content(
    name: str, operator: Operator, place: Place, cost: Cost, layers: Sequence[Layer]
) -> Content:
    """The picture of an operator at a place.

    Args:
        name: its key.
        operator: what is drawn.
        place: where it stands.
        cost: there.
        layers: inside; none: it is a single step.
    """
    growing = _Growing(_end("input", place.source))
    growing.row(layers)
    # A pooling's layers are what comes before it.
    if not layers or rule_of(operator.kind).effect(operator).pool:
        lines = () if layers else cost_words(cost)
        kind = "identity" if operator.kind in ("input", "output") else operator.kind  # within, it is no end
        growing.append(Box(clean(name), lines, kind, False, operator.text))
    growing.append(_end("output", place.target))
    return Content("", "", (Panel(f"inside {clean(name)}", tuple(growing.boxes), tuple(growing.links)),))


class _Growing:
    """Boxes and links from the input on; `last` is the box in which the row of layers ends so far."""

    def __init__(self, first: Box) -> None:
        self.boxes, self.last = [first], 0
        self.links: list[Link] = []

    def append(self, box: Box) -> None:
        """Go on behind the last box."""
        self.boxes.append(box)
        self.links.append(Link(self.last, len(self.boxes) - 1))
        self.last = len(self.boxes) - 1

    def row(self, layers: Sequence[Layer]) -> None:
        """Go on with layers one after another; an activation behind a convolution stands in its box."""
        before: Layer | None = None
        for layer in layers:
            if isinstance(layer, Residual):
                self._joined("sum", layer.body, layer.shortcut)
                self.row([Activation(layer.activation)] if layer.activation != "none" else [])
            elif isinstance(layer, Branches):
                note = "each row reads half of the channels" if layer.split else ""
                self._joined("concat", layer.first, layer.second, note)
            elif isinstance(layer, SqueezeExcitation):
                start = self.last
                self.append(layer_box(layer))
                self._join("product", [start, self.last])
            elif isinstance(layer, Activation) and isinstance(before, Conv):
                box = self.boxes[-1]
                lines = (f"{box.lines[0]}, {layer.name}", *box.lines[1:])
                self.boxes[-1] = Box(box.title, lines, box.kind, box.pale, box.tooltip)
            else:
                self.append(layer_box(layer))
            before = layer

    def _joined(self, join: str, first: Sequence[Layer], second: Sequence[Layer], note: str = "") -> None:
        """Two rows from the last box, which come together again."""
        start, ends = self.last, []
        for layers in (first, second):
            self.last = start
            self.row(layers)
            ends.append(self.last)
        self._join(join, ends, note)

    def _join(self, join: str, ends: Sequence[int], note: str = "") -> None:
        self.boxes.append(Box(join, (note,) if note else (), join, False, join))
        self.last = len(self.boxes) - 1
        self.links += [Link(end, self.last) for end in dict.fromkeys(ends)]


def _end(kind: str, shape: Shape) -> Box:
    return Box(kind, (times(*shape),), kind, False, kind)
