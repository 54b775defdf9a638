"""Drawings of winners; what would make the page heavy is left to the files beside it."""

from __future__ import annotations

from dataclasses import replace

from nasport.schemas.architecture import Architecture
from nasport.toolkit.drawing.cell_scene import draw_panel
from nasport.toolkit.drawing.colors import FRAME, PANEL
from nasport.toolkit.drawing.content import content_of, panels
from nasport.toolkit.drawing.scene import scene_of
from nasport.toolkit.drawing.shapes import Rectangle, Scene
from nasport.toolkit.drawing.svg import svg_text
from nasport.toolkit.pages.markup import Markup, tag

MAX_NODES = 200
_GAP = 16.0


def whole(architecture: Architecture, title: str) -> Markup:
    """Cells, network and what the operators mean."""
    nodes = sum(len(cell.nodes) for cell in architecture.cells.values())
    if nodes > MAX_NODES:
        words = f"{nodes:,} nodes: too many to be drawn here, see the files of the winners."
        return tag("p", words, class_="empty")
    # All text of a drawing is cleaned and escaped where its scene is made and written.
    scene = scene_of(content_of(replace(architecture, name="", space="")))
    return tag("div", Markup(svg_text(scene, title)), class_="drawing")


def cells(architecture: Architecture, title: str) -> Markup:
    """Cells alone, side by side; of an architecture without cells its network. Empty where it is too large."""
    if sum(len(cell.nodes) for cell in architecture.cells.values()) > MAX_NODES:
        return Markup("")
    if not architecture.cells:
        bare = replace(architecture, name="", space="")
        return Markup(svg_text(scene_of(content_of(bare)), title))
    scene, x = Scene(), 0.0
    drawn = [draw_panel(panel) for panel in panels(architecture)]
    height = max(panel.height for panel in drawn)
    for panel in drawn:
        scene.add(Rectangle(x + 1, 1, panel.width, height, 14, PANEL, FRAME))
        scene.add_all(panel, x + 1, 1)
        x += panel.width + _GAP
    scene.width += 2
    scene.height += 2
    return Markup(svg_text(scene, title))
