"""Measure how GenNAS ranks the final test losses of a NAS-Bench-NLP sample.

    NASPORT_DATA=FOLDER python benchmarks/gennas_nlp.py --task nlp-combo --sample 300 --seed 0 --resume

The sample is drawn from the rows of the Penn Treebank whose status is OK. `--tune` draws another sample of the same
size that does not overlap with it, for choosing settings. A line for each architecture (hash, loss, seconds, reason
for a missing loss) is appended to results/gennas/nlp-TASK.jsonl, without labels and recipes. Then the rank
correlations with the negative final test loss, and those of parameters and FLOPs, are written to
results/gennas/nlp.json. A task takes about a quarter of an hour on one thread of an idle core.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import random
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from scipy.stats import kendalltau, spearmanr

from nasport.runtime.costs import costs
from nasport.schemas import Architecture, architecture_hash
from nasport.schemas.writing import write_atomically
from nasport.toolkit.gennas.sequence_regression import RecurrentSettings, regress_recurrent
from nasport.toolkit.gennas.task import Task, load_task
from nasport.toolkit.laboratory.tables import data_folder
from nasport.toolkit.notations import notation

RESULTS = Path(__file__).parent / "results" / "gennas"
PAPER = {"nlp-single": (0.73, 0.43), "nlp-combo": (0.74, 0.55), "nlp-search": (0.81, 0.63)}  # tables 2 and 7
ALLOWED_LOSS, WHOLE_SAMPLE = 0.04, 300
SEED, BATCH_SIZE = 0, 16  # other tasks have separate files


@dataclass(frozen=True)
class Row:
    """One row of the table.

    Attributes:
        architecture: its network.
        hash: hash of the network.
        test_loss: final test loss.
    """

    architecture: Architecture
    hash: str
    test_loss: float


def drawn(sample: int, seed: int, tune: int) -> list[Row]:
    """Return the sample, or for tuning as many other rows."""
    with gzip.open(data_folder() / "nasbench_nlp_public.jsonl.gz", "rt", encoding="utf-8") as stream:
        table = [json.loads(line) for line in stream]
    table = [row for row in table if row["status"] == "OK" and "wikitext" not in row["run"]]
    places = random.Random(seed).sample(range(len(table)), min(sample, len(table)))
    if tune:
        others = sorted(set(range(len(table))) - set(places))
        places = random.Random(seed + 1).sample(others, tune)
    return [_row(table[place]) for place in places]


def _row(row: dict[str, Any]) -> Row:
    architecture = notation("nasbench_nlp").parse(row["recepie"])
    name = architecture_hash(architecture)
    return Row(architecture, name, float(row["test_loss_final"]))


def losses(rows: list[Row], task: Task, seed: int, settings: RecurrentSettings, file: Path) -> dict[str, Any]:
    """Return finished records by hash; missing ones are measured and appended."""
    known = {}
    if file.exists():
        for line in file.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            known[record["hash"]] = record
    for place, row in enumerate(rows):
        if row.hash not in known:
            found = regress_recurrent(row.architecture, task, seed, settings)
            record = {
                "hash": row.hash,
                "loss": None if found.failed else found.loss,
                "seconds": round(found.seconds, 3),
            }
            if found.failed:
                record["reason"] = found.failed
            known[row.hash] = record
            with file.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(record) + "\n")
            print(
                f"{place + 1}/{len(rows)} {row.hash} {found.loss:.5f} {found.seconds:.1f} s",
                file=sys.stderr,
                flush=True,
            )
    return {row.hash: known[row.hash] for row in rows}


def correlations(scores: list[float], rows: list[Row]) -> dict[str, float]:
    """Return Spearman's rho and Kendall's tau-b with the negative test loss."""
    labels = [-row.test_loss for row in rows]
    return {
        "spearman": round(float(spearmanr(scores, labels)[0]), 4),
        "kendall": round(float(kendalltau(scores, labels)[0]), 4),
    }


def summary(rows: list[Row], records: dict[str, Any], task: str) -> dict[str, Any]:
    found = [records[row.hash] for row in rows]
    known = [costs(row.architecture) for row in rows]
    assert all(cost is not None for cost in known)
    seconds = sorted(record["seconds"] for record in found)
    result: dict[str, Any] = correlations(
        [-math.inf if record["loss"] is None else -record["loss"] for record in found], rows
    )
    if task in PAPER:
        spearman, kendall = PAPER[task]
        result |= {"paper": {"spearman": spearman, "kendall": kendall}}
        result |= {"to_reach": round(spearman - ALLOWED_LOSS, 2)}
        reached = result["spearman"] >= round(spearman - ALLOWED_LOSS, 2)
        result |= {
            "reached": reached if len(rows) >= WHOLE_SAMPLE else None
        }  # with fewer rows the correlations are too uncertain
    return result | {
        "parameters": correlations([cost.parameters for cost in known if cost], rows),
        "flops": correlations([cost.flops for cost in known if cost], rows),
        "architectures": len(rows),
        "diverged": sum(record["loss"] is None for record in found),
        "median_seconds": seconds[len(seconds) // 2],
        "total_seconds": round(sum(seconds)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--task", default="nlp-combo", help="a recurrent task, by name or file")
    parser.add_argument("--sample", type=int, default=300, help="how many architectures")
    parser.add_argument("--seed", type=int, default=SEED, help="of the sample, the signals and the networks")
    parser.add_argument(
        "--tune", type=int, default=0, help="as many others in place of the sample, to tune by"
    )
    parser.add_argument(
        "--batch-size", type=int, default=BATCH_SIZE, help="sequences, whatever the task says (paper: 16)"
    )
    parser.add_argument("--resume", action="store_true", help="keep what is there, measure what is missing")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the results")
    options = parser.parse_args()
    torch.set_num_threads(1)
    settings = RecurrentSettings()
    task = replace(load_task(options.task), batch_size=options.batch_size)
    name = task.name
    suffix = f"-tune{options.tune}" if options.tune else ""
    suffix += f"-seed{options.seed}" if options.seed != SEED else ""
    suffix += f"-batch{options.batch_size}" if options.batch_size != BATCH_SIZE else ""
    file = options.out / f"{'' if name.startswith('nlp') else 'nlp-'}{name}{suffix}.jsonl"
    options.out.mkdir(parents=True, exist_ok=True)
    if not options.resume:
        file.unlink(missing_ok=True)
    rows = drawn(options.sample, options.seed, options.tune)
    records = losses(rows, task, options.seed, settings, file)
    command = f"python benchmarks/gennas_nlp.py --task {name} --sample {options.sample} --seed {options.seed}"
    command += f" --batch-size {options.batch_size}" if options.batch_size != BATCH_SIZE else ""
    result = summary(rows, records, name)
    result |= {"settings": asdict(settings) | {"batch_size": options.batch_size}, "command": command}
    if not options.tune:
        report = options.out / "nlp.json"
        whole = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {}
        whole[name + suffix] = result
        write_atomically(report, (json.dumps(whole, indent=1) + "\n").encode())
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
