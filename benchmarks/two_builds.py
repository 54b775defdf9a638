"""Measure the same commands of two builds in turns, so that a slow minute of the machine affects both.

    git worktree add --detach OLD COMMIT
    NASPORT_DATA=TABLES python benchmarks/two_builds.py OLD . --pairs 11 --out FILE

Each pair runs a command once with each build. Wall time is from the start of the process to its end, CPU time is that
of the process and its children, and peak memory is the largest resident set of one process. A ratio is the new
build's value divided by the old build's value of the same pair. The first run of each build compiles its files and
does not count.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SPACE_101 = "nasbench101_space.txt.gz"


def cases(folder: Path) -> dict[str, list[str]]:
    """Return the arguments of `nasport` by name; OUT is replaced by a folder that does not exist yet."""
    found = {
        "nasport --help": ["--help"],
        "one document": ["score", str(ROOT / "examples" / "resnet_like_cell.json")],
        "search nasbench201": ["search", "--space", "nasbench201", "--seed", "0", "--out", "OUT"],
        "search darts": ["search", "--space", "darts", "--seed", "0", "--out", "OUT"],
    }
    if tables := os.environ.get("NASPORT_DATA"):
        cells = folder / "cells.txt"
        with gzip.open(Path(tables) / SPACE_101) as packed, cells.open("wb") as file:
            shutil.copyfileobj(packed, file)
        strings = folder / "strings.txt"
        with gzip.open(Path(tables) / "nasbench201.csv.gz", "rt", encoding="utf-8") as rows:
            strings.write_text("".join(f"{row['arch_str']}\n" for row in csv.DictReader(rows)), "utf-8")
        found["15,625 strings"] = ["score", "--from", "nasbench201", "--json", str(strings)]
        found["stream nasbench101"] = ["score", "--from", "nasbench101", "--stream", "--json", str(cells)]
    return found


def once(build: Path, arguments: list[str], folder: Path) -> dict[str, float]:
    """Run a build once; return seconds of wall and CPU time, and MB of the largest process."""
    out = folder / f"run-{time.time_ns()}"
    command = [str(out) if each == "OUT" else each for each in arguments]
    environment = {**os.environ, "PYTHONPATH": str(build.resolve()), "PYTHONDONTWRITEBYTECODE": ""}
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(
        [sys.executable, "-m", "nasport", *command],
        env=environment,
        cwd=folder,  # outside of a checkout, because Python would import its package
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if status != 0:
        raise SystemExit(f"{build}: nasport {' '.join(command)} ended with status {status}")
    cpu = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
    return {"wall": wall, "cpu": cpu, "memory": used.ru_maxrss / 1024}


def main() -> None:
    """Print a line for each case; with --out write all numbers as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--pairs", type=int, default=11)
    parser.add_argument("--only", nargs="*", help="beginnings of the names of cases")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    results = {}
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for name, arguments in cases(folder).items():
            if options.only and not name.startswith(tuple(options.only)):
                continue
            builds = (options.old, options.new)
            for build in builds:
                once(build, arguments, folder)
            runs: list[list[dict[str, float]]] = []
            for pair in range(options.pairs):
                turn = [once(build, arguments, folder) for build in (builds if pair % 2 else builds[::-1])]
                runs.append(turn if pair % 2 else turn[::-1])
            results[name] = {
                key: {
                    "old": statistics.median(old[key] for old, _ in runs),
                    "new": statistics.median(new[key] for _, new in runs),
                    "ratio": statistics.median(new[key] / old[key] for old, new in runs),
                }
                for key in ("wall", "cpu", "memory")
            }
            shown = (
                f"{key} {each['old']:.3f} -> {each['new']:.3f} ({each['ratio']:.2f})"
                for key, each in results[name].items()
            )
            print(f"{name:20} {'  '.join(shown)}", flush=True)
    if options.out:
        options.out.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
