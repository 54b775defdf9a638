"""Drawings of winners as SVG, except of architectures so large that the page would become heavy."""

from __future__ import annotations

from dataclasses import replace

from nasport.schemas.architecture import Architecture
from nasport.toolkit.drawing.cell_scene import draw_panel
from nasport.toolkit.drawing.colors import FRAME, PANEL
from nasport.toolkit.drawing.content import content_of, panels
from nasport.toolkit.drawing.scene import scene_of
from nasport.toolkit.drawing.shapes import Rectangle, Scene
from nasport.toolkit.drawing.svg import svg_text

MAX_NODES = 200
_GAP = 16.0


def node_count(architecture: Architecture) -> int:
    """Return the number of nodes in all cells."""
    return sum(len(cell.nodes) for cell in architecture.cells.values())


def whole_svg(architecture: Architecture, title: str) -> str:
    """Return an SVG of cells, network and meaning of the operators; empty if there are more than `MAX_NODES` nodes."""
    if node_count(architecture) > MAX_NODES:
        return ""
    # The scene cleans and escapes all text of the architecture.
    return svg_text(scene_of(content_of(replace(architecture, name="", space=""))), title)


def cells_svg(architecture: Architecture, title: str) -> str:
    """Return an SVG of the cells side by side, or of the network if the architecture has no cells.

    Empty if there are more than `MAX_NODES` nodes.
    """
    if not architecture.cells or node_count(architecture) > MAX_NODES:
        return whole_svg(architecture, title)
    scene, x = Scene(), 0.0
    drawn = [draw_panel(panel) for panel in panels(architecture)]
    height = max(panel.height for panel in drawn)
    for panel in drawn:
        scene.add(Rectangle(x + 1, 1, panel.width, height, 14, PANEL, FRAME))
        scene.add_all(panel, x + 1, 1)
        x += panel.width + _GAP
    scene.width += 2
    scene.height += 2
    return svg_text(scene, title)
