"""Draw one cell with characters: boxes in layers, connected by lines in horizontal tracks.

Between two layers, all lines of one node share one horizontal track, so a junction always joins lines of the same
node. Where lines of two nodes cross, the vertical line interrupts the horizontal line: `─│─`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nasport.toolkit.drawing.characters import DOWN, UP, Canvas
from nasport.toolkit.drawing.colors import PALE, color_of
from nasport.toolkit.drawing.layout import arrange
from nasport.toolkit.drawing.pieces import Panel
from nasport.toolkit.drawing.wires import graph_of, reachable_wires, wire_ends
from nasport.toolkit.text_width import columns

# Layouts to try, the widest drawing first: maximum number of boxes in a layer, columns between boxes, and columns of padding
# in a box.
_ATTEMPTS = ((None, 4, 4), (None, 2, 2), (5, 2, 2), (4, 2, 2), (3, 2, 2), (2, 2, 2), (1, 2, 2))
_MAX_NOTE = 3


@dataclass(frozen=True)
class _Net:
    """The lines of one node between two layers.

    Attributes:
        owner: node from which the lines come.
        upper: box or bend in the upper layer at which the lines begin.
        top: column of `upper`.
        ends: (column, box or bend in the lower layer, whether the line is reachable) of each line.
    """

    owner: int
    upper: int
    top: int
    ends: tuple[tuple[int, int, bool], ...]

    def span(self) -> tuple[int, int]:
        """Return the leftmost and the rightmost column."""
        columns_used = [self.top, *(x for x, _, _ in self.ends)]
        return min(columns_used), max(columns_used)


class _Plan:
    """Widths, columns and ports of a cell, computed before the rows."""

    def __init__(self, panel: Panel, max_per_layer: int | None, gap: int, padding: int) -> None:
        self.panel = panel
        self.labels = [(box.title, *box.lines) for box in panel.boxes]
        self.notes = {(link.source, link.target): link.note for link in panel.links if link.note}
        self.step = 4 if self.notes else 2
        self.widths = []
        for node, lines in enumerate(self.labels):
            incoming = sum(link.target == node for link in panel.links)
            least = max(max(map(columns, lines)) + padding, incoming * self.step + 2)
            self.widths.append(least + least % 2)
        self.arrangement = arrange(
            self.widths, *graph_of(panel), gap=gap, bend_width=0, max_per_layer=max_per_layer
        )
        self.column = [int(x / 2) * 2 + 2 for x in self.arrangement.x]  # even numbers keep lines straight
        ends = wire_ends(self.arrangement, self.column, lambda node, count: self.step)
        self.port = {wire: int(x) for wire, x in ends.items()}
        self.reachable = reachable_wires(panel, self.arrangement)

    def height(self, layer: Sequence[int]) -> int:
        """Return the number of rows of a layer, which is the height of its highest box."""
        return max((len(self.labels[node]) + 2 for node in layer if self.is_box(node)), default=1)

    def paint(self, node: int) -> int:
        """Return the terminal color of a box."""
        box = self.panel.boxes[node]
        return color_of(box.kind, pale=box.pale).terminal

    def is_box(self, node: int) -> bool:
        return node < len(self.labels)

    def nets(self, layer: Sequence[int]) -> list[_Net]:
        """Return the nets below a layer from left to right."""
        ends: dict[int, list[tuple[int, int, bool]]] = {}
        for wire in self.arrangement.wires:
            ends.setdefault(wire[0], []).append((self.port[wire], wire[1], self.reachable[wire]))
        return [
            _Net(self.arrangement.owner[node], node, self.column[node], tuple(ends[node]))
            for node in layer
            if node in ends
        ]


def draw_cell(panel: Panel, *, width: int, unicode: bool) -> Canvas | None:
    """Return the canvas of a cell with its title at the top, or None if it does not fit into `width` columns.

    A drawing that is too wide is repeated with less space and fewer boxes in a layer.
    """
    drawn = (_drawn(_Plan(panel, *attempt), unicode) for attempt in _ATTEMPTS)
    return next((canvas for canvas in drawn if canvas is not None and canvas.width <= width), None)


def _drawn(plan: _Plan, unicode: bool) -> Canvas | None:
    """Return the canvas of a plan, or None if lines of different nodes would overlap."""
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
    """Draw a net: down to its track, along the track, and down to the row of the arrowheads."""
    pale = not any(reachable for _, _, reachable in net.ends)
    if plan.is_box(net.upper):
        canvas.joint(net.top, start - 1, plan.paint(net.upper))
    if track >= 0:
        canvas.vertical(net.top, start, track - 1, net.owner, pale=pale)
        canvas.horizontal(*net.span(), track, net.owner, pale=pale)
        canvas.turn(net.top, track, UP, net.owner, pale=pale)
    for x, lower, reachable in net.ends:
        if track >= 0:
            canvas.turn(x, track, DOWN, net.owner, pale=not reachable)
        canvas.vertical(x, track + 1 if track >= 0 else start, tips, net.owner, pale=not reachable)
        if plan.is_box(lower):
            canvas.tip(x, tips, None if reachable else PALE.terminal)
            note = plan.notes.get((net.owner, lower), "")
            canvas.write(x + 1, tips, note[:_MAX_NOTE])


def _tracks(nets: Sequence[_Net]) -> list[int] | None:
    """Return the track of every net, counted from 0; -1 for a straight net.

    If net A begins in the column in which net B ends, A must leave that column above the track of B.

    Returns:
        tracks, or None if these conditions contradict each other.
    """
    net_at = {net.top: at for at, net in enumerate(nets)}
    before = [{net_at[x] for x, _, _ in net.ends if net_at.get(x, at) != at} for at, net in enumerate(nets)]
    tracks = [-1] * len(nets)
    waiting = list(range(len(nets)))
    taken: dict[int, list[tuple[int, int]]] = {}
    while waiting:
        at = next((net for net in waiting if before[net].isdisjoint(waiting)), -1)
        if at < 0:
            return None
        waiting.remove(at)
        left, right = nets[at].span()
        if left < right:  # the net is not straight
            track = max((tracks[net] for net in before[at]), default=-1) + 1
            while any(first <= right + 1 and left <= last + 1 for first, last in taken.get(track, ())):
                track += 1
            tracks[at] = track
            taken.setdefault(track, []).append((left, right))
    return tracks
