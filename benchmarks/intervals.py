"""Compute bootstrap intervals of the shipped bundles on held-out spaces, for docs/reports/evaluation.md.

    NASPORT_DATA=TABLES python benchmarks/intervals.py             # some minutes

Runs `nasport audit` for every `universal-without-...` on the tables of its family, with the main labels.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nasport.toolkit.laboratory.audit.words import ends
from nasport.toolkit.laboratory.evaluation.bootstrap import Interval
from nasport.toolkit.laboratory.evaluation.document import write_between
from nasport.toolkit.laboratory.evaluation.labels import is_main, order
from nasport.toolkit.laboratory.evaluation.results import short
from nasport.toolkit.laboratory.evaluation.tested_spaces import ALL
from nasport.toolkit.laboratory.recipes.universal import TESTED
from nasport.toolkit.laboratory.recipes.universal_bundles import SHIPPED

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reports" / "evaluation.md"
BEGIN, END = "<!-- intervals: begin -->", "<!-- intervals: end -->"
RESAMPLES = 1_000
# Labels of the training, if they differ from the main ones.
LABELS = {"vit_bench_101": "c100_kd_acc"}


def main() -> None:
    """Measure and write the table."""
    lines = [
        "| bundle, tested on | architectures | ours | over the best trivial count |",
        "| --- | --- | --- | --- |",
    ]
    for family in SHIPPED:
        for table in TESTED[family]:
            found = sorted(audited(family, table), key=lambda row: order(table, row["label"]))
            lines += [line(row) for row in found]
            print(*lines[-len(found) :], sep="\n", flush=True)
    write_between(PAGE, BEGIN, END, "\n".join(lines) + "\n")


def audited(family: str, table: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of all architectures of a table for its main labels."""
    command = [sys.executable, "-c", "from nasport.toolkit.main import run; run()", "audit"]
    command += [f"universal-without-{family}", "--table", table, "--json", "--resamples", str(RESAMPLES)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    for row in map(json.loads, done.stdout.splitlines()):
        wanted = row["label"] == LABELS[table] if table in LABELS else is_main(table, row["label"])
        if row["subset"] == ALL and wanted:
            yield row


def line(row: dict[str, Any]) -> str:
    """Return a line of the table."""
    ours, gap = (Interval(*row["intervals"][name]) for name in ("spearman", "gap_spearman"))
    return (
        f"| {row['scores']}, {row['table']} {row['words']} | {row['architectures']:,} | "
        f"{short(row['metrics']['spearman'])} {ends(ours)} | "
        f"{short(row['gap']['spearman'])} {ends(gap, signed=True)}, {row['best_count'].replace('_', ' ')} |"
    )


if __name__ == "__main__":
    main()
