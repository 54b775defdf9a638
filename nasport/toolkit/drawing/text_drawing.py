"""Draw pictures for a terminal: each cell as boxes and lines of characters, or as a list if the terminal is too narrow.

Cells are side by side if they fit. The skeleton follows with one line per stage.
"""

from __future__ import annotations

from collections.abc import Sequence

from nasport.toolkit.drawing.character_cell import draw_cell
from nasport.toolkit.drawing.characters import Canvas, painted
from nasport.toolkit.drawing.colors import color_of
from nasport.toolkit.drawing.pieces import Chip, Content, Panel, clean
from nasport.toolkit.text_width import columns

MAX_DRAWN_NODES = 40
_BETWEEN = 4
_ASCII = {"\N{MULTIPLICATION SIGN}": "x", "\N{MIDDLE DOT}": "-", "\N{HORIZONTAL ELLIPSIS}": "~"}


def terminal_text(content: Content, *, width: int, unicode: bool, color: bool) -> str:
    """Return the text of `to_text`, without trailing spaces and ending with a line break."""
    blocks: list[list[str]] = []
    head = [clean(text, max(width, 8)) for text in (content.title, content.subtitle) if text]
    if head:
        blocks.append(["\033[1m" + head[0] + "\033[0m" if color else head[0], *head[1:]])
    row: list[Canvas] = []
    for panel in content.panels:
        is_small = len(panel.boxes) <= MAX_DRAWN_NODES
        drawn = draw_cell(panel, width=width, unicode=unicode) if is_small else None
        room = width - sum(canvas.width + _BETWEEN for canvas in row)
        if row and (drawn is None or drawn.width > room):
            blocks.append(_side_by_side(row, color))
            row = []
        if drawn is None:
            blocks.append(_list(panel, unicode, color))
        else:
            row.append(drawn)
    if row:
        blocks.append(_side_by_side(row, color))
    if content.strip:
        blocks.append(_stages(content.strip, color))
    text = "\n\n".join("\n".join(line.rstrip() for line in block) for block in blocks) + "\n"
    if unicode:
        return text
    # Replace characters of names that an ASCII terminal cannot show, without changing the width.
    return "".join(c if c.isascii() else _ASCII.get(c, "?" * columns(c)) for c in text)


def _side_by_side(row: list[Canvas], color: bool) -> list[str]:
    height = max(canvas.height for canvas in row)
    columns_of_lines = [canvas.lines(height, color) for canvas in row]
    return [(" " * _BETWEEN).join(parts) for parts in zip(*columns_of_lines, strict=True)]


def _list(panel: Panel, unicode: bool, color: bool) -> list[str]:
    """Return one line per node: its number, its operator and the numbers of its inputs."""
    arrow = "\N{LEFTWARDS ARROW}" if unicode else "<-"
    digits = len(str(len(panel.boxes) - 1))
    sources: dict[int, list[str]] = {}
    for link in panel.links:
        sources.setdefault(link.target, []).append(f"{link.source}{f' ({link.note})' if link.note else ''}")
    lines = [panel.title]
    for at, box in enumerate(panel.boxes):
        title = painted(box.title, color_of(box.kind, pale=box.pale).terminal, color)
        extra = f" [{', '.join(box.lines)}]" if box.lines else ""
        inputs = f" {arrow} {', '.join(sources[at])}" if at in sources else ""
        lines.append(f"{at:>{digits}} {title}{extra}{inputs}{'  (unused)' if box.pale else ''}")
    return lines


def _stages(chips: Sequence[Chip], color: bool) -> list[str]:
    """Return one line per stage, with titles and details in columns."""
    title = max(columns(chip.title) for chip in chips)
    lines = ["network"]
    for chip in chips:
        name, gap = painted(chip.title, color_of(chip.kind).terminal, color), title - columns(chip.title)
        lines.append(f"  {chip.part:<4}  {name}{' ' * gap}  {chip.detail}")
    return lines
