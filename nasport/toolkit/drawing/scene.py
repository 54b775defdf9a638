"""Arrange a whole picture as shapes with positions and colors.

From top to bottom: the title, the cells side by side (each in a panel), the skeleton as a strip, and the legend of the
operators. All lengths are pixels at scale 1; the origin is the upper left corner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nasport.toolkit.drawing.cell_scene import draw_panel
from nasport.toolkit.drawing.colors import FRAME, INK, MUTED, PANEL, color_of
from nasport.toolkit.drawing.layout import MAX_BENDS
from nasport.toolkit.drawing.pieces import Chip, Content, Panel
from nasport.toolkit.drawing.shapes import Rectangle, Scene, Stroke, Text
from nasport.toolkit.drawing.typography import text_width

_MARGIN = 28.0
_GAP = 24.0
_ROW = 2_200.0  # maximum width of a row of cells
_LEAST = 860.0  # the strip and the legend use the width of the cells, but at least this width
_CHIP_HEIGHT = 46.0
_ARROW = 22.0
_MAX_LEGEND = 24


@dataclass
class _Page(Scene):
    """A scene that grows downwards; `y` is the top of the next part."""

    y: float = _MARGIN


def scene_of(content: Content) -> Scene:
    """Return the scene of a whole picture."""
    page = _Page()
    _title(page, content)
    _cells(page, content.panels)
    _strip(page, content.strip)
    _legend(page, content.legend)
    page.width += _MARGIN
    page.height = page.y - _GAP + _MARGIN
    return page


def _title(page: _Page, content: Content) -> None:
    if not content.title:
        return
    page.add(Text(_MARGIN, page.y + 15, content.title, 17, INK, strong=True))
    if content.subtitle:
        page.add(Text(_MARGIN, page.y + 35, content.subtitle, 12, MUTED))
        page.y += 20
    page.y += 20 + _GAP


def _cells(page: _Page, panels: Sequence[Panel]) -> None:
    nodes = sum(len(panel.boxes) for panel in panels)
    row: list[Scene] = []
    for panel in panels:
        scene = draw_panel(panel, max_bends=MAX_BENDS * max(len(panel.boxes), 1) // max(nodes, 1))
        if row and sum(other.width + _GAP for other in row) + scene.width > _ROW:
            _panel_row(page, row)
            row = []
        row.append(scene)
    if row:
        _panel_row(page, row)


def _panel_row(page: _Page, row: list[Scene]) -> None:
    """Add one row of panels, all with the height of the highest."""
    height = max(panel.height for panel in row)
    x = _MARGIN
    for panel in row:
        page.add(Rectangle(x, page.y, panel.width, height, 14, PANEL, FRAME))
        page.add_all(panel, x, page.y)
        x += panel.width + _GAP
    page.y += height + _GAP


def _strip(page: _Page, chips: Sequence[Chip]) -> None:
    if not chips:
        return
    right = max(page.width, _LEAST + _MARGIN)
    page.add(Text(_MARGIN, page.y + 12, "network", 13, INK, strong=True))
    page.y += 40
    x, part = _MARGIN, ""
    for at, chip in enumerate(chips):
        width = max(text_width(chip.title, 13), text_width(chip.detail, 10.5), 34) + 26
        if x > _MARGIN and x + width > right:
            x, part, page.y = _MARGIN, "", page.y + _CHIP_HEIGHT + 26
        middle = page.y + _CHIP_HEIGHT / 2
        if at:
            page.add(Stroke.arrow_right(x, middle, x + _ARROW - 4, middle))
            x += _ARROW
        if chip.part and chip.part != part:
            page.add(Text(x + 2, page.y - 6, chip.part, 10.5, MUTED))
        part = chip.part
        _draw_chip(page, chip, x, page.y, width)
        x += width + 4
    page.y += _CHIP_HEIGHT + _GAP


def _draw_chip(scene: Scene, chip: Chip, x: float, y: float, width: float) -> None:
    color = color_of(chip.kind)
    radius = _CHIP_HEIGHT / 2 if chip.kind in ("input", "output") else 8
    is_cell = chip.kind == "cell"
    border = 2.4 if is_cell else 1.4
    scene.add(Rectangle(x, y, width, _CHIP_HEIGHT, radius, color.fill, color.border, border))
    middle, base = x + width / 2, y + (20 if chip.detail else 28)
    scene.add(Text(middle, base, chip.title, 13, INK, centered=True, strong=is_cell))
    if chip.detail:
        scene.add(Text(middle, y + 36, chip.detail, 10.5, MUTED, centered=True))


def _legend(page: _Page, entries: Sequence[tuple[str, str, str]]) -> None:
    """Add the legend, in as many columns as the width allows."""
    if not entries:
        return
    shown = entries[:_MAX_LEGEND]
    name_width = max(text_width(key, 12) for key, _, _ in shown) + 34
    column = name_width + max(text_width(text, 12) for _, _, text in shown) + 30
    fitting = max(1, int((max(page.width, _LEAST) - _MARGIN) // column))
    rows = -(-len(shown) // fitting)
    for at, (key, kind, text) in enumerate(shown):
        x, y = _MARGIN + at // rows * column, page.y + at % rows * 22
        color = color_of(kind)
        page.add(Rectangle(x, y + 2, 16, 12, 4, color.fill, color.border))
        page.add(Text(x + 24, y + 12, key, 12, INK))
        page.add(Text(x + name_width, y + 12, text, 12, MUTED))
    page.y += rows * 22 + _GAP
    if len(entries) > len(shown):
        page.add(Text(_MARGIN + 24, page.y - 12, f"and {len(entries) - len(shown)} more", 12, MUTED))
        page.y += 22
