"""Measure the graphs per second that ONNX Runtime scores with a predictor, without encoding and loading.

    python benchmarks/predictor_throughput.py [--model predictor.onnx] [--workers 2] [--provider cpu]

As in the runtime, every worker scores whole batches on one thread, at the same time as the others. The graphs are
random, with 8 nodes and 7 distinct operators. Prints one JSON object. `median` is the median of the rounds; `best` is
the fastest round, as on a machine without other load.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from nasport.runtime.bundle import open_bundle
from nasport.runtime.predictor import DEFAULT_BUNDLE
from nasport.runtime.session import open_session

NODES = 8
OPERATORS = 7
BATCHES = (64, 256, 1024)
BATCHES_A_ROUND = 8


def graphs(count: int, session: Any, seed: int = 0) -> dict[str, Any]:
    """Return `count` random graphs of 8 nodes as the inputs of a predictor, with all inputs that it reads."""
    random = np.random.default_rng(seed)
    shapes = {value.name: value.shape for value in session.get_inputs()}
    table = random.standard_normal((OPERATORS, shapes["operators"][1]))
    edges = np.tril(random.random((count, NODES, NODES)) < 0.4, -1)
    arrays = {
        "operators": (table / np.linalg.norm(table, axis=1, keepdims=True)).astype(np.float32),
        "index": random.integers(0, OPERATORS, (count, NODES)),
        "adjacency": edges.astype(np.float32),
        "mask": np.ones((count, NODES), np.float32),
        "globals": np.ones((count, shapes.get("globals", [0, 0])[1]), np.float32),
    }
    return {name: arrays[name] for name in shapes}


def measure(session: Any, batch: dict[str, Any], workers: int, seconds: float) -> dict[str, int]:
    """Return graphs per second over rounds in which every worker scores `BATCHES_A_ROUND` batches."""
    count = workers * BATCHES_A_ROUND

    def run(_: int) -> None:
        session.run(["score"], batch)

    times = []
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(run, range(count)))
        stop = time.perf_counter() + seconds
        while time.perf_counter() < stop:
            start = time.perf_counter()
            list(pool.map(run, range(count)))
            times.append(time.perf_counter() - start)
    graphs_a_round = count * len(batch["mask"])
    return {
        "median": round(graphs_a_round / statistics.median(times)),
        "best": round(graphs_a_round / min(times)),
        "rounds": len(times),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, help="an ONNX file; default: that of the default bundle")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--provider", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--seconds", type=float, default=3.0, help="for each batch size")
    arguments = parser.parse_args()
    model = arguments.model or open_bundle(DEFAULT_BUNDLE).path("predictor.onnx")
    session = open_session(model, providers=[arguments.provider], threads=1)
    result = {
        "benchmark": "predictor_throughput",
        "provider": session.get_providers()[0],
        "workers": arguments.workers,
        "nodes": NODES,
        "operators": OPERATORS,
        "graphs_per_second": {
            str(size): measure(session, graphs(size, session), arguments.workers, arguments.seconds)
            for size in BATCHES
        },
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
