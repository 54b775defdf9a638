"""Draw pictures of the summary of gennas_analyses.py: aggregates only, PNG only. Needs matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gennas_analyses_runs as runs
import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot
from matplotlib.axes import Axes

# Table 1 of the paper, 500 cells: for each stage the signals in the order of `runs.SIGNALS`.
PAPER_SIGNALS = (
    (0.13, 0.43, 0.64, 0.14, 0.53, 0.63, 0.55, 0.62, 0.18, 0.16, 0.56, 0.17),
    (0.03, 0.52, 0.79, 0.05, 0.73, 0.72, 0.64, 0.69, 0.03, 0.02, 0.73, 0.18),
    (0.08, 0.77, 0.80, 0.23, 0.78, 0.72, 0.76, 0.81, 0.16, 0.17, 0.80, 0.22),
)
PAPER_RETRIEVAL = {
    "5%": 0.6,
    "10%": 0.6,
    "20%": 0.73,
    "30%": 0.74,
    "40%": 0.79,
    "50%": 0.82,
}  # combo, Table 9
OURS, OTHER, GRAY = "#1f5fa8", "#c4572e", "#8a8a8a"
Entry = dict[str, Any]


def draw(summary: dict[str, Any], folder: Path) -> None:
    """Draw a picture for each analysis that has results."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = {
        "signals": _signals,
        "iterations": _iterations,
        "seeds": _seeds,
        "batch": _batch,
        "initialization": _initialization,
        "classification": _classification,
        "retrieval": _retrieval,
    }
    for name, drawing in drawn.items():
        if not summary.get(name) or summary[name] == {"each": {}}:
            continue
        figure = drawing(summary if name == "iterations" else summary[name])
        figure.savefig(folder / f"gennas-{name}.png", dpi=110, metadata={"Software": None})
        pyplot.close(figure)


def _figure(width: float, height: float, columns: int = 1, rows: int = 1) -> tuple[Any, list[Axes]]:
    figure, axes = pyplot.subplots(
        rows, columns, figsize=(width, height), squeeze=False, layout="constrained"
    )
    for ax in axes.flat:
        ax.spines[["top", "right"]].set_visible(False)
    return figure, list(axes.flat)


def _signals(entry: dict[str, Entry]) -> Any:
    measured = [
        [
            entry.get(runs.signal_run(signal, stage), {}).get("spearman", float("nan"))
            for signal in runs.SIGNALS
        ]
        for stage in range(3)
    ]
    figure, axes = _figure(9, 4.4, rows=2)
    _heat(axes[0], measured, "Spearman, 50 cells, 10 large steps, light network")
    _heat(axes[1], PAPER_SIGNALS, "the paper (Table 1), 500 cells")
    return figure


def _heat(ax: Axes, values: Sequence[Sequence[float]], title: str) -> None:
    ax.imshow(values, vmin=-0.2, vmax=1.0, cmap="YlGnBu", aspect="auto")
    for row, line in enumerate(values):
        for column, value in enumerate(line):
            known = value == value
            color = "white" if known and value > 0.6 else "black" if known else GRAY
            text = f"{value:.2f}" if known else "not run"
            ax.text(column, row, text, ha="center", va="center", fontsize=8, color=color)
    ax.set_xticks(range(len(runs.SIGNALS)), list(runs.SIGNALS), fontsize=8)
    ax.set_yticks(range(3), [f"stage {stage}" for stage in (1, 2, 3)], fontsize=8)
    ax.set_title(title, fontsize=9, loc="left")
    ax.tick_params(length=0)


def _curve(ax: Axes, x: Sequence[float], entries: Sequence[Entry], label: str = "") -> None:
    ax.plot(x, [entry["spearman"] for entry in entries], marker="o", markersize=4, color=OURS, label=label)
    low, high = zip(*(entry["interval"] for entry in entries), strict=True)
    ax.fill_between(x, low, high, color=OURS, alpha=0.15, linewidth=0)
    ax.set_ylabel("Spearman")
    ax.grid(alpha=0.3)


def _iterations(summary: dict[str, Any]) -> Any:
    figure, (left, right) = _figure(9, 3.4, columns=2)
    entry: dict[str, Entry] = summary["iterations"]
    x = [int(point) for point in entry]
    cells = next(iter(entry.values()))["cells"]
    _curve(left, x, list(entry.values()), f"light, these {cells} cells")
    others = {
        "nasbench101-combo, validation accuracy": ("full, NAS-Bench-101", OTHER, "-"),
        "nasbench101-light, validation accuracy": ("light, NAS-Bench-101", OTHER, ":"),
        "nasbench201-combo, cifar10_test": ("full, NAS-Bench-201", GRAY, "-"),
        "nasbench201-light, cifar10_test": ("light, NAS-Bench-201", GRAY, ":"),
    }
    for name, (label, color, line) in others.items():
        rows = summary["iterations of the rows of gennas.py"].get(name, {})
        if rows:
            values = [row["spearman"] for row in rows.values()]
            label = f"{label}, n = {rows['10']['cells']}"
            left.plot([int(at) for at in rows], values, line, color=color, label=label)
    left.legend(frameon=False, fontsize=7, loc="lower right")
    right.plot(
        x, [row["best_third_loss"] for row in entry.values()], color=OURS, label="best third of the cells"
    )
    right.plot(x, [row["worst_third_loss"] for row in entry.values()], color=OTHER, label="worst third")
    right.set_ylabel("mean loss, light setting")
    right.legend(frameon=False, fontsize=8)
    for ax in (left, right):
        ax.set_xlabel("iterations")
    return figure


def _seeds(entry: Entry) -> Any:
    figure, (left, right) = _figure(9, 3.2, columns=2)
    _points(left, [str(place) for place in range(len(entry["each"]))], list(entry["each"].values()))
    left.set_xlabel("seed of weights, targets and images")
    means = entry.get("mean_loss_of", {})
    if means:
        first = next(iter(entry["each"].values()))
        _curve(right, [1, *map(int, means)], [first, *means.values()])
        right.set_xticks([1, *map(int, means)])
    right.set_xlabel("seeds whose mean loss ranks the cells")
    return figure


def _points(ax: Axes, names: Sequence[str], entries: Sequence[Entry]) -> None:
    middle = [entry["spearman"] for entry in entries]
    reach = [
        [max(0.0, value - entry["interval"][0]) for value, entry in zip(middle, entries, strict=True)],
        [max(0.0, entry["interval"][1] - value) for value, entry in zip(middle, entries, strict=True)],
    ]
    ax.errorbar(
        range(len(names)), middle, yerr=reach, fmt="o", color=OURS, ecolor=GRAY, capsize=2, markersize=5
    )
    ax.set_xticks(range(len(names)), names)
    ax.set_ylabel("Spearman")
    ax.grid(axis="y", alpha=0.3)


def _batch(entry: dict[str, Entry]) -> Any:
    rows = {
        run.task.batch_size: entry[run.name]
        for run in runs.batch_runs()
        if entry.get(run.name, {}).get("cells", 0) >= runs.CELLS
    }
    figure, (left, right) = _figure(9, 3.2, columns=2)
    if rows:
        _curve(left, list(rows), list(rows.values()))
        right.plot(list(rows), [row["median_loss"] for row in rows.values()], marker="o", color=OURS)
        right.fill_between(
            list(rows),
            [row["least_loss"] for row in rows.values()],
            [row["most_loss"] for row in rows.values()],
            color=OURS,
            alpha=0.15,
            linewidth=0,
        )
    right.set_ylabel("loss: median, 5 to 95 %")
    for ax in (left, right):
        ax.set_xscale("log", base=2)
        ax.set_xticks(list(rows), [str(size) for size in rows])
        ax.set_xlabel("images in the batch")
    return figure


def _initialization(entry: dict[str, Entry]) -> Any:
    figure, (ax,) = _figure(9, 3.6)
    names = ["own", "torch", *runs.WEIGHTS]
    for zero, color, shift in ((False, OURS, -0.1), (True, OTHER, 0.1)):
        found = {
            place: entry[runs.initialization_run(name, zero)]
            for place, name in enumerate(names)
            if runs.initialization_run(name, zero) in entry
        }
        middle = [row["spearman"] for row in found.values()]
        low = [max(0.0, row["spearman"] - row["interval"][0]) for row in found.values()]
        high = [max(0.0, row["interval"][1] - row["spearman"]) for row in found.values()]
        label = "biases zero" if zero else "biases as by default"
        ax.errorbar(
            [place + shift for place in found],
            middle,
            yerr=[low, high],
            fmt="o",
            color=color,
            ecolor=GRAY,
            capsize=2,
            label=label,
        )
    ax.set_xticks(range(len(names)), names, fontsize=8)
    ax.set_xlim(-0.5, len(names) - 0.5)
    ax.set_ylabel("Spearman")
    ax.grid(axis="y", alpha=0.3)
    ax.legend(frameon=False, fontsize=8, loc="lower left")
    return figure


def _classification(entry: dict[str, Entry]) -> Any:
    figure, (ax,) = _figure(6, 3.2)
    names = {
        run.name: f"{'classification' if run.classifies else 'regression'}\n{run.task.batch_size} images"
        for run in runs.classification_runs()
        if run.name in entry
    }
    _points(ax, list(names.values()), [entry[name] for name in names])
    return figure


def _retrieval(entry: dict[str, Entry]) -> Any:
    figure, (ax,) = _figure(7, 4)
    shares = list(PAPER_RETRIEVAL)
    x = [float(share.rstrip("%")) for share in shares]
    for name, row in entry.items():
        if name.startswith(("nasbench101", "these")):
            label = f"{name} (n = {row['architectures']})"
            ax.plot(x, [row[share] for share in shares], marker="o", markersize=4, label=label)
    ax.plot(x, list(PAPER_RETRIEVAL.values()), "--", color="black", label="the paper, combo (n = 1000)")
    ax.plot(x, [value / 100 for value in x], ":", color=GRAY, label="chance")
    ax.set_xlabel("share of the architectures, %")
    ax.set_ylabel("retrieving rate")
    ax.set_ylim(0, 1)
    ax.grid(alpha=0.3)
    ax.legend(frameon=False, fontsize=7)
    return figure
