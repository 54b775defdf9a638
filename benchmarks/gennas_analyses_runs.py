"""Define and train the runs of the analyses in gennas_analyses.py; each run changes one thing of the same short training.

A run trains every cell once with one setting. A line for each training (run, position, loss, seconds; never a label)
is appended to results/gennas/analyses/FILE.jsonl when it ends. Finished trainings are skipped.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import gennas
import numpy as np
import torch
from torch import Generator, Tensor, nn

from nasport.schemas.architecture import Architecture
from nasport.toolkit.gennas.images.image_batch import image_batch
from nasport.toolkit.gennas.images.pictures import chosen_of
from nasport.toolkit.gennas.losses import WORST_LOSS
from nasport.toolkit.gennas.proxy_document import proxy_document
from nasport.toolkit.gennas.regression import Batch, prepare, proxy_network, train
from nasport.toolkit.gennas.settings import Settings
from nasport.toolkit.gennas.task import Signal, Task, TaskStage, load_task
from nasport.toolkit.laboratory.tables import data_folder
from nasport.toolkit.networks import build_network

RESULTS = gennas.RESULTS / "analyses"
FIRST, CELLS = 200, 50  # the sample in the report is the first 200 of the same shuffled order
# The network of the light preset, repeated here so that results do not change with it; few large steps as in "Extensible
# Proxy" (arXiv 2210.09459) by the same authors. On 22 of the cells the losses rank as after 50 steps of .1 with
# Spearman .87. The steps were chosen by that, without labels.
LIGHT = Settings(depth=0.25)
SHORT = replace(LIGHT, iterations=10, learning_rate=1.2)
LONGEST = 100
BATCH_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
SEEDS = range(10)

# Frequency bands of the public code. The low band fills the range below them, because the paper's text lacks its limits.
LOW = tuple(round(0.0125 * step, 4) for step in range(10))
MEDIUM = tuple(round(0.125 + 0.025 * step, 4) for step in range(10))
HIGH = tuple(round(0.375 + 0.0125 * step, 4) for step in range(10))
SIGNALS = {
    "Sin1D L": Signal("sin1d", frequencies=LOW),
    "Sin1D M": Signal("sin1d", frequencies=MEDIUM),
    "Sin1D H": Signal("sin1d", frequencies=HIGH),
    "Sin2D L": Signal("sin2d", frequencies=LOW),
    "Sin2D M": Signal("sin2d", frequencies=MEDIUM),
    "Sin2D H": Signal("sin2d", frequencies=HIGH),
    "Dot 50%": Signal("dot", fraction=0.5),
    "Dot 100%": Signal("dot"),
    "GDot 50%": Signal("gdot", fraction=0.5),
    "GDot 100%": Signal("gdot"),
    "Resize": Signal("resize"),
    "Zero": Signal("zero"),
}

# Initializations of all convolutions and linear layers. "own" is the usual one: that of NAS-Bench-101 for
# the body, and that of torch for the heads.
WEIGHTS: dict[str, Callable[[Tensor], Any]] = {
    "Kaiming normal": lambda weight: nn.init.kaiming_normal_(weight, nonlinearity="relu"),
    "Kaiming uniform": lambda weight: nn.init.kaiming_uniform_(weight, nonlinearity="relu"),
    "Xavier normal": nn.init.xavier_normal_,
    "Xavier uniform": nn.init.xavier_uniform_,
    "orthogonal": nn.init.orthogonal_,
}


@dataclass(frozen=True)
class Run:
    """One training of every cell.

    Attributes:
        name: unique among all runs.
        file: name of the file of its lines, without ending.
        task: a published task or another one.
        settings: settings of the training.
        seed: seed of images, targets, weights and noise.
        weights: "own", "torch" or one of `WEIGHTS`.
        zero_bias: whether biases begin with zero; in these networks only heads have biases.
        classifies: train to predict the classes of the images instead of the task's signals.
        with_curve: whether intermediate losses are kept.
    """

    name: str
    file: str
    task: Task
    settings: Settings = SHORT
    seed: int = 0
    weights: str = "own"
    zero_bias: bool = False
    classifies: bool = False
    with_curve: bool = False


@cache
def baseline() -> Run:
    """Return the run from which every analysis changes one thing."""
    return Run("combo", "baseline", load_task("combo"))


def signal_runs() -> list[Run]:
    """Return the runs of each signal at each stage alone (64 maps, drawn for each image), and of combo."""
    return [baseline()] + [
        Run(signal_run(signal, stage), "signals", _alone(SIGNALS[signal], stage))
        for stage in (2, 1, 0)
        for signal in SIGNALS
    ]


def signal_run(signal: str, stage: int) -> str:
    """Return the name of the run of a signal at a stage, counted from 0."""
    return f"{signal} at stage {stage + 1}"


def _alone(signal: Signal, stage: int) -> Task:
    """Return a task of one signal at one stage, with weight 1, so that steps have the same size at each stage."""
    stages = tuple(TaskStage(signals=(signal,) if place == stage else ()) for place in range(3))
    return Task("alone", stages, loss_weights=tuple(float(place == stage) for place in range(3)))


def iteration_runs() -> list[Run]:
    """Return one long run with small steps; its curve has the loss after every number of iterations."""
    return [
        Run(
            f"combo, {LONGEST} iterations",
            "iterations",
            load_task("combo"),
            replace(LIGHT, iterations=LONGEST),
            with_curve=True,
        )
    ]


def seed_runs() -> list[Run]:
    """Return the runs with other images, targets and weights."""
    return [baseline()] + [replace(baseline(), name=f"seed {n}", file="seeds", seed=n) for n in SEEDS[1:]]


def batch_runs() -> list[Run]:
    """Return the runs with other batch sizes."""
    return [
        baseline()
        if size == baseline().task.batch_size
        else Run(f"batch of {size}", "batch", replace(baseline().task, batch_size=size))
        for size in BATCH_SIZES
    ]


def initialization_runs() -> list[Run]:
    """Return the runs with other initial weights, and with zero biases."""
    defaults = [(weights, False) for weights in ("torch", *WEIGHTS)]
    zeros = [(weights, True) for weights in ("own", "torch", "Kaiming normal", "Xavier normal")]
    return [baseline()] + [
        replace(
            baseline(),
            name=initialization_run(weights, zero),
            file="initialization",
            weights=weights,
            zero_bias=zero,
        )
        for weights, zero in defaults + zeros
    ]


def initialization_run(weights: str, zero_bias: bool) -> str:
    """Return the name of the run of an initialization."""
    if weights == "own" and not zero_bias:
        return baseline().name
    return f"{weights} weights, {'zero' if zero_bias else 'default'} biases"


def classification_runs() -> list[Run]:
    """Return regressions, and classifications of the same images by the same network with a linear layer."""
    regressions = [run for run in batch_runs() if run.task.batch_size in (16, 64)]
    return regressions + [
        replace(
            run,
            name=f"classification of {run.task.batch_size}",
            file="classification",
            classifies=True,
        )
        for run in regressions
    ]


ANALYSES: dict[str, Callable[[], list[Run]]] = {
    "signals": signal_runs,
    "iterations": iteration_runs,
    "seeds": seed_runs,
    "batch": batch_runs,
    "initialization": initialization_runs,
    "classification": classification_runs,
    "retrieval": seed_runs,
}


def train_missing(
    runs: Iterable[Run],
    architectures: list[Architecture],
    results: Path = RESULTS,
    minutes: float = math.inf,
    iterations: int | None = None,
) -> bool:
    """Train the cells that have no line yet, and return whether all have one now.

    Args:
        runs: runs to train in this order.
        architectures: the cells, by position.
        results: folder of the lines.
        minutes: CPU time after which no other training starts.
        iterations: replaces the number of iterations of the runs.
    """
    results.mkdir(parents=True, exist_ok=True)
    for run in runs:
        if iterations is not None:
            run = replace(run, settings=replace(run.settings, iterations=iterations))
        done = lines(run, results)
        missing = [place for place in range(len(architectures)) if place not in done]
        batch, classes = _batch(run) if missing else (None, None)
        for place in missing:
            if time.process_time() > 60 * minutes:
                return False
            assert batch is not None
            record = {"run": run.name, "place": place} | _trained(run, architectures[place], batch, classes)
            with (results / f"{run.file}.jsonl").open("a") as stream:
                stream.write(json.dumps(record) + "\n")
        if missing:
            print(
                f"{run.name}: {len(missing)} cells, {time.process_time():.0f} s of CPU time so far",
                flush=True,
            )
    return True


def lines(run: Run, results: Path = RESULTS) -> dict[int, dict[str, Any]]:
    """Return the lines of a run, by position."""
    return by_place(results / f"{run.file}.jsonl", run.name)


def by_place(file: Path, run: str | None = None) -> dict[int, dict[str, Any]]:
    """Return the lines of a file by position, of one run if the file has several; none if there is no file."""
    if not file.exists():
        return {}
    with file.open() as stream:
        found = [line for line in map(json.loads, stream) if line.get("run") == run]
    return {line["place"]: line for line in found}


def _batch(run: Run) -> tuple[Batch, Tensor]:
    """Return the batch, and the classes of its images."""
    file, size = data_folder() / gennas.CIFAR10, run.task.batch_size
    images = image_batch(file, size, Generator().manual_seed(run.seed))
    with np.load(file, allow_pickle=False) as arrays:
        classes = arrays["labels"]
    # A generator with the same seed chooses the same images.
    chosen = chosen_of(len(classes), size, Generator().manual_seed(run.seed), file)
    return prepare(run.task, images, run.seed), torch.from_numpy(classes[chosen]).long()


def _trained(run: Run, architecture: Architecture, batch: Batch, classes: Tensor | None) -> dict[str, Any]:
    start = time.perf_counter()
    if run.classifies:
        network = _classifier(architecture, run)
        curve, loss = train(
            network, batch, run.settings, lambda logits: nn.functional.cross_entropy(logits.float(), classes)
        )
    else:
        network = proxy_network(architecture, batch, run.settings)
        _initialize(network, run)
        curve, loss = train(network, batch, run.settings)
    found: dict[str, Any] = {
        "loss": round(loss, 6) if math.isfinite(loss) else WORST_LOSS,
        "seconds": round(time.perf_counter() - start, 2),
    }
    if run.with_curve:
        found["curve"] = [round(value, 5) for value in curve]
    return found


def _classifier(architecture: Architecture, run: Run) -> nn.Module:
    """Build the proxy network's body with the head of the architecture and one output for each class."""
    document = proxy_document(architecture, run.settings)
    assert document.skeleton is not None
    assert architecture.skeleton is not None
    skeleton = replace(document.skeleton, head=architecture.skeleton.head, classes=10)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(run.seed)
        return build_network(
            replace(document, skeleton=skeleton), replace(run.settings.options, classifier=True)
        )


def _initialize(network: nn.Module, run: Run) -> None:
    layers = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(run.seed)
        for layer in layers:
            if run.weights == "torch":
                layer.reset_parameters()
            elif run.weights != "own":
                WEIGHTS[run.weights](layer.weight)
            if run.zero_bias and layer.bias is not None:
                nn.init.zeros_(layer.bias)
