"""Pool of worker processes that train or evaluate architectures in parallel, with the same bits as one process.

Each process uses one thread, because a second thread hardly accelerates networks of this size. If a process dies, for
example because the machine runs out of memory, only its architecture fails.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import secrets
import signal
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from itertools import chain, islice
from typing import Any, Protocol, Self, TypeVar

from nasport.models.optimization import one_thread
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import NasportError
from nasport.toolkit.gennas.memory import bounded_memory
from nasport.toolkit.gennas.retries import run_all
from nasport.toolkit.gennas.trainer import Outcome, Plan
from nasport.toolkit.gennas.worker_process import prepare, run

Result = TypeVar("Result", covariant=True)


class Work(Protocol[Result]):
    """A job that a pool runs for every architecture; it consists of plain values that can be sent to another process."""

    @property
    def device(self) -> str:
        """Device of PyTorch: `cpu` or `cuda`."""

    @property
    def verb(self) -> str:
        """Past participle for messages, for example `trained`."""

    def begun(self) -> Callable[[Architecture], Result]:
        """Return the function that a process calls for each architecture.

        The function raises NasportError if the process cannot continue.
        """

    def lost(self, why: str) -> Result:
        """Return the result for an architecture whose process died."""


def regress_all(
    architectures: Iterable[Architecture], plan: Plan, jobs: int = 1
) -> Generator[tuple[int, Outcome], None, None]:
    """Train every architecture on a plan in a temporary pool, see `Pool.carry_out`.

    Close the iterator (`contextlib.closing`) to end all processes immediately. A script that uses several processes must
    call this function under `if __name__ == "__main__":`, because each process imports the script.

    Args:
        architectures: the architectures.
        plan: what they are trained on, and how.
        jobs: number of processes; 1 trains in the current process.

    Raises:
        NasportError: a process ended before it was ready, for example because the script lacks that line.
    """
    with Pool(jobs) as pool:
        yield from pool.carry_out(architectures, plan)


class _Worker:
    """A process that works on one architecture at a time, alone in its executor.

    If a process dies, its executor breaks. The other executors continue.

    Attributes:
        executor: executor with a single process.
        started: number of the process, known when it has started.
        answer: result of the last architecture.
    """

    def __init__(self) -> None:
        others = multiprocessing.active_children()
        self.executor = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), prepare)
        self.started = self.executor.submit(os.getpid)
        self.answer: Future[Any] = self.started
        # There are several candidates if another thread of the program has started a process at the same time.
        self._candidates = set(multiprocessing.active_children()).difference(others)

    def end(self) -> int | None:
        """End the process; return its exit code, or minus the number of the signal that killed it."""
        started = self.started.exception() is None
        processes = [child for child in self._candidates if started and child.pid == self.started.result()]
        for process in processes:
            process.kill()
        self.executor.shutdown()
        return processes[0].exitcode if processes else None


class Pool:
    """Worker processes that start when they are needed and are replaced when they die; use it in a `with` block."""

    def __init__(self, jobs: int) -> None:
        """Create a pool without starting processes.

        Args:
            jobs: number of processes; 1 works in the current process.
        """
        self._jobs = jobs
        self._workers: list[_Worker] = []
        self._here: tuple[Work[Any], Callable[[Architecture], Any]] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.end()

    def carry_out(
        self, architectures: Iterable[Architecture], work: Work[Result]
    ) -> Generator[tuple[int, Result], None, None]:
        """Run a job for every architecture.

        At most as many architectures as processes are read in advance. If a process dies, its architecture is tried
        once more after all others, alone. If that process dies too, its result is `work.lost(...)`.

        Yields:
            position in `architectures` from 0, and result. Results come in the order in which they are finished; with
            one job in the order of the architectures.
        """
        documents = iter(architectures)
        first = list(islice(documents, 2 if self._jobs > 1 else 0))
        documents = chain(first, documents)
        if self._jobs == 1 or (len(first) < 2 and not self._workers):
            if self._here is None or self._here[0] is not work:
                self._here = work, work.begun()
            with one_thread(), bounded_memory(work.device):
                for place, architecture in enumerate(documents):
                    yield place, self._here[1](architecture)
            return
        key, load = secrets.token_hex(8), partial(pickle.loads, pickle.dumps(work))

        def lost(death: Future[Result]) -> Result:
            worker = next(worker for worker in self._workers if worker.answer is death)
            return work.lost(_cause_of_death(worker.end(), work.verb))

        try:
            yield from run_all(
                documents,
                lambda architecture: self._submit(architecture, key, load),
                room=self._jobs,
                tries=2,
                deaths=(BrokenProcessPool,),
                lost=lost,
            )
        finally:
            for worker in self._workers:
                if not worker.answer.done():
                    worker.end()

    def _submit(
        self, architecture: Architecture, key: str, load: Callable[[], Work[Result]]
    ) -> Future[Result]:
        for worker in self._workers.copy():
            if worker.answer.done():
                try:
                    worker.answer = worker.executor.submit(run, architecture, key, load)
                    return worker.answer
                except RuntimeError:  # the process of this worker died or was ended
                    self._workers.remove(worker)
        worker = _Worker()
        if not self._workers and isinstance(worker.started.exception(), BrokenProcessPool):
            raise NasportError(
                "a worker process ended at its start, see its message above; a script that uses several processes "
                "needs `if __name__ == '__main__':` around the code that it runs"
            )
        self._workers.append(worker)
        worker.answer = worker.executor.submit(run, architecture, key, load)
        return worker.answer


def _cause_of_death(code: int | None, verb: str) -> str:
    if code == -getattr(signal, "SIGKILL", 9):
        return (
            f"the process that {verb} it was killed, most likely because memory ran out, "
            "expected a smaller network or a smaller batch"
        )
    how = f"signal {-code}" if code is not None and code < 0 else f"exit status {code}"
    return f"the process that {verb} it died ({how})"
