"""One cell drawn with characters: boxes in layers, lines between them in tracks of their own.

Between two layers each node's lines have one horizontal track, however many boxes they lead to, so a junction always
joins lines of one node. Where lines of two nodes cross, the vertical one passes over the other: `─│─`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nasport.toolkit.drawing.characters import DOWN, UP, Canvas
from nasport.toolkit.drawing.colors import PALE, color_of
from nasport.toolkit.drawing.layout import arrange
from nasport.toolkit.drawing.pieces import Panel
from nasport.toolkit.drawing.wires import graph_of, live_wires, wire_ends
from nasport.toolkit.text_width import columns

# Most boxes in a layer, columns between boxes, columns within a box around its text: the roomiest first.
_ATTEMPTS = ((None, 4, 4), (None, 2, 2), (5, 2, 2), (4, 2, 2), (3, 2, 2), (2, 2, 2), (1, 2, 2))
_MAX_NOTE = 3


@dataclass(frozen=True)
class _Net:
    """The lines of one node between two layers.

    Attributes:
        owner: the node.
        upper: box or bend from which they come.
        top: its column.
        ends: (column, box or bend below, whether it carries something) of each.
    """

    owner: int
    upper: int
    top: int
    ends: tuple[tuple[int, int, bool], ...]

    def span(self) -> tuple[int, int]:
        places = [self.top, *(x for x, _, _ in self.ends)]
        return min(places), max(places)


class _Plan:
    """Widths, columns and ports of a cell, before rows are known."""

    def __init__(self, panel: Panel, most: int | None, gap: int, padding: int) -> None:
        self.panel = panel
        self.labels = [(box.title, *box.lines) for box in panel.boxes]
        self.notes = {(link.source, link.target): link.note for link in panel.links if link.note}
        self.step = 4 if self.notes else 2
        self.widths = []
        for node, lines in enumerate(self.labels):
            coming = sum(link.target == node for link in panel.links)
            least = max(max(map(columns, lines)) + padding, coming * self.step + 2)
            self.widths.append(least + least % 2)
        self.arrangement = arrange(self.widths, *graph_of(panel), gap=gap, bend_width=0, most=most)
        self.column = [int(x / 2) * 2 + 2 for x in self.arrangement.x]  # even, so that lines stay straight
        ends = wire_ends(self.arrangement, self.column, lambda node, count: self.step)
        self.port = {wire: int(x) for wire, x in ends.items()}
        self.live = live_wires(panel, self.arrangement)

    def height(self, layer: Sequence[int]) -> int:
        """Rows of a layer: those of its highest box."""
        return max((len(self.labels[node]) + 2 for node in layer if self.is_box(node)), default=1)

    def paint(self, node: int) -> int:
        """The terminal's color of a box."""
        box = self.panel.boxes[node]
        return color_of(box.kind, pale=box.pale).terminal

    def is_box(self, node: int) -> bool:
        return node < len(self.labels)

    def nets(self, layer: Sequence[int]) -> list[_Net]:
        """The nets below a layer, left to right."""
        ends: dict[int, list[tuple[int, int, bool]]] = {}
        for wire in self.arrangement.wires:
            ends.setdefault(wire[0], []).append((self.port[wire], wire[1], self.live[wire]))
        return [
            _Net(self.arrangement.owner[node], node, self.column[node], tuple(ends[node]))
            for node in layer
            if node in ends
        ]


def draw_cell(panel: Panel, *, width: int, unicode: bool) -> Canvas | None:
    """The canvas of a cell, its title on top, at most `width` columns; None where that cannot be.

    What is too wide is drawn again with less room and fewer boxes in a layer.
    """
    drawn = (_drawn(_Plan(panel, *attempt), unicode) for attempt in _ATTEMPTS)
    return next((canvas for canvas in drawn if canvas is not None and canvas.width <= width), None)


def _drawn(plan: _Plan, unicode: bool) -> Canvas | None:
    """None where the lines could not be told apart."""
    canvas = Canvas(unicode=unicode)
    canvas.write(0, 0, plan.panel.title)
    y = 2
    layers = plan.arrangement.layers
    for at, layer in enumerate(layers):
        for node in filter(plan.is_box, layer):
            box, width = plan.panel.boxes[node], plan.widths[node]
            left = plan.column[node] - width // 2
            canvas.box(left, y, width, plan.labels[node], plan.paint(node), pale=box.pale)
        bottom = y + plan.height(layer)
        if at + 1 < len(layers):
            nets = plan.nets(layer)
            tracks = _tracks(nets)
            if tracks is None:
                return None
            tips = bottom + max(tracks, default=-1) + 1
            for net, track in zip(nets, tracks, strict=True):
                start = y + len(plan.labels[net.upper]) + 2 if plan.is_box(net.upper) else y
                _net(canvas, plan, net, start, bottom + track if track >= 0 else -1, tips)
            bottom = tips + 1
        y = bottom
    return canvas


def _net(canvas: Canvas, plan: _Plan, net: _Net, start: int, track: int, tips: int) -> None:
    """Draw a net: down to its track, along it, and down to the row of the arrows' heads."""
    pale = not any(alive for _, _, alive in net.ends)
    if plan.is_box(net.upper):
        canvas.joint(net.top, start - 1, plan.paint(net.upper))
    if track >= 0:
        canvas.vertical(net.top, start, track - 1, net.owner, pale=pale)
        canvas.horizontal(*net.span(), track, net.owner, pale=pale)
        canvas.turn(net.top, track, UP, net.owner, pale=pale)
    for x, lower, alive in net.ends:
        if track >= 0:
            canvas.turn(x, track, DOWN, net.owner, pale=not alive)
        canvas.vertical(x, track + 1 if track >= 0 else start, tips, net.owner, pale=not alive)
        if plan.is_box(lower):
            canvas.tip(x, tips, None if alive else PALE.terminal)
            note = plan.notes.get((net.owner, lower), "")
            canvas.write(x + 1, tips, note[:_MAX_NOTE])


def _tracks(nets: Sequence[_Net]) -> list[int] | None:
    """A track for every net, from 0 on; -1 for a straight one. None where two nets would need to pass each other.

    A net that comes down in the column in which another one ends has to have left it above that one's track.
    """
    coming = {net.top: at for at, net in enumerate(nets)}
    before = [{coming[x] for x, _, _ in net.ends if coming.get(x, at) != at} for at, net in enumerate(nets)]
    tracks = [-1] * len(nets)
    waiting = list(range(len(nets)))
    taken: dict[int, list[tuple[int, int]]] = {}
    while waiting:
        at = next((one for one in waiting if before[one].isdisjoint(waiting)), -1)
        if at < 0:
            return None
        waiting.remove(at)
        left, right = nets[at].span()
        if left < right:  # not straight down
            track = max((tracks[one] for one in before[at]), default=-1) + 1
            while any(first <= right + 1 and left <= last + 1 for first, last in taken.get(track, ())):
                track += 1
            tracks[at] = track
            taken.setdefault(track, []).append((left, right))
    return tracks
