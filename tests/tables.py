"""Rows of the benchmark tables for tests: all of them, or a sample if the test is slow.

With NASPORT_WHOLE_TABLES=1 no test samples; that takes some minutes.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
from pathlib import Path
from typing import Any

WHOLE = os.environ.get("NASPORT_WHOLE_TABLES") == "1"


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with gzip.open(folder / f"{name}.csv.gz", "rt") as file:
        return list(csv.DictReader(file))


def nasbench_macro(folder: Path) -> dict[str, dict[str, Any]]:
    with gzip.open(folder / "nasbench_macro.json.gz", "rt") as file:
        return dict(json.load(file))


def nasbench101_space(folder: Path) -> list[str]:
    with gzip.open(folder / "nasbench101_space.txt.gz", "rt") as file:
        return [line.strip() for line in file]


def nasbench101_line(row: dict[str, str]) -> str:
    fields = (row["n_vertices"], row["upper_tri_adjacency"], row["ops_0conv3x3_1conv1x1_2maxpool"])
    return " ".join(fields).strip()


def nds_lines(folder: Path) -> list[str]:
    with gzip.open(folder / "nds_public.jsonl.gz", "rt") as file:
        return [line.strip() for line in file]


def nasbench301(folder: Path) -> dict[str, dict[str, Any]]:
    with gzip.open(folder / "nasbench301_surrogate.json.gz", "rt") as file:
        return dict(json.load(file)["cifar10"])


def nasbench_nlp(folder: Path) -> list[dict[str, Any]]:
    with gzip.open(folder / "nasbench_nlp_public.jsonl.gz", "rt") as file:
        return [json.loads(line) for line in file]


def sample(items: list[Any], every: int) -> list[Any]:
    return items if WHOLE else items[::every]
