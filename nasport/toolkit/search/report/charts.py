"""Geometry of charts: axes with round numbers, dots, marks, steps, all in pixels. `chart.html.j2` writes them as SVG."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from nasport.toolkit.drawing.typography import text_width
from nasport.toolkit.search.report.numbers import log_ticks, tick_text, ticks

Points = NDArray[np.float64]

MAX_DOTS = 1_500
_Box = tuple[float, float, float, float]  # left, top, right, bottom
_SIZE = 12.0  # font size of numbers and labels


@dataclass(frozen=True)
class Axis:
    """One axis of a chart.

    Attributes:
        title: title, with the unit.
        low: smallest value shown.
        high: largest value shown.
        log: logarithmic scale; both ends are positive.
        reversed: whether small values are at the right or at the top.
    """

    title: str
    low: float
    high: float
    log: bool = False
    reversed: bool = False

    @classmethod
    def around(
        cls, title: str, values: Iterable[float], *, log: bool = False, reversed: bool = False
    ) -> Axis:
        """Return an axis that shows all values, with a margin at both ends."""
        shown = np.array(list(values), np.float64)
        low, high = (float(shown.min()), float(shown.max())) if len(shown) else (0.0, 1.0)
        if log and low > 0:
            margin = (high / low) ** 0.06 if high > low else 1.5
            return cls(title, low / margin, high * margin, True, reversed)
        margin = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
        return cls(title, low - margin, high + margin, False, reversed)

    def labels(self) -> list[tuple[float, str]]:
        """Return the value and the label of each tick."""
        values = log_ticks(self.low, self.high) if self.log else ticks(self.low, self.high)
        return [(value, tick_text(value, values)) for value in values]

    def share(self, values: Points | float) -> Points:
        """Return where values lie along the axis, from 0 (its beginning) to 1."""
        low, high = (math.log(self.low), math.log(self.high)) if self.log else (self.low, self.high)
        part = np.asarray((np.log(values) if self.log else values) - low) / (high - low)
        return 1 - part if self.reversed else part


@dataclass(frozen=True)
class Series:
    """Data of one kind and color.

    Attributes:
        kind: `dots`: many small dots; `marks`: few large ones, each with a title and a label; `steps`: a line that is
            level until the next point.
        points: (N, 2) values, x first.
        style: CSS class of the color.
        titles: title of each mark, shown on hover.
        labels: label of each mark.
    """

    kind: Literal["dots", "marks", "steps"]
    points: Points
    style: str
    titles: Sequence[str] = ()
    labels: Sequence[str] = ()


@dataclass(frozen=True)
class Layer:
    """One series in pixels, in the form that the template needs.

    Attributes:
        style: CSS classes.
        path: SVG path data, if the series is a path.
        circles: (x, y, title) of each mark, the first one drawn last, so that it lies on top.
        labels: (x, y, text) next to marks.
    """

    style: str
    path: str = ""
    circles: Sequence[tuple[float, float, str]] = ()
    labels: Sequence[tuple[float, float, str]] = ()


@dataclass(frozen=True)
class Chart:
    """One plot.

    Attributes:
        name: name that is unique on the page.
        title: title for screen readers.
        description: the content in words, for screen readers.
        x, y: axes.
        series: the data; later series are drawn on top.
        width, height: size in pixels.
    """

    name: str
    title: str
    description: str
    x: Axis
    y: Axis
    series: Sequence[Series]
    width: float = 900.0
    height: float = 340.0
    top: ClassVar[float] = 14.0

    @cached_property
    def left(self) -> float:
        """Left edge of the plot in pixels, right of the numbers of the y axis."""
        widest = max((text_width(number, _SIZE) for _, number in self.y.labels()), default=0.0)
        return round(max(widest + 40, 76.0), 1)  # the same edge for most charts of a page

    @property
    def right(self) -> float:
        """Right edge of the plot in pixels."""
        return self.width - 22

    @property
    def bottom(self) -> float:
        """Bottom edge of the plot in pixels."""
        return self.height - 50

    def x_ticks(self) -> list[tuple[float, str]]:
        """Return the position in pixels and the label of each tick of the x axis."""
        return [(_round(self._across(value)), number) for value, number in self.x.labels()]

    def y_ticks(self) -> list[tuple[float, str]]:
        """Return the position in pixels and the label of each tick of the y axis."""
        return [(_round(self._down(value)), number) for value, number in self.y.labels()]

    def layers(self) -> list[Layer]:
        """Return every series that has points, in pixels."""
        return [self._layer(series) for series in self.series if len(series.points)]

    def _across(self, values: Points | float) -> Points:
        return self.left + self.x.share(values) * (self.right - self.left)

    def _down(self, values: Points | float) -> Points:
        return self.top + (1 - self.y.share(values)) * (self.bottom - self.top)

    def _layer(self, series: Series) -> Layer:
        pixels = np.stack([self._across(series.points[:, 0]), self._down(series.points[:, 1])], 1)
        if series.kind == "marks":
            return self._marks(pixels.round(1).tolist(), series)
        if series.kind == "dots":
            # One path of all dots: lines of zero length, whose ends the style sheet makes round or square.
            path = "".join(f"M{x:g} {y:g}h0" for x, y in thinned(pixels).round(1).tolist())
            return Layer(f"dots {series.style}", path)
        (x, y), *rest = pixels.round(1).tolist()
        path = f"M{x:g} {y:g}" + "".join(f"H{x:g}V{y:g}" for x, y in rest)
        return Layer(f"line {series.style}", path)

    def _marks(self, points: Sequence[tuple[float, float]], series: Series) -> Layer:
        """Return circles, and labels at positions without overlaps; earlier marks have precedence."""
        circles = [(x, y, title) for (x, y), title in zip(points, series.titles, strict=True)]
        taken = [(x - 5, y - 5, x + 5, y + 5) for x, y in points]
        labels = []
        for (x, y), words in zip(points, series.labels, strict=True):
            width = text_width(words, _SIZE)
            for left, base in (
                (x + 8, y - 6),
                (x - 8 - width, y - 6),
                (x + 8, y + 15),
                (x - 8 - width, y + 15),
            ):
                box = (left, base - 10, left + width, base + 1)
                if box[2] <= self.right and not any(_overlap(box, other) for other in taken):
                    taken.append(box)
                    labels.append((round(left, 1), round(base, 1), words))
                    break
        return Layer(f"mark {series.style}", circles=circles[::-1], labels=labels)


def thinned(points: Points, most: int = MAX_DOTS) -> Points:
    """Return at most `most` of (N, 2) points: of points that would hide each other, the first one."""
    cell = 1.5
    while len(points) > most:
        _, first = np.unique(np.floor(points / cell), axis=0, return_index=True)
        points = points[np.sort(first)]
        cell *= 1.25
    return points


def _overlap(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _round(pixel: Points) -> float:
    return round(float(pixel), 1)
