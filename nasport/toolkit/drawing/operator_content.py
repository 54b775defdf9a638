"""Content of the picture of an operator: its layers from input to output, with gates, shortcuts and branches."""

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
    """Return the content of the picture of an operator.

    Args:
        name: key of the operator.
        operator: operator to draw.
        place: position in the network, which gives the shapes of the input and the output.
        cost: cost of the operator at this position.
        layers: layers of the operator; empty if it is a single step.
    """
    graph = _Layers(_end("input", place.source))
    graph.row(layers)
    # The layers of a pooling do not include the pooling itself, so the pooling gets another box.
    if not layers or rule_of(operator.kind).effect(operator).pool:
        lines = () if layers else cost_words(cost)
        # Only the two ends of the panel are drawn as an input and an output.
        kind = "identity" if operator.kind in ("input", "output") else operator.kind
        graph.append(Box(clean(name), lines, kind, False, operator.text))
    graph.append(_end("output", place.target))
    return Content("", "", (Panel(f"inside {clean(name)}", tuple(graph.boxes), tuple(graph.links)),))


class _Layers:
    """Boxes and links of an operator; the next box gets a link from the box with the index `last`."""

    def __init__(self, first: Box) -> None:
        self.boxes, self.last = [first], 0
        self.links: list[Link] = []

    def append(self, box: Box) -> None:
        """Add a box and link it from `last`."""
        self.boxes.append(box)
        self.links.append(Link(self.last, len(self.boxes) - 1))
        self.last = len(self.boxes) - 1

    def row(self, layers: Sequence[Layer]) -> None:
        """Add layers in a row; an activation after a convolution goes into the box of the convolution."""
        before: Layer | None = None
        for layer in layers:
            if isinstance(layer, Residual):
                self._branches("sum", layer.body, layer.shortcut)
                self.row([Activation(layer.activation)] if layer.activation != "none" else [])
            elif isinstance(layer, Branches):
                note = "each row reads half of the channels" if layer.split else ""
                self._branches("concat", layer.first, layer.second, note)
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

    def _branches(self, join: str, first: Sequence[Layer], second: Sequence[Layer], note: str = "") -> None:
        """Add two rows of layers that start from `last`, and join their ends."""
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
