"""Architectures trained side by side: a process for every core, one thread each, so that all give the bits of one.

A network of this size gains little from a second thread, and a process that runs out of memory takes nothing with it but
the document it holds. Each process holds one document at a time and is handed the next when it is done; what waits stays
with whoever yields the documents.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from typing import NamedTuple

import torch

from nasport.schemas.architecture import Architecture
from nasport.toolkit.gennas.memory import bounded_memory
from nasport.toolkit.gennas.trainer import Outcome, Plan, Trainer


def usable_cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def regress_all(
    architectures: Iterable[Architecture], plan: Plan, jobs: int = 1
) -> Generator[tuple[int, Outcome], None, None]:
    """Train every architecture on a plan.

    Documents are taken as processes become free, never more than `jobs` ahead. A process that dies fails its document
    alone: once no other runs, the document is tried again by itself, and what kills that process too is reported. Close
    the iterator (`contextlib.closing`) to end all processes at once.

    Args:
        jobs: processes; 1: this one. A single architecture is always trained in this one.

    Yields:
        place in `architectures`, from 0, and outcome, as they come; with one job in the order of the architectures.
    """
    numbered = enumerate(architectures)
    first = list(_taken(numbered, 2 if jobs > 1 else 0))
    if jobs > 1 and len(first) > 1:
        yield from _Pool(plan, jobs).outcomes(first, numbered)
        return
    with _one_thread(), bounded_memory(plan.device):
        trainer = Trainer(plan)
        for documents in (first, numbered):
            for place, architecture in documents:
                yield place, trainer(architecture)


class _Document(NamedTuple):
    place: int
    architecture: Architecture


def _taken(documents: Iterator[tuple[int, Architecture]], count: int) -> Iterator[tuple[int, Architecture]]:
    for _ in range(count):
        if (found := next(documents, None)) is None:
            return
        yield found


class _Worker:
    """A process and the document it holds."""

    def __init__(self, plan: Plan) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, plan), daemon=True)
        self.held: _Document | None = None
        with _interrupts_blocked():  # Ctrl-C goes to every process of the terminal, and is ours to answer
            self.process.start()
        theirs.close()

    def give(self, document: _Document) -> None:
        self.held = document
        with suppress(OSError):  # where it is dead, which is found when its answer is read
            self.connection.send(document.architecture)

    def take(self) -> tuple[_Document, Outcome | None]:
        """The document and its outcome; None: the process died."""
        held, self.held = self.held, None
        assert held is not None, "only a process that holds a document is asked"
        try:
            outcome: Outcome | None = self.connection.recv()
        except (EOFError, OSError):
            outcome = None
        return held, outcome

    def end(self) -> int | None:
        """End the process, if it still runs; its exit code, minus the number of the signal that killed it."""
        self.connection.close()
        self.process.join(0.5)
        if self.process.exitcode is None:
            self.process.kill()
            self.process.join()
        return self.process.exitcode


class _Pool:
    """Processes that are started when they are needed and replaced when they die."""

    def __init__(self, plan: Plan, jobs: int) -> None:
        self._plan = plan
        self._jobs = jobs
        self._workers: list[_Worker] = []
        self._again: deque[_Document] = deque()
        self._alone = False

    def outcomes(
        self, first: Iterable[tuple[int, Architecture]], others: Iterator[tuple[int, Architecture]]
    ) -> Iterator[tuple[int, Outcome]]:
        waiting = deque(_Document(*found) for found in first)
        try:
            while True:
                self._feed(waiting, others)
                busy = {worker.connection: worker for worker in self._workers if worker.held}
                if not busy:
                    return
                for connection in wait(list(busy)):
                    assert isinstance(connection, Connection)
                    yield from self._answer(busy[connection])
        finally:
            for worker in self._workers:
                worker.process.kill()
            for worker in self._workers:
                worker.end()

    def _feed(self, waiting: deque[_Document], others: Iterator[tuple[int, Architecture]]) -> None:
        """Hand out documents: one by itself that killed a process before, else one to every process."""
        busy = sum(worker.held is not None for worker in self._workers)
        if self._again:
            if not busy:
                self._alone = True
                self._idle().give(self._again.popleft())
            return
        self._alone = self._alone and busy > 0
        while busy < self._jobs and not self._alone:
            if not waiting:
                waiting.extend(_Document(*found) for found in _taken(others, 1))
            if not waiting:
                return
            self._idle().give(waiting.popleft())
            busy += 1

    def _idle(self) -> _Worker:
        for worker in self._workers:
            if worker.held is None:
                return worker
        self._workers.append(_Worker(self._plan))
        return self._workers[-1]

    def _answer(self, worker: _Worker) -> Iterator[tuple[int, Outcome]]:
        document, outcome = worker.take()
        if outcome is None:
            self._workers.remove(worker)
            code = worker.end()
            if not self._alone:
                self._again.append(document)
                return
            outcome = Outcome(None, None, _death(code))
        yield document.place, outcome


def _death(code: int | None) -> str:
    if code == -getattr(signal, "SIGKILL", 9):
        return (
            "the process that trained it was killed, most likely for want of memory, "
            "expected a smaller network or a smaller batch"
        )
    how = f"signal {-code}" if code is not None and code < 0 else f"exit status {code}"
    return f"the process that trained it died ({how})"


def _serve(connection: Connection, plan: Plan) -> None:
    """What a process does: answer one document after another until nobody asks any more."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with bounded_memory(plan.device):
        torch.set_num_threads(1)
        trainer = Trainer(plan)
        try:
            while True:
                connection.send(trainer(connection.recv()))
        except (EOFError, OSError):
            return


def _end_with_parent() -> None:
    """A process whose parent was killed would train on for nobody."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Processes started in this block never see Ctrl-C (on Windows they do)."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
