"""Signals of GenNAS tasks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nasport.toolkit.gennas.task import WAVES, Noise, Signal, Task, TaskStage, load_task

torch = pytest.importorskip("torch", reason="needs the extra 'gennas'")
pytest.importorskip("scipy", reason="needs the extra 'gennas'")

from nasport.toolkit.gennas.signals import noisy, sequence_signals, signal_maps, targets  # noqa: E402

MIDDLE = tuple(0.125 + 0.025 * step for step in range(10))


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def peaks(maps: torch.Tensor) -> torch.Tensor:
    """Return the frequency (count, 2) at which the spectrum of each map is largest, in cycles per pixel down and across."""
    spectrum = torch.fft.rfft2(maps).abs()
    at = spectrum.flatten(1).argmax(1)
    width = spectrum.shape[2]
    down = torch.fft.fftfreq(maps.shape[1])[at // width]
    return torch.stack([down, torch.fft.rfftfreq(maps.shape[2])[at % width]], 1)


def test_sines_along_one_axis_have_their_frequency() -> None:
    maps = signal_maps(Signal("sin1d", frequencies=(0.25,)), 64, (40, 40), generator())
    down, across = peaks(maps).abs().unbind(1)
    # In the whole family of one frequency, half of the maps are along each axis.
    assert sorted(zip(down.tolist(), across.tolist(), strict=True)) == [(0, 0.25)] * 32 + [(0.25, 0)] * 32
    assert float(maps.abs().max()) <= 1
    assert len({tuple(one.flatten().tolist()) for one in maps}) == 64


def test_the_whole_family_has_equally_many_maps_of_every_frequency() -> None:
    frequencies = tuple(step / 20 for step in range(1, 10))
    maps = signal_maps(Signal("sin1d", frequencies=frequencies), 64 * 9, (20, 20), generator())
    found = peaks(maps).abs().sum(1)
    assert [int((found - beta).abs().lt(1e-6).sum()) for beta in frequencies] == [64] * 9


def test_sines_along_both_axes_have_both_frequencies_and_both_directions() -> None:
    maps = signal_maps(Signal("sin2d", frequencies=(0.125, 0.25)), 256, (16, 16), generator())
    found = [tuple(round(v, 4) for v in peak) for peak in peaks(maps).tolist()]
    wanted = {(sign * a, b) for sign in (-1, 1) for a in (0.125, 0.25) for b in (0.125, 0.25)}
    assert {peak: found.count(peak) for peak in wanted} == dict.fromkeys(wanted, 32)


def test_phases_are_spread_evenly() -> None:
    maps = signal_maps(Signal("sin2d", frequencies=MIDDLE), 4_000, (8, 8), generator())
    assert float(maps.mean()) == pytest.approx(0, abs=0.03)
    assert float(maps.square().mean()) == pytest.approx(0.5, abs=0.02)


def test_a_small_family_is_enlarged() -> None:
    maps = signal_maps(Signal("sin1d", frequencies=(0.2,)), 200, (8, 8), generator())
    assert len({tuple(one.flatten().tolist()) for one in maps}) == 200


@pytest.mark.parametrize("fraction", [1 / 64, 0.09375, 0.3125, 0.578125, 0.999, 1.0])
def test_dots_set_exactly_their_share(fraction: float) -> None:
    maps = signal_maps(Signal("dot", fraction=fraction), 500, (8, 8), generator())
    assert maps.ne(0).flatten(1).sum(1).unique().tolist() == [int(fraction * 64)]
    assert set(maps.unique().tolist()) <= {-1, 0, 1}
    assert float(maps.mean()) == pytest.approx(0, abs=4 * (fraction / 500 / 64) ** 0.5)
    per_pixel = maps.abs().mean(0)
    assert float((per_pixel - int(fraction * 64) / 64).abs().max()) < 0.12


def test_blurred_dots_are_smooth_and_reach_one() -> None:
    dots = signal_maps(Signal("dot", fraction=0.5), 100, (8, 8), generator(3))
    blurred = signal_maps(Signal("gdot", fraction=0.5), 100, (8, 8), generator(3))
    assert torch.allclose(blurred.abs().amax((1, 2)), torch.ones(100))
    rough = [float((m[:, 1:] - m[:, :-1]).square().mean() / m.square().mean()) for m in (dots, blurred)]
    assert rough[1] < 0.4 * rough[0]
    alone = torch.zeros(1, 9, 9)
    alone[0, 4, 4] = 1
    from nasport.toolkit.gennas.signals import _blurred

    # A Gaussian of one pixel falls by exp(-1/2) one pixel away.
    assert float(_blurred(alone)[0, 4, 5]) == pytest.approx(np.exp(-0.5), rel=1e-3)


def one_stage(*signals: Signal, channels: int = 16) -> Task:
    return Task("t", (TaskStage(channels, signals),))


def test_the_resized_image_spans_minus_one_to_one_over_the_batch() -> None:
    images = torch.randn(5, 3, 32, 32) * 3 + 1
    (target,) = targets(one_stage(Signal("resize"), channels=200), images, generator())
    assert target is not None
    assert (float(target.min()), float(target.max())) == pytest.approx((-1, 1))
    small = images[:, :, ::4, ::4]
    small = (small - small.min()) / (small.max() - small.min()) * 2 - 1
    # Each channel is one of the three colors, the same one for all images.
    same = (target[:, :, None] - small[:, None]).abs().amax((0, 3, 4)) < 1e-5
    assert same.sum(1).tolist() == [1] * 200
    assert all(50 <= count <= 84 for count in same.sum(0).tolist())
    (flat,) = targets(one_stage(Signal("resize")), torch.ones(2, 3, 32, 32), generator())
    assert flat is not None
    assert bool(flat.isfinite().all())


@pytest.mark.parametrize("kind", ["sin1d", "sin2d", "dot", "gdot"])
def test_a_signal_is_drawn_for_each_image_or_once(kind: str) -> None:
    signal = Signal(kind, frequencies=MIDDLE if kind in WAVES else (), fraction=0.5)
    images = torch.randn(3, 3, 32, 32)
    (each,) = targets(one_stage(signal), images, generator())
    (once,) = targets(one_stage(replace(signal, per_image=False)), images, generator())
    assert each is not None
    assert once is not None
    assert not torch.equal(each[0], each[1])
    assert torch.equal(once[0], once[1])
    assert torch.equal(once[1], once[2])


def test_a_target_is_the_sum_of_its_signals() -> None:
    images = torch.randn(2, 3, 32, 32)
    dot = Signal("dot", 2.5, fraction=0.25)
    target, nothing, zeros = targets(
        Task("t", (TaskStage(8, (dot,)), TaskStage(8), TaskStage(8, (Signal("zero"),)))), images, generator()
    )
    assert target is not None
    assert zeros is not None
    assert nothing is None
    assert target.dtype == torch.float32
    assert set(target.unique().tolist()) == {-2.5, 0, 2.5}
    assert not zeros.any()
    (both,) = targets(one_stage(dot, Signal("sin1d", 0.1, MIDDLE), channels=8), images, generator())
    assert both is not None
    assert float((both - target).abs().max()) <= 0.1 + 1e-6


@pytest.mark.parametrize("name", ["search-N", "nlp-search"])
def test_signals_are_reproducible_from_the_seed(name: str) -> None:
    task, images = load_task(name), torch.randn(4, 3, 32, 32)

    def drawn(seed: int) -> list[torch.Tensor]:
        found = (
            sequence_signals(task, generator(seed))
            if task.recurrent
            else targets(task, images, generator(seed))
        )
        return [part for part in found if part is not None]

    assert all(map(torch.equal, drawn(1), drawn(1)))
    assert not any(map(torch.equal, drawn(1), drawn(2)))


def test_sequences_have_the_frequency_along_their_steps_or_numbers() -> None:
    wave = Signal("sin1d", frequencies=(0.25,))
    stages = (TaskStage(64, (wave,), "input"), TaskStage(64, (Signal("dot", fraction=0.5),), "target"))
    sequence, target = sequence_signals(Task("t", stages, 40, length=8, dimension=64), generator())
    assert sequence.shape == target.shape == (8, 40, 64)
    assert target.ne(0).sum((0, 2)).unique().tolist() == [256]
    found = {tuple(peak) for peak in peaks(sequence.transpose(0, 1)).abs().tolist()}
    assert found == {(0, 0.25), (0.25, 0)}


def test_noise_is_drawn_anew_at_every_call() -> None:
    inputs, source = torch.zeros(200, 3, 32, 32), generator()
    uniform = noisy(inputs, Noise("uniform", 0.5), source)
    assert 0.49 < float(uniform.abs().max()) <= 0.5
    assert float(uniform.mean()) == pytest.approx(0, abs=0.005)
    assert float(noisy(inputs, Noise("gaussian", 0.2), source).std()) == pytest.approx(0.2, rel=0.02)
    assert not torch.equal(uniform, noisy(inputs, Noise("uniform", 0.5), source))
    assert noisy(inputs, Noise(), source) is inputs
