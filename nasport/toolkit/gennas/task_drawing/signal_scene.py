"""Draw a task as a picture: one panel per stage, one row per signal, maps from blue (below 0) to orange (above 0)."""

from __future__ import annotations

from torch import Tensor

from nasport.toolkit.drawing.colors import FRAME, INK, MUTED, PANEL
from nasport.toolkit.drawing.pieces import clean
from nasport.toolkit.drawing.shapes import Raster, Rectangle, Scene, Text
from nasport.toolkit.gennas.images.image_batch import DEVIATION, MEAN
from nasport.toolkit.gennas.task_drawing.samples import DrawnStage, TaskSamples, summary

_MARGIN, _PAD, _GAP = 28.0, 20.0, 22.0
_LABEL = 190.0  # width of the column with the names of the signals
_MAP = 56.0  # height of a map
_BETWEEN, _ROW_GAP, _EXAMPLE_GAP = 8.0, 14.0, 24.0
_MAPS = 5  # maps per example
_LEVELS = 10  # shades of each of the two colors
_BELOW, _ABOVE = (0, 114, 178), (213, 94, 0)  # blue and vermilion of the palette of Okabe and Ito
_LONGEST = 330.0  # maximum width of a map


def task_scene(samples: TaskSamples) -> Scene:
    """Return the scene of the whole picture."""
    scene = Scene()
    scene.add(Text(_MARGIN, _MARGIN + 15, f"task {clean(samples.task.name, 80)}", 17, INK, strong=True))
    scene.add(Text(_MARGIN, _MARGIN + 36, summary(samples.task), 12, MUTED))
    # `starts` holds the left border of the first map of each example.
    maps = next(line.maps for block in samples.blocks for line in block.lines)
    width = min(maps.shape[1], _MAPS) * (maps.shape[3] * _pixel(maps) + _BETWEEN) - _BETWEEN
    starts = [_MARGIN + _PAD + _LABEL + at * (width + _EXAMPLE_GAP) for at in range(len(maps))]
    y = _MARGIN + 64
    for at, x in enumerate(starts):
        scene.add(Text(x, y, f"{samples.example} {at + 1}", 11, MUTED))
    y += 12
    panels = []
    for block in samples.blocks:
        panels.append((y, panel := _panel(block, starts)))
        y += panel.height + _GAP
    width = max(panel.width for _, panel in panels)
    if samples.images is not None:
        _images(scene, samples.images, starts)
        moved = _MAP + 12
        panels = [(top + moved, panel) for top, panel in panels]
        y += moved
    for top, panel in panels:
        scene.add(Rectangle(_MARGIN, top, width - _MARGIN + _PAD, panel.height, 14, PANEL, FRAME))
        scene.add_all(panel, 0, top)
    x, y = _MARGIN + _PAD, y + 4
    scene.add(Text(x, y + 10, "most below 0", 10.5, MUTED))
    x += 84
    steps = tuple(_color(step / _LEVELS) for step in range(-_LEVELS, _LEVELS + 1))
    scene.add(Raster(x, y, 12, (steps,)))
    scene.add(Text(x + 12 * len(steps) + 10, y + 10, "most above 0, scaled per row", 10.5, MUTED))
    scene.width += _MARGIN
    scene.height += _MARGIN
    return scene


def _images(scene: Scene, images: Tensor, starts: list[float]) -> None:
    top = _MARGIN + 76
    scene.add(Text(_MARGIN + _PAD, top + 15, "input", 13, INK, strong=True))

    def color(pixel: list[float]) -> str:
        return _hex([round(v * d + m) for v, m, d in zip(pixel, MEAN, DEVIATION, strict=True)])

    for x, image in zip(starts, images, strict=True):
        rows = tuple(tuple(map(color, row)) for row in image.permute(1, 2, 0).tolist())
        scene.add(Raster(x, top, _MAP / len(rows), rows))


def _panel(block: DrawnStage, starts: list[float]) -> Scene:
    """Return the panel of one stage; its upper border is at y = 0."""
    scene = Scene()
    left = _MARGIN + _PAD
    scene.add(Text(left, 26, block.title, 13, INK, strong=True))
    scene.add(Text(starts[0], 26, block.detail, 12, MUTED))
    y = 42.0
    for line in block.lines:
        if line.name == "sum":
            scene.add(Rectangle(left, y - 4, starts[0] - left - _PAD, 0.4, 0, FRAME, FRAME, 0.6))
        scene.add(Text(left, y + 12, line.name, 12, INK, strong=line.name == "sum"))
        for at, detail in enumerate(line.details):
            scene.add(Text(left, y + 28 + 15 * at, detail, 10.5, MUTED))
        largest = float(line.maps.abs().max()) or 1.0
        pixel = _pixel(line.maps)
        for x, maps in zip(starts, line.maps, strict=True):
            for values in maps[:_MAPS]:
                rows = tuple(tuple(_color(value / largest) for value in row) for row in values.tolist())
                tooltip = f"{line.name}: from {float(values.min()):.2f} to {float(values.max()):.2f}"
                scene.add(Raster(x, y, pixel, rows, tooltip))
                x += len(rows[0]) * pixel + _BETWEEN
        y += max(line.maps.shape[2] * _pixel(line.maps), 20 + 15 * len(line.details)) + _ROW_GAP
    scene.height = y - _ROW_GAP + _PAD if block.lines else 42.0
    return scene


def _pixel(maps: Tensor) -> float:
    """Return the side of a pixel: maps have equal heights, except those that would be wider than `_LONGEST`."""
    return min(_MAP / maps.shape[2], _LONGEST / maps.shape[3])


def _color(value: float) -> str:
    """Return the color of a value between -1 and 1; 0 is white."""
    share = min(round(abs(value) * _LEVELS) / _LEVELS, 1.0)
    end = _BELOW if value < 0 else _ABOVE
    return _hex([round(255 + share * (channel - 255)) for channel in end])


def _hex(channels: list[int]) -> str:
    return "#" + "".join(f"{min(max(channel, 0), 255):02x}" for channel in channels)
