"""Draw a task for a terminal; each line of characters shows two rows of pixels.

With color, half blocks go from blue (below 0) through white to orange (above 0). Without color, pixels above 0 are
marked.
"""

from __future__ import annotations

from functools import partial
from itertools import zip_longest

from torch import Tensor
from torch.nn.functional import pad

from nasport.toolkit.drawing.pieces import clean
from nasport.toolkit.gennas.task_drawing.samples import DrawnSignal, DrawnStage, TaskSamples, summary

# Numbers of a terminal's 256 colors, from values below 0 to values above 0.
_PALETTE = (25, 68, 110, 153, 255, 223, 215, 208, 166)
_LABEL = 32
_MAX_ROWS = 16
_UPPER = "\N{UPPER HALF BLOCK}"
_SIGNS = {  # keys: `unicode`, then whether the upper and the lower pixel are above 0
    True: {(0, 0): " ", (1, 0): _UPPER, (0, 1): "\N{LOWER HALF BLOCK}", (1, 1): "\N{FULL BLOCK}"},
    False: {(0, 0): " ", (1, 0): '"', (0, 1): "_", (1, 1): "#"},
}


def task_text(samples: TaskSamples, *, width: int, unicode: bool, color: bool) -> str:
    """Return the picture of a task as text that ends with a line break.

    Args:
        samples: samples to draw.
        width: number of columns; the text shows as many maps as fit.
        unicode: use half blocks; otherwise ASCII only.
        color: use a terminal's 256 colors; ignored without `unicode`.
    """
    name = f"task {clean(samples.task.name, max(width - 5, 8))}"
    color = color and unicode
    lines = [f"\033[1m{name}\033[0m" if color else name, summary(samples.task)]
    for block in samples.blocks:
        lines += ["", f"{block.title}: {block.detail}"]
        lines += _block(block, samples.example, max(width - _LABEL, 8), unicode, color)
    if not color:
        lines += ["", "marked pixels are above 0"]
    text = "\n".join(line.rstrip() for line in lines) + "\n"
    return text if unicode else "".join(c if c.isascii() else "?" for c in text)


def _block(block: DrawnStage, example: str, room: int, unicode: bool, color: bool) -> list[str]:
    lines = []
    for at, line in enumerate(block.lines):
        drawn = _maps(line, room, unicode, color)
        if at == 0:
            shown, columns = _fit(line.maps, room)
            width = shown * (columns + 1) + 1
            heads = (f"{f'{example} {number}':<{width}}" for number in range(1, len(line.maps) + 1))
            lines.append(" " * _LABEL + "".join(heads))
        label = [f"  {line.name}", *(f"    {detail}" for detail in line.details)]
        lines += [f"{left:<{_LABEL}}{right}" for left, right in zip_longest(label, drawn, fillvalue="")]
        lines.append("")
    return lines[:-1]


def _maps(line: DrawnSignal, room: int, unicode: bool, color: bool) -> list[str]:
    shown, columns = _fit(line.maps, room)
    maps = line.maps[:, :shown, :_MAX_ROWS, :columns]
    scaled = pad(maps / (float(maps.abs().max()) or 1.0), (0, 0, 0, maps.shape[2] % 2))
    pairs = partial(_pairs, unicode=unicode, color=color)
    rows = []
    for upper, lower in zip(scaled[:, :, ::2].unbind(2), scaled[:, :, 1::2].unbind(2), strict=True):
        examples = zip(upper.tolist(), lower.tolist(), strict=True)
        rows.append("  ".join(" ".join(map(pairs, above, below)) for above, below in examples))
    return rows


def _fit(maps: Tensor, room: int) -> tuple[int, int]:
    """Return how many maps of each example fit, and how many columns of each map."""
    examples, count, _, columns = maps.shape
    available = room // examples - 2
    columns = max(1, min(columns, available))
    return max(1, min(count, (available + 1) // (columns + 1))), columns


def _pairs(upper: list[float], lower: list[float], unicode: bool, color: bool) -> str:
    if not color:
        return "".join(_SIGNS[unicode][a > 0, b > 0] for a, b in zip(upper, lower, strict=True))
    cells = (f"\033[38;5;{_paint(a)};48;5;{_paint(b)}m{_UPPER}" for a, b in zip(upper, lower, strict=True))
    return "".join(cells) + "\033[0m"


def _paint(value: float) -> int:
    middle = len(_PALETTE) // 2
    return _PALETTE[middle + round(value * middle)]
