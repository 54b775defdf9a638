"""Memory limits of networks, and the messages if memory is short."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from nasport.schemas import InputError
from nasport.toolkit.gennas.task import load_task

torch = pytest.importorskip("torch", reason="needs the extra 'gennas'")

from nasport.toolkit.gennas import memory  # noqa: E402
from nasport.toolkit.gennas.regression import prepare  # noqa: E402

MEGABYTE = 2**20


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is bounded on Linux alone")
@pytest.mark.parametrize(("version", "cache"), [(1, "total_inactive_file"), (2, "inactive_file")])
def test_files_that_a_container_has_read_are_free_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int, cache: str
) -> None:
    folder, limit, used = (
        (tmp_path / "memory", "memory.limit_in_bytes", "memory.usage_in_bytes")
        if version == 1
        else (tmp_path, "memory.max", "memory.current")
    )
    folder.mkdir(exist_ok=True)
    monkeypatch.setattr(memory, "_GROUP", tmp_path)
    (folder / limit).write_text(f"{50 * MEGABYTE}\n")
    (folder / used).write_text(f"{45 * MEGABYTE}\n")
    assert memory._free_memory() == 5 * MEGABYTE
    (folder / "memory.stat").write_text(f"active_file 1\n{cache}_more 1\n{cache} {30 * MEGABYTE}\n")
    assert memory._free_memory() == 35 * MEGABYTE
    if version == 2:
        (folder / limit).write_text("max\n")
        assert memory._free_memory() != 35 * MEGABYTE


def test_targets_too_large_for_the_memory() -> None:
    task = load_task("combo")
    large = replace(task, output_size=2**20, stages=tuple(replace(s, channels=2**20) for s in task.stages))
    with pytest.raises(InputError, match="the targets of the task need more memory"):
        prepare(large, torch.zeros(16, 3, 32, 32), 0)


@pytest.mark.parametrize(
    "message",
    [
        "could not create a primitive",
        "[enforce fail] . DefaultCPUAllocator: can't allocate memory",
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
    ],
)
def test_out_of_memory_errors_of_libraries_are_recognized(message: str) -> None:
    with pytest.raises(InputError, match="the network needs more memory"), memory.refusing_too_large():
        raise RuntimeError(message)
    with pytest.raises(RuntimeError, match="something else"), memory.refusing_too_large():
        raise RuntimeError("something else")
