"""Pictures of an audit as PNG, which show no single architecture. They need matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

from nasport.toolkit.laboratory.audit import words
from nasport.toolkit.laboratory.audit.grounds import Ground
from nasport.toolkit.laboratory.audit.rows import FEWEST, AuditRow, Scores, losses_first
from nasport.toolkit.laboratory.evaluation.labels import is_main
from nasport.toolkit.laboratory.evaluation.plots import COLORS, draw_ranks, new_figure, write_png
from nasport.toolkit.laboratory.evaluation.tested_spaces import ALL

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLUMNS, _MOST_PANELS, _MOST_LINES = 3, 12, 80


def correlations(rows: Sequence[AuditRow]) -> bytes:
    """Draw Spearman's rho of every label on all architectures, with interval and best trivial count, the lowest gap first."""
    chosen = losses_first(row for row in rows if row.subset == ALL)[:_MOST_LINES]
    several = len({row.scores for row in chosen}) > 1
    figure, (ax,) = new_figure(8, 1.2 + 0.24 * len(chosen), 1)
    for place, row in enumerate(chosen):
        interval = row.intervals["spearman"]
        if interval is not None:
            ax.plot(interval, [place, place], color=COLORS[0], linewidth=2, solid_capstyle="butt")
        for value, style, color, label in (
            (row.metrics["spearman"], "o", COLORS[0], "scores"),
            (_count(row), "D", COLORS[2], "best trivial count"),
        ):
            if value is not None:
                ax.plot(value, place, style, color=color, markersize=5, label=None if place else label)
    titles = [
        f"{row.scores}: {words.measured_on(row)}" if several else words.measured_on(row) for row in chosen
    ]
    ax.set_yticks(range(len(chosen)), titles, fontsize=8)
    ax.invert_yaxis()
    ax.axvline(0, color="black", linewidth=0.6)
    ax.grid(axis="x", alpha=0.3)
    ax.set_xlabel("Spearman")
    ax.legend(frameon=False, fontsize=8, loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2)
    return _png(figure)


def ranks(ground: Ground, several: Sequence[Scores]) -> bytes:
    """Draw the rank by score against the rank by the main label, one panel for each of the scores.

    Returns:
        the picture; empty if fewer than two architectures have both numbers.
    """
    label = next((label for label in ground.labels if is_main(ground.name, label)), next(iter(ground.labels)))
    labels = ground.labels[label]
    panels = [(each, np.flatnonzero(np.isfinite(labels) & np.isfinite(each.values))) for each in several]
    panels = [(each, rows) for each, rows in panels if len(rows) >= FEWEST][:_MOST_PANELS]
    if not panels:
        return b""
    columns = min(len(panels), _COLUMNS)
    lines = -(-len(panels) // columns)
    figure, axes = new_figure(3.4 * columns, 3.5 * lines, lines, columns)
    for ax, (scores, rows) in zip(axes, panels, strict=False):
        draw_ranks(ax, labels[rows], scores.values[rows])
        ax.set_title(f"{scores.name}\n{ground.name}, {ground.words(label)}", fontsize=8)
    for ax in axes[len(panels) :]:
        ax.set_axis_off()
    return _png(figure)


def _count(row: AuditRow) -> float | None:
    return None if row.best_count is None else row.baselines[row.best_count]["spearman"]


def _png(figure: Figure) -> bytes:
    stream = BytesIO()
    write_png(figure, stream)
    return stream.getvalue()
