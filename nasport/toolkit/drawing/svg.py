"""Write a scene as a self-contained SVG file: without scripts, font files or links."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from html import escape
from itertools import groupby
from typing import Any

from nasport.toolkit.drawing.colors import GROUND
from nasport.toolkit.drawing.shapes import Point, Raster, Rectangle, Scene, Shape, Stroke, Text

_escaped = partial(escape, quote=False)  # avoids xml.sax.saxutils, which loads urllib, http and ssl
_FONT = "Inter, 'Helvetica Neue', Helvetica, Arial, sans-serif"


def svg_text(scene: Scene, title: str) -> str:
    """Return the SVG document of a scene.

    Args:
        scene: shapes to draw; their texts contain only printable characters.
        title: title for screen readers; printable characters only.
    """
    width, height = _n(scene.width), _n(scene.height)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" font-family="{_FONT}">',
        f"<title>{_escaped(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="{GROUND}"/>',
        *(_ELEMENTS[type(shape)](shape) for shape in scene),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _rectangle(shape: Rectangle) -> str:
    attributes = (
        f'x="{_n(shape.x)}" y="{_n(shape.y)}" width="{_n(shape.width)}" height="{_n(shape.height)}" '
        f'rx="{_n(shape.radius)}" fill="{shape.fill}" stroke="{shape.border}" '
        f'stroke-width="{_n(shape.border_width)}"' + (' stroke-dasharray="5 4"' if shape.dashed else "")
    )
    if shape.tooltip:
        return f"<rect {attributes}><title>{_escaped(shape.tooltip)}</title></rect>"
    return f"<rect {attributes}/>"


def _text(shape: Text) -> str:
    anchor = ' text-anchor="middle"' if shape.centered else ""
    weight = ' font-weight="600"' if shape.strong else ""
    return (
        f'<text x="{_n(shape.x)}" y="{_n(shape.y)}" font-size="{_n(shape.size)}" fill="{shape.color}"'
        f'{anchor}{weight} pointer-events="none">{_escaped(shape.text)}</text>'
    )


def _stroke(shape: Stroke) -> str:
    first, *rest = shape.points
    path = f"M{_point(first)}C" + " ".join(_point(point) for point in rest)
    dashes = ' stroke-dasharray="5 4"' if shape.dashed else ""
    line = f'<path d="{path}" fill="none" stroke="{shape.color}" stroke-width="{_n(shape.width)}"{dashes}/>'
    if not shape.arrow:
        return line
    corners = " ".join(_point(point) for point in shape.head())
    return f'{line}<polygon points="{corners}" fill="{shape.color}"/>'


def _raster(shape: Raster) -> str:
    """Return one path per color; neighboring pixels of one color in a row become one rectangle."""
    paths: dict[str, str] = {}
    for y, row in enumerate(shape.rows):
        x = 0
        for color, run in groupby(row):
            length = sum(1 for _ in run)
            paths[color] = f"{paths.get(color, '')}M{x} {y}h{length}v1h-{length}"
            x += length
    parts = "".join(f'<path d="{path}" fill="{color}"/>' for color, path in paths.items())
    title = f"<title>{_escaped(shape.tooltip)}</title>" if shape.tooltip else ""
    position = f"translate({_n(shape.x)} {_n(shape.y)}) scale({_n(shape.pixel)})"
    return f'<g transform="{position}" shape-rendering="crispEdges">{title}{parts}</g>'


_ELEMENTS: dict[type[Shape], Callable[[Any], str]] = {
    Rectangle: _rectangle,
    Text: _text,
    Stroke: _stroke,
    Raster: _raster,
}


def _point(point: Point) -> str:
    return f"{_n(point[0])},{_n(point[1])}"


def _n(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
