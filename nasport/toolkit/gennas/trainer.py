"""One architecture after another trained on the task of its family, whatever happens to one of them.

A `Plan` is all that decides a loss apart from the architecture. It is made of plain values and arrays, so that it can be
sent to another process, where a `Trainer` carries it out: the same plan and document give the same bits there.
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

# What torch raises where a GPU does nothing more in this process; older ones have no name for it.
BROKEN: tuple[type[Exception], ...] = (torch.AcceleratorError,) if hasattr(torch, "AcceleratorError") else ()


@dataclass(frozen=True)
class Plan:
    """What every architecture is trained on, and how.

    Attributes:
        image_task: of image networks; None: they are refused.
        sequence_task: of recurrent networks; None: they are refused.
        images: float32 (N, 3, 32, 32), normalized; None where there is no image task.
        settings: of image networks.
        recurrent_settings: of recurrent networks, which are trained on the CPU.
        seed: of targets, weights and noise.
        device: `cpu` or `cuda`.
        bars: by number of steps, the loss above which a training on images stops after so many. No property of the losses:
            what is not stopped has the loss that it has without them.
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
        """What carries it out in one process."""
        return Trainer(self)

    def lost(self, why: str) -> Outcome:
        """Of an architecture whose process died."""
        return Outcome(None, None, why)

    def to_json(self) -> dict[str, Any]:
        """What two runs must have in common for their losses to be comparable."""
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
        """Raises InputError where the plan has no task for networks of its family."""
        if architecture.is_recurrent and self.sequence_task is None:
            raise InputError(
                "a recurrent network on a task for images, expected a task for recurrent networks (nlp-...)"
            )
        if not architecture.is_recurrent and self.image_task is None:
            raise InputError("an image network on a task for recurrent networks, expected a task for images")


@dataclass(frozen=True)
class Outcome:
    """What became of one architecture.

    Attributes:
        loss: lower is better; where the training diverged the `worst_loss`; None where there was none.
        seconds: that it took; None where the process died.
        failed: why there is no loss, or none but the worst; empty where all went well.
        path: the place inside the document that is wrong, if one is.
        unexpected: whether it failed for a reason that nobody thought of.
        fit: see `losses.fitted`, higher is better; 0 where the training diverged; None where there was none.
        losses: of an image network after 0, 1, 2 ... steps, as far as it was trained.
        stopped: after how many steps a bar stopped it; None where none did.
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
    """Equal for documents of which exactly the same network is built: one training serves them both.

    The hash of the canonical form is no such key: it is the same for isomorphic documents, but the order of the nodes
    decides which weights each of them draws and in which order numbers are added, so their losses differ a little.
    Name, source and labels have no part in it.
    """
    document = architecture.to_json()
    parts = [document.get(key) for key in ("space", "operators", "cells", "skeleton")]
    return hashlib.sha256(json.dumps(parts, separators=(",", ":")).encode()).hexdigest()[:32]


class Trainer:
    """Carries out a plan.

    Attributes:
        plan: what it carries out.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        torch.optim.SGD([torch.zeros(1)])  # the first one loads much of torch: no document's seconds

    def __call__(self, architecture: Architecture) -> Outcome:
        """Train an architecture's network.

        Raises:
            NasportError: the GPU failed, and this process can use it no more.
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
        except Exception as error:  # one document's misfortune, the others go on
            taken = time.perf_counter() - start
            return Outcome(None, taken, f"unexpected {type(error).__name__}: {error}", unexpected=True)

    @cached_property
    def _batch(self) -> Batch:
        plan = self.plan
        assert plan.image_task is not None
        assert plan.images is not None
        images = torch.from_numpy(plan.images.copy())
        return prepare(plan.image_task, images, plan.seed, torch.device(plan.device))
