"""One cell drawn with characters: boxes in layers, lines between them in tracks of their own.

Between two layers each node's lines have one horizontal track, however many boxes they lead to, so a junction always
joins lines of one node. Where lines of two nodes cross, the vertical one passes over the other: `─│─`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nasport.toolkit.drawing.characters import DOWN, PALE_PAINT, UP, Canvas
from nasport.toolkit.drawing.colours import colour_of
from nasport.toolkit.drawing.layout import Arrangement, Edge
from nasport.toolkit.drawing.pieces import Box, Panel
from nasport.toolkit.drawing.wires import arranged, live_wires
from nasport.toolkit.printing.width import columns

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

    def straight(self) -> bool:
        return all(x == self.top for x, _, _ in self.ends)

    def span(self) -> tuple[int, int]:
        places = [self.top, *(x for x, _, _ in self.ends)]
        return min(places), max(places)


class _Plan:
    """Widths, columns and ports of a cell, before rows are known."""

    def __init__(self, panel: Panel, most: int | None, gap: int, padding: int) -> None:
        self.padding = padding
        self.panel = panel
        self.labels = [(box.title, *box.lines) for box in panel.boxes]
        self.notes = {(link.source, link.target): link.note for link in panel.links if link.note}
        self.step = 4 if self.notes else 2
        coming = [0] * len(panel.boxes)
        for link in panel.links:
            coming[link.target] += 1
        self.widths = [self._width(at, count) for at, count in enumerate(coming)]
        self.arrangement: Arrangement = arranged(panel, self.widths, gap=gap, bend_width=0, most=most)
        self.column = [int(x / 2) * 2 + 2 for x in self.arrangement.x]  # even, so that lines stay straight
        self.port = self._ports()
        self.live = live_wires(panel, self.arrangement)

    def _width(self, node: int, coming: int) -> int:
        least = max(max(columns(line) for line in self.labels[node]) + self.padding, coming * self.step + 2)
        return least + least % 2

    def _ports(self) -> dict[Edge, int]:
        """The column in which each wire ends, in the order of where the wires come from."""
        coming: dict[int, list[int]] = {}
        for upper, lower in self.arrangement.wires:
            coming.setdefault(lower, []).append(upper)
        ports = {}
        for lower, uppers in coming.items():
            uppers.sort(key=lambda node: self.column[node])
            first = self.column[lower] - (len(uppers) - 1) * self.step // 2
            for at, upper in enumerate(uppers):
                ports[upper, lower] = first + at * self.step
        return ports

    def height(self, layer: Sequence[int]) -> int:
        """Rows of a layer: those of its highest box."""
        return max((len(self.labels[node]) + 2 for node in layer if self.is_box(node)), default=1)

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
            _box(canvas, plan, node, y)
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


def _paint(box: Box) -> int:
    return PALE_PAINT if box.pale else colour_of(box.kind).terminal


def _box(canvas: Canvas, plan: _Plan, node: int, y: int) -> None:
    box, width = plan.panel.boxes[node], plan.widths[node]
    canvas.box(plan.column[node] - width // 2, y, width, plan.labels[node], _paint(box), pale=box.pale)


def _net(canvas: Canvas, plan: _Plan, net: _Net, start: int, track: int, tips: int) -> None:
    """Draw a net: down to its track, along it, and down to the row of the arrows' heads."""
    pale = not any(alive for _, _, alive in net.ends)
    if plan.is_box(net.upper):
        canvas.joint(net.top, start - 1, _paint(plan.panel.boxes[net.upper]))
    if track >= 0:
        canvas.vertical(net.top, start, track - 1, net.owner, pale=pale)
        canvas.horizontal(*net.span(), track, net.owner, pale=pale)
        canvas.turn(net.top, track, UP, net.owner, pale=pale)
    for x, lower, alive in net.ends:
        if track >= 0:
            canvas.turn(x, track, DOWN, net.owner, pale=not alive)
        canvas.vertical(x, track + 1 if track >= 0 else start, tips, net.owner, pale=not alive)
        if plan.is_box(lower):
            canvas.tip(x, tips, None if alive else PALE_PAINT)
            note = plan.notes.get((net.owner, lower), "")
            canvas.write(x + 1, tips, note[:_MAX_NOTE])


def _tracks(nets: Sequence[_Net]) -> list[int] | None:
    """A track for every net, from 0 on; -1 for a straight one. None where two nets would need to pass each other.

    A net that comes down in the column in which another one ends has to have left it above that one's track.
    """
    coming = {net.top: at for at, net in enumerate(nets)}
    before: list[set[int]] = [set() for _ in nets]
    for at, net in enumerate(nets):
        for x, _, _ in net.ends:
            other = coming.get(x, at)
            if other != at:
                before[at].add(other)
    tracks = [-1] * len(nets)
    waiting = list(range(len(nets)))
    taken: list[list[tuple[int, int]]] = []
    while waiting:
        ready = [one for one in waiting if before[one].isdisjoint(waiting)]
        if not ready:
            return None
        at = ready[0]
        waiting.remove(at)
        if not nets[at].straight():
            tracks[at] = _free(
                taken, nets[at].span(), max((tracks[one] for one in before[at]), default=-1) + 1
            )
    return tracks


def _free(taken: list[list[tuple[int, int]]], span: tuple[int, int], first: int) -> int:
    """The highest track from `first` on with room for a span, which then takes it."""
    track = first
    while track < len(taken) and any(
        span[0] <= right + 1 and left <= span[1] + 1 for left, right in taken[track]
    ):
        track += 1
    while len(taken) <= track:
        taken.append([])
    taken[track].append(span)
    return track
