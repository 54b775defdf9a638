"""Measure what `nasport search` finds in spaces whose labels predictor and search do not know; docs/reports/search.md.

    NASPORT_DATA=TABLES python benchmarks/search.py prepare --work FOLDER
    python benchmarks/search.py ROW --work FOLDER [--seeds 10] [--predictors 5]
    NASPORT_DATA=TABLES python benchmarks/search.py summary

`prepare` trains five predictors (seeds 0 to 4) without the row's space, and writes the lists of candidates without
labels. A row runs `nasport search` like a user, in a separate process for each search seed and predictor, without
NASPORT_DATA. It appends the winner to benchmarks/results/search/ROW.jsonl and skips existing searches. Only `summary`
reads labels: it looks the winners up and writes aggregates to summary.json.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

RESULTS = Path(__file__).parent / "results" / "search"


@dataclass(frozen=True)
class Row:
    """One row of the table.

    Attributes:
        space: space to search.
        family: family that is left out of the predictor's training; None: no predictor.
        candidates: whether the search is restricted to architectures of the benchmark.
        options: additional options of the command line.
    """

    space: str
    family: str | None
    candidates: bool = False
    options: tuple[str, ...] = ()


GENNAS, GENNAS_ALONE, PANEL = ("--evaluator", "both"), ("--evaluator", "gennas"), ("--evaluator", "panel")
ROWS = {
    "nasbench201": Row("nasbench201", "nasbench201"),
    "nasbench201-gennas": Row("nasbench201", "nasbench201", options=GENNAS),
    # The task of GenNAS-N for NAS-Bench-201; it was found on NAS-Bench-101.
    "nasbench201-gennas-search-N": Row("nasbench201", "nasbench201", options=(*GENNAS, "--task", "search-N")),
    "nasbench201-panel": Row("nasbench201", "nasbench201", options=PANEL),
    "nasbench101": Row("nasbench101", "nasbench101", candidates=True),
    "nasbench101-panel": Row("nasbench101", "nasbench101", candidates=True, options=PANEL),
    # GenNAS alone, because predictors refuse recurrent cells. Its task comes from the paper, which found it with 20 labels of
    # this benchmark.
    "nasbench-nlp-gennas": Row(
        "nasbench_nlp",
        None,
        candidates=True,
        options=(*GENNAS_ALONE, "--task", "nlp-search", "--evaluations", "300"),
    ),
    "resnext-a": Row("nds_resnext_a", "nds", candidates=True),
    "darts": Row("darts", "darts"),
    "darts-panel": Row("darts", "darts", options=(*PANEL, "--max", "parameters=3.5M")),
}


def predictor(work: Path, family: str, seed: int) -> Path:
    """Return the folder of a predictor."""
    return work / f"{family}-{seed}"


def candidates(work: Path, space: str) -> Path:
    """Return the file of a list of candidates."""
    return work / f"{space}.jsonl"


def prepare(work: Path) -> None:
    """Train missing predictors, and write lists of candidates."""
    from nasport.toolkit.laboratory.recipes.universal_bundles import UniversalBundle

    work.mkdir(parents=True, exist_ok=True)
    lists: dict[str, Callable[[], Iterator[str]]] = {
        "nasbench101": lambda: labeled("nasbench101"),
        "nds_resnext_a": lambda: labeled("nds_resnext_a"),
        "nasbench_nlp": lambda: (recipe for recipe, _ in nlp_rows()),
    }
    for space, texts in lists.items():
        lines = list(dict.fromkeys(texts()))
        candidates(work, space).write_text("".join(f"{line}\n" for line in lines))
    for family in dict.fromkeys(row.family for row in ROWS.values() if row.family is not None):
        for seed in range(5):
            if not predictor(work, family, seed).exists():
                UniversalBundle(family, seed).make(predictor(work, family, seed))


def labeled(name: str) -> Iterator[str]:
    """Return the texts of a table that have a label, without the labels."""
    from nasport.toolkit.laboratory.tables import read_table

    table = read_table(name)
    known = np.isfinite(np.stack(list(table.labels.values()))).all(axis=0)
    return (text for text, has in zip(table.texts, np.atleast_1d(known), strict=True) if has)


def nlp_rows() -> Iterator[tuple[str, float]]:
    """Yield recipes of NAS-Bench-NLP with a complete training on the Penn Treebank, and their final test losses."""
    from nasport.toolkit.laboratory.tables import data_folder

    with gzip.open(data_folder() / "nasbench_nlp_public.jsonl.gz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if row["status"] == "OK" and "wikitext" not in row["run"]:
                yield row["recepie"], float(row["test_loss_final"])


def run(name: str, work: Path, seeds: int, predictors: int) -> None:
    """Run the missing searches of a row."""
    file = RESULTS / f"{name}.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    known = {(found["predictor"], found["seed"]) for found in records(file)}
    for place in range(predictors):
        for seed in range(seeds):
            if (place, seed) in known:
                continue
            found = {"predictor": place, "seed": seed, **searched(ROWS[name], work, place, seed)}
            with file.open("a") as stream:
                stream.write(json.dumps(found) + "\n")
            print(name, place, seed, found["seconds"], found["hash"], flush=True)


def searched(row: Row, work: Path, place: int, seed: int) -> dict[str, Any]:
    """Run one search like a user."""
    command = [sys.executable, "-c", "from nasport.toolkit.main import run; run()", "search", "--json"]
    command += ["--space", row.space, "--seed", str(seed)]
    if row.family is not None:
        command += ["--bundle", str(predictor(work, row.family, place))]
    if row.candidates:
        command += ["--candidates", str(candidates(work, row.space))]
    environment = {key: value for key, value in os.environ.items() if key != "NASPORT_DATA"}
    with tempfile.TemporaryDirectory() as folder:
        command += ["--out", f"{folder}/run", *row.options]
        begun, used = time.perf_counter(), cpu_seconds()
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
        seconds, cpu = time.perf_counter() - begun, cpu_seconds() - used
        with open(f"{folder}/run/evaluated.jsonl") as lines:
            evaluations = sum(1 for _ in lines)
    best = json.loads(done.stdout.splitlines()[0])
    # Records of a benchmark are part of its table, so only the hash is kept.
    keys = ("hash", "score", "loss", "parameters", "flops") + (() if row.candidates else ("notation",))
    return {
        **{key: best[key] for key in keys},
        "evaluations": evaluations,
        "seconds": round(seconds, 2),
        "cpu_seconds": round(cpu, 2),
    }


def cpu_seconds() -> float:
    """Return the CPU seconds of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def records(file: Path) -> list[dict[str, Any]]:
    """Return the recorded results of a row."""
    if not file.exists():
        return []
    with file.open() as lines:
        return [json.loads(line) for line in lines]


def labels(row: Row) -> dict[str, tuple[dict[str, float], float]]:
    """Return for each label the values by hash (higher is better), and the best value.

    For NAS-Bench-201, whose isomorphic cells have different values, the key is the notation.
    """
    if row.space == "nasbench_nlp":
        recipes, losses = zip(*nlp_rows(), strict=True)
        # If a recipe was trained several times, its first run counts.
        values = dict(reversed([*zip(hashes_of(row.space, recipes), losses, strict=True)]))
        return {"minus final test loss": ({key: -loss for key, loss in values.items()}, -min(losses))}
    from nasport.toolkit.laboratory.tables import read_table

    table = read_table(row.space)
    keys = table.texts if row.space == "nasbench201" else list(hashes_of(row.space, table.texts))
    wanted = {key: values for key, values in table.labels.items() if "test" in key or row.candidates}
    return {
        key: (dict(zip(keys, map(float, values), strict=True)), float(np.nanmax(values)))
        for key, values in wanted.items()
    }


def hashes_of(space: str, texts: Sequence[str]) -> Iterator[str]:
    """Yield the hashes of the canonical forms of notations."""
    from nasport.schemas import canonicalize, hashes
    from nasport.toolkit.notations import notation

    way = notation("nds" if space.startswith("nds") else space)
    for begin in range(0, len(texts), 1000):
        yield from hashes(canonicalize(way.encoded(texts[begin : begin + 1000]).graphs))


def summary() -> dict[str, Any]:
    """Return the aggregates of every row whose space has a table."""
    found: dict[str, Any] = {}
    for name, row in ROWS.items():
        rows = records(RESULTS / f"{name}.jsonl")
        if not rows:
            continue
        entry: dict[str, Any] = {
            "searches": len(rows),
            "different winners": len({each["hash"] for each in rows}),
            "evaluations": float(np.median([each["evaluations"] for each in rows])),
            "seconds": spread([each["seconds"] for each in rows]),
            "CPU seconds": spread([each["cpu_seconds"] for each in rows]),
        }
        if row.space != "darts":  # there is no table
            key = "notation" if row.space == "nasbench201" else "hash"
            for label, (values, best) in labels(row).items():
                reached = np.array([values[each[key]] for each in rows])
                better = float(np.mean([sum(v > r for v in values.values()) for r in reached]))
                entry[label] = {
                    **spread(reached),
                    "best there is": best,
                    "mean number of better ones": better,
                }
        found[name] = entry
    return found


def spread(values: Any) -> dict[str, float]:
    """Return mean, standard deviation and extremes."""
    array = np.asarray(values, float)
    numbers = {"mean": array.mean(), "std": array.std(), "min": array.min(), "max": array.max()}
    return {key: round(float(value), 4) for key, value in numbers.items()}


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("row", choices=["prepare", *ROWS, "summary"])
    parser.add_argument("--work", type=Path, help="folder of predictors and lists of candidates")
    parser.add_argument("--seeds", type=int, default=10, help="search seeds")
    parser.add_argument("--predictors", type=int, default=5, help="predictor seeds")
    arguments = parser.parse_args()
    if arguments.row == "summary":
        found = summary()
        RESULTS.mkdir(parents=True, exist_ok=True)
        (RESULTS / "summary.json").write_text(json.dumps(found, indent=1) + "\n")
        print(json.dumps(found, indent=1))
    elif arguments.work is None:
        parser.error("--work FOLDER is needed")
    elif arguments.row == "prepare":
        prepare(arguments.work)
    else:
        run(arguments.row, arguments.work, arguments.seeds, arguments.predictors)


if __name__ == "__main__":
    main()
