"""Repeat the analyses of the GenNAS paper on 50 NAS-Bench-101 cells: what a proxy task's correlation depends on.

    NASPORT_DATA=FOLDER python benchmarks/gennas_analyses.py ANALYSIS [--minutes 10]
    NASPORT_DATA=FOLDER python benchmarks/gennas_analyses.py report

ANALYSIS is one of signals, iterations, seeds, batch, initialization, classification, retrieval.
gennas_analyses_runs.py defines their runs: the network of the light preset with fewer and larger steps, one thread,
and cells that a seed draws and that are in no sample of gennas.py. `retrieval` trains ten seeds of combo and reads
the results of gennas.py. An analysis can be interrupted and continues where it stopped; `--minutes` stops it after so
much CPU time.

After the runs, or with `report` alone, the labels are read and the existing results are summarized. The correlations
are written to results/gennas/analyses/summary.json, their tables to the terminal, and pictures to docs/pictures (if
matplotlib is installed).
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import json
import math
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path
from typing import Any

import gennas
import gennas_analyses_runs as runs
import numpy as np
import torch
from scipy.stats import kendalltau, rankdata, spearmanr

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
POINTS = (0, 1, 2, 3, 5, 7, 10, 15, 20, 25, 30, 40, 50, 60, 70, 80, 90, 100)
SHARES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5)
RESAMPLED = 1000
ROWS_BY_ITERATIONS = "iterations of the rows of gennas.py"
ENOUGH = 50  # fewest results of a row of gennas.py that is summarized
Record = dict[str, Any]


class Report:
    """Correlations of recorded results with labels.

    Attributes:
        labels: labels of the cells, by position, higher is better.
        results: folder of the results.
    """

    def __init__(self, labels: np.ndarray, results: Path = runs.RESULTS) -> None:
        self.labels = labels
        self.results = results

    def summary(self) -> dict[str, Any]:
        """Return one entry for each analysis, with aggregates only."""
        makers: dict[str, Callable[[], Any]] = {
            "signals": lambda: self._runs(runs.signal_runs()),
            "iterations": self._iterations,
            ROWS_BY_ITERATIONS: rows_by_iterations,
            "seeds": self._seeds,
            "batch": lambda: self._runs(runs.batch_runs()),
            "initialization": lambda: self._runs(runs.initialization_runs()),
            "classification": lambda: self._runs(runs.classification_runs()),
            "retrieval": self._retrieval,
        }
        return {name: make() for name, make in makers.items()}

    def _runs(self, chosen: list[runs.Run]) -> dict[str, Record]:
        found = {}
        for run in chosen:
            places, losses = self._losses(run)
            if len(places) < len(self.labels):  # an incomplete run would compare other cells
                continue
            entry = agreement(losses, self.labels[places])
            entry["median_loss"] = round(float(np.median(losses)), 4)
            entry["least_loss"], entry["most_loss"] = (
                round(float(value), 4) for value in np.quantile(losses, (0.05, 0.95))
            )
            entry["seconds_each"] = round(self._seconds(run), 2)
            found[run.name] = entry
        return found

    def _losses(self, run: runs.Run) -> tuple[list[int], np.ndarray]:
        lines = runs.lines(run, self.results)
        places = sorted(place for place in lines if place < len(self.labels))
        return places, np.array([lines[place]["loss"] for place in places])

    def _seconds(self, run: runs.Run) -> float:
        return float(np.median([line["seconds"] for line in runs.lines(run, self.results).values()]))

    def _iterations(self) -> dict[str, Record]:
        """Return the correlation after each number of steps, and the mean loss of the best and worst third of cells."""
        (run,) = runs.iteration_runs()
        lines = runs.lines(run, self.results)
        places = sorted(place for place in lines if place < len(self.labels))
        if len(places) < 3:
            return {}
        curves = np.array([[*lines[place]["curve"], lines[place]["loss"]] for place in places])
        order = np.argsort(-self.labels[places], kind="stable")
        third = max(1, len(places) // 3)
        found = {}
        for point in (point for point in POINTS if point < curves.shape[1]):
            found[str(point)] = agreement(curves[:, point], self.labels[places]) | {
                "best_third_loss": round(float(curves[order[:third], point].mean()), 4),
                "worst_third_loss": round(float(curves[order[-third:], point].mean()), 4),
            }
        return found

    def _seeds(self) -> dict[str, Any]:
        """Return the correlation of each seed, the agreement of their losses, and the correlations of mean losses."""
        found = self._runs(runs.seed_runs())
        whole = [run for run in runs.seed_runs() if found.get(run.name, {}).get("cells") == len(self.labels)]
        if len(whole) < 2:
            return {"each": found}
        losses = np.array([self._losses(run)[1] for run in whole])
        each = np.array([found[run.name]["spearman"] for run in whole])
        pairs = [spearmanr(one, other).statistic for one, other in combinations(losses, 2)]
        return {
            "each": found,
            "mean": round(float(each.mean()), 4),
            "deviation": round(float(each.std(ddof=1)), 4),
            "two_seeds_agree": round(float(np.mean(pairs)), 4),
            "mean_loss_of": {
                str(count): agreement(losses[:count].mean(0), self.labels)
                for count in range(2, len(whole) + 1)
            },
        }

    def _retrieval(self) -> dict[str, dict[str, Any]]:
        """Return the share of the best cells that are among as many with the lowest loss."""
        found: dict[str, dict[str, Any]] = {}
        whole = [run for run in runs.seed_runs() if len(self._losses(run)[0]) == len(self.labels)]
        if whole:
            rates = [retrieving_rates(self._losses(run)[1], self.labels) for run in whole]
            mean = {share: round(float(np.mean([rate[share] for rate in rates])), 3) for share in rates[0]}
            found["these cells, combo, mean over seeds"] = {
                "architectures": len(self.labels),
                "seeds": len(whole),
            } | mean
        for name, lines, labels in _rows():
            losses = np.array([line["loss"] for line in lines])
            for label, values in labels.items():
                found[f"{name}, {label}"] = {"architectures": len(lines)} | retrieving_rates(losses, values)
        return found


def rows_by_iterations() -> dict[str, dict[str, Record]]:
    """Return the correlation after 10, 20, ... iterations in the rows of gennas.py (whole networks, small steps)."""
    found: dict[str, dict[str, Record]] = {}
    for name, lines, labels in _rows():
        weights = [weight for weight in gennas.load_task(gennas.ROWS[name].task).loss_weights if weight]
        if not all(len(line.get("errors", ())) >= 2 for line in lines):
            continue
        for label, values in labels.items():
            found[f"{name}, {label}"] = {
                str(10 * (place + 1)): agreement(
                    np.array([np.dot(line["errors"][place], weights) for line in lines]), values
                )
                for place in range(min(len(line["errors"]) for line in lines))
            }
    return found


def _rows() -> Iterator[tuple[str, list[Record], dict[str, np.ndarray]]]:
    """Yield the rows of gennas.py with enough results: name, lines without failures, and their labels."""
    for name, row in gennas.ROWS.items():
        lines = runs.by_place(gennas.RESULTS / f"{name}.jsonl")
        lines = {place: line for place, line in sorted(lines.items()) if not line["failed"]}
        if len(lines) < ENOUGH or not name.startswith("nasbench"):
            continue
        sample = gennas.SPACES[row.space](max(row.count, max(lines) + 1), row.first)
        yield (
            name,
            list(lines.values()),
            {label: values[list(lines)] for label, values in sample.labels.items()},
        )


def agreement(losses: np.ndarray, labels: np.ndarray) -> Record:
    """Return rank correlations of the negative loss with the labels, and Spearman's 90 % bootstrap interval."""
    return {
        "cells": len(losses),
        "spearman": round(_number(spearmanr(-losses, labels).statistic), 4),
        "kendall": round(_number(kendalltau(-losses, labels).statistic), 4),
        "interval": _interval(-losses, labels),
    }


def _interval(ranking: np.ndarray, labels: np.ndarray) -> list[float]:
    """Bootstrap Spearman's rho over the cells, with the same draws in every call."""
    drawn = np.random.default_rng(0).integers(len(labels), size=(RESAMPLED, len(labels)))
    one, other = (rankdata(values[drawn], axis=1) for values in (ranking, labels))
    one, other = (values - values.mean(1, keepdims=True) for values in (one, other))
    scale = np.sqrt((one**2).sum(1) * (other**2).sum(1))
    found = (one * other).sum(1)[scale > 0] / scale[scale > 0]
    if not len(found):
        return [0.0, 0.0]
    return [round(float(value), 3) for value in np.quantile(found, (0.05, 0.95))]


def _number(value: float) -> float:
    """Return 0 for NaN, the correlation of a constant loss."""
    return 0.0 if math.isnan(value) else float(value)


def retrieving_rates(losses: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Return for each share the fraction of the best cells that are among as many with the lowest loss."""
    rates = {}
    for share in SHARES:
        count = max(1, round(share * len(losses)))
        wanted = set(np.argsort(-labels, kind="stable")[:count])
        given = set(np.argsort(losses, kind="stable")[:count])
        rates[f"{share:.0%}"] = round(len(wanted & given) / count, 3)
    return rates


def tables(summary: dict[str, Any]) -> str:
    """Format the summary as Markdown."""
    rates = {
        name: {at: row[at] for at in row if at.endswith("%")} | {"n": row["architectures"]}
        for name, row in summary["retrieval"].items()
    }
    light = {"light setting, these cells": summary["iterations"]} if summary["iterations"] else {}
    curves = {
        name: {at: entry["spearman"] for at, entry in row.items()} | {"n": next(iter(row.values()))["cells"]}
        for name, row in (light | summary[ROWS_BY_ITERATIONS]).items()
    }
    parts = {
        name: _list(summary[name].get("each", summary[name]))
        for name in ("signals", "seeds", "batch", "initialization", "classification")
    }
    means = summary["seeds"].get("mean_loss_of", {})
    parts["seeds, mean loss of"] = _list(means)
    parts["iterations, Spearman"] = _grid(curves, [str(point) for point in POINTS if point % 10 == 0])
    parts["retrieval"] = _grid(rates, [f"{share:.0%}" for share in SHARES])
    return "\n\n".join(f"## {name}\n\n{text}" for name, text in parts.items())


def _list(rows: dict[str, Record]) -> str:
    text = ["| run | cells | Spearman | 90 % | Kendall | median loss |", "|---" * 6 + "|"]
    for name, row in rows.items():
        low, high = row["interval"]
        loss = f"{row['median_loss']:.3g}" if "median_loss" in row else ""
        text.append(
            f"| {name} | {row['cells']} | {row['spearman']:.2f} | {low:.2f} to {high:.2f} | "
            f"{row['kendall']:.2f} | {loss} |"
        )
    return "\n".join(text)


def _grid(rows: dict[str, dict[str, float]], columns: list[str]) -> str:
    text = ["| | n |" + "".join(f" {column} |" for column in columns), "|---" * (2 + len(columns)) + "|"]
    for name, row in rows.items():
        cells = (f"{row[column]:.2f}" if column in row else "" for column in columns)
        text.append(f"| {name} | {row['n']} | " + " | ".join(cells) + " |")
    return "\n".join(text)


def report(labels: np.ndarray, results: Path = runs.RESULTS, pictures: Path = PICTURES) -> dict[str, Any]:
    """Write the summary and the pictures of the existing results."""
    summary = Report(labels, results).summary()
    (results / "summary.json").write_text(json.dumps(summary, indent=1) + "\n")
    if find_spec("matplotlib"):
        import gennas_analyses_pictures

        gennas_analyses_pictures.draw(summary, pictures)
    return summary


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("analysis", choices=[*runs.ANALYSES, "report"])
    parser.add_argument("--minutes", type=float, default=math.inf)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    sample = gennas.SPACES["nasbench101"](runs.CELLS, runs.FIRST)
    if arguments.analysis != "report":
        chosen = runs.ANALYSES[arguments.analysis]()
        if not runs.train_missing(chosen, sample.architectures, minutes=arguments.minutes):
            print("stopped; the same command goes on")
    (labels,) = sample.labels.values()
    print(tables(report(labels)))


if __name__ == "__main__":
    main()
