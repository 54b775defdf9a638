"""Run a job for every architecture in parallel, and retry the architectures whose process died.

The process pool of this machine (`pool.py`) and the Ray cluster (`ray/ray_pool.py`) share this loop.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import NamedTuple, TypeVar

from nasport.schemas.architecture import Architecture

Result = TypeVar("Result")


class _Attempt(NamedTuple):
    place: int
    architecture: Architecture
    deaths: int = 0


def run_all(
    architectures: Iterable[Architecture],
    submit: Callable[[Architecture], Future[Result]],
    room: int,
    tries: int,
    deaths: tuple[type[Exception], ...],
    lost: Callable[[Future[Result]], Result],
) -> Iterator[tuple[int, Result]]:
    """Submit every architecture and yield the results in the order in which they arrive.

    At most `room` architectures are taken before the first result arrives. An architecture whose process died is
    submitted again. Its last try starts after all other architectures have finished and runs alone, because processes
    that run in parallel may have taken the memory that it needs.

    Args:
        architectures: the architectures; an iterator is read only as far as necessary.
        submit: starts the job for one architecture.
        room: number of jobs that run in parallel.
        tries: number of times that an architecture is submitted while its processes die.
        deaths: exceptions of a future that mean that its process died. Other exceptions are raised to the caller.
        lost: returns the result of an architecture from the future of its last try.

    Yields:
        position in `architectures` from 0, and result.
    """
    unread = (_Attempt(*numbered) for numbered in enumerate(architectures))
    again: deque[_Attempt] = deque()
    alone: deque[_Attempt] = deque()
    running: dict[Future[Result], _Attempt] = {}
    while True:
        while len(running) < room:
            attempt = again.popleft() if again else next(unread, None)
            if attempt is None:
                break
            running[submit(attempt.architecture)] = attempt
        if not running:
            if not alone:
                return
            attempt = alone.popleft()
            running[submit(attempt.architecture)] = attempt
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            attempt = running.pop(future)
            try:
                result = future.result()
            except deaths:
                attempt = attempt._replace(deaths=attempt.deaths + 1)
                if attempt.deaths < tries:
                    (alone if attempt.deaths == tries - 1 else again).append(attempt)
                    continue
                result = lost(future)
            yield attempt.place, result
