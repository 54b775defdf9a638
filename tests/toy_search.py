"""A search whose evaluator is a formula, slow enough to be killed: python -m tests.toy_search KIND FOLDER SECONDS."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from nasport.schemas.architecture import Architecture
from nasport.toolkit.gennas.choices import Choices
from nasport.toolkit.search import Evaluation, SearchResult, search
from nasport.toolkit.search.folder import REPORT
from nasport.toolkit.search.query import Query

SMALL = Choices(iterations=1, batch_size=2, width=0.25)
VALUES = {"nor_conv_3x3": 3.0, "nor_conv_1x1": 2.0, "skip_connect": 2.5, "avg_pool_3x3": 1.0, "none": 0.0}

# Options that each kind adds to a plain search.
KINDS: dict[str, dict[str, Any]] = {
    "regularized": {"searcher": "regularized", "evaluations": 120},
    "evolution": {"searcher": "evolution", "evaluations": 100},
    "pareto": {"pareto": ("parameters",), "evaluations": 150},
    "both": {
        "searcher": "random",
        "evaluations": 20,
        "evaluator": "both",
        "finalists": 6,
        "choices": SMALL,
        "jobs": 1,
    },
}


def quality(architecture: Architecture) -> float:
    """Return the value of a NAS-Bench-201 cell: the sum over its operators, with slightly more weight near the output."""
    nodes = [node for cell in architecture.cells.values() for node in cell.nodes if node.op in VALUES]
    return sum(VALUES[str(node.op)] * (1 + place / 100) for place, node in enumerate(nodes))


def slowly(seconds: float) -> Callable[[Architecture], float]:
    def formula(architecture: Architecture) -> float:
        time.sleep(seconds)
        return quality(architecture)

    return formula


def toy_search(kind: str, folder: Path | None, seconds: float = 0.0, **more: Any) -> SearchResult:
    arguments = {"space": "nasbench201", "seed": 3, "objective": slowly(seconds), **KINDS[kind], **more}
    return search(out=folder, **arguments)


def evaluations(rows: Sequence[tuple[float, float, float]]) -> list[Evaluation]:
    """Return evaluations from tuples (score, parameters, flops)."""
    return [
        Evaluation(number, Query(member=(number,)), f"{number}", score, {"parameters": size, "flops": flops})
        for number, (score, size, flops) in enumerate(rows)
    ]


def content(folder: Path) -> dict[str, Any]:
    """Return every file of a run, without durations."""

    def read(path: Path) -> Any:
        text = path.read_text("utf-8")
        if path.suffix == ".jsonl":
            records = [json.loads(line) for line in text.splitlines()]
            return [
                {key: value for key, value in record.items() if key not in ("seconds", "elapsed")}
                for record in records
            ]
        return without_seconds(text) if path.name == REPORT else text

    return {str(path.relative_to(folder)): read(path) for path in sorted(folder.rglob("*")) if path.is_file()}


def without_seconds(report: str) -> str:
    """Return a report with its durations removed."""
    rate = r"( \([\d,]+ evaluations a second\))?"
    return re.sub(rf"[\d.e+]+ (s|min|h)( \d+ min)?{rate}</td>", "TIME</td>", report)


def lines(file: Path) -> int:
    return file.read_bytes().count(b"\n") if file.exists() else 0


if __name__ == "__main__":
    toy_search(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]), resume=True)
