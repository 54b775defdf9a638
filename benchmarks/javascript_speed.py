"""Compare the time in which Python and JavaScript score all strings of NAS-Bench-201.

    (cd packages && npm install && npm run build -w nasport)
    python benchmarks/javascript_speed.py [--runs 5] [--strings FILE] [--runtime onnx] [--dist FOLDER]

Runs `nasport score --from nasbench201 --json FILE` and `javascript_speed.mjs` in turns, each as one process on one
thread, and compares their lines. Prints one line of JSON with wall and CPU time in seconds, from the start of a process
to its end. `ratio` divides the minima of JavaScript by those of Python. Do not run other programs at the same time.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from nasport import __version__
from nasport.runtime.bundle import open_bundle
from nasport.runtime.predictor import DEFAULT_BUNDLE

ROOT = Path(__file__).resolve().parent.parent
OPERATORS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
STRING = "|{}~0|+|{}~0|{}~1|+|{}~0|{}~1|{}~2|\n"


def once(command: list[str], out: Path) -> dict[str, float]:
    """Run a process that writes to a file; return its seconds of wall and CPU time and its peak memory in MB."""
    with out.open("wb") as file:
        began = time.monotonic()
        process = subprocess.Popen(command, stdout=file, env={**os.environ, "OMP_NUM_THREADS": "1"})
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
    if status != 0:
        raise SystemExit(f"{' '.join(command)} ended with status {status}")
    return {"wall": wall, "cpu": used.ru_utime + used.ru_stime, "megabytes": used.ru_maxrss / 1024}


def differences(python: Path, javascript: Path) -> dict[str, float]:
    """Return the largest difference of scores and of ranks, and the number of lines that differ in anything else."""
    lines = [[json.loads(line) for line in file.open(encoding="utf-8")] for file in (python, javascript)]
    ranks = [[line.pop("rank") for line in found] for found in lines]
    scores = [[line.pop("score") for line in found] for found in lines]
    return {
        "scores": max(abs(one - other) for one, other in zip(*scores, strict=True)),
        "ranks": max(abs(one - other) for one, other in zip(*ranks, strict=True)),
        "lines": sum(one != other for one, other in zip(*lines, strict=True)),
    }


def summary(runs: list[dict[str, float]]) -> dict[str, Any]:
    """Return the median and the minimum of every number."""
    of = {name: [run[name] for run in runs] for name in runs[0]}
    return {
        name: {"median": round(statistics.median(values), 3), "minimum": round(min(values), 3)}
        for name, values in of.items()
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=5, help="runs of each implementation")
    parser.add_argument("--strings", type=Path, help="a file of strings; default: all 15,625")
    parser.add_argument(
        "--runtime", choices=["direct", "onnx"], default="direct", help="onnx: onnxruntime-web"
    )
    parser.add_argument("--dist", type=Path, default=ROOT / "packages" / "nasport-js" / "dist")
    arguments = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        strings = arguments.strings or folder / "strings.txt"
        if not arguments.strings:
            cells = itertools.product(OPERATORS, repeat=6)
            strings.write_text("".join(STRING.format(*cell) for cell in cells), "utf-8")
        bundle = open_bundle(DEFAULT_BUNDLE).path("predictor.onnx").parent
        script = ROOT / "benchmarks" / "javascript_speed.mjs"
        commands = {
            "python": [
                sys.executable,
                "-m",
                "nasport",
                "score",
                "--from",
                "nasbench201",
                "--json",
                str(strings),
            ],
            "javascript": [
                "node",
                *map(str, (script, arguments.dist.resolve(), bundle, strings)),
                arguments.runtime,
            ],
        }
        runs: dict[str, list[dict[str, float]]] = {name: [] for name in commands}
        for _ in range(arguments.runs):
            for name, command in commands.items():
                runs[name].append(once(command, folder / name))
        found: dict[str, Any] = {name: summary(those) for name, those in runs.items()}
        found["differences"] = differences(folder / "python", folder / "javascript")
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    ratio = {
        each: round(found["javascript"][each]["minimum"] / found["python"][each]["minimum"], 2)
        for each in ("wall", "cpu")
    }
    versions = {"nasport": __version__, "python": platform.python_version(), "node": node.removeprefix("v")}
    about = {
        "benchmark": "javascript_speed",
        "runtime": arguments.runtime,
        "runs": arguments.runs,
        "load_before": load,
    }
    print(json.dumps({**about, "versions": versions, "ratio": ratio, **found}))


if __name__ == "__main__":
    main()
