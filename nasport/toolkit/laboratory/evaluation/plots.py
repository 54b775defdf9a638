"""PNG pictures of the evaluation: bars of rank correlations, and densities of rank against rank. Needs matplotlib.

No picture holds anything of a single architecture: densities count how many lie in a hexagon of ranks.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from nasport.schemas.writing import replacing
from nasport.toolkit.laboratory.evaluation.document import TRIVIAL
from nasport.toolkit.laboratory.evaluation.labels import MAIN_LABEL, facts
from nasport.toolkit.laboratory.evaluation.leave_one_out import Tested
from nasport.toolkit.laboratory.evaluation.summary import Entry
from nasport.toolkit.laboratory.evaluation.tested_spaces import ALL

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BARS_FILE = "unseen-spearman.png"

_COLOURS = ("#1f5fa8", "#9a9a9a", "#c4572e", "#d8b365", "#5aae61", "#8073ac")
# A hexagon holds this many architectures where they are spread evenly, and a row has at most so many hexagons.
_IN_A_HEXAGON, _HEXAGONS = 6, 40
_COLUMNS = 3


def can_draw() -> bool:
    """Whether matplotlib is installed."""
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        return False
    return True


def density_file(family: str) -> str:
    """Name of the picture of a left-out family."""
    return f"unseen-{family}.png"


def draw_bars(entries: Sequence[Entry], path: Path) -> None:
    """Spearman of ours and of the trivial baselines on every left-out family's spaces, by their main label.

    The spread of ours over seeds is a line on its bar.
    """
    chosen = [
        entry for entry in entries if entry.subset == ALL and MAIN_LABEL.get(entry.space) == entry.label
    ]
    names = [name for name in TRIVIAL if any(name in entry.baselines for entry in chosen)]
    figure, axes = _figure(7.5, 1 + 0.17 * (len(names) + 2) * max(1, len(chosen)), 1)
    ax, width = axes[0], 0.86 / (len(names) + 1)
    places = np.arange(len(chosen))
    ours = [entry.mean("spearman") for entry in chosen]
    spread = [entry.deviation("spearman") for entry in chosen]
    ax.barh(places, ours, width, xerr=spread, color=_COLOURS[0], label="ours")
    for number, name in enumerate(names, 1):
        values = [entry.baselines.get(name, {}).get("spearman", np.nan) for entry in chosen]
        ax.barh(places + number * width, values, width, color=_COLOURS[number], label=name.replace("_", " "))
    titles = [f"{entry.space}\nwithout {entry.left_out}" for entry in chosen]
    ax.set_yticks(places + width * len(names) / 2, titles, fontsize=8)
    ax.invert_yaxis()
    ax.axvline(0, color="black", linewidth=0.6)
    ax.set_xlabel("Spearman, zero-shot, all architectures")
    ax.grid(axis="x", alpha=0.3)
    ax.legend(frameon=False, fontsize=8, loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=3)
    _save(figure, path)


def draw_density(family: str, scored: Tested, path: Path) -> None:
    """Rank by score against rank by main label, 1 the best, of every space of a left-out family, one training.

    Args:
        family: that was left out.
        scored: its spaces, each with its (G,) scores.
        path: of the picture.
    """
    columns = min(len(scored), _COLUMNS)
    lines = -(-len(scored) // columns)
    figure, axes = _figure(3.4 * columns, 3.5 * lines, lines, columns)
    for ax, (space, scores) in zip(axes, scored, strict=False):
        label = MAIN_LABEL.get(space.name, next(iter(space.labels)))
        rows = np.flatnonzero(~np.isnan(space.labels[label]))
        _hexagons(ax, _ranks(space.labels[label][rows]), _ranks(scores[rows]))
        ax.set_title(f"{space.name}, {' '.join(facts(space.name, label)).strip()}", fontsize=8)
        ax.set_xlabel("rank by label, 1 the best", fontsize=8)
        ax.set_ylabel(f"rank by score, without {family}", fontsize=8)
    for ax in axes[len(scored) :]:
        ax.set_axis_off()
    _save(figure, path)


def _ranks(values: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    return np.asarray(rankdata(-values), np.float64)


def _hexagons(ax: Axes, x: NDArray[np.float64], y: NDArray[np.float64]) -> None:
    size = int(min(_HEXAGONS, max(3, (len(x) / _IN_A_HEXAGON) ** 0.5)))
    ax.hexbin(x, y, gridsize=size, mincnt=1, cmap="YlGnBu", linewidths=0, extent=(1, len(x), 1, len(x)))
    ax.tick_params(labelsize=7)
    ax.set_aspect("equal")


def _figure(width: float, height: float, lines: int, columns: int = 1) -> tuple[Figure, list[Axes]]:
    """A figure that no window shows; matplotlib is loaded here."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(lines, columns, squeeze=False)
    for ax in axes.flat:
        ax.spines[["top", "right"]].set_visible(False)
    return figure, list(axes.flat)


def _save(figure: Figure, path: Path) -> None:
    with replacing(path) as stream:
        figure.savefig(stream, format="png", dpi=110, metadata={"Software": None})
