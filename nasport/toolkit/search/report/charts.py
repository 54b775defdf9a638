"""Charts as inline SVG: axes with round numbers, dots, marks, steps. Colours are classes that the page's style defines."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nasport.toolkit.drawing.typography import text_width
from nasport.toolkit.search.report.markup import Markup, tag, text
from nasport.toolkit.search.report.numbers import log_ticks, tick_text, ticks

Points = NDArray[np.float64]

MAX_DOTS = 1_500
_Box = tuple[float, float, float, float]  # left, top, right, bottom
_TOP, _RIGHT, _BOTTOM, _SIZE = 14.0, 22.0, 50.0, 12.0


@dataclass(frozen=True)
class Axis:
    """One direction of a chart.

    Attributes:
        title: with the unit.
        low: first value shown.
        high: last value shown.
        log: logarithmic; both ends above 0.
        reversed: small values on the right or on top.
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
        """An axis that shows all values with a little room at both ends."""
        found = np.array(list(values), np.float64)
        low, high = (float(found.min()), float(found.max())) if len(found) else (0.0, 1.0)
        if log and low > 0:
            room = (high / low) ** 0.06 if high > low else 1.5
            return cls(title, low / room, high * room, True, reversed)
        room = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
        return cls(title, low - room, high + room, False, reversed)

    def ticks(self) -> list[float]:
        return log_ticks(self.low, self.high) if self.log else ticks(self.low, self.high)

    def share(self, values: Points) -> Points:
        """Values as parts of the axis' length, 0 its beginning."""
        low, high = (math.log(self.low), math.log(self.high)) if self.log else (self.low, self.high)
        part = ((np.log(values) if self.log else values) - low) / (high - low)
        return 1 - part if self.reversed else part


@dataclass(frozen=True)
class Series:
    """What is drawn of one kind.

    Attributes:
        kind: `dots`: many small ones, without titles; `marks`: few, each with a title and perhaps a label; `line`: straight
            from point to point; `steps`: level until the next point.
        points: (N, 2) values, x first.
        style: class that says the colour.
        titles: of marks, what pointing at one shows.
        labels: of marks, written beside them.
        shape: of dots and marks: `round` or `square`.
    """

    kind: Literal["dots", "marks", "line", "steps"]
    points: Points
    style: str
    titles: Sequence[str] = ()
    labels: Sequence[str] = ()
    shape: Literal["round", "square"] = "round"


@dataclass(frozen=True)
class Chart:
    """One plot.

    Attributes:
        name: unique on the page.
        title: for who does not see it.
        description: what it shows, in words.
        x, y: its axes.
        series: the later ones on top.
        width, height: pixels.
    """

    name: str
    title: str
    description: str
    x: Axis
    y: Axis
    series: Sequence[Series]
    width: float = 900.0
    height: float = 340.0


def chart_svg(chart: Chart) -> Markup:
    """The SVG element of a chart."""
    frame = _Frame.of(chart)
    parts = [
        tag("title", chart.title, id=f"{chart.name}-title"),
        tag("desc", Markup(text(chart.description, 600)), id=f"{chart.name}-desc"),
        *_axes(chart, frame),
        *(part for series in chart.series for part in _drawn(series, chart, frame)),
    ]
    labelled = f"{chart.name}-title {chart.name}-desc"
    size = f"0 0 {_n(chart.width)} {_n(chart.height)}"
    return tag("svg", *parts, class_="chart", viewBox=size, role="img", aria_labelledby=labelled)


@dataclass(frozen=True)
class _Frame:
    """Where the plot is within the chart, in pixels."""

    left: float
    top: float
    width: float
    height: float

    @classmethod
    def of(cls, chart: Chart) -> _Frame:
        numbers = chart.y.ticks()
        widest = max((text_width(tick_text(value, numbers), _SIZE) for value in numbers), default=0.0)
        left = max(widest + 40, 76.0)  # charts below each other begin together
        return cls(left, _TOP, chart.width - left - _RIGHT, chart.height - _TOP - _BOTTOM)

    def places(self, points: Points, chart: Chart) -> Points:
        """(N, 2) pixels."""
        across = self.left + chart.x.share(points[:, 0]) * self.width
        down = self.top + (1 - chart.y.share(points[:, 1])) * self.height
        return np.stack([across, down], 1)


def _axes(chart: Chart, frame: _Frame) -> list[Markup]:
    parts: list[Markup] = []
    bottom, right = frame.top + frame.height, frame.left + frame.width
    across, up = chart.x.ticks(), chart.y.ticks()
    for value, x in zip(across, frame.left + chart.x.share(np.array(across)) * frame.width, strict=True):
        parts.append(_grid(x, frame.top, x, bottom))
        parts.append(_label(tick_text(value, across), x, bottom + 18, "middle"))
    for value, y in zip(up, frame.top + (1 - chart.y.share(np.array(up))) * frame.height, strict=True):
        parts.append(_grid(frame.left, y, right, y))
        parts.append(_label(tick_text(value, up), frame.left - 8, y + 4, "end"))
    parts.append(_label(chart.x.title, frame.left + frame.width / 2, bottom + 40, "middle", "axis"))
    middle = frame.top + frame.height / 2
    turned = f"rotate(-90 14 {_n(middle)})"
    parts.append(
        tag(
            "text", chart.y.title, x="14", y=_n(middle), class_="axis", text_anchor="middle", transform=turned
        )
    )
    return parts


def _grid(x0: float, y0: float, x1: float, y1: float) -> Markup:
    return tag("path", d=f"M{_n(x0)} {_n(y0)}L{_n(x1)} {_n(y1)}", class_="grid")


def _label(words: str, x: float, y: float, anchor: str, style: str = "tick") -> Markup:
    return tag("text", words, x=_n(x), y=_n(y), class_=style, text_anchor=anchor)


def _drawn(series: Series, chart: Chart, frame: _Frame) -> list[Markup]:
    if not len(series.points):
        return []
    places = frame.places(series.points, chart)
    if series.kind == "dots":
        return [_dots(thinned(places), series)]
    if series.kind == "marks":
        return _marks(places, series, frame.left + frame.width)
    xs, ys = ([_n(value) for value in column] for column in places.T.tolist())
    path = f"M{xs[0]} {ys[0]}"
    for x, y in zip(xs[1:], ys[1:], strict=True):
        path += f"H{x}V{y}" if series.kind == "steps" else f"L{x} {y}"
    return [tag("path", d=Markup(path), class_=f"line {series.style}")]


def _dots(places: Points, series: Series) -> Markup:
    """All in one path: lines of no length, whose ends are round or square."""
    path = "".join(f"M{_n(x)} {_n(y)}h0" for x, y in places.tolist())
    return tag("path", d=Markup(path), class_=f"dots {series.shape} {series.style}")


def thinned(places: Points, most: int = MAX_DOTS) -> Points:
    """At most `most` of (N, 2) places, one of those that would hide each other; the same ones for the same places."""
    cell = 1.5
    while len(places) > most:
        _, first = np.unique(np.floor(places / cell), axis=0, return_index=True)
        places = places[np.sort(first)]
        cell *= 1.25
    return places


def _marks(places: Points, series: Series, right: float) -> list[Markup]:
    """The first one on top; a label where there is room for it, the first ones first."""
    titles = [*series.titles, *[""] * (len(places) - len(series.titles))]
    points: list[tuple[float, float]] = [(x, y) for x, y in places.tolist()]
    shapes = [_mark(x, y, title, series) for (x, y), title in zip(points, titles, strict=True)]
    taken = [(x - 5, y - 5, x + 5, y + 5) for x, y in points]
    labels = []
    for (x, y), words in zip(points, series.labels, strict=False):
        width = text_width(words, _SIZE)
        for at, base in ((x + 8, y - 6), (x - 8 - width, y - 6), (x + 8, y + 15), (x - 8 - width, y + 15)):
            box = (at, base - 10, at + width, base + 1)
            if at + width <= right and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                labels.append(_label(words, at, base, "start", "name"))
                break
    return [*reversed(shapes), *labels]


def _mark(x: float, y: float, title: str, series: Series) -> Markup:
    hint, style = tag("title", title), f"mark {series.style}"
    if series.shape == "square":
        return tag("rect", hint, x=_n(x - 5), y=_n(y - 5), width=10, height=10, class_=style)
    return tag("circle", hint, cx=_n(x), cy=_n(y), r=5.5, class_=style)


def _overlap(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".") if value else "0"
