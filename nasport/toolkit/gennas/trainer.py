"""Train architectures on the task of their family, so that an error in one leaves the others unaffected.

A `Plan` contains everything that determines a loss, except the architecture. It consists of plain values and arrays, so it
can be sent to another process. A `Trainer` trains with a plan. The same plan and document give the same bits in every
process.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError, NasportError
from nasport.toolkit.gennas.regression import Batch, prepare, regress
from nasport.toolkit.gennas.sequence_regression import RecurrentSettings, regress_recurrent
from nasport.toolkit.gennas.settings import Settings
from nasport.toolkit.gennas.task import Task

# Torch's error for a GPU that this process cannot use any longer; older versions of torch lack it.
BROKEN: tuple[type[Exception], ...] = (torch.AcceleratorError,) if hasattr(torch, "AcceleratorError") else ()


@dataclass(frozen=True)
class Plan:
    """Tasks, images and settings with which all architectures are trained.

    Attributes:
        image_task: task of image networks; None refuses image networks.
        sequence_task: task of recurrent networks; None refuses recurrent networks.
        images: float32 (N, 3, 32, 32), normalized; None without an image task.
        settings: settings for image networks.
        recurrent_settings: settings for recurrent networks, which are trained on the CPU.
        seed: seed of targets, weights and noise.
        device: `cpu` or `cuda`.
        bars: number of steps to the loss above which a training of an image network stops after that many steps. They do
            not change the losses of complete trainings, so `to_json` omits them.
    """

    image_task: Task | None
    sequence_task: Task | None
    images: NDArray[np.float32] | None
    settings: Settings
    recurrent_settings: RecurrentSettings
    seed: int = 0
    device: str = "cpu"
    bars: Mapping[int, float] = field(default_factory=dict)
    verb: ClassVar[str] = "trained"

    def begun(self) -> Trainer:
        """Return the function that trains an architecture in this process."""
        return Trainer(self)

    def lost(self, why: str) -> Outcome:
        """Return the outcome of an architecture whose process died."""
        return Outcome(None, None, why)

    def to_json(self) -> dict[str, Any]:
        """Return, as JSON values, everything that must be equal for the losses of two runs to be comparable."""
        images = None if self.images is None else hashlib.sha256(self.images.tobytes()).hexdigest()
        return {
            "image_task": self.image_task and self.image_task.to_json(),
            "sequence_task": self.sequence_task and self.sequence_task.to_json(),
            "images_sha256": images,
            "settings": asdict(self.settings),
            "recurrent_settings": asdict(self.recurrent_settings),
            "seed": self.seed,
            "device": self.device,
        }

    def check_family(self, architecture: Architecture) -> None:
        """Raise InputError if the plan has no task for the family of an architecture."""
        if architecture.is_recurrent and self.sequence_task is None:
            raise InputError(
                "a recurrent network on an image task, expected a task for recurrent networks (nlp-...)"
            )
        if not architecture.is_recurrent and self.image_task is None:
            raise InputError("an image network on a task for recurrent networks, expected an image task")


@dataclass(frozen=True)
class Outcome:
    """Outcome of one architecture.

    Attributes:
        loss: loss, lower is better; `worst_loss` if the training diverged; None if there was no training.
        seconds: duration of the training; None if the process died.
        failed: reason of a failure; empty if the training succeeded.
        path: path of the mistake inside the document, if the document has one.
        unexpected: whether the failure has an unknown reason, which may be an error in nasport.
        fit: fit, higher is better, see `losses.fitted`; 0 if the training diverged; None if there was no training.
        losses: losses of an image network after 0, 1, 2 ... steps.
        stopped: number of steps after which a bar stopped the training; None if no bar did.
    """

    loss: float | None
    seconds: float | None = None
    failed: str = ""
    path: tuple[str | int, ...] = ()
    unexpected: bool = False
    fit: float | None = None
    losses: tuple[float, ...] = ()
    stopped: int | None = None


def network_key(architecture: Architecture) -> str:
    """Return a key that is equal for documents with exactly the same network, so that one training is enough.

    The key ignores name, source and labels. The hash of the canonical form does not suffice: it is equal for isomorphic
    documents, but the order of nodes determines their initial weights and the order of sums, so their losses differ
    slightly.
    """
    document = architecture.to_json()
    parts = [document.get(key) for key in ("space", "operators", "cells", "skeleton")]
    return hashlib.sha256(json.dumps(parts, separators=(",", ":")).encode()).hexdigest()[:32]


class Trainer:
    """Train architectures with a plan.

    Attributes:
        plan: the plan.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        # Create an optimizer now, so that the time to load parts of torch does not count as training time.
        torch.optim.SGD([torch.zeros(1)])

    def __call__(self, architecture: Architecture) -> Outcome:
        """Train the network of an architecture.

        Raises:
            NasportError: the GPU failed, so this process can no longer use it.
        """
        plan, start = self.plan, time.perf_counter()
        try:
            plan.check_family(architecture)
            if architecture.is_recurrent and plan.sequence_task:
                found = regress_recurrent(
                    architecture, plan.sequence_task, plan.seed, plan.recurrent_settings
                )
            else:
                found = regress(architecture, self._batch, plan.settings, plan.bars)
            how = found.losses, found.stopped
            return Outcome(found.loss, found.seconds, found.failed, (), False, found.fit, *how)
        except InputError as error:
            return Outcome(None, time.perf_counter() - start, error.problem, error.path)
        except BROKEN as error:
            raise NasportError(f"the GPU failed: {error}") from error
        except Exception as error:  # isolate failures: other architectures are still trained
            seconds = time.perf_counter() - start
            return Outcome(None, seconds, f"unexpected {type(error).__name__}: {error}", unexpected=True)

    @cached_property
    def _batch(self) -> Batch:
        plan = self.plan
        assert plan.image_task is not None
        assert plan.images is not None
        images = torch.from_numpy(plan.images.copy())
        return prepare(plan.image_task, images, plan.seed, torch.device(plan.device))
