"""Draw architectures, search spaces and operators as SVG, PNG or text.

SVG and text need only the standard library; PNG needs the extra `draw`.

- Content: `content.py`, `space_content.py` and `operator_content.py` choose what is drawn.
- Layout: `layout.py` and `coordinates.py` choose the positions.
- Output: `scene.py` turns content and layout into shapes, which `svg.py` and `png.py` write. `text_drawing.py` draws
  with characters.
"""

from __future__ import annotations

from pathlib import Path

from nasport.schemas import Architecture
from nasport.toolkit.drawing.content import content_of
from nasport.toolkit.drawing.pieces import Content
from nasport.toolkit.drawing.scene import scene_of
from nasport.toolkit.drawing.svg import svg_text

__all__ = ["Content", "content_of", "to_png", "to_svg", "to_text"]


def to_svg(drawn: Architecture | Content, *, canonical: bool = False) -> str:
    """Return a self-contained SVG file with the cells side by side, the skeleton, and a legend of the operators.

    Args:
        drawn: architecture, or the content of a picture.
        canonical: draw the cells of an architecture as they are scored: without `none` and unreachable nodes. Content
            is drawn unchanged.
    """
    content = _content(drawn, canonical)
    return svg_text(scene_of(content), content.title or "architecture")


def to_png(
    drawn: Architecture | Content, path: str | Path, *, scale: float = 2, canonical: bool = False
) -> None:
    """Write the picture of `to_svg` as a PNG file, atomically.

    Args:
        drawn: see `to_svg`.
        path: file to write.
        scale: pixels of the image per pixel of the SVG; reduced if the image would exceed 16 million pixels.
        canonical: see `to_svg`.

    Raises:
        InputError: the extra `draw` is not installed, `scale` is not positive, or the file cannot be written.
    """
    from nasport.toolkit.drawing.png import write_png

    write_png(scene_of(_content(drawn, canonical)), Path(path), scale=scale)


def to_text(
    drawn: Architecture | Content,
    *,
    width: int,
    unicode: bool = True,
    color: bool = False,
    canonical: bool = False,
) -> str:
    """Return a picture as lines of text for a terminal.

    Args:
        drawn: see `to_svg`.
        width: number of columns; a cell that needs more columns becomes a list `node <- inputs`.
        unicode: use box-drawing characters; otherwise ASCII only.
        color: color the operators by kind with ANSI codes.
        canonical: see `to_svg`.
    """
    from nasport.toolkit.drawing.text_drawing import terminal_text

    return terminal_text(_content(drawn, canonical), width=width, unicode=unicode, color=color)


def _content(drawn: Architecture | Content, canonical: bool) -> Content:
    return drawn if isinstance(drawn, Content) else content_of(drawn, canonical=canonical)
