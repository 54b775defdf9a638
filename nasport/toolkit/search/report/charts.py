"""Charts as inline SVG: axes with round numbers, dots, marks, steps. Colors are classes that the page's style defines."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nasport.toolkit.drawing.typography import text_width
from nasport.toolkit.pages.markup import Markup, tag, text
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
        kind: `dots`: many small ones; `marks`: few, each with a title and a label; `steps`: a line that is level until the
            next point.
        points: (N, 2) values, x first.
        style: class that says the color.
        titles: of marks, what pointing at one shows.
        labels: of marks, written beside them.
    """

    kind: Literal["dots", "marks", "steps"]
    points: Points
    style: str
    titles: Sequence[str] = ()
    labels: Sequence[str] = ()


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

    @cached_property
    def left(self) -> float:
        """Where the plot begins, in pixels: behind the numbers of its axis, and not before that of charts above it."""
        numbers = self.y.ticks()
        widest = max((text_width(tick_text(value, numbers), _SIZE) for value in numbers), default=0.0)
        return max(widest + 40, 76.0)

    def across(self, values: Points) -> Points:
        """Pixels from the left of values on the x axis."""
        return self.left + self.x.share(values) * (self.width - self.left - _RIGHT)

    def down(self, values: Points) -> Points:
        """Pixels from the top of values on the y axis."""
        return _TOP + (1 - self.y.share(values)) * (self.height - _TOP - _BOTTOM)


def chart_svg(chart: Chart) -> Markup:
    """The SVG element of a chart."""
    title, description = f"{chart.name}-title", f"{chart.name}-desc"
    parts = [
        tag("title", chart.title, id=title),
        tag("desc", text(chart.description, 600), id=description),
        *_axes(chart),
        *(part for series in chart.series if len(series.points) for part in _drawn(series, chart)),
    ]
    size = f"0 0 {_n(chart.width)} {_n(chart.height)}"
    return tag(
        "svg", *parts, class_="chart", viewBox=size, role="img", aria_labelledby=f"{title} {description}"
    )


def _axes(chart: Chart) -> Iterator[Markup]:
    bottom, right = chart.height - _BOTTOM, chart.width - _RIGHT
    across, up = chart.x.ticks(), chart.y.ticks()
    for value, x in zip(across, chart.across(np.array(across)).tolist(), strict=True):
        yield tag("path", d=f"M{_n(x)} {_n(_TOP)}L{_n(x)} {_n(bottom)}", class_="grid")
        yield _label(tick_text(value, across), x, bottom + 18, "middle")
    for value, y in zip(up, chart.down(np.array(up)).tolist(), strict=True):
        yield tag("path", d=f"M{_n(chart.left)} {_n(y)}L{_n(right)} {_n(y)}", class_="grid")
        yield _label(tick_text(value, up), chart.left - 8, y + 4, "end")
    yield _label(chart.x.title, (chart.left + right) / 2, bottom + 40, "middle", "axis")
    middle = (_TOP + bottom) / 2
    yield _label(chart.y.title, 14, middle, "middle", "axis", transform=f"rotate(-90 14 {_n(middle)})")


def _label(words: str, x: float, y: float, anchor: str, style: str = "tick", **more: str) -> Markup:
    return tag("text", words, x=_n(x), y=_n(y), class_=style, text_anchor=anchor, **more)


def _drawn(series: Series, chart: Chart) -> list[Markup]:
    places = np.stack([chart.across(series.points[:, 0]), chart.down(series.points[:, 1])], 1)
    if series.kind == "marks":
        return _marks(places, series, chart.width - _RIGHT)
    if series.kind == "dots":
        # All in one path: lines of no length, whose ends the style makes round or square.
        path = "".join(f"M{_n(x)} {_n(y)}h0" for x, y in thinned(places).tolist())
        return [tag("path", d=Markup(path), class_=f"dots {series.style}")]
    (x, y), *rest = [(_n(x), _n(y)) for x, y in places.tolist()]
    path = f"M{x} {y}" + "".join(f"H{x}V{y}" for x, y in rest)
    return [tag("path", d=Markup(path), class_=f"line {series.style}")]


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
    points: list[tuple[float, float]] = [(x, y) for x, y in places.tolist()]
    dots = [
        tag("circle", tag("title", title), cx=_n(x), cy=_n(y), r=5.5, class_=f"mark {series.style}")
        for (x, y), title in zip(points, series.titles, strict=True)
    ]
    taken = [(x - 5, y - 5, x + 5, y + 5) for x, y in points]
    labels = []
    for (x, y), words in zip(points, series.labels, strict=True):
        width = text_width(words, _SIZE)
        for at, base in ((x + 8, y - 6), (x - 8 - width, y - 6), (x + 8, y + 15), (x - 8 - width, y + 15)):
            box = (at, base - 10, at + width, base + 1)
            if at + width <= right and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                labels.append(_label(words, at, base, "start", "name"))
                break
    return [*reversed(dots), *labels]


def _overlap(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".") if value else "0"
