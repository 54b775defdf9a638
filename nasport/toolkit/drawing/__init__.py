"""Architectures as pictures: SVG and text with the standard library alone, PNG with Pillow (extra `draw`).

`content.py` says what is drawn, `layout.py` and `coordinates.py` where, `scene.py` makes shapes of it that `svg.py`
and `png.py` copy; `terminal.py` draws the same arrangement with characters.
"""

from __future__ import annotations

from pathlib import Path

from nasport.schemas import Architecture
from nasport.toolkit.drawing.content import clean
from nasport.toolkit.drawing.scene import scene_of
from nasport.toolkit.drawing.svg import svg_text

__all__ = ["to_png", "to_svg", "to_text"]


def to_svg(architecture: Architecture, *, canonical: bool = False) -> str:
    """A document as a self-contained SVG file: its cells side by side, its skeleton, what its operators mean.

    Args:
        architecture: a checked document.
        canonical: draw the cells as they are scored: without `none` and without nodes on no input-output path.
    """
    title = clean(architecture.name or architecture.space or "architecture", 200)
    return svg_text(scene_of(architecture, canonical=canonical), title)


def to_png(
    architecture: Architecture, path: str | Path, *, scale: float = 2, canonical: bool = False
) -> None:
    """Write the same picture as a PNG file.

    Args:
        architecture: a checked document.
        path: of the file; replaced at once when the picture is complete.
        scale: pixels for each pixel of the SVG; less where the image would pass 16 million pixels.
        canonical: as in `to_svg`.

    Raises:
        InputError: Pillow is not installed (the message says how to), or the file cannot be written.
    """
    from nasport.toolkit.drawing.png import write_png

    write_png(scene_of(architecture, canonical=canonical), Path(path), scale=scale)


def to_text(
    architecture: Architecture,
    *,
    width: int,
    unicode: bool = True,
    colour: bool = False,
    canonical: bool = False,
) -> str:
    """A document as lines of text for a terminal.

    Args:
        architecture: a checked document.
        width: columns there are; a cell that needs more becomes a list `node <- inputs`.
        unicode: lines of box-drawing characters; otherwise ASCII only.
        colour: ANSI colours by kind of operator.
        canonical: as in `to_svg`.
    """
    from nasport.toolkit.drawing.terminal import terminal_text

    return terminal_text(architecture, width=width, unicode=unicode, colour=colour, canonical=canonical)
