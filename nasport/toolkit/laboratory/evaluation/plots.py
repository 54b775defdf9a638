"""PNG pictures of the evaluation: bars of rank correlations, and densities of ranks. They need matplotlib.

No picture shows a single architecture: densities count the architectures in hexagons of ranks.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from nasport.schemas.writing import replacing
from nasport.toolkit.laboratory.evaluation.document import TRIVIAL
from nasport.toolkit.laboratory.evaluation.labels import is_main, label_words
from nasport.toolkit.laboratory.evaluation.summary import LabelSummary
from nasport.toolkit.laboratory.evaluation.tested_spaces import ALL, Scored
from nasport.toolkit.laboratory.tables import TABLES
from nasport.toolkit.rank_correlation import Values, mean_ranks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BARS_FILE = "unseen-spearman.png"
DENSITY_FILE = "unseen-{}.png"  # formatted with the name of the left-out family

COLORS = ("#1f5fa8", "#9a9a9a", "#c4572e", "#d8b365", "#5aae61", "#8073ac")
# Mean number of architectures in a hexagon for independent ranks, and largest number of hexagons in a row.
_IN_A_HEXAGON, _HEXAGONS = 6, 40
_COLUMNS = 3


def can_draw() -> bool:
    """Return whether matplotlib is installed."""
    return find_spec("matplotlib") is not None


def draw_bars(summaries: Sequence[LabelSummary], path: Path) -> None:
    """Draw Spearman of the predictor and of the trivial baselines for the main label of every held-out space.

    A line on a bar shows the standard deviation over seeds.
    """
    chosen = [each for each in summaries if each.subset == ALL and is_main(each.space, each.label)]
    names = [name for name in TRIVIAL if any(name in each.baselines for each in chosen)]
    figure, axes = new_figure(7.5, 1 + 0.17 * (len(names) + 2) * max(1, len(chosen)), 1)
    ax, width = axes[0], 0.86 / (len(names) + 1)
    places = np.arange(len(chosen))
    ours = [each.mean("spearman") for each in chosen]
    spread = [each.deviation("spearman") for each in chosen]
    ax.barh(places, ours, width, xerr=spread, color=COLORS[0], label="ours")
    for number, name in enumerate(names, 1):
        values = [each.baselines.get(name, {}).get("spearman", np.nan) for each in chosen]
        ax.barh(places + number * width, values, width, color=COLORS[number], label=name.replace("_", " "))
    titles = [f"{each.space}\nwithout {each.left_out}" for each in chosen]
    ax.set_yticks(places + width * len(names) / 2, titles, fontsize=8)
    ax.invert_yaxis()
    ax.axvline(0, color="black", linewidth=0.6)
    ax.set_xlabel("Spearman, zero-shot, all architectures")
    ax.grid(axis="x", alpha=0.3)
    ax.legend(frameon=False, fontsize=8, loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=3)
    _save(figure, path)


def draw_density(family: str, scored: Scored, path: Path) -> None:
    """Draw the density of rank by score and rank by main label, 1 the best, for every space of a family, from one training.

    Args:
        family: family that was left out.
        scored: its spaces with their (G,) scores.
        path: path of the picture.
    """
    columns = min(len(scored), _COLUMNS)
    lines = -(-len(scored) // columns)
    figure, axes = new_figure(3.4 * columns, 3.5 * lines, lines, columns)
    for ax, (space, scores) in zip(axes, scored, strict=False):
        label = TABLES[space.name].main_label
        rows = np.flatnonzero(~np.isnan(space.labels[label]))
        draw_ranks(ax, space.labels[label][rows], scores[rows])
        ax.set_title(f"{space.name}, {label_words(space.name, label)}", fontsize=8)
        ax.set_ylabel(f"rank by score, without {family}", fontsize=8)
    for ax in axes[len(scored) :]:
        ax.set_axis_off()
    _save(figure, path)


def draw_ranks(ax: Axes, labels: Values, scores: Values) -> None:
    """Draw the density of rank by score and rank by label, 1 the best, as counts of the G architectures in hexagons."""
    size = int(min(_HEXAGONS, max(3, (len(labels) / _IN_A_HEXAGON) ** 0.5)))
    ends = (1, len(labels), 1, len(labels))
    ranks = mean_ranks(-labels), mean_ranks(-scores)
    ax.hexbin(*ranks, gridsize=size, mincnt=1, cmap="YlGnBu", linewidths=0, extent=ends)
    ax.tick_params(labelsize=7)
    ax.set_aspect("equal")
    ax.set_xlabel("rank by label, 1 the best", fontsize=8)
    ax.set_ylabel("rank by score", fontsize=8)


def new_figure(width: float, height: float, lines: int, columns: int = 1) -> tuple[Figure, list[Axes]]:
    """Return a figure without a window, and its axes. The function loads matplotlib."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(lines, columns, squeeze=False)
    for ax in axes.flat:
        ax.spines[["top", "right"]].set_visible(False)
    return figure, list(axes.flat)


def write_png(figure: Figure, stream: BinaryIO) -> None:
    """Write a figure as PNG; equal figures give equal bytes."""
    figure.savefig(stream, format="png", dpi=110, metadata={"Software": None})


def _save(figure: Figure, path: Path) -> None:
    with replacing(path) as stream:
        write_png(figure, stream)
