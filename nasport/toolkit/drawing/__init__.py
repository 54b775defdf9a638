"""Architectures, spaces and operators as pictures: SVG and text with the standard library alone, PNG with Pillow
(extra `draw`).

`content.py`, `space_content.py` and `operator_content.py` say what is drawn, `layout.py` and `coordinates.py` where,
`scene.py` makes shapes of it that `svg.py` and `png.py` copy; `text_drawing.py` draws the same arrangement with characters.
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
    """A document as a self-contained SVG file: its cells side by side, its skeleton, what its operators mean.

    Args:
        drawn: a checked document, or what else is drawn.
        canonical: draw the cells as they are scored: without `none` and without nodes on no input-output path.
    """
    content = _content(drawn, canonical)
    return svg_text(scene_of(content), content.title or "architecture")


def to_png(
    drawn: Architecture | Content, path: str | Path, *, scale: float = 2, canonical: bool = False
) -> None:
    """Write the same picture as a PNG file.

    Args:
        drawn: as in `to_svg`.
        path: of the file; replaced at once when the picture is complete.
        scale: pixels for each pixel of the SVG; less where the image would pass 16 million pixels.
        canonical: as in `to_svg`.

    Raises:
        InputError: Pillow is not installed (the message says how to), or the file cannot be written.
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
    """A document as lines of text for a terminal.

    Args:
        drawn: as in `to_svg`.
        width: columns there are; a cell that needs more becomes a list `node <- inputs`.
        unicode: lines of box-drawing characters; otherwise ASCII only.
        color: ANSI colors by kind of operator.
        canonical: as in `to_svg`.
    """
    from nasport.toolkit.drawing.text_drawing import terminal_text

    return terminal_text(_content(drawn, canonical), width=width, unicode=unicode, color=color)


def _content(drawn: Architecture | Content, canonical: bool) -> Content:
    return drawn if isinstance(drawn, Content) else content_of(drawn, canonical=canonical)
