"""GenNAS's proxy tasks: documents, the signals they are made of, batches of images, pictures."""

from __future__ import annotations

import io
import json
import pickle
import tarfile
from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasport.schemas import InputError
from nasport.toolkit.gennas.task import (
    DOTS,
    SIGNALS,
    WAVES,
    Noise,
    Signal,
    Task,
    TaskStage,
    default_loss_weights,
    load_task,
    parse_task,
    task_from_json,
    task_names,
)

torch = pytest.importorskip("torch", reason="needs the extra 'gennas'")
pytest.importorskip("scipy", reason="needs the extra 'gennas'")
Image = pytest.importorskip("PIL.Image", reason="needs the extra 'gennas'")

from nasport.toolkit.commands.show_task import run_show_task  # noqa: E402
from nasport.toolkit.gennas.images import pictures  # noqa: E402
from nasport.toolkit.gennas.images.batch import DEVIATION, MEAN, image_batch  # noqa: E402
from nasport.toolkit.gennas.signals import noisy, sequence_signals, signal_maps, targets  # noqa: E402

EXAMPLE = Path(__file__).parent.parent / "examples" / "my_task.json"
MIDDLE = tuple(0.125 + 0.025 * step for step in range(10))
HIGH = tuple(0.375 + 0.0125 * step for step in range(10))


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def kinds(task: Task) -> list[tuple[str, ...]]:
    return [tuple(signal.kind for signal in stage.signals) for stage in task.stages]


# The documents


def test_tasks_of_record_are_the_published_ones() -> None:
    combo = load_task("combo")
    assert kinds(combo) == [
        ("sin1d", "sin2d", "dot"),
        ("sin1d", "sin2d", "resize"),
        ("sin1d", "dot", "resize"),
    ]
    bands = [[s.frequencies for s in stage.signals if s.frequencies] for stage in combo.stages]
    assert [len(band) for band in bands] == [2, 2, 1]
    for found, wanted in zip(chain(*bands), (HIGH, HIGH, HIGH, MIDDLE, HIGH), strict=True):
        assert found == pytest.approx(wanted)
    assert all(signal.amplitude == 1 for stage in combo.stages for signal in stage.signals)
    assert combo.loss_weights == (0.25, 0.5, 1)
    assert kinds(load_task("single")) == [(), (), ("dot",)]
    assert load_task("single").loss_weights == (0, 0, 1)
    assert load_task("search-N").noise == Noise("uniform", 0.1)
    assert [stage.channels for stage in load_task("search-N").stages] == [64, 48, 16]
    assert [s.per_image for s in load_task("search-N").stages[2].signals] == [False, False, False, True]
    assert [stage.channels for stage in load_task("search-D").stages] == [80, 32, 80]
    assert load_task("search-R").stages[0].signals[1] == Signal("dot", 0.5, (), 0.09375, False)
    recurrent = load_task("nlp-search")
    assert (recurrent.length, recurrent.dimension, recurrent.batch_size) == (8, 48, 16)
    assert kinds(recurrent) == [("sin2d",), ("sin2d", "gdot")]
    assert all(
        len(s.frequencies) == 10
        for n in task_names()
        for st_ in load_task(n).stages
        for s in st_.signals
        if s.kind in WAVES
    )


@pytest.mark.parametrize("name", task_names())
def test_a_task_survives_writing_and_reading(name: str) -> None:
    task = load_task(name)
    assert task.name == name
    assert parse_task(json.dumps(task.to_json())) == task


positive = st.floats(0.01, 900, allow_nan=False)
signals_ = st.lists(st.sampled_from([kind for kind in SIGNALS if kind != "resize"]), unique=True, min_size=1)


@st.composite
def tasks(draw: st.DrawFn) -> Task:
    def signal(kind: str) -> Signal:
        return Signal(
            kind,
            1.0 if kind == "zero" else draw(positive),
            tuple(draw(st.lists(st.floats(0, 0.5), min_size=1, max_size=4))) if kind in WAVES else (),
            draw(st.floats(0.5, 1)) if kind in DOTS else 1.0,
            True if kind == "zero" else draw(st.booleans()),
        )

    def stage(**rest: Any) -> TaskStage:
        chosen = draw(signals_)
        return TaskStage(signals=tuple(signal(kind) for kind in SIGNALS if kind in chosen), **rest)

    noise = Noise(draw(st.sampled_from(["uniform", "gaussian"])), draw(st.floats(0, 1)))
    if draw(st.booleans()):
        size = draw(st.integers(1, 9))
        stages = (stage(role="input", channels=size), stage(role="target", channels=size))
        return Task("t", stages, 4, noise, length=8, dimension=size)
    stages = tuple(stage(channels=draw(st.integers(1, 9))) for _ in range(draw(st.integers(1, 4))))
    weights = tuple(draw(st.floats(0.1, 2)) for _ in stages) if draw(st.booleans()) else ()
    return Task("t", stages, 4, noise, weights)


@settings(max_examples=40, deadline=None)
@given(tasks())
def test_any_task_survives_writing_and_can_be_drawn(task: Task) -> None:
    assert parse_task(json.dumps(task.to_json())) == task
    if task.recurrent:
        assert all(part.shape == (8, 4, task.dimension) for part in sequence_signals(task, generator()))
        return
    for stage, target in zip(task.stages, targets(task, torch.randn(2, 3, 32, 32), generator()), strict=True):
        assert target is not None
        assert target.shape == (2, stage.channels, 8, 8)
        assert bool(target.isfinite().all())


def test_the_example_of_the_documentation() -> None:
    task = load_task(EXAMPLE)
    assert task.loss_weights == (0.5, 0, 1)
    text = (EXAMPLE.parent.parent / "docs" / "tasks.md").read_text("utf-8")
    assert EXAMPLE.read_text("utf-8").strip() in text


def changed(change: Callable[[dict[str, Any]], Any], name: str | Path = EXAMPLE) -> dict[str, Any]:
    value = load_task(name).to_json()
    change(value)
    return value


@pytest.mark.parametrize(
    ("change", "name", "message"),
    [
        (lambda v: [s.update(signals={}) for s in v["stages"]], EXAMPLE, "stages: no stage has a signal"),
        (
            lambda v: v.update(loss_weights=[1, 1, 1]),
            EXAMPLE,
            r"loss_weights\[1\]: .*without signals, expected 0",
        ),
        (lambda v: v.update(loss_weights=[1]), EXAMPLE, "1 loss weights, expected 3"),
        (lambda v: v.update(loss_weights=[0, 0, 0]), EXAMPLE, "every loss weight is 0"),
        (lambda v: v.update(stages=[]), EXAMPLE, "stages: "),
        (lambda v: v["noise"].update(distribution="pink"), EXAMPLE, "noise.distribution: .*pink"),
        (
            lambda v: v["stages"][0]["signals"]["dot"].update(fraction=1.5),
            EXAMPLE,
            r"stages\[0\].signals.dot.fraction",
        ),
        (lambda v: v["stages"][0]["signals"]["dot"].update(fraction=0.01), EXAMPLE, "less than one"),
        (
            lambda v: v["stages"][2]["signals"]["sin2d"].update(frequencies=[0.6]),
            EXAMPLE,
            r"frequencies\[0\].*0.5",
        ),
        (lambda v: v["stages"][2]["signals"]["sin2d"].pop("frequencies"), EXAMPLE, "frequencies"),
        (lambda v: v["stages"][2]["signals"].update(wave={}), EXAMPLE, "wave"),
        (lambda v: v["stages"][2].update(role="input"), EXAMPLE, r"stages\[2\].role: "),
        (lambda v: v.update(length=8), EXAMPLE, "'length' without 'dimension'"),
        (lambda v: v["stages"][0].pop("role"), "nlp-combo", r"stages\[0\]: missing key 'role'"),
        (
            lambda v: v["stages"][0].update(role="target"),
            "nlp-combo",
            "one with 'input' and one with 'target'",
        ),
        (lambda v: v["stages"][1].update(signals={}), "nlp-combo", r"stages\[1\]: no signal"),
        (lambda v: v["stages"][0]["signals"].update(resize={}), "nlp-combo", "no images to resize"),
        (lambda v: v.update(output_size=8), "nlp-combo", "no 'output_size'"),
        (lambda v: v["stages"][0].update(channels=8), "nlp-combo", r"stages\[0\].channels"),
        (lambda v: v.update(format="nasport-space"), EXAMPLE, "expected 'nasport-task'"),
        (lambda v: v.update(version=2), EXAMPLE, "newer"),
    ],
)
def test_a_mistake_is_named_with_its_path(change: Any, name: str | Path, message: str) -> None:
    with pytest.raises(InputError, match=message):
        task_from_json(changed(change, name))


def test_a_mistake_is_named_with_file_and_line(tmp_path: Path) -> None:
    file = tmp_path / "own.json"
    file.write_text(EXAMPLE.read_text("utf-8").replace("0.25", "25"), "utf-8")
    with pytest.raises(InputError, match=r"own.json: line 9: stages\[0\].signals.dot.fraction"):
        load_task(file)


def test_an_unknown_task_gets_the_nearest_name() -> None:
    with pytest.raises(InputError, match="did you mean 'search-N'"):
        load_task("serch-n")
    assert load_task("SEARCH_N") == load_task("search-N")


def test_weights_halve_towards_the_input() -> None:
    dot = TaskStage(signals=(Signal("dot"),))
    assert default_loss_weights((dot, TaskStage(), dot, dot)) == (0.125, 0, 0.5, 1)


# The signals


def peaks(maps: torch.Tensor) -> torch.Tensor:
    """(count, 2): where the spectrum of each map is largest, cycles per pixel down and across, across >= 0."""
    spectrum = torch.fft.rfft2(maps).abs()
    at = spectrum.flatten(1).argmax(1)
    width = spectrum.shape[2]
    down = torch.fft.fftfreq(maps.shape[1])[at // width]
    return torch.stack([down, torch.fft.rfftfreq(maps.shape[2])[at % width]], 1)


def test_sines_along_one_axis_have_their_frequency() -> None:
    maps = signal_maps(Signal("sin1d", frequencies=(0.25,)), 64, (40, 40), generator())
    down, across = peaks(maps).abs().unbind(1)
    # The whole family of one frequency: half of it along each axis.
    assert sorted(zip(down.tolist(), across.tolist(), strict=True)) == [(0, 0.25)] * 32 + [(0.25, 0)] * 32
    assert float(maps.abs().max()) <= 1
    assert len({tuple(one.flatten().tolist()) for one in maps}) == 64


def test_the_whole_family_has_as_many_maps_of_every_frequency() -> None:
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
    # Each channel is one of the three colours, the same one for all images.
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
def test_the_seed_decides(name: str) -> None:
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


# The images


def pixels(batch: torch.Tensor) -> torch.Tensor:
    """The batch as it was before normalising, (N, 32, 32, 3)."""
    mean, deviation = (torch.tensor(values).view(1, 3, 1, 1) for values in (MEAN, DEVIATION))
    return (batch * deviation + mean).permute(0, 2, 3, 1)


def known(count: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Images told apart by their red, symmetric, so that mirroring does not matter; green and blue differ."""
    images = np.zeros((count, 32, 32, 3), np.uint8)
    images[..., 0] = np.arange(count)[:, None, None]
    images[..., 1], images[..., 2] = 100, 200
    images[:, 0, :, 2] = 7  # which way up
    return images


def is_from(batch: torch.Tensor, count: int) -> bool:
    found = pixels(batch).round().to(torch.uint8).numpy()
    numbers = found[:, 5, 5, 0].tolist()
    return len(set(numbers)) == len(numbers) and np.array_equal(found, known(count)[numbers])


def records(count: int) -> bytes:
    planes = known(count).transpose(0, 3, 1, 2).reshape(count, -1)
    return np.concatenate([np.full((count, 1), 3, np.uint8), planes], 1).tobytes()


def pickled(count: int) -> bytes:
    """As Python 2 wrote it: a dictionary with a string of all images."""
    data = known(count).transpose(0, 3, 1, 2).tobytes()
    return b"\x80\x02}(U\x04dataT" + len(data).to_bytes(4, "little") + data + b"U\x06labels](K\x01K\x02eu."


def test_photographs_are_varied_and_decided_by_the_seed() -> None:
    pytest.importorskip("skimage", reason="the photographs lie in scikit-image")
    batch = image_batch(None, 20, generator())
    assert batch.shape == (20, 3, 32, 32)
    assert batch.dtype == torch.float32
    assert torch.equal(batch, image_batch(None, 20, generator()))
    assert not torch.equal(batch, image_batch(None, 20, generator(1)))
    assert len({tuple(image.flatten().tolist()) for image in batch}) == 20
    # Roughly what real CIFAR-10 images have, and no crop of plain sky.
    assert abs(float(batch.mean())) < 0.7
    assert 0.6 < float(batch.std()) < 1.4
    assert float(pixels(batch).mean(3).flatten(1).std(1).min()) > 20


def test_some_images_are_mirrored(tmp_path: Path) -> None:
    images = np.zeros((1, 32, 32, 3), np.uint8)
    images[:, :, :16] = 255
    np.savez(tmp_path / "one.npz", x=images)
    sides = [float(image_batch(tmp_path / "one.npz", 1, generator(seed))[0, 0, 0, 0]) for seed in range(40)]
    assert 8 < sum(side > 0 for side in sides) < 32


@pytest.mark.parametrize("key", ["images", "data", "x", "whatever"])
def test_images_from_npz(tmp_path: Path, key: str) -> None:
    np.savez_compressed(tmp_path / "i.npz", labels=np.arange(50), **{key: known(50)})
    assert is_from(image_batch(tmp_path / "i.npz", 20, generator()), 50)


def write_folder(place: Path) -> None:
    for number, image in enumerate(known(40)):
        file = place / f"class{number % 3}" / f"{number}.{'png' if number % 2 else 'BMP'}"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(file)
    (place / "readme.txt").write_text("no picture")
    (place / ".hidden.png").write_bytes(b"no picture")


def write_binary(place: Path) -> None:
    place.mkdir()
    for number in range(2):
        half = records(40)[number * 20 * 3073 : (number + 1) * 20 * 3073]
        (place / f"data_batch_{number + 1}.bin").write_bytes(half)
    (place / "test_batch.bin").write_bytes(b"never read")


def write_archive(place: Path) -> None:
    with tarfile.open(place, "w:gz") as archive:
        for name, data in (("readme.html", b"<p>"), ("data_batch_1.bin", records(40))):
            info = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("pictures", write_folder),
        ("cifar-10-batches-bin", write_binary),
        ("cifar-10-binary.tar.gz", write_archive),
        ("data_batch_3.bin", lambda place: place.write_bytes(records(40))),
        ("data_batch_3", lambda place: place.write_bytes(pickled(40))),
    ],
)
def test_images_from_other_sources(tmp_path: Path, name: str, write: Callable[[Path], Any]) -> None:
    write(tmp_path / name)
    batch = image_batch(tmp_path / name, 16, generator())
    assert is_from(batch, 40)
    assert torch.equal(batch, image_batch(tmp_path / name, 16, generator()))
    if name.startswith("cifar-10-batches"):
        assert torch.equal(batch, image_batch(tmp_path, 16, generator()))


def test_crops_of_a_single_picture(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (90, 200, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "one.png")
    batch = image_batch(tmp_path / "one.png", 6, generator())
    assert len({tuple(image.flatten().tolist()) for image in batch}) == 6


def test_nothing_in_a_pickle_is_carried_out(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (tmp_path / "sprung",))

    (tmp_path / "data_batch_1").write_bytes(pickle.dumps({"data": Trap()}, 2))
    with pytest.raises(InputError, match="use the binary version"):
        image_batch(tmp_path, 1, generator())
    assert not (tmp_path / "sprung").exists()


def save_png(place: Path, size: tuple[int, int]) -> None:
    Image.new("RGB", size).save(place)


def truncated(place: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (90, 90, 3), np.uint8)
    Image.fromarray(noise).save(place)
    place.write_bytes(place.read_bytes()[:5000])


def lying_npz(place: Path) -> None:
    """A header that says a thousand million images, and none follow."""
    import zipfile

    header = io.BytesIO()
    shape = {"descr": "|u1", "fortran_order": False, "shape": (10**9, 32, 32, 3)}
    np.lib.format.write_array_header_1_0(header, shape)
    with zipfile.ZipFile(place, "w") as archive:
        archive.writestr("images.npy", header.getvalue())


@pytest.mark.parametrize(
    ("name", "write", "message"),
    [
        ("missing", lambda place: None, "no such file or folder"),
        ("a.png", lambda place: place.write_text("not one"), "no picture, expected one of PNG"),
        ("b.png", truncated, "a damaged picture .* expected a whole one"),
        (
            "deep.tiff",
            lambda place: Image.fromarray(np.full((9, 9), 70_000, np.int32)).save(place),
            "values of 70000 to 70000 in mode I, expected whole numbers of 8 to 16 bits",
        ),
        ("c.png", lambda place: save_png(place, (400, 300)), "at most 100,000"),
        ("d.txt", lambda place: place.write_text("x"), "no source of images"),
        ("empty", lambda place: place.mkdir(), "no picture, expected files ending in"),
        (
            "few",
            lambda place: (place.mkdir(), save_png(place / "a.png", (9, 9))),
            "1 images, expected at least 4",
        ),
        ("e.npz", lambda place: place.write_text("x"), "no .npz file that can be read"),
        (
            "f.npz",
            lambda place: np.savez(place, images=np.zeros((9, 32, 32, 3))),
            "float64 .* expected uint8",
        ),
        ("g.npz", lambda place: np.savez(place, images=np.array([{}])), "object .* expected uint8"),
        (
            "h.npz",
            lambda place: np.savez(place, a=np.zeros(3), b=np.zeros(3)),
            "no arrays of four dimensions",
        ),
        ("i.npz", lambda place: np.savez(place, x=known(3)), "3 images, expected at least 4"),
        ("j.npz", lying_npz, "holds fewer"),
        ("k.bin", lambda place: place.write_bytes(b"x" * 3072), "expected a multiple of 3,073"),
        ("l.bin", lambda place: place.write_bytes(b"\x0a" * 3073), "labels above 9"),
        ("m.bin", lambda place: place.write_bytes(b""), "0 bytes"),
        ("n.tar.gz", lambda place: place.write_bytes(b"x"), "cannot be read: no archive"),
        ("o.tar.gz", lambda place: tarfile.open(place, "w:gz").close(), "no data_batch_1.bin"),
        (
            "data_batch_1",
            lambda place: place.write_bytes(b"\x80\x02rubbish"),
            "cannot be read|binary version",
        ),
    ],
)
def test_a_bad_source_gets_one_clear_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, write: Callable[[Path], Any], message: str
) -> None:
    monkeypatch.setattr(pictures, "MAX_PIXELS", 100_000)
    write(tmp_path / name)
    with pytest.raises(InputError, match=message) as caught:
        image_batch(tmp_path / name, 4, generator())
    assert name in str(caught.value)


def test_sixteen_bits_are_the_same_picture_as_eight(tmp_path: Path) -> None:
    grey = np.random.default_rng(0).integers(0, 255, (32, 32), np.uint8)
    for name, values in (("eight", grey), ("sixteen", grey.astype(np.uint16) * 257)):
        (tmp_path / name).mkdir()
        Image.fromarray(values).save(tmp_path / name / "a.png")
    eight, sixteen = (image_batch(tmp_path / name, 1, generator()) for name in ("eight", "sixteen"))
    torch.testing.assert_close(eight, sixteen)


def test_a_bad_picture_in_a_folder_is_named(tmp_path: Path) -> None:
    for number in range(3):
        save_png(tmp_path / f"{number}.png", (40, 40))
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    with pytest.raises(InputError, match=r"broken\.jpg: no picture"):
        image_batch(tmp_path, 4, generator())


# The pictures


def npz(place: Path) -> Path:
    np.savez(place / "images.npz", images=known(20))
    return place / "images.npz"


@pytest.mark.parametrize("name", ["combo", "single", "nlp-search", str(EXAMPLE)])
def test_a_task_is_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    task, images = load_task(name), npz(tmp_path)
    assert run_show_task(name, None, images) == 0
    text = capsys.readouterr().out
    assert all(len(line) <= 100 for line in text.splitlines())
    assert run_show_task(name, tmp_path / "task.svg", images) == 0
    root = ElementTree.parse(tmp_path / "task.svg").getroot()
    words = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    for stage in task.stages:
        for signal in stage.signals:
            assert f"amplitude {signal.amplitude:g}" in text
            assert f"amplitude {signal.amplitude:g}" in words
    assert run_show_task(name, tmp_path / "task.png", images) == 0
    with Image.open(tmp_path / "task.png") as picture:
        ratio = picture.width / picture.height
        assert len(picture.convert("RGB").getcolors(10**7)) > 20
    assert ratio == pytest.approx(float(root.get("width", 0)) / float(root.get("height", 1)), rel=0.01)


def test_a_picture_needs_a_name_that_says_its_kind(tmp_path: Path) -> None:
    for name in ("task.gif", "task"):
        with pytest.raises(InputError, match=r"ending in \.svg or \.png"):
            run_show_task("combo", tmp_path / name)


@pytest.mark.parametrize("unicode", [True, False])
def test_a_large_target_fits_a_narrow_terminal(tmp_path: Path, unicode: bool) -> None:
    from nasport.toolkit.gennas.task_drawing.samples import task_samples
    from nasport.toolkit.gennas.task_drawing.scene import task_scene
    from nasport.toolkit.gennas.task_drawing.text import task_text

    wave = Signal("sin1d", frequencies=(0.1,))
    large = Task("large", (TaskStage(8192, (wave,)),), output_size=128)
    samples = task_samples(large, npz(tmp_path))
    text = task_text(samples, width=60, unicode=unicode, colour=False)
    assert max(map(len, text.splitlines())) <= 60
    assert text.isascii() or unicode
    assert task_scene(samples).width < 2_000
