"""Compute the synthetic signals: sines, dots, the resized input, zeros.

GenNAS computes a large family of maps and keeps a random few. Here, indices of the family are drawn first, and only those
maps are computed, which gives the same distribution. With frequencies b in cycles per pixel, phases p uniform between 0
and 2 pi, and pixels y, x counted from 1:

    sin1d   sin(2 pi b y + p) or sin(2 pi b x + p)
    sin2d   sin(2 pi (b1 y + b2 x) + 2 p), and the same upside down
    dot     1 or -1 at a share of the pixels, 0 elsewhere
    gdot    dots blurred by a Gaussian of one pixel, then divided by their largest magnitude
    resize  the input images at the size of the target, between -1 and 1 over the whole batch

A target is the sum of amplitude times signal. Source: Li et al., "Generic Neural Architecture Search via Regression",
NeurIPS 2021, section 3.1, and its public code for details that the paper omits.
"""

from __future__ import annotations

import math

import torch
from scipy.ndimage import gaussian_filter
from torch import Generator, Tensor
from torch.nn.functional import interpolate

from nasport.toolkit.gennas.task import Noise, Signal, Task, TaskStage

_PHASES = (
    32  # number of phases per frequency (sin1d) or pair of frequencies (sin2d); each phase gives two maps
)
_SHUFFLED = 1_000  # number of resized channels in the family


def targets(task: Task, images: Tensor, generator: Generator) -> tuple[Tensor | None, ...]:
    """Draw the target of each stage of a network for a batch, from the first stage to the last.

    Args:
        task: an image task.
        images: (N, 3, H, W), normalized and without noise; the signal `resize` is computed from them.
        generator: source of all random numbers; on the CPU the same seed gives the same targets on every machine.

    Returns:
        float32 tensors (N, channels, output_size, output_size) on the device of the images; None for a stage without
        signals.
    """
    terms = (stage_terms(stage, task.output_size, images, generator) for stage in task.stages)
    return tuple(_sum(each).to(images.device) if each else None for each in terms)


def sequence_signals(task: Task, generator: Generator) -> tuple[Tensor, Tensor]:
    """Draw the input and the target of a recurrent task: float32 (length, batch, dimension) each.

    A sequence is one map whose rows are the steps. Waves are part of a square map with the longer side.
    """
    first, second = (_sum(sequence_terms(task, stage, generator)) for stage in (task.input, task.target))
    return first, second


def stage_terms(stage: TaskStage, size: int, images: Tensor, generator: Generator) -> list[Tensor]:
    """Return amplitude times signal for each signal of a stage: float32 (N, channels, size, size) on the CPU."""

    def maps(signal: Signal) -> Tensor:
        if signal.kind == "resize":
            return _resized(images, stage.channels, (size, size), generator)
        return _per_batch(signal, len(images), stage.channels, (size, size), generator)

    return [signal.amplitude * maps(signal) for signal in stage.signals]


def sequence_terms(task: Task, stage: TaskStage, generator: Generator) -> list[Tensor]:
    """Return amplitude times signal for each signal of an input or target: float32 (length, batch, dimension)."""
    count, size = task.batch_size, (task.length, task.dimension)
    maps = (signal.amplitude * _per_batch(signal, count, 1, size, generator) for signal in stage.signals)
    return [term[:, 0].transpose(0, 1).contiguous() for term in maps]


def noisy(inputs: Tensor, noise: Noise, generator: Generator) -> Tensor:
    """Return the inputs plus newly drawn noise, or the inputs if the noise level is 0."""
    if noise.level == 0:
        return inputs
    device = generator.device
    if noise.distribution == "gaussian":
        drawn = torch.randn(inputs.shape, generator=generator, device=device)
    else:
        drawn = torch.rand(inputs.shape, generator=generator, device=device) * 2 - 1
    return inputs + noise.level * drawn.to(inputs)


def signal_maps(signal: Signal, count: int, size: tuple[int, int], generator: Generator) -> Tensor:
    """Draw maps of a signal other than `resize`, without its amplitude: float32 (count, height, width)."""
    match signal.kind:
        case "sin1d":  # the family has, per frequency and phase, one map along y and one along x
            frequencies = torch.tensor(signal.frequencies)
            beta, phase, along_x = _members(len(frequencies), count, generator)
            y, x = _pixels(size)
            return _wave(frequencies[beta][:, None, None] * torch.where(along_x[:, None, None], x, y), phase)
        case "sin2d":  # per pair of frequencies and phase, one map and the same upside down
            frequencies = torch.tensor(signal.frequencies)
            pair, phase, flipped = _members(len(frequencies) ** 2, count, generator)
            y, x = _pixels(size)
            rows = torch.where(flipped[:, None, None], max(size) + 1 - y, y)
            first = frequencies[pair // len(frequencies)][:, None, None]
            second = frequencies[pair % len(frequencies)][:, None, None]
            return _wave(first * rows + second * x, 2 * phase)
        case "dot":
            return _dots(signal.fraction, count, size, generator)
        case "gdot":
            return _blurred(_dots(signal.fraction, count, size, generator))
        case "zero":
            return torch.zeros(count, *size)
    raise ValueError(f"unexpected signal {signal.kind}, expected one that is drawn without images")


def _sum(terms: list[Tensor]) -> Tensor:
    return torch.stack(terms).sum(0)


def _per_batch(
    signal: Signal, batch: int, channels: int, size: tuple[int, int], generator: Generator
) -> Tensor:
    """Draw maps (batch, channels, height, width), for each image or once for all images."""
    sets = batch if signal.per_image else 1
    if signal.kind in ("sin1d", "sin2d"):  # each set has its own phases and no map twice
        maps = torch.stack([signal_maps(signal, channels, size, generator) for _ in range(sets)])
    else:
        maps = signal_maps(signal, sets * channels, size, generator).view(sets, channels, *size)
    return maps.cpu().expand(batch, -1, -1, -1)


def _members(groups: int, count: int, generator: Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Draw different members of a family of maps, and return their groups, phases and sides: (count,) each.

    Both sides of a group share its phases. In the public code, half of the phases belong to cosines, which gives the same
    distribution. If the family has fewer than `count` members, it gets more phases.
    """
    phases_each = _PHASES * max(1, math.ceil(count / (2 * _PHASES * groups)))
    device = generator.device
    table = torch.rand(groups, phases_each, generator=generator, device=device) * (2 * math.pi)
    kept = torch.randperm(groups * phases_each * 2, generator=generator, device=device)[:count]
    group, rest = kept // (2 * phases_each), kept % (2 * phases_each)
    side, place = rest // phases_each, rest % phases_each
    return group.cpu(), table[group, place].cpu(), side.bool().cpu()


def _wave(cycles: Tensor, phase: Tensor) -> Tensor:
    return torch.sin(2 * math.pi * cycles + phase[:, None, None])


def _pixels(size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Return y as (1, height, 1) and x as (1, 1, width), counted from 1."""
    height, width = size
    return torch.arange(1.0, height + 1).view(1, -1, 1), torch.arange(1.0, width + 1).view(1, 1, -1)


def _dots(fraction: float, count: int, size: tuple[int, int], generator: Generator) -> Tensor:
    """Draw maps of dots; each map has the same number of dots, rounded down."""
    pixels = size[0] * size[1]
    device = generator.device
    signs = torch.randint(2, (count, pixels), generator=generator, device=device).float() * 2 - 1
    chosen = int(fraction * pixels)
    if chosen < pixels:
        order = torch.rand(count, pixels, generator=generator, device=device).argsort(1)
        signs.scatter_(1, order[:, chosen:], 0.0)
    return signs.view(count, *size)


def _blurred(maps: Tensor) -> Tensor:
    blurred = torch.from_numpy(gaussian_filter(maps.cpu().numpy(), sigma=(0, 1, 1)))
    largest = blurred.abs().amax((1, 2), keepdim=True)
    return blurred / torch.where(largest > 0, largest, 1.0)


def _resized(images: Tensor, channels: int, size: tuple[int, int], generator: Generator) -> Tensor:
    """Return random channels of the resized images, the same channels for all images."""
    small = interpolate(images.float(), size, mode="nearest").cpu()
    low, high = small.min(), small.max()
    small = (small - low) / torch.where(high > low, high - low, 1.0) * 2 - 1
    family = max(_SHUFFLED, channels)
    chosen = torch.randperm(family, generator=generator, device=generator.device)[:channels]
    return small[:, chosen.cpu() % small.shape[1]]
