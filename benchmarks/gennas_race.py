"""Measure how often a race between finalists ends like whole trainings, and its cost; docs/reports/gennas.md.

    NASPORT_DATA=FOLDER python benchmarks/gennas_race.py        # a minute, after gennas.py and panel_weights.py

Replays `nasport search --evaluator both --race` on losses that `gennas.py` recorded after every tenth step. Three
times as many architectures as finalists are drawn. The finalists are the 16 or 24 best of them, by the bundle that
was trained without the table. NDS has too few rows, so its finalists are random, in a random order. Writes
benchmarks/results/gennas/race.json.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from panel_weights import Evaluated

from nasport.schemas.writing import write_atomically
from nasport.toolkit.gennas.race import SHARES, WAVE, bars_of, ranks_of
from nasport.toolkit.gennas.task import load_task
from nasport.toolkit.panel.stages import PREDICTOR
from nasport.toolkit.run_folder import read_records

RESULTS = Path(__file__).parent / "results" / "gennas"
ROWS = {
    "nasbench201-search-N": "nasbench201",
    "nasbench201-combo": "nasbench201",
    "nasbench101-search-N": "nasbench101",
    "nasbench101-combo": "nasbench101",
    "darts-in": None,
    "enas-in": None,
    "resnext-a-in": None,
}
FINALISTS, DRAWN, RACES = (16, 24), 3, 500
STEPS = 100
MARKS = tuple(round(share * STEPS) for share in SHARES)
WORST = 1_000.0  # loss of a training that diverged

Floats = NDArray[np.float64]


def losses(row: str) -> Floats:
    """Return the (N, 10) losses after every tenth step; a training that diverged before counts as lost."""
    weights = np.array(load_task("search-N" if "search-N" in row else "combo").loss_weights)
    found = []
    for record in sorted(read_records(RESULTS / f"{row}.jsonl"), key=lambda each: each["place"]):
        own = np.full(STEPS // 10, WORST)
        for at, errors in enumerate(record["errors"][: STEPS // 10]):
            own[at] = weights[weights > 0] @ errors
        found.append(own)
    return np.array(found)


def raced(own: Floats) -> tuple[list[int], int]:
    """Return the ranks of finalists after a race, in their initial order of belief, and the number of steps."""
    ended: list[dict[int, float]] = []
    last: list[float] = []
    stopped: list[int | None] = []
    for first in range(0, len(own), WAVE):
        bars = bars_of(ended)
        for curve in own[first : first + WAVE]:
            at = next((step for step, bar in bars.items() if curve[step // 10 - 1] > bar), None)
            stopped.append(at)
            last.append(float(curve[(at or STEPS) // 10 - 1]))
        ended += [
            {mark: curve[mark // 10 - 1] for mark in MARKS}
            for curve, at in zip(own[first : first + WAVE], stopped[first:], strict=True)
            if at is None and curve[-1] < WORST
        ]
    failed = ["diverged" if loss == WORST else "" for loss in last]
    return ranks_of(last, stopped, failed), sum(at or STEPS for at in stopped)


def compared(row: str, table: str | None, finalists: int) -> dict[str, Any]:
    """Compare races of a row with whole trainings."""
    own = losses(row)
    scores = None if table is None else np.array(Evaluated(table).evaluations[PREDICTOR], np.float64)
    if scores is not None:
        own = own[: len(scores)]
    rng = np.random.default_rng(0)
    same, both, place, steps = 0, 0, 0, 0
    for _ in range(RACES):
        if scores is None:
            chosen = rng.choice(len(own), finalists, replace=False)
        else:
            drawn = rng.choice(len(own), DRAWN * finalists, replace=False)
            chosen = drawn[np.argsort(-scores[drawn], kind="stable")[:finalists]]
        found, spent = raced(own[chosen])
        whole = ranks_of(own[chosen, -1].tolist(), [None] * finalists, [""] * finalists)
        best, by_score = found.index(min(found)), np.arange(1, finalists + 1)
        same += whole[best] == 1
        place += whole[best]
        both += np.argmin(by_score + np.array(found)) == np.argmin(by_score + np.array(whole))
        steps += spent
    return {
        "best_is_best": round(same / RACES, 3),
        "place_of_the_best": round(place / RACES, 3),
        "same_by_both_ranks": round(int(both) / RACES, 3),
        "steps": round(steps / RACES / finalists / STEPS, 3),
    }


def main() -> None:
    """Compare, write and print."""
    found = {
        row: {str(count): compared(row, table, count) for count in FINALISTS} for row, table in ROWS.items()
    }
    write_atomically(RESULTS / "race.json", (json.dumps(found, indent=1) + "\n").encode())
    for row, counts in found.items():
        for count, each in counts.items():
            print(row, count, each)


if __name__ == "__main__":
    main()
