"""Measure the speed of each acceleration of GenNAS regression on a CPU, and its effect on the loss.

    NASPORT_DATA=FOLDER python benchmarks/gennas_speed.py [--space nasbench201] [--architectures 6] [--iterations 20]

Trains the first architectures of the space's sample of `benchmarks/gennas.py` on one thread, first in plain eager
torch, then with one more acceleration at a time. Times are those of the fastest of three turns, in seconds for 100
iterations. The loss after the measured iterations is compared with that of plain eager torch, and with the effect of
another seed. Writes benchmarks/results/gennas/speed-SPACE.json. Do not run other programs at the same time.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from gennas import CIFAR10, FULL, LIGHT, RESULTS, SPACES

from nasport.schemas.architecture import Architecture
from nasport.toolkit.gennas.images.image_batch import image_batch
from nasport.toolkit.gennas.precision import faster_precision
from nasport.toolkit.gennas.regression import Batch, prepare, regress
from nasport.toolkit.gennas.settings import Settings
from nasport.toolkit.gennas.task import load_task
from nasport.toolkit.laboratory.tables import data_folder

MEANS = {
    "plain eager": replace(FULL, accelerated=False, precision="float32"),
    "channels-last, memory kept, one optimizer call": replace(FULL, precision="float32"),
    "the same, bfloat16": replace(FULL, precision="bfloat16"),
    "preset light, plain eager": replace(LIGHT, accelerated=False, precision="float32"),
    "preset light": LIGHT,
}
TURNS = 3


def prepared(seed: int) -> Batch:
    """Return the batch of the benchmark's rows."""
    task = load_task("combo")
    images = image_batch(data_folder() / CIFAR10, task.batch_size, torch.Generator().manual_seed(seed))
    return prepare(task, images, seed)


def measured(architectures: list[Architecture], settings: Settings) -> tuple[list[float], list[float]]:
    """Return the seconds of the fastest turn, and the loss of each architecture."""
    batch = prepared(0)
    turns = [[regress(each, batch, settings) for each in architectures] for _ in range(TURNS)]
    seconds = [min(turn[place].seconds for turn in turns) for place in range(len(architectures))]
    return seconds, [found.loss for found in turns[0]]


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--space", choices=SPACES, default="nasbench201")
    parser.add_argument("--architectures", type=int, default=6)
    parser.add_argument("--iterations", type=int, default=20)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    architectures = SPACES[arguments.space](arguments.architectures, 0).architectures
    regress(architectures[0], prepared(0), replace(FULL, iterations=2))  # work that happens only once
    found: dict[str, object] = {
        "architectures": len(architectures),
        "bfloat16_is_faster": faster_precision(torch.device("cpu")) == "bfloat16",
    }
    plain: dict[float, tuple[float, np.ndarray]] = {}
    for name, settings in MEANS.items():
        iterations = max(1, round(arguments.iterations * settings.iterations / FULL.iterations))
        seconds, losses = measured(architectures, replace(settings, iterations=iterations))
        whole = float(np.mean(seconds)) * settings.iterations / iterations
        reference = plain.setdefault(settings.depth, (whole, np.array(losses)))
        found[name] = {
            "seconds": round(whole, 2),
            "times_plain_eager": round(reference[0] / whole, 2),
            "mean_difference_of_loss": round(float(np.abs(np.array(losses) - reference[1]).mean()), 5),
        }
        print(name, found[name])
    settings = replace(FULL, iterations=arguments.iterations)
    other = [regress(each, prepared(1), settings).loss for each in architectures]
    found["mean_difference_of_loss_to_another_seed"] = round(
        float(np.abs(np.array(other) - plain[FULL.depth][1]).mean()), 5
    )
    file = RESULTS / f"speed-{arguments.space}.json"
    file.write_text(json.dumps(found, indent=1) + "\n")
    print(file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file)


if __name__ == "__main__":
    main()
