"""The search space of proxy tasks: draw a random task or a mutation of a task.

A task consists of blocks: the signals of each kind in each stage (absent with probability 0.5), the number of channels of
each stage, and the noise of the input. A mutation keeps each block with probability 0.8 and draws the other blocks like
those of a random task. In a recurrent task, the two stages are input and target, the dimension replaces the channels, and
each sequence has its own signals.

Source: Li et al., "Generic Neural Architecture Search via Regression", NeurIPS 2021, sections 3.2 and A.2.2, and its
public code for the ranges. Neither says how the fraction of dots is drawn; here it is a multiple of 1/64, as in the
published tasks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TypeVar

from nasport.toolkit.gennas.task import ROLES, SIGNALS, WAVES, Noise, Signal, Task, TaskStage

KINDS = tuple(kind for kind in SIGNALS if kind != "zero")
AMPLITUDES = tuple(step / 10 for step in range(5, 30))
FRACTIONS = tuple(pixels / 64 for pixels in range(1, 65))
CHANNELS = (16, 32, 48, 64, 80, 96)
DIMENSIONS = (16, 32, 48, 64, 80, 96)
NOISE_LEVELS = tuple(step / 10 for step in range(10))
DISTRIBUTIONS = ("gaussian", "uniform")
FREQUENCIES = 10
HIGHEST_FREQUENCY = 0.5
PRESENT = 0.5
KEPT = 0.8

_Option = TypeVar("_Option")


@dataclass(frozen=True)
class TaskSpace:
    """The search space of tasks for image networks or for recurrent networks.

    Attributes:
        recurrent: whether the tasks are for recurrent networks.
        stages: number of stages of an image task.
        levels: smallest number of resolutions of the networks. At least one of this number of last stages has a signal,
            so each network has a target.
        batch_size: number of images or sequences.
    """

    recurrent: bool = False
    stages: int = 3
    levels: int = 3
    batch_size: int = 16

    def draw(self, random: Random, name: str, parent: Task | None = None) -> Task:
        """Draw a task whose networks have a target, and whose recurrent networks have an input.

        Args:
            random: source of random numbers.
            name: name of the task.
            parent: task to mutate, possibly without any change; None draws all blocks.
        """
        places = len(ROLES) if self.recurrent else self.stages
        while True:
            old = parent.stages if parent else [None] * places
            stages = tuple(self._stage(random, place, stage) for place, stage in enumerate(old))
            noise = parent.noise if parent and _kept(random) else None
            noise = noise or Noise(_one_of(random, DISTRIBUTIONS), _one_of(random, NOISE_LEVELS))
            dimension = parent.dimension if parent and _kept(random) else None
            if dimension is None:
                dimension = _one_of(random, DIMENSIONS) if self.recurrent else 0
            filled = [bool(stage.signals) for stage in stages]
            if self.recurrent and all(filled):
                stages = tuple(replace(stage, channels=dimension) for stage in stages)
                return Task(name, stages, self.batch_size, noise, length=8, dimension=dimension)
            if not self.recurrent and any(filled[-self.levels :]):
                return Task(name, stages, self.batch_size, noise)

    def _stage(self, random: Random, place: int, parent: TaskStage | None) -> TaskStage:
        """Draw a stage; blocks of the parent are kept with probability `KEPT`."""
        of_parent = {signal.kind: signal for signal in parent.signals} if parent else {}
        signals = []
        for kind in KINDS:
            if self.recurrent and kind == "resize":  # a recurrent task has no images
                continue
            kept = parent is not None and _kept(random)
            signal = of_parent.get(kind) if kept else self._signal(random, kind)
            if signal is not None:
                signals.append(signal)
        if self.recurrent:
            return TaskStage(0, tuple(signals), ROLES[place])
        channels = parent.channels if parent is not None and _kept(random) else _one_of(random, CHANNELS)
        return TaskStage(channels, tuple(signals))

    def _signal(self, random: Random, kind: str) -> Signal | None:
        if random.random() >= PRESENT:
            return None
        amplitude = _one_of(random, AMPLITUDES)
        if kind == "resize":
            return Signal(kind, amplitude)
        per_image = self.recurrent or random.random() < 0.5
        if kind in WAVES:
            return Signal(kind, amplitude, _frequencies(random), per_image=per_image)
        return Signal(kind, amplitude, fraction=_one_of(random, FRACTIONS), per_image=per_image)


def _frequencies(random: Random) -> tuple[float, ...]:
    """Draw frequencies in cycles per pixel, uniform between two uniformly drawn bounds."""
    ends = sorted((random.random() * HIGHEST_FREQUENCY, random.random() * HIGHEST_FREQUENCY))
    return tuple(round(ends[0] + random.random() * (ends[1] - ends[0]), 6) for _ in range(FREQUENCIES))


def _kept(random: Random) -> bool:
    return random.random() < KEPT


def _one_of(random: Random, options: Sequence[_Option]) -> _Option:
    # Python guarantees the same numbers in all versions only for random().
    return options[int(random.random() * len(options))]
