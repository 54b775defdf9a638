"""GenNAS networks use the faster precision of this machine, which is timed once and cached."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'gennas'")

from nasport.toolkit.gennas import precision  # noqa: E402

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache folder, and an empty cache in the process."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    precision.faster_precision.cache_clear()
    yield tmp_path / "nasport" / "precision.json"
    precision.faster_precision.cache_clear()


def timed(monkeypatch: pytest.MonkeyPatch, **seconds: float) -> list[str]:
    """Replace the timing by given durations."""
    asked: list[str] = []

    def found(name: str) -> float:
        asked.append(name)
        return seconds[name]

    monkeypatch.setattr(precision, "_seconds", found)
    return asked


@pytest.mark.parametrize(("float32", "expected"), [(2.0, "bfloat16"), (1.1, "float32"), (0.5, "float32")])
def test_bfloat16_must_be_clearly_faster(
    float32: float, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    timed(monkeypatch, float32=float32, bfloat16=1.0)
    assert precision.faster_precision(CPU) == expected


def test_the_measured_precision_is_cached_between_processes(
    memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    timed(monkeypatch, float32=2.0, bfloat16=1.0)
    precision.faster_precision(CPU)
    (key,) = json.loads(memory.read_text("utf-8"))
    assert str(torch.__version__) in key
    precision.faster_precision.cache_clear()
    asked = timed(monkeypatch, float32=1.0, bfloat16=2.0)
    assert precision.faster_precision(CPU) == "bfloat16"
    assert not asked


@pytest.mark.parametrize("there", ["", "{", "[]", '{"another processor": "float32"}', None])
def test_an_unusable_cache_is_replaced(
    there: str | None, memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.parent.mkdir()
    if there is None:
        memory.mkdir()  # a folder in place of the file, so writing fails
    else:
        memory.write_text(there, "utf-8")
    asked = timed(monkeypatch, float32=2.0, bfloat16=1.0)
    assert precision.faster_precision(CPU) == "bfloat16"
    assert asked == ["float32", "bfloat16"]
    if there is not None:
        kept = json.loads(memory.read_text("utf-8"))
        assert "bfloat16" in kept.values()
        assert ("another processor" in kept) == ("another" in there)


def test_the_timing_has_no_side_effects() -> None:
    threads, state = torch.get_num_threads(), torch.random.get_rng_state()
    assert precision.faster_precision(CPU) in ("float32", "bfloat16")
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.random.get_rng_state(), state)
