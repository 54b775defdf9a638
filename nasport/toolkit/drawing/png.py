"""A scene as a PNG file, through Pillow (extra `draw`) and the font that Pillow brings.

Lines and boxes are drawn several times as large and reduced, text is set at its own size. A picture of more pixels
than the limit is drawn smaller, so that memory stays bounded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from nasport.runtime.installation import pip_install
from nasport.schemas import InputError
from nasport.schemas.writing import replacing
from nasport.toolkit.drawing.colors import GROUND
from nasport.toolkit.drawing.shapes import Point, Raster, Rectangle, Scene, Stroke, Text

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

MAX_PIXELS = 16_000_000
_MAX_ENLARGED = 36_000_000
_MAX_SIDE = 60_000
_DASH, _SPACE = 5.0, 4.0
_LEAST_LEGIBLE = 2.0
_LEAST_ROUND = 12  # a smaller box has no round corners
_LEAST_DASH = 8.0  # in pixels of the enlarged image


def write_png(scene: Scene, path: Path, *, scale: float) -> None:
    """Write a scene as a PNG file: first beside its place, then renamed, so that no half file is ever seen.

    Args:
        scene: what to draw.
        path: of the file.
        scale: pixels of the image for each pixel of the scene; less where the image would be too large.

    Raises:
        InputError: Pillow is not installed, `scale` is not positive, or the file cannot be written.
    """
    if not scale > 0:
        raise InputError(f"the scale is {scale}, expected a positive number")
    image = _image(scene, scale)
    try:
        with replacing(path) as stream:
            image.save(stream, "PNG", compress_level=4)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror or error}", file=str(path)) from error


def _image(scene: Scene, scale: float) -> Image:
    try:
        from PIL import Image, ImageDraw, ImageFont
    except ImportError as error:
        raise InputError(
            f"drawing a PNG needs Pillow: {pip_install('draw')} (an SVG needs nothing)"
        ) from error
    area, longest = scene.width * scene.height, max(scene.width, scene.height)
    scale = min(scale, (MAX_PIXELS / area) ** 0.5, _MAX_SIDE / longest)
    size = max(1, round(scene.width * scale)), max(1, round(scene.height * scale))
    enlarged = next((k for k in (4, 3, 2) if size[0] * size[1] * k * k <= _MAX_ENLARGED), 1)
    image = Image.new("RGB", (size[0] * enlarged, size[1] * enlarged), GROUND)
    pen = ImageDraw.Draw(image)
    for shape in scene:
        if isinstance(shape, Rectangle):
            _rectangle(pen, shape, scale * enlarged)
        elif isinstance(shape, Stroke):
            _stroke(pen, shape, scale * enlarged)
        elif isinstance(shape, Raster):
            _raster(pen, shape, scale * enlarged)
    image = image.reduce(enlarged) if enlarged > 1 else image
    pen = ImageDraw.Draw(image)
    font = cache(ImageFont.load_default)
    for shape in scene:
        if isinstance(shape, Text) and shape.size * scale >= _LEAST_LEGIBLE:
            pen.text(
                (shape.x * scale, shape.y * scale),
                shape.text.replace("\N{MULTIPLICATION SIGN}", "x"),  # which Pillow's font lacks
                shape.color,
                font(shape.size * scale),
                "ms" if shape.centered else "ls",
                stroke_width=0.18 * scale if shape.strong else 0,
            )
    return image


def _rectangle(pen: ImageDraw, shape: Rectangle, scale: float) -> None:
    right, bottom = shape.corner()
    x0, y0, x1, y1 = (round(value * scale) for value in (shape.x, shape.y, right, bottom))
    width = max(1, round(shape.border_width * scale))
    if min(x1 - x0, y1 - y0) < _LEAST_ROUND:
        pen.rectangle((x0, y0, x1, y1), shape.fill, shape.border, width)
    elif not shape.dashed:
        pen.rounded_rectangle((x0, y0, x1, y1), shape.radius * scale, shape.fill, shape.border, width)
    else:
        pen.rounded_rectangle((x0, y0, x1, y1), shape.radius * scale, shape.fill)
        outline = [(x * scale, y * scale) for x, y in _outline(shape)]
        for dash in _dashes(outline, _DASH * scale, _SPACE * scale):
            pen.line(dash, shape.border, width, joint="curve")


def _raster(pen: ImageDraw, shape: Raster, scale: float) -> None:
    xs = [round((shape.x + at * shape.pixel) * scale) for at in range(len(shape.rows[0]) + 1)]
    ys = [round((shape.y + at * shape.pixel) * scale) for at in range(len(shape.rows) + 1)]
    for row, (top, bottom) in zip(shape.rows, pairwise(ys), strict=True):
        for color, (left, right) in zip(row, pairwise(xs), strict=True):
            if left < right and top < bottom:
                pen.rectangle((left, top, right - 1, bottom - 1), color)


def _outline(shape: Rectangle) -> list[Point]:
    """The border as a closed line, its corners quarter circles drawn as Bezier curves."""
    (x0, y0), (x1, y1), r = (shape.x, shape.y), shape.corner(), shape.radius
    k = r * 0.4477  # from the corner; what makes a cubic curve a quarter circle
    corners = [
        ((x1 - r, y0), (x1 - k, y0), (x1, y0 + k), (x1, y0 + r)),
        ((x1, y1 - r), (x1, y1 - k), (x1 - k, y1), (x1 - r, y1)),
        ((x0 + r, y1), (x0 + k, y1), (x0, y1 - k), (x0, y1 - r)),
        ((x0, y0 + r), (x0, y0 + k), (x0 + k, y0), (x0 + r, y0)),
    ]
    points = [point for corner in corners for point in _curve(corner)]
    return [*points, points[0]]


def _stroke(pen: ImageDraw, shape: Stroke, scale: float) -> None:
    points = [shape.points[0]]
    steps = 24 if scale > 1 else 8
    for at in range(0, len(shape.points) - 1, 3):
        points += _curve(shape.points[at : at + 4], steps)[1:]
    line = [(x * scale, y * scale) for x, y in points]
    width = max(1, round(shape.width * scale))
    for part in _dashes(line, _DASH * scale, _SPACE * scale) if shape.dashed else [line]:
        pen.line(part, shape.color, width, joint="curve" if width > 2 else None)
    if shape.arrow:
        pen.polygon([(x * scale, y * scale) for x, y in shape.head()], shape.color)


def _curve(points: Sequence[Point], steps: int = 24) -> list[Point]:
    """Points on one cubic Bezier curve; its two ends where it is a straight line."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = points
    if x0 == x1 == x2 == x3 or y0 == y1 == y2 == y3:
        steps = 1
    found = []
    for step in range(steps + 1):
        t = step / steps
        a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3
        found.append((a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3))
    return found


def _dashes(line: Sequence[Point], dash: float, space: float) -> Iterator[list[Point]]:
    """The dashes of a dashed line; the whole line where they would be too short to see."""
    if dash < _LEAST_DASH:
        yield list(line)
        return
    part, drawing, left = [line[0]], True, dash
    for (x0, y0), (x1, y1) in pairwise(line):
        length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
        done = 0.0
        while length - done > left:
            done += left
            point = (x0 + (x1 - x0) * done / length, y0 + (y1 - y0) * done / length)
            if drawing:
                yield [*part, point]
            part, drawing = [point], not drawing
            left = dash if drawing else space
        left -= length - done
        part.append((x1, y1))
    if drawing and len(part) > 1:
        yield part
