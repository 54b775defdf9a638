"""A canvas of characters: lines, words on top of the lines, and terminal colors."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

from nasport.toolkit.drawing.colors import PALE
from nasport.toolkit.text_width import columns

UP, DOWN, LEFT, RIGHT = 1, 2, 4, 8
_UNICODE = " │││─╯╮┤─╰╭├─┴┬┼"
_ASCII = " |||-+++-+++-+++"
_DASHED = {"│": "┊", "─": "┈", "|": ":", "-": "."}


def painted(text: str, color: int | None, on: bool) -> str:
    """Return text in one of a terminal's 256 colors if `on` is set and a color is given."""
    return f"\033[38;5;{color}m{text}\033[0m" if on and color is not None else text


class Canvas:
    """Characters at (column, row); the canvas grows as needed. A net is the number of the node that owns a line."""

    def __init__(self, *, unicode: bool) -> None:
        self._unicode = unicode
        self._ways: dict[tuple[int, int], int] = {}
        self._nets: dict[tuple[int, int], int] = {}
        self._pale: dict[tuple[int, int], bool] = {}
        self._words: dict[tuple[int, int], tuple[str, int | None]] = {}
        self.width = 0
        self.height = 0

    def write(self, x: int, y: int, text: str, color: int | None = None) -> None:
        """Write a word; a wide character takes two columns."""
        for c in text:
            self._words[x, y] = (c, color)
            x += 1
            if columns(c) == 2:
                self._words[x, y] = ("", None)
                x += 1
        self._grow(x, y + 1)

    def horizontal(self, left: int, right: int, y: int, net: int, *, pale: bool) -> None:
        """Draw a line from column `left` to `right`, below the vertical lines of other nets."""
        for x in range(left, right + 1):
            if self._nets.get((x, y), net) == net:
                self._mark(x, y, (LEFT if x > left else 0) | (RIGHT if x < right else 0), net, pale)

    def vertical(self, x: int, top: int, bottom: int, net: int, *, pale: bool) -> None:
        """Draw a line from the top of row `top` to the bottom of row `bottom`, above the horizontal lines of other nets."""
        for y in range(top, bottom + 1):
            self.turn(x, y, UP | DOWN, net, pale=pale)

    def turn(self, x: int, y: int, ways: int, net: int, *, pale: bool) -> None:
        """Add directions to the line of a net at one position; a line of another net there is removed."""
        if self._nets.get((x, y), net) != net:
            del self._ways[x, y], self._pale[x, y]
        self._mark(x, y, ways, net, pale)

    def box(self, x: int, y: int, width: int, lines: Sequence[str], paint: int | None, *, pale: bool) -> None:
        """Draw a box with centered lines of text; (x, y) is its upper left corner."""
        corners = "╭╮╰╯" if self._unicode else "++++"
        side, bar = ("│", "─") if self._unicode else ("|", "-")
        if pale:
            side, bar = _DASHED[side], _DASHED[bar]
        inner = width - 2
        self.write(x, y, corners[0] + bar * inner + corners[1], paint)
        for at, line in enumerate(lines, 1):
            left = (inner - columns(line)) // 2
            self.write(x, y + at, side, paint)
            self.write(x + 1 + left, y + at, line, paint)
            self.write(x + width - 1, y + at, side, paint)
        self.write(x, y + len(lines) + 1, corners[2] + bar * inner + corners[3], paint)

    def joint(self, x: int, y: int, paint: int | None) -> None:
        """Draw the character at which a line leaves the lower side of a box."""
        self.write(x, y, "┬" if self._unicode else "+", paint)

    def tip(self, x: int, y: int, color: int | None = None) -> None:
        """Draw an arrowhead that points down."""
        self.write(x, y, "▼" if self._unicode else "v", color)

    def _mark(self, x: int, y: int, ways: int, net: int, pale: bool) -> None:
        self._ways[x, y] = self._ways.get((x, y), 0) | ways
        self._nets[x, y] = net
        self._pale[x, y] = self._pale.get((x, y), True) and pale
        self._grow(x + 1, y + 1)

    def _grow(self, width: int, height: int) -> None:
        self.width, self.height = max(self.width, width), max(self.height, height)

    def lines(self, height: int, color: bool) -> list[str]:
        """Return the first `height` lines of the canvas, each `self.width` columns wide."""
        lines = []
        for y in range(height):
            cells = [self._words.get((x, y)) or self._stroke(x, y) for x in range(self.width)]
            runs = groupby(cells, key=itemgetter(1))
            parts = (painted("".join(text for text, _ in run), paint, color) for paint, run in runs)
            lines.append("".join(parts))
        return lines

    def _stroke(self, x: int, y: int) -> tuple[str, int | None]:
        ways = self._ways.get((x, y), 0)
        c = (_UNICODE if self._unicode else _ASCII)[ways]
        return (_DASHED.get(c, c), PALE.terminal) if ways and self._pale[x, y] else (c, None)
