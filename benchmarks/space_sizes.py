"""Print the sizes of the shipped spaces, and compare their members with the benchmark tables.

    NASPORT_DATA=FOLDER python benchmarks/space_sizes.py

Prints one JSON object on each line. The cells of NAS-Bench-101, all 423,624, are compared by the official module hash
(some minutes), the others by notation.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

from nasport.toolkit.notations import notation
from nasport.toolkit.notations.nasbench101 import module_of
from nasport.toolkit.spaces import SearchSpace, load_space, space_names


def main() -> None:
    """Print sizes, then the comparisons for which there are tables."""
    for name in space_names():
        started = time.perf_counter()
        space = load_space(name)
        report(space=name, size=space.size(), exact=space.size_is_exact, seconds=elapsed(started))
    folder = os.environ.get("NASPORT_DATA")
    if not folder:
        report(skipped="comparison with the tables", reason="NASPORT_DATA is not set")
        return
    for name, members in tables(Path(folder)):
        started = time.perf_counter()
        found = spelled(load_space(name))
        report(
            space=name,
            members=len(found),
            table=len(members),
            equal=found == members,
            seconds=elapsed(started),
        )


def tables(folder: Path) -> Iterator[tuple[str, set[str]]]:
    """Yield names of spaces with the members that their tables list."""
    yield "nasbench201", column(folder / "nasbench201.csv.gz", "arch_str")
    yield "transnas_micro", column(folder / "transnasbench101_micro.csv.gz", "arch_str")
    with gzip.open(folder / "nasbench_macro.json.gz", "rt") as file:
        yield "nasbench_macro", set(json.load(file))
    with gzip.open(folder / "nasbench101_space.txt.gz", "rt") as file:
        yield "nasbench101", {line.split()[0] for line in file}


def column(file: Path, name: str) -> set[str]:
    """Return the values of one column of a table."""
    with gzip.open(file, "rt", newline="") as rows:
        return {row[name] for row in csv.DictReader(rows)}


def spelled(space: SearchSpace) -> set[str]:
    """Return every member in the space's notation; for NAS-Bench-101 the module hash."""
    members = (space.architecture(genes) for genes in space.enumerate())
    if space.name == "nasbench101":
        return {module_of(member).hash() for member in members}
    write = notation(space.name).write
    return {write(member) for member in members}


def elapsed(started: float) -> float:
    """Return the seconds since a time."""
    return round(time.perf_counter() - started, 2)


def report(**values: object) -> None:
    """Print one JSON object on a line."""
    print(json.dumps(values), flush=True)


if __name__ == "__main__":
    main()
