"""Architectures trained, or judged otherwise, side by side: a process for every core, one thread each, all with the same bits.

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
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from itertools import chain, islice
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol, Self, TypeVar, cast

import torch

from nasport.models.optimization import one_thread
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import NasportError
from nasport.toolkit.gennas.memory import bounded_memory
from nasport.toolkit.gennas.trainer import Outcome, Plan

Result = TypeVar("Result", covariant=True)


class Work(Protocol[Result]):
    """What is done with every architecture, made of plain values that can be sent to another process."""

    @property
    def device(self) -> str:
        """Where it is done: `cpu` or `cuda`."""

    @property
    def verb(self) -> str:
        """What is done, for messages: trained, judged."""

    def begun(self) -> Callable[[Architecture], Result]:
        """What does it in one process; raises NasportError where that process can do no more."""

    def lost(self, why: str) -> Result:
        """The result for an architecture whose process died."""


def regress_all(
    architectures: Iterable[Architecture], plan: Plan, jobs: int = 1
) -> Generator[tuple[int, Outcome], None, None]:
    """Train every architecture on a plan in a pool of its own: see `Pool.carry_out`.

    Close the iterator (`contextlib.closing`) to end all processes at once. With several processes a script must call
    this under `if __name__ == "__main__":`, since each of them reads the script anew.

    Args:
        jobs: processes; 1: this one.

    Raises:
        NasportError: a process ended before it could take anything, as it does where the script has no such line.
    """
    with Pool(jobs) as pool:
        yield from pool.carry_out(architectures, plan)


_READY = "ready"  # what a process says before anything else
_Numbered = tuple[int, Architecture]  # an architecture behind its place among all


class _Worker:
    """A process and the document it holds."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self.held: _Numbered | None = None
        self._work: Work[Any] | None = None
        self._waiting: tuple[Architecture, Work[Any] | None] | None = None  # what it is to get
        self._ready = False
        # Ctrl-C goes to every process of the terminal, and is ours to answer (on Windows they see it, too).
        mask = getattr(signal, "pthread_sigmask", None)
        before = mask(signal.SIG_BLOCK, {signal.SIGINT}) if mask else None
        try:
            self.process.start()
        finally:
            if mask:
                mask(signal.SIG_SETMASK, before)
        theirs.close()

    def give(self, document: _Numbered, work: Work[Any]) -> None:
        """Hand out a document, and the work with it where that is a new one; at once, or when the process is there.

        What is more than the pipe holds would wait for a process that is still starting, and with it all others.
        """
        self.held = document
        self._waiting = document[1], None if work is self._work else work
        self._work = work
        if self._ready:
            self._send()

    def _send(self) -> None:
        with suppress(OSError):  # where it is dead, which is found when its answer is read
            self.connection.send(self._waiting)
        self._waiting = None

    def take(self) -> tuple[_Numbered, Any] | None:
        """The document and its result, None: the process died; nothing where it has only said that it is there.

        Raises:
            NasportError: what it raised; it has ended.
        """
        try:
            message: Any = self.connection.recv()
        except (EOFError, OSError):
            message = None
        if isinstance(message, NasportError):
            raise message
        if isinstance(message, str):
            self._ready = True
            self._send()
            return None
        held, self.held = self.held, None
        assert held is not None, "only a process that holds a document is asked"
        return held, message

    def end(self) -> int | None:
        """End the process, if it still runs; its exit code, minus the number of the signal that killed it."""
        self.connection.close()
        self.process.join(0.5)
        if self.process.exitcode is None:
            self.process.kill()
            self.process.join()
        return self.process.exitcode


class Pool:
    """Processes that are started when they are needed and replaced when they die; to be used in a `with` block."""

    def __init__(self, jobs: int) -> None:
        """Args:
        jobs: processes; 1: this one.
        """
        self._jobs = jobs
        self._workers: list[_Worker] = []
        self._begun = False  # whether any process has come as far as taking documents
        self._here: tuple[Work[Any], Callable[[Architecture], Any]] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end(self._workers)

    def carry_out(
        self, architectures: Iterable[Architecture], work: Work[Result]
    ) -> Generator[tuple[int, Result], None, None]:
        """Do a work with every architecture.

        Documents are taken as processes become free, never more than there are processes ahead. A process that dies
        fails its document alone: once no other runs, the document is tried again by itself, and what kills that process
        too is reported.

        Yields:
            place in `architectures`, from 0, and result, as they come; with one job in the order of the architectures.
        """
        documents = enumerate(architectures)
        first = list(islice(documents, 2 if self._jobs > 1 else 0))
        if self._jobs == 1 or (len(first) < 2 and not self._workers):
            if self._here is None or self._here[0] is not work:
                self._here = work, work.begun()
            with one_thread(), bounded_memory(work.device):
                for place, architecture in chain(first, documents):
                    yield place, self._here[1](architecture)
            return
        try:
            yield from self._there(chain(first, documents), work)
        finally:  # those that still hold a document if the iterator is closed
            self._end([worker for worker in self._workers if worker.held])

    def _there(self, documents: Iterator[_Numbered], work: Work[Result]) -> Iterator[tuple[int, Result]]:
        again: deque[_Numbered] = deque()
        while True:
            alone = bool(again)
            if alone:
                self._idle().give(again.popleft(), work)
            else:
                for document in islice(documents, self._jobs - len(self._busy())):
                    self._idle().give(document, work)
            if not self._busy():
                return
            yield from self._answers(work, again, alone)
            while again and self._busy():  # those that ran beside one that died
                yield from self._answers(work, again, False)

    def _answers(
        self, work: Work[Result], again: deque[_Numbered], alone: bool
    ) -> Iterator[tuple[int, Result]]:
        """Wait for at least one; documents whose process died go into `again`, unless they were alone."""
        answered = False
        while not answered:
            busy = self._busy()
            for connection in wait(list(busy)):
                worker = busy[cast("Connection", connection)]
                answer = worker.take()
                if answer is None:
                    self._begun = True
                    continue
                answered = True
                document, result = answer
                if result is None:
                    self._workers.remove(worker)
                    code = worker.end()
                    if not self._begun and code == 1:
                        raise NasportError(
                            "a process ended at its start, its own message stands above; a script that uses several "
                            "processes needs `if __name__ == '__main__':` around what it runs"
                        )
                    if not alone:
                        again.append(document)
                        continue
                    result = work.lost(_death(code, work.verb))
                yield document[0], result

    def _busy(self) -> dict[Connection, _Worker]:
        return {worker.connection: worker for worker in self._workers if worker.held}

    def _idle(self) -> _Worker:
        for worker in self._workers:
            if worker.held is None:
                return worker
        self._workers.append(_Worker())
        return self._workers[-1]

    def _end(self, workers: Sequence[_Worker]) -> None:
        for worker in workers:
            worker.process.kill()
        for worker in list(workers):
            worker.end()
            self._workers.remove(worker)


def _death(code: int | None, verb: str) -> str:
    if code == -getattr(signal, "SIGKILL", 9):
        return (
            f"the process that {verb} it was killed, most likely for want of memory, "
            "expected a smaller network or a smaller batch"
        )
    how = f"signal {-code}" if code is not None and code < 0 else f"exit status {code}"
    return f"the process that {verb} it died ({how})"


def _serve(connection: Connection) -> None:
    """What a process does: answer one document after another until nobody asks any more."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    torch.set_num_threads(1)
    with suppress(EOFError, OSError), ExitStack() as bounds:
        connection.send(_READY)
        architecture, work = connection.recv()
        bounds.enter_context(bounded_memory(work.device))
        run = work.begun()
        while True:
            try:
                answer = run(architecture)
            except NasportError as error:  # for whoever waits, and the end of this process
                answer = error
            connection.send(answer)
            if isinstance(answer, NasportError):
                return
            architecture, work = connection.recv()
            run = work.begun() if work else run


def _end_with_parent() -> None:
    """A process whose parent was killed would go on for nobody."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
