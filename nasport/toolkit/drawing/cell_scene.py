"""Draw one cell as shapes: boxes from the inputs at the top to the outputs at the bottom, connected by curves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from nasport.toolkit.drawing.colors import INK, LINE, MUTED, PALE_INK, PALE_LINE, color_of
from nasport.toolkit.drawing.layout import MAX_BENDS, Arrangement, arrange
from nasport.toolkit.drawing.pieces import Box, Panel
from nasport.toolkit.drawing.shapes import HEAD, Point, Rectangle, Scene, Stroke, Text
from nasport.toolkit.drawing.typography import text_width
from nasport.toolkit.drawing.wires import graph_of, reachable_wires, wire_ends

_PADDING = 24.0
_TITLE = 34.0
_NODE_GAP = 18.0
_BEND_WIDTH = 4.0
_LAYER_GAP = 40.0
_ROUNDEST = 25.0
_SMALL_KINDS = ("sum", "concat", "product", "elementwise")


@dataclass(frozen=True)
class _Layout:
    """Positions of the boxes and bends of a panel, numbered as in the arrangement.

    Attributes:
        sizes: width and height of each box.
        arrangement: layers, horizontal centers and wires.
        top: upper border of the layer of each box or bend.
        bottom: lower border of the layer of each box or bend.
        middle: vertical center of each box or bend.
        half: half of the height of each box or bend.
    """

    sizes: list[Point]
    arrangement: Arrangement
    top: list[float]
    bottom: list[float]
    middle: list[float]
    half: list[float]

    def upper(self, node: int) -> float:
        """Return the y of the upper side of a node, where its incoming wires end."""
        return self.middle[node] - self.half[node]

    def lower(self, node: int) -> float:
        """Return the y of the lower side of a node, where its outgoing wires begin."""
        return self.middle[node] + self.half[node]

    def spacing(self, node: int, count: int) -> float:
        """Return the distance between the ends of `count` wires on the upper side of a node."""
        room = self.sizes[node][0] - 24 if node < len(self.sizes) else 0.0
        return min(room / max(count - 1, 1), 22.0)


@lru_cache(maxsize=64)  # winners of a search share cells
def draw_panel(panel: Panel, *, max_bends: int = MAX_BENDS) -> Scene:
    """Return the scene of a cell with its title; the origin is the upper left corner of its frame.

    The scene is cached, so callers must not change it.

    Args:
        panel: cell to draw.
        max_bends: see `arrange`.
    """
    layout = _layout_of(panel, max_bends)
    scene = Scene()
    scene.add(Text(_PADDING, 28, panel.title, 14, INK, strong=True))
    reachable = reachable_wires(panel, layout.arrangement)
    x, owner = layout.arrangement.x, layout.arrangement.owner
    order = sorted(layout.arrangement.wires, key=lambda wire: reachable[wire])  # pale wires below the others
    ends = wire_ends(layout.arrangement, x, layout.spacing)
    for upper, lower in layout.arrangement.direct:
        _wire(scene, layout, upper, lower, x[lower], pale=True)
    for upper, lower in order:
        _wire(scene, layout, upper, lower, ends[upper, lower], pale=not reachable[upper, lower])
    for node, box in enumerate(panel.boxes):
        _box(scene, layout, node, box)
    for link in panel.links:
        if link.note:  # next to the arrowhead
            to, source = link.target, link.source
            incoming = (end for (upper, lower), end in ends.items() if lower == to and owner[upper] == source)
            scene.add(Text(next(incoming, x[to]) + 5, layout.upper(to) - 5, link.note, 9.5, MUTED))
    scene.width += _PADDING
    scene.height += _PADDING
    return scene


def _layout_of(panel: Panel, max_bends: int) -> _Layout:
    """Compute all positions: horizontal ones by `arrange`, vertical ones layer by layer."""
    sizes = [_size(box) for box in panel.boxes]
    widths = [width for width, _ in sizes]
    graph = graph_of(panel)
    arrangement = arrange(widths, *graph, gap=_NODE_GAP, bend_width=_BEND_WIDTH, max_bends=max_bends)
    x = [value + _PADDING for value in arrangement.x]
    top, bottom = [0.0] * len(x), [0.0] * len(x)
    layer_of = {node: at for at, layer in enumerate(arrangement.layers) for node in layer}
    # Largest horizontal distance that a wire below each layer covers; it widens the gap below the layer.
    slant = [0.0] * len(arrangement.layers)
    for upper, lower in arrangement.wires:
        slant[layer_of[upper]] = max(slant[layer_of[upper]], abs(x[upper] - x[lower]))
    y = _PADDING + _TITLE
    for at, layer in enumerate(arrangement.layers):
        height = max((sizes[node][1] for node in layer if node < len(sizes)), default=8.0)
        for node in layer:
            top[node], bottom[node] = y, y + height
        y += height + _LAYER_GAP + min(slant[at] * 0.07, 46.0)
    middle = [(a + b) / 2 for a, b in zip(top, bottom, strict=True)]
    half = [(b - a) / 2 for a, b in zip(top, bottom, strict=True)]
    half[: len(sizes)] = [height / 2 for _, height in sizes]
    return _Layout(sizes, replace(arrangement, x=tuple(x)), top, bottom, middle, half)


def _size(box: Box) -> Point:
    title = text_width(box.title, 13)
    if box.kind in _SMALL_KINDS and not box.lines:
        return max(title + 22, 52.0), 26.0
    lines = max((text_width(line, 11) for line in box.lines), default=0.0)
    return max(title, lines, 40.0) + 28, 34.0 + 16.0 * len(box.lines)


def _wire(scene: Scene, layout: _Layout, upper: int, lower: int, end: float, *, pale: bool) -> None:
    """Draw a wire from the lower side of a box or bend to the upper side of the next; both of its ends are vertical."""
    begin, boxes = layout.arrangement.x[upper], len(layout.sizes)
    y0, y1, y2, y3 = layout.lower(upper), layout.bottom[upper], layout.top[lower], layout.upper(lower)
    if lower < boxes:
        y3 -= HEAD + 1
    y2 = min(y2, y3)
    half = (y1 + y2) / 2
    points: list[Point] = [(begin, y0)]
    if y0 < y1:
        points += [(begin, y0), (begin, y1), (begin, y1)]
    points += [(begin, half), (end, half), (end, y2)]
    if y2 < y3:
        points += [(end, y2), (end, y3), (end, y3)]
    if lower >= boxes:  # through the bend
        below = layout.bottom[lower]
        points += [(end, y3), (end, below), (end, below)]
    color = PALE_LINE if pale else LINE
    scene.add(Stroke(tuple(points), color, 1.5, dashed=pale, arrow=lower < boxes))


def _box(scene: Scene, layout: _Layout, node: int, box: Box) -> None:
    width, height = layout.sizes[node]
    x, y = layout.arrangement.x[node], layout.upper(node)
    color = color_of(box.kind, pale=box.pale)
    radius = min(height / 2, _ROUNDEST) if box.kind in (*_SMALL_KINDS, "input", "output") else 8.0
    frame = (x - width / 2, y, width, height, radius, color.fill, color.border)
    scene.add(Rectangle(*frame, dashed=box.pale, tooltip=box.tooltip))
    base = y + (17.5 if height == 26 else 21.5)
    scene.add(Text(x, base, box.title, 13, PALE_INK if box.pale else INK, centered=True))
    for at, line in enumerate(box.lines, 1):
        scene.add(Text(x, base + 16 * at, line, 11, PALE_INK if box.pale else MUTED, centered=True))
