"""Parallel training in processes that may die."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from nasport.schemas import Architecture, NasportError

pytest.importorskip("torch")

from nasport.toolkit.gennas.planning import plan_of
from nasport.toolkit.gennas.pool import Pool, regress_all
from nasport.toolkit.gennas.trainer import Outcome
from tests.gennas_runs import CELL, OTHER_CELL, ROOT, TINY, sampled


class Deadly(Architecture):
    """Kills the process that unpickles it."""

    def __reduce__(self) -> Any:
        return os._exit, (3,)


def test_parallel_training_gives_equal_losses_and_survives_a_death() -> None:
    networks = [
        sampled("nasbench201"),
        sampled("nasbench201", 1),
        sampled("nasbench_nlp"),
        sampled("nasbench201", 2),
    ]
    plan = plan_of(TINY)
    expected = [outcome.loss for _, outcome in regress_all(networks, plan, jobs=1)]
    deadly = Deadly(**vars(networks[0]))
    with Pool(2) as pool:
        found = dict(pool.carry_out([*networks[:3], deadly, *networks[3:]], plan))
        assert found.pop(3) == Outcome(None, None, "the process that trained it died (exit status 3)")
        assert [outcome.loss for _, outcome in sorted(found.items())] == expected
        processes = multiprocessing.active_children()
        ((_, other),) = pool.carry_out(networks[:1], replace(plan, seed=1))
        assert other.loss not in (None, expected[0])
        assert not processes or multiprocessing.active_children() == processes
    assert not multiprocessing.active_children()


def test_a_plan_larger_than_the_buffer_of_a_pipe_reaches_the_processes() -> None:
    networks = [sampled("nasbench201", seed) for seed in range(3)]
    found = dict(regress_all(networks, plan_of(replace(TINY, batch_size=128)), jobs=2))
    assert all(found[place].loss for place in range(3))


def test_several_simultaneous_worker_deaths_are_all_reported() -> None:
    deadly = Deadly(**vars(sampled("nasbench201")))
    found = dict(regress_all([deadly, deadly], plan_of(TINY), jobs=2))
    assert sorted(found) == [0, 1]
    assert all("exit status 3" in outcome.failed for outcome in found.values())


@dataclass(frozen=True)
class BrokenWork:
    """Fails like work on a broken GPU."""

    device: str = "cpu"
    verb: str = "trained"

    def begun(self) -> Callable[[Architecture], Outcome]:
        return _fail

    def lost(self, why: str) -> Outcome:
        return Outcome(None, None, why)


def _fail(architecture: Architecture) -> Outcome:
    raise NasportError("the GPU failed: out of order")


def test_an_error_that_ends_the_work_reaches_the_caller() -> None:
    networks = [sampled("nasbench201", seed) for seed in range(2)]
    with Pool(2) as pool, pytest.raises(NasportError, match="the GPU failed: out of order"):
        list(pool.carry_out(networks, BrokenWork()))
    assert not multiprocessing.active_children()


def test_processes_end_with_a_killed_parent(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import multiprocessing, os, signal\n"
        "from nasport.toolkit.gennas.planning import plan_of\n"
        "from nasport.toolkit.gennas.pool import regress_all\n"
        "from tests.gennas_runs import TINY, sampled\n"
        "if __name__ == '__main__':\n"
        "    outcomes = regress_all((sampled('nasbench201', seed) for seed in range(99)), plan_of(TINY), jobs=2)\n"
        "    next(outcomes)\n"
        "    print(*(child.pid for child in multiprocessing.active_children()), flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    found = subprocess.run(
        [sys.executable, script],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    workers = [int(number) for number in found.stdout.split()]
    assert len(workers) == 2, found.stderr
    deadline = time.monotonic() + 30
    while any(Path(f"/proc/{number}/cmdline").exists() for number in workers):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_documents_are_read_lazily() -> None:
    taken: list[int] = []

    def endless() -> Any:
        network = sampled("nasbench201")
        for number in range(1_000_000):
            taken.append(number)
            yield network

    with closing(regress_all(endless(), plan_of(TINY), jobs=1)) as outcomes:
        for _ in range(3):
            next(outcomes)
    assert len(taken) <= 4


def test_a_script_without_a_main_guard_is_refused_with_an_explanation(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from nasport.toolkit.gennas.choices import Choices\n"
        "from nasport.toolkit.gennas.planning import plan_of\n"
        "from nasport.toolkit.gennas.pool import regress_all\n"
        "from nasport.toolkit.notations import notation\n"
        f"cells = [notation('nasbench201').parse(text) for text in ({CELL!r}, {OTHER_CELL!r})]\n"
        "plan = plan_of(Choices(preset='light', iterations=1, batch_size=2, width=0.25))\n"
        "print(list(regress_all(cells, plan, jobs=2)))\n"
    )
    found = subprocess.run([sys.executable, script], capture_output=True, text=True, cwd=ROOT, check=False)
    assert found.returncode == 1
    assert "NasportError: a worker process ended at its start" in found.stderr
    assert not found.stdout
