"""Score every row of every benchmark table with the default bundle, family by family, and count.

    NASPORT_DATA=FOLDER python benchmarks/every_row.py --out benchmarks/results/every_row.json

For each family it prints the number of rows, of distinct architectures (by hash) and of architectures without an
input-output path, and checks that every score is finite. NAS-Bench-NLP is left out, because the predictor refuses
recurrent cells.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import math
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from nasport.runtime.bundle_limits import NO_PATH
from nasport.runtime.predictor import Predictor, Score
from nasport.schemas.writing import write_atomically
from nasport.toolkit.laboratory.tables import data_folder, read_latencies, read_table
from nasport.toolkit.notations import Notation, notation
from nasport.toolkit.spaces import load_space


def lines(name: str) -> Iterator[str]:
    """Yield the lines of a gzipped text file."""
    with gzip.open(data_folder() / name, "rt", encoding="utf-8") as stream:
        yield from (line.rstrip("\n") for line in stream)


def columns(name: str, *wanted: str) -> Iterator[str]:
    """Yield columns of a gzipped CSV file, joined by spaces if they are not empty."""
    for row in csv.DictReader(lines(name)):
        yield " ".join(row[column] for column in wanted if row[column])


def keys(name: str, *path: str) -> Iterator[str]:
    """Yield the keys of an object in a gzipped JSON file."""
    value = json.loads("".join(lines(name)))
    for step in path:
        value = value[step]
    yield from value


macro = load_space("transnas_macro")
NB101 = ("n_vertices", "upper_tri_adjacency", "ops_0conv3x3_1conv1x1_2maxpool")
FAMILIES: dict[str, tuple[str, Callable[[], Iterator[str]]]] = {
    "nasbench101": ("nasbench101", lambda: columns("nasbench101.csv.gz", *NB101)),
    "nasbench101, whole space": ("nasbench101", lambda: lines("nasbench101_space.txt.gz")),
    "nasbench201": ("nasbench201", lambda: columns("nasbench201.csv.gz", "arch_str")),
    "nasbench201, integer codes": (
        "nasbench201_zerocost",
        lambda: columns("nasbench201_zero_cost_nets.csv.gz", "net"),
    ),
    "transnas_micro": ("transnas_micro", lambda: columns("transnasbench101_micro.csv.gz", "arch_str")),
    "transnas_macro, whole space": (
        "transnas_macro",
        lambda: map(notation("transnas_macro").write, map(macro.architecture, macro.enumerate())),
    ),
    "transnas_macro": ("transnas_macro", lambda: iter(read_table("transnas_macro").texts)),
    "darts_small": ("darts", lambda: iter(read_table("darts_small").texts)),
    "nasbench201, latencies": ("nasbench201", lambda: iter(read_latencies("nasbench201").texts)),
    "accel_nasbench": ("accel_nasbench", lambda: iter(read_table("accel_nasbench").texts)),
    "fbnet, latencies": ("fbnet", lambda: iter(read_latencies("fbnet").texts)),
    "vit_bench_101": ("vit_bench_101", lambda: iter(read_table("vit_bench_101").texts)),
    "nasbench_macro": ("nasbench_macro", lambda: keys("nasbench_macro.json.gz")),
    "nasbench301": ("nasbench301", lambda: keys("nasbench301_surrogate.json.gz", "cifar10")),
    "nds": ("nds", lambda: lines("nds_public.jsonl.gz")),
}


def count(predictor: Predictor, name: str, texts: Iterator[str]) -> dict[str, int]:
    """Score all texts of one notation and count them."""
    rows, no_path, hashes = 0, 0, set()
    for score in scores(predictor, notation(name), texts):
        if not math.isfinite(score.score):
            raise SystemExit(f"{score.name}: the score is {score.score}")
        rows += 1
        no_path += NO_PATH in score.warnings
        hashes.add(score.hash)
    return {"rows": rows, "distinct": len(hashes), "without_path": no_path}


def scores(predictor: Predictor, known: Notation, texts: Iterator[str]) -> Iterator[Score]:
    """Yield the scores of all texts, by the fast parser if the notation has one."""
    while chunk := list(islice(texts, 1024)):
        batch = known.encode_many(chunk)
        if batch is None:
            yield from predictor.score_stream(known.parse(text) for text in chunk)
        else:
            yield from predictor.score_encoded(batch)


def main() -> None:
    """Run all families."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    predictor = Predictor.load()
    results = {}
    for family, (name, texts) in FAMILIES.items():
        results[family] = count(predictor, name, texts())
        print(family, results[family], flush=True)
    if arguments.out:
        write_atomically(arguments.out, (json.dumps(results, indent=2) + "\n").encode())


if __name__ == "__main__":
    main()
