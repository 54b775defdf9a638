"""Compare the hybrid searcher with its parts, regularized evolution and random search at equal evaluations.

    python benchmarks/search_curves.py run [--seeds 10] [--evaluations 1000]
    python benchmarks/search_curves.py picture

No label is read. Searchers are compared by the best score that they find, with the bundle that was trained without
the space. Every search appends a line to benchmarks/results/search/curves.jsonl: the best score after each number of
evaluations (supernets count as evaluations). Existing searches are skipped. `picture` draws the means with their
standard errors to docs/pictures/search-curves.png and prints the table of docs/reports/search.md.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nasport.toolkit.search import search

RESULTS = Path(__file__).parent / "results" / "search" / "curves.jsonl"
PICTURE = Path(__file__).parent.parent / "docs" / "pictures" / "search-curves.png"
SEARCHERS = ("hybrid", "pruning", "evolution", "regularized", "random")
MARKS = (10, 20, 50, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1500, 2000)
SPACES = {
    "nasbench201": "universal-without-nasbench201",
    "nasbench101": "universal-without-nasbench101",
    "transnas_micro": "universal-without-transnas-micro",
    "transnas_macro": "universal-without-transnas-macro",
    "nasbench_macro": "universal-without-mobile",
    "darts": "universal-without-darts",
    "nds_darts": "universal-without-nds",
    "nds_enas": "universal-without-nds",
    "nds_resnet": "universal-without-nds",
    "nds_resnext_a": "universal-without-nds",
}

Curves = dict[tuple[str, str], list[NDArray[np.float64]]]


def run(seeds: int, evaluations: int) -> None:
    """Run the missing searches."""
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    known = {(found["space"], found["searcher"], found["seed"]) for found in records()}
    for space in SPACES:
        for seed in range(seeds):
            for searcher in SEARCHERS:
                if (space, searcher, seed) in known:
                    continue
                found = {"space": space, "searcher": searcher, "seed": seed}
                found["best"] = curve(space, searcher, seed, evaluations)
                with RESULTS.open("a") as stream:
                    stream.write(json.dumps(found) + "\n")
            print(space, seed, flush=True)


def curve(space: str, searcher: str, seed: int, evaluations: int) -> list[float | None]:
    """Return the best score of a member after each of `MARKS` evaluations; None if there is none yet."""
    result = search(space, bundle=SPACES[space], searcher=searcher, seed=seed, evaluations=evaluations)
    scores = [
        each.score if each.score is not None and not each.query.is_supernet else -np.inf
        for each in result.evaluations
    ]
    best = np.maximum.accumulate(scores)
    found = [float(best[min(mark, len(best)) - 1]) for mark in MARKS if mark <= evaluations]
    return [value if np.isfinite(value) else None for value in found]


def records() -> list[dict[str, object]]:
    """Return the recorded searches."""
    if not RESULTS.exists():
        return []
    with RESULTS.open() as lines:
        return [json.loads(line) for line in lines]


def curves() -> Curves:
    """Return the rows by (space, searcher), one for each seed."""
    found: Curves = defaultdict(list)
    for record in records():
        values = [np.nan if value is None else value for value in record["best"]]  # type: ignore[attr-defined]
        found[str(record["space"]), str(record["searcher"])].append(np.array(values))
    return found


def spread(rows: list[NDArray[np.float64]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean and standard error at every mark."""
    values = np.stack(rows)
    return values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(len(values))


def table(found: Curves) -> str:
    """Return the end of every curve: mean and standard error, and whether the hybrid is within one standard error of the best."""
    lines = ["| space | " + " | ".join(SEARCHERS) + " | hybrid within one standard error |"]
    lines.append("|" + "---|" * (2 + len(SEARCHERS)))
    for space in SPACES:
        if any((space, searcher) not in found for searcher in SEARCHERS):
            continue
        ends = {searcher: spread(found[space, searcher]) for searcher in SEARCHERS}
        last = {searcher: (mean[-1], error[-1]) for searcher, (mean, error) in ends.items()}
        best = max(last, key=lambda searcher: last[searcher][0])
        within = last["hybrid"][0] >= last[best][0] - max(last[best][1], last["hybrid"][1])
        shown = [f"{mean:.3f} ({error:.3f})" for mean, error in last.values()]
        lines.append(f"| {space} | " + " | ".join(shown) + f" | {'yes' if within else 'no, ' + best} |")
    return "\n".join(lines)


def picture(found: Curves) -> None:
    """Draw the mean best score against evaluations, one panel for each space."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    spaces = [space for space in SPACES if (space, "hybrid") in found]
    rows = -(-len(spaces) // 3)
    figure, axes = plt.subplots(rows, 3, figsize=(12, 2.9 * rows), squeeze=False)
    colors = dict(zip(SEARCHERS, ("#d55e00", "#009e73", "#0072b2", "#cc79a7", "#999999"), strict=True))
    for panel, space in zip(axes.flat, spaces, strict=False):
        for searcher in SEARCHERS:
            mean, error = spread(found[space, searcher])
            marks = np.array(MARKS[: len(mean)])
            panel.plot(marks, mean, label=searcher, color=colors[searcher], linewidth=1.6)
            panel.fill_between(
                marks, mean - error, mean + error, color=colors[searcher], alpha=0.2, linewidth=0
            )
        panel.set_title(space, fontsize=10)
        panel.set_xscale("log")
        panel.tick_params(labelsize=8)
    for panel in list(axes.flat)[len(spaces) :]:
        panel.axis("off")
    axes[0][0].legend(fontsize=8)
    figure.supxlabel("evaluations", fontsize=9)
    figure.supylabel("best score so far", fontsize=9)
    figure.tight_layout()
    figure.savefig(PICTURE, dpi=110, metadata={"Software": None})


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["run", "picture"])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--evaluations", type=int, default=1000)
    arguments = parser.parse_args()
    if arguments.what == "run":
        run(arguments.seeds, arguments.evaluations)
    else:
        found = curves()
        print(table(found))
        picture(found)


if __name__ == "__main__":
    main()
