"""benchmarks/gennas_task_search.py resumes and shares random evaluations."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from nasport.toolkit.gennas.task import Task

pytest.importorskip("scipy", reason="needs the extra 'gennas'")

from tests.toy_task_search import quality

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    for name in ("torch", "PIL"):
        pytest.importorskip(name, reason="needs the extra 'gennas'")
    spec = spec_from_file_location("task_search_benchmark", ROOT / "benchmarks" / "gennas_task_search.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class ToyCells:
    """Counts evaluations."""

    def __init__(self) -> None:
        self.evaluated = 0

    def fitness(self, task: Task) -> dict[str, float]:
        self.evaluated += 1
        return {"loss": quality(task), "fit": 0.0}


def test_the_benchmark_resumes_and_shares_random_evaluations(
    benchmark: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched, validated = ToyCells(), ToyCells()
    monkeypatch.setattr(benchmark, "cells", lambda: (searched, validated))
    monkeypatch.setattr(benchmark, "LOG", tmp_path / "log.jsonl")
    benchmark.run([0, 1], 30)
    assert (searched.evaluated, validated.evaluated) == (2 * (20 + 10 + 10), 0)
    with (tmp_path / "log.jsonl").open("a") as stream:
        stream.write('{"method": "rand')
    benchmark.run([0, 1], 60)
    assert (searched.evaluated, validated.evaluated) == (2 * (20 + 40 + 40) + 3, 2 * 2 + 3)
    benchmark.run([0, 1], 60)
    assert searched.evaluated == 2 * (20 + 40 + 40) + 3
    found = benchmark.summary(benchmark._records())
    assert found["evolution"]["mean"][:20] == found["random"]["mean"][:20]
    assert found["evolution"]["mean"][-1] > found["random"]["mean"][-1]
    assert set(found["evolution"]["validation"]) == {"0", "1"}
    assert set(found["tasks_of_record"]["combo"]) == {"fitness", "validation"}
