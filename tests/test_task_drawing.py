"""`nasport show --task`: tasks as text and as pictures."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from nasport.schemas import InputError
from nasport.toolkit.gennas.task import Signal, Task, TaskStage, load_task

torch = pytest.importorskip("torch", reason="needs the extra 'gennas'")
pytest.importorskip("scipy", reason="needs the extra 'gennas'")
Image = pytest.importorskip("PIL.Image", reason="needs the extra 'gennas'")
pytest.importorskip("resvg_py", reason="needs the extra 'draw'")

from tests.commands import run_show_task  # noqa: E402

EXAMPLE = Path(__file__).parent.parent / "examples" / "my_task.json"


def npz(place: Path) -> Path:
    np.savez(
        place / "images.npz", images=np.random.default_rng(0).integers(0, 256, (20, 32, 32, 3), np.uint8)
    )
    return place / "images.npz"


@pytest.mark.parametrize("name", ["combo", "single", "nlp-search", str(EXAMPLE)])
def test_a_task_is_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    task = load_task(name)
    images = None if task.recurrent else npz(tmp_path)
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


def test_a_recurrent_task_sees_no_images(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"images\.npz: images for a task for recurrent networks"):
        run_show_task("nlp-combo", None, npz(tmp_path))


def test_a_picture_needs_a_name_with_a_known_suffix(tmp_path: Path) -> None:
    for name in ("task.gif", "task"):
        with pytest.raises(InputError, match=r"ending in \.svg or \.png"):
            run_show_task("combo", tmp_path / name)


@pytest.mark.parametrize("unicode", [True, False])
def test_a_large_target_fits_a_narrow_terminal(tmp_path: Path, unicode: bool) -> None:
    from nasport.toolkit.gennas.task_drawing.samples import task_samples
    from nasport.toolkit.gennas.task_drawing.signal_scene import task_scene
    from nasport.toolkit.gennas.task_drawing.signal_text import task_text

    wave = Signal("sin1d", frequencies=(0.1,))
    large = Task("large", (TaskStage(8192, (wave,)),), output_size=128)
    samples = task_samples(large, npz(tmp_path))
    text = task_text(samples, width=60, unicode=unicode, color=False)
    assert max(map(len, text.splitlines())) <= 60
    assert text.isascii() or unicode
    assert task_scene(samples).width < 2_000
