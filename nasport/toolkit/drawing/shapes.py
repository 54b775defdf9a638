"""Shapes of a picture: rectangles, texts, strokes and rasters, with positions in pixels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Self

from nasport.toolkit.drawing.colors import LINE
from nasport.toolkit.drawing.typography import text_width

Point = tuple[float, float]

HEAD = 6.0


@dataclass(frozen=True)
class _Placed:
    """A shape with a position."""

    x: float
    y: float

    def moved(self, dx: float, dy: float) -> Self:
        return replace(self, x=self.x + dx, y=self.y + dy)


@dataclass(frozen=True)
class Rectangle(_Placed):
    """A box with round corners; (x, y) is its upper left corner."""

    width: float
    height: float
    radius: float
    fill: str
    border: str
    border_width: float = 1.4
    dashed: bool = False
    tooltip: str = ""

    def corner(self) -> Point:
        return self.x + self.width, self.y + self.height


@dataclass(frozen=True)
class Text(_Placed):
    """A line of text; (x, y) is the left end of its baseline, or the middle if `centered`."""

    text: str
    size: float
    color: str
    centered: bool = False
    strong: bool = False

    def corner(self) -> Point:
        width = text_width(self.text, self.size)
        return self.x + (width / 2 if self.centered else width), self.y + self.size / 3


@dataclass(frozen=True)
class Stroke:
    """A line of cubic Bezier curves, optionally with an arrowhead at its end.

    Attributes:
        points: the start, then three points per curve: two control points and the end of the curve.
    """

    points: tuple[Point, ...]
    color: str = LINE
    width: float = 1.5
    dashed: bool = False
    arrow: bool = False

    @classmethod
    def arrow_right(cls, x0: float, y0: float, x1: float, y1: float) -> Stroke:
        """Return a straight arrow to the right with its tip at (x1, y1)."""
        return cls(((x0, y0), (x0, y0), (x1 - HEAD, y1), (x1 - HEAD, y1)), arrow=True)

    def moved(self, dx: float, dy: float) -> Stroke:
        return replace(self, points=tuple((x + dx, y + dy) for x, y in self.points))

    def corner(self) -> Point:
        return max(x for x, _ in self.points), max(y for _, y in self.points)

    def head(self) -> tuple[Point, Point, Point]:
        """Return the triangle of the arrowhead: the line ends in its base, and the tip is `HEAD` pixels further."""
        x, y = self.points[-1]
        fx, fy = next((point for point in reversed(self.points) if point != (x, y)), (x, y - 1))
        norm = ((x - fx) ** 2 + (y - fy) ** 2) ** 0.5
        ux, uy, half = (x - fx) / norm, (y - fy) / norm, 3.6
        bx, by = x - ux, y - uy
        return (
            (x + ux * HEAD, y + uy * HEAD),
            (bx - uy * half, by + ux * half),
            (bx + uy * half, by - ux * half),
        )


@dataclass(frozen=True)
class Raster(_Placed):
    """A small image of square pixels; (x, y) is its upper left corner.

    Attributes:
        pixel: side of one pixel of the image.
        rows: colors from top to bottom and left to right; all rows have the same length.
        tooltip: text that the SVG shows under the mouse pointer.
    """

    pixel: float
    rows: tuple[tuple[str, ...], ...]
    tooltip: str = ""

    def corner(self) -> Point:
        return self.x + self.pixel * len(self.rows[0]), self.y + self.pixel * len(self.rows)


Shape = Rectangle | Text | Stroke | Raster


@dataclass
class Scene:
    """A list of shapes, later ones on top of earlier ones, and the width and height that they cover."""

    shapes: list[Shape] = field(default_factory=list)
    width: float = 0.0
    height: float = 0.0

    def add(self, shape: Shape) -> None:
        """Add a shape and extend the width and height to contain it."""
        self.shapes.append(shape)
        right, bottom = shape.corner()
        self.width, self.height = max(self.width, right), max(self.height, bottom)

    def add_all(self, other: Scene, dx: float, dy: float) -> None:
        """Add all shapes of another scene, moved by (dx, dy)."""
        for shape in other.shapes:
            self.add(shape.moved(dx, dy))

    def __iter__(self) -> Iterator[Shape]:
        return iter(self.shapes)
