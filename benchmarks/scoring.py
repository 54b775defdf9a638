"""Measure the time and memory of scoring from start to end of a process, compared with ONNX Runtime's start and with torch.

    python benchmarks/scoring.py --nasport BIN/nasport --python BIN/python --reference-python OTHER/python --out FILE

Every command runs in a separate process with its output in a file. The commands take turns, so that a slow minute of
the machine affects all of them. The first turn fills the disk cache and compiled files, and does not count. Wall time
is from the start of the process to its end. Peak memory is the largest resident set that the kernel reports. Then the
scores are compared: with nasport's embeddings the reference must give nasport's scores to 1e-4.

README.md in this folder explains what is measured, and the targets. This file imports only the standard library,
because the peak memory of a child includes that of the process that started it.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
KNOWN = ROOT / "examples" / "resnet_like_cell.json"
UNKNOWN = ROOT / "examples" / "unknown_operator_cell.json"
REFERENCE = ROOT / "benchmarks" / "reference_torch.py"
THROUGHPUT = ROOT / "benchmarks" / "predictor_throughput.py"

NASBENCH201_OPERATORS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
NASBENCH201_TEMPLATE = "|{}~0|+|{}~0|{}~1|+|{}~0|{}~1|{}~2|"
NASBENCH101_TABLE = "nasbench101_space.txt.gz"
NASBENCH101_CELLS = 423_624

# Graphs in a batch, as in the runtime.
BATCH = "256"
# Largest allowed difference of two scores from the same embeddings.
TOLERANCE = 1e-4

VERSIONS = """
import importlib.metadata, json, sys
names = ("numpy", "onnxruntime", "onnxruntime-gpu", "tokenizers", "torch", "torch-geometric", "sentence-transformers")
found = {"python": sys.version.split()[0]}
for name in names:
    try:
        found[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        pass
print(json.dumps(found))
"""
BUNDLE_FOLDER = (
    "import sys; from nasport.runtime.bundle import open_bundle; print(open_bundle(sys.argv[1]).folder)"
)


@dataclass(frozen=True)
class Case:
    """One command.

    Attributes:
        name: name in the results.
        command: the command line.
        runs: number of measurements.
        lines: expected number of output lines; None if it prints nothing.
    """

    name: str
    command: tuple[str, ...]
    runs: int
    lines: int | None = None


@dataclass(frozen=True)
class Run:
    """One process: seconds from start to end, largest resident set in MB (10^6 bytes)."""

    seconds: float
    megabytes: float


@dataclass(frozen=True)
class Target:
    """A figure that must be reached.

    Attributes:
        name: name of the figure.
        value: computes it from the results.
        limit: limit of the figure.
        at_least: whether the limit is a minimum; otherwise it is a maximum.
    """

    name: str
    value: Callable[[Results], float]
    limit: float
    at_least: bool = False


class Results:
    """Medians by case, for the targets. A missing case is a KeyError."""

    def __init__(self, cases: dict[str, dict[str, Any]], throughput: dict[str, Any] | None) -> None:
        self.cases = cases
        self.throughput = throughput

    def seconds(self, case: str) -> float:
        """Return the median wall time."""
        return float(self.cases[case]["seconds"]["median"])

    def megabytes(self, case: str) -> float:
        """Return the median peak memory."""
        return float(self.cases[case]["peak_megabytes"]["median"])

    def ratio(self, case: str, other: str) -> float:
        """Return the time of `case` divided by that of `other`."""
        return self.seconds(case) / self.seconds(other)

    def graphs_per_second(self) -> float:
        """Return the median of the predictor alone."""
        if self.throughput is None:
            raise KeyError("throughput")
        return float(self.throughput["graphs_per_second"][BATCH]["median"])


TARGETS = (
    Target("known: times `import onnxruntime`", lambda r: r.ratio("known", "import_onnxruntime"), 2.5),
    Target("unknown: times `import onnxruntime`", lambda r: r.ratio("unknown", "import_onnxruntime"), 4.5),
    Target("known: times faster than torch", lambda r: r.ratio("known_torch", "known"), 20, True),
    Target("known: peak MB", lambda r: r.megabytes("known"), 250),
    Target("unknown: peak MB", lambda r: r.megabytes("unknown"), 450),
    Target("nasbench201: seconds", lambda r: r.seconds("nasbench201"), 1.5),
    Target(
        "nasbench201: times faster than torch", lambda r: r.ratio("nasbench201_torch", "nasbench201"), 5, True
    ),
    Target("nasbench101: seconds", lambda r: r.seconds("nasbench101"), 40),
    Target("nasbench101: peak MB", lambda r: r.megabytes("nasbench101"), 600),
    Target("predictor alone: graphs a second", lambda r: r.graphs_per_second(), 100_000, True),
)


def main() -> None:
    """Measure, compare and write."""
    arguments = _arguments()
    machine = _machine()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        cases = _cases(arguments, scratch)
        runs = measure(cases, scratch)
        least_peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
        throughput = _throughput(arguments) if _wanted(arguments, "throughput") else None
        summaries = {case.name: summary(runs[case.name]) for case in cases}
        result = {
            "benchmark": "scoring",
            "bundle": Path(arguments.bundle).name,
            "machine": machine,
            "versions": {
                "nasport": _answer([arguments.python, "-c", VERSIONS]),
                "reference": _answer([arguments.reference_python, "-c", VERSIONS]),
            },
            "least_measurable_peak_megabytes": round(least_peak),
            "cases": summaries,
            "predictor_alone": throughput,
            "agreement": _agreements(arguments, cases, scratch),
            "targets": reached(Results(summaries, throughput)),
        }
    text = json.dumps(result, indent=2) + "\n"
    if arguments.out:
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        arguments.out.write_text(text, "utf-8")
    _report(result)


def measure(cases: Sequence[Case], scratch: Path) -> dict[str, list[Run]]:
    """Run all cases in turns, each with its number of runs; the last output of each stays in `scratch`."""
    runs: dict[str, list[Run]] = {case.name: [] for case in cases}
    for turn in range(1 + max((case.runs for case in cases), default=0)):
        for case in cases:
            if turn <= case.runs:
                run = _timed(case, scratch / f"{case.name}.out")
                runs[case.name] += [run] if turn else []
                print(
                    f"{turn or 'warm-up'} {case.name}: {run.seconds:.3f} s, {run.megabytes:.0f} MB",
                    file=sys.stderr,
                )
    return runs


def summary(runs: Sequence[Run]) -> dict[str, Any]:
    """Return median, minimum and maximum of wall time and peak memory."""
    return {
        "runs": len(runs),
        "seconds": _spread([run.seconds for run in runs], 4),
        "peak_megabytes": _spread([run.megabytes for run in runs], 1),
    }


def reached(results: Results) -> list[dict[str, Any]]:
    """Return every target whose cases were measured, with its figure and whether it is met."""
    rows = []
    for target in TARGETS:
        try:
            value = target.value(results)
        except KeyError:
            continue
        met = value >= target.limit if target.at_least else value <= target.limit
        kind = "at least" if target.at_least else "at most"
        rows.append({"target": target.name, kind: target.limit, "found": round(value, 3), "met": met})
    return rows


def _spread(values: Sequence[float], digits: int) -> dict[str, float]:
    return {
        "median": round(statistics.median(values), digits),
        "min": round(min(values), digits),
        "max": round(max(values), digits),
    }


def _timed(case: Case, output: Path, **environment: str) -> Run:
    with output.open("wb") as stream:
        start = time.perf_counter()
        process = subprocess.Popen(case.command, stdout=stream, env=_environment() | environment)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{case.name} failed with {process.returncode}: {' '.join(case.command)}")
    if case.lines is not None and (found := _line_count(output)) != case.lines:
        raise SystemExit(f"{case.name} printed {found} lines, expected {case.lines}")
    return Run(seconds, usage.ru_maxrss * 1024 / 1e6)


def _environment() -> dict[str, str]:
    """Return the environment without variables that change which nasport is imported, and offline for the reference."""
    kept = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTHONHOME")}
    return {**kept, "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}


def _line_count(path: Path) -> int:
    with path.open("rb") as stream:
        return sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 16), b""))


def _cases(arguments: argparse.Namespace, scratch: Path) -> list[Case]:
    score = (arguments.nasport, "score", "--json", "--provider", "cpu", "--bundle", arguments.bundle)
    folder = _answer_text([arguments.python, "-c", BUNDLE_FOLDER, arguments.bundle])
    torch = (arguments.reference_python, str(REFERENCE), "--bundle", folder)
    strings = _nasbench201_file(scratch)
    nasbench201 = ("--from", "nasbench201", str(strings))
    many, few = arguments.runs, max(1, arguments.runs // 3)
    cases = [
        Case("import_onnxruntime", (arguments.python, "-c", "import onnxruntime"), many),
        Case("known", (*score, str(KNOWN)), many, 1),
        Case("unknown", (*score, str(UNKNOWN)), many, 1),
        Case("nasbench201", (*score, *nasbench201), many, 5**6),
        Case("known_torch", (*torch, str(KNOWN)), few, 1),
        Case("unknown_torch", (*torch, str(UNKNOWN)), few, 1),
        Case("nasbench201_torch", (*torch, *nasbench201), few, 5**6),
    ]
    if (table := _nasbench101_file(arguments, scratch)) is not None:
        command = (*score, "--from", "nasbench101", "--stream", str(table))
        cases.append(Case("nasbench101", command, few, NASBENCH101_CELLS))
    return [case for case in cases if _wanted(arguments, case.name)]


def _wanted(arguments: argparse.Namespace, name: str) -> bool:
    return not arguments.only or name in arguments.only


def _nasbench201_file(scratch: Path) -> Path:
    path = scratch / "nasbench201.txt"
    cells = product(NASBENCH201_OPERATORS, repeat=6)
    path.write_text("".join(f"{NASBENCH201_TEMPLATE.format(*cell)}\n" for cell in cells), "utf-8")
    return path


def _nasbench101_file(arguments: argparse.Namespace, scratch: Path) -> Path | None:
    """Write all cells of NAS-Bench-101 from the folder of tables to a file; None if the table is missing."""
    if arguments.data is None or not _wanted(arguments, "nasbench101"):
        return None
    path = scratch / "nasbench101.txt"
    with gzip.open(arguments.data / NASBENCH101_TABLE) as source, path.open("wb") as target:
        for line in source:
            target.write(line)
    return path


def _throughput(arguments: argparse.Namespace) -> dict[str, Any]:
    folder = _answer_text([arguments.python, "-c", BUNDLE_FOLDER, arguments.bundle])
    answer: dict[str, Any] = _answer(
        [arguments.python, str(THROUGHPUT), "--model", str(Path(folder) / "predictor.onnx")]
    )
    return answer


def _agreements(arguments: argparse.Namespace, cases: Sequence[Case], scratch: Path) -> dict[str, Any]:
    """Return the differences between the reference's scores and nasport's; runs last, because it needs memory."""
    measured = {case.name: case for case in cases}
    result: dict[str, Any] = {}
    for name in ("known", "unknown", "nasbench201"):
        if name not in measured or f"{name}_torch" not in measured:
            continue
        ours = scratch / f"{name}.out"
        same = Case(
            f"{name}_same_embeddings",
            (*measured[f"{name}_torch"].command, "--embeddings", "bundle"),
            1,
            measured[name].lines,
        )
        theirs = scratch / f"{same.name}.out"
        _timed(same, theirs, PYTHONPATH=str(ROOT))
        with_same = _largest_difference(ours, theirs)
        if not with_same <= TOLERANCE:
            raise SystemExit(
                f"{name}: the reference's scores differ by {with_same}, expected at most {TOLERANCE}"
            )
        with_own = _largest_difference(ours, scratch / f"{name}_torch.out")
        result[name] = {
            "largest_difference_same_embeddings": with_same,
            "largest_difference_sentence_transformers": with_own,
        }
    return result


def _largest_difference(ours: Path, theirs: Path) -> float:
    largest = 0.0
    for one, other in zip(_records(ours), _records(theirs), strict=True):
        if one["name"] != other["name"]:
            raise SystemExit(
                f"{ours.name} and {theirs.name} score other things: {one['name']}, {other['name']}"
            )
        largest = max(largest, abs(one["score"] - other["score"]))
    return largest


def _records(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as stream:
        yield from map(json.loads, stream)


def _answer(command: Sequence[str]) -> Any:
    return json.loads(_answer_text(command))


def _answer_text(command: Sequence[str]) -> str:
    return subprocess.run(
        command, check=True, capture_output=True, text=True, env=_environment()
    ).stdout.strip()


def _machine() -> dict[str, Any]:
    """Describe the machine, without its name."""
    return {
        "cpu": _field("/proc/cpuinfo", "model name") or platform.processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gigabytes": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9),
        "system": f"{platform.system()} {platform.machine()}",
        "load_before": round(os.getloadavg()[0], 2),
    }


def _field(file: str, name: str) -> str:
    try:
        lines = Path(file).read_text("utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")


def _report(result: dict[str, Any]) -> None:
    for name, case in result["cases"].items():
        seconds, memory = case["seconds"], case["peak_megabytes"]
        print(
            f"{name:20} {seconds['median']:9.3f} s ({seconds['min']:.3f} to {seconds['max']:.3f}), "
            f"{memory['median']:6.0f} MB, {case['runs']} runs"
        )
    for row in result["targets"]:
        bound = f"at least {row['at least']}" if "at least" in row else f"at most {row['at most']}"
        print(f"{'met   ' if row['met'] else 'MISSED'} {row['target']}: {row['found']:g}, {bound}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    beside = Path(sys.executable).parent
    data = os.environ.get("NASPORT_DATA")
    parser.add_argument(
        "--nasport", default=str(beside / "nasport"), help="the script of an installed nasport, from a wheel"
    )
    parser.add_argument("--python", default=sys.executable, help="the Python beside it")
    parser.add_argument("--reference-python", default=sys.executable, help="a Python with nasport[cpu,train]")
    parser.add_argument("--bundle", default="tgnas-nb101", metavar="NAME-or-FOLDER")
    parser.add_argument(
        "--data", type=Path, default=data, help="folder of the benchmark tables; default: $NASPORT_DATA"
    )
    parser.add_argument("--runs", type=int, default=9, help="of each quick command; the slow ones a third")
    parser.add_argument("--only", nargs="*", help="names of cases, and `throughput`")
    parser.add_argument("--out", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
