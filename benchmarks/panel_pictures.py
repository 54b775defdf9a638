"""Draw the pictures of docs/reports/panel.md from the results of `panel_curves.py`.

NASPORT_DATA=FOLDER python benchmarks/panel_pictures.py        # needs matplotlib
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from panel_curves import CORES, FILE, RECURRENT, Table, is_shown

from nasport.toolkit.laboratory.evaluation.plots import new_figure, write_png
from nasport.toolkit.panel.stages import GENNAS, PREDICTOR
from nasport.toolkit.rank_correlation import spearman

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
DRAWN_TABLES = ("nasbench201", "nasbench101", "transnas_micro", "transnas_macro", "nds_darts", RECURRENT)
ALONE = {"nwot": ("NASWOT", "C2"), GENNAS: ("GenNAS", "C3")}


def main() -> None:
    """Draw three pictures: NAS-Bench-201 with all evaluators, six tables against minutes, and labels."""
    found = json.loads(FILE.read_text("utf-8"))
    _draw_everybody(found["minutes"]["nasbench201"])
    _draw_minutes(found["minutes"])
    _draw_labels(found["labels"])


def _draw_everybody(one: Mapping[str, Any]) -> None:
    label = "cifar10_test"
    figure, (axes,) = new_figure(8.6, 4.2, 1)
    _line(axes, _adapted(one, [label], 0), "nasport adapt (all 15,625)")
    axes.axhline(
        one["alone"][PREDICTOR][label][0], linestyle="--", label="nasport score (all 15,625, a second)"
    )
    _line(axes, _ranked(one, [label], 0), "nasport rank (300 cells)", "s", "C1")
    for evaluator, (words, color) in ALONE.items():
        _line(axes, _alone(one, evaluator, [label], 0), f"{words} alone (300 cells)", "s", color)
    table = Table("nasbench201")
    sizes = np.array([each or 0 for each in table.batch.parameters], np.float64)
    _line(axes, [(1 / 60, spearman(sizes, table.labels[label]))], "parameters (all 15,625)", "D", "C4")
    _against_minutes(axes)
    axes.set_xlabel("minutes on two cores")
    axes.set_ylabel("Spearman with CIFAR-10 test accuracy")
    axes.set_title("NAS-Bench-201, of which no label was seen")
    axes.legend(loc="center left", bbox_to_anchor=(1.02, 0.5), fontsize=8)
    write_png(figure, PICTURES / "panel-curve.png")


def _draw_minutes(found: Mapping[str, Any]) -> None:
    figure, panes = new_figure(15, 5.6, 2, len(DRAWN_TABLES))
    for at, name in enumerate(DRAWN_TABLES):
        one = found[name]
        labels = [label for label in one["alone"][PREDICTOR] if is_shown(name, label)]
        for row, (place, words) in enumerate(((0, "Spearman"), (2, "regret"))):
            axes = panes[row * len(DRAWN_TABLES) + at]
            axes.axhline(
                np.mean([one["alone"][PREDICTOR][label][place] for label in labels]),
                linestyle="--",
                label="nasport score, whole table",
            )
            _line(axes, _adapted(one, labels, place), "nasport adapt, whole table")
            _line(axes, _ranked(one, labels, place), "nasport rank, sample", "s", "C1")
            for evaluator, (called, color) in ALONE.items():
                if evaluator in one["sample"]["evaluators"]:
                    _line(axes, _alone(one, evaluator, labels, place), f"{called} alone, sample", "s", color)
            _against_minutes(axes)
            if row == 0:
                axes.set_title(name, fontsize=9)
            else:
                axes.set_xlabel("minutes on two cores", fontsize=8)
            if at == 0:
                axes.set_ylabel(words)
    panes[0].legend(fontsize=6)
    write_png(figure, PICTURES / "panel-minutes.png")


def _draw_labels(found: Mapping[str, Any]) -> None:
    figure, panes = new_figure(9.6, 5.6, 2, 3)
    for axes, (name, one) in zip(panes, found.items(), strict=True):
        curve = one["curve"]
        counts = [int(count) for count in curve if count != "0"]
        for words in curve[str(counts[0])]:
            axes.plot(counts, [curve[str(count)][words][0] for count in counts], marker=".", label=words)
        axes.axhline(curve["0"]["predictor"][0], linestyle="--", color="gray", label="no label")
        axes.set_xscale("log")
        axes.set_title(name, fontsize=9)
    panes[0].legend(fontsize=6)
    write_png(figure, PICTURES / "panel-labels.png")


Points = Sequence[tuple[float, float]]


def _line(axes: Any, points: Points, words: str, marker: str = "o", color: str = "C0") -> None:
    axes.plot(*zip(*points, strict=True), marker=marker, color=color, label=words)


def _against_minutes(axes: Any) -> None:
    axes.set_xscale("log")
    axes.minorticks_off()


def _adapted(one: Mapping[str, Any], labels: Sequence[str], place: int) -> Points:
    """Return (minutes, mean over labels of Spearman, tau-b or regret) of an adaptation."""
    return [
        (each["minutes"]["mean"], float(np.mean([each[label]["mean"][place] for label in labels])))
        for each in one["adapted"].values()
    ]


def _ranked(one: Mapping[str, Any], labels: Sequence[str], place: int) -> Points:
    """Return the same for `nasport rank`."""
    return [
        (each["minutes"], float(np.mean([each[label][place] for label in labels])))
        for each in one["sample"]["ranked"]
    ]


def _alone(one: Mapping[str, Any], evaluator: str, labels: Sequence[str], place: int) -> Points:
    """Return the same for an evaluator alone: a single point, because it evaluates all architectures."""
    sample = one["sample"]
    each = (
        one["seconds_of_a_proxy"]
        if evaluator == "nwot"
        else one["seconds_a_judgement"] - one["seconds_of_a_proxy"]
    )
    values = [sample["evaluators"][evaluator][label][place] for label in labels]
    return [(sample["architectures"] * each / 60 / CORES, float(np.mean(values)))]


if __name__ == "__main__":
    main()
