"""The runs of the analyses in gennas_analyses.py: what each changes of the same short training, and the trainings.

A run trains every cell once under one setting. A line for each training (run, place, loss, seconds; never a label) is
appended to results/gennas/analyses/FILE.jsonl as it is done; what is there already is not done again.
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
FIRST, CELLS = 200, 50  # the reported sample of NAS-Bench-101 is the first 200 of the same shuffled order
# The network of the light preset, stated here since results must not change with it; and few large steps, as in "Extensible
# Proxy" (arXiv 2210.09459) by the same authors. On 22 of the cells the losses rank as after 50 steps of .1 with
# Spearman .87 (chosen by that, without labels).
LIGHT = Settings(depth=0.25)
SHORT = replace(LIGHT, iterations=10, learning_rate=1.2)
LONGEST = 100
BATCH_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
SEEDS = range(10)

# The public code's bands of frequencies; the low one fills what they leave below (its limits are lost in the paper's text).
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

# Of all convolutions and linear layers. "own" is what networks are built with: NAS-Bench-101's own initialization of
# the body, torch's of the heads.
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
        file: where its lines go, without ending.
        task: of record or made up.
        settings: of the training.
        seed: of images, targets, weights and noise.
        weights: "own", "torch" or one of `WEIGHTS`.
        zero_bias: whether biases begin with zero; in these networks only heads have any.
        classifies: trained to give the images' classes in place of the task's signals.
        with_curve: whether the losses on the way are kept.
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
    """What every analysis changes one thing of."""
    return Run("combo", "baseline", load_task("combo"))


def signal_runs() -> list[Run]:
    """Every signal at every stage alone, 64 maps, drawn for each image; and all of combo."""
    return [baseline()] + [
        Run(signal_run(signal, stage), "signals", _alone(SIGNALS[signal], stage))
        for stage in (2, 1, 0)
        for signal in SIGNALS
    ]


def signal_run(signal: str, stage: int) -> str:
    """Name of the run of a signal at a stage, counted from 0."""
    return f"{signal} at stage {stage + 1}"


def _alone(signal: Signal, stage: int) -> Task:
    """Weighted 1 at every stage, so that steps are as large at all of them."""
    stages = tuple(TaskStage(signals=(signal,) if place == stage else ()) for place in range(3))
    return Task("alone", stages, loss_weights=tuple(float(place == stage) for place in range(3)))


def iteration_runs() -> list[Run]:
    """One long run with small steps, whose curve holds the loss after every number of iterations."""
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
    """Other images, targets and weights."""
    return [baseline()] + [replace(baseline(), name=f"seed {n}", file="seeds", seed=n) for n in SEEDS[1:]]


def batch_runs() -> list[Run]:
    """Other sizes of the batch."""
    return [
        baseline()
        if size == baseline().task.batch_size
        else Run(f"batch of {size}", "batch", replace(baseline().task, batch_size=size))
        for size in BATCH_SIZES
    ]


def initialization_runs() -> list[Run]:
    """Other first weights, and biases of zero."""
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
    """Name of the run of an initialization."""
    if weights == "own" and not zero_bias:
        return baseline().name
    return f"{weights} weights, {'zero' if zero_bias else 'default'} biases"


def classification_runs() -> list[Run]:
    """Regression, and classification of the same images by the same network with a linear layer at its end."""
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
    """Train what has no line yet; whether everything has one now.

    Args:
        runs: one after another.
        architectures: the cells, by place.
        results: folder of the lines.
        minutes: of CPU time, after which no further training begins.
        iterations: in place of the runs' own.
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
    """The lines of a run, by place."""
    return by_place(results / f"{run.file}.jsonl", run.name)


def by_place(file: Path, run: str | None = None) -> dict[int, dict[str, Any]]:
    """The lines of a file, of one run where they are of several, by place; none where there is no file."""
    if not file.exists():
        return {}
    with file.open() as stream:
        found = [line for line in map(json.loads, stream) if line.get("run") == run]
    return {line["place"]: line for line in found}


def _batch(run: Run) -> tuple[Batch, Tensor]:
    """The batch, and the classes of its images."""
    file, size = data_folder() / gennas.CIFAR10, run.task.batch_size
    images = image_batch(file, size, Generator().manual_seed(run.seed))
    with np.load(file, allow_pickle=False) as arrays:
        classes = arrays["labels"]
    # The same generator picks the same images again.
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
    """The proxy network's body with the architecture's own head and as many outputs as there are classes."""
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
