"""Architectures trained side by side on Ray, where one machine is not enough: the same bits as from `gennas/pool.py`.

Each document is a task (`worker.py`) for one core (or one GPU) of a cluster (`cluster.py`), which Ray hands to
whatever machine has one free. The plan travels once, through Ray's object store. What goes between our processes is
packed by Ray's own serialization (pickle); nothing that a user wrote to a file is ever read that way.

Ray itself would try a task again for ever where memory ran out, so the tries are counted here.
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import AbstractContextManager, closing
from typing import Any, NamedTuple

from nasport.runtime.predictor import cores as usable_cores
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError, NasportError
from nasport.toolkit.gennas.ray import worker
from nasport.toolkit.gennas.ray.cluster import connected, last_line, load_ray
from nasport.toolkit.gennas.trainer import Outcome, Plan

TRIES = 3  # of a document whose processes die; the last of them while nothing else of ours runs
DIED = (
    f"the {TRIES} processes that trained it were killed or died, most likely for want of memory, "
    "expected a smaller network or a smaller batch"
)


def regress_all_on_ray(
    architectures: Iterable[Architecture],
    plan: Plan,
    address: str | None = None,
    in_flight: int | None = None,
) -> Generator[tuple[int, Outcome], None, None]:
    """Train every architecture on a plan, on Ray.

    Documents are taken as the cluster has room, never more than `in_flight` ahead. A document whose process dies (killed,
    out of memory, its machine gone) is tried again, at most three times and the last time while no other runs, and then
    fails alone. Close the iterator (`contextlib.closing`) to cancel what runs. A cluster that was started here is ended
    with it; one that was joined stays, and so does a connection that the calling program had already.

    Args:
        address: of a cluster to join, as `ray.init` takes it: `host:port`, `auto`, `ray://host:port` (needs Ray's extra
            `client`); None: a cluster of this machine's own cores is started, reachable from this machine only.
        in_flight: documents at a time; None: as many as the cluster has cores, or GPUs where the plan is for `cuda`.

    Yields:
        place in `architectures`, from 0, and outcome, as they come.

    Raises:
        MissingRuntimeError: Ray is not installed.
        InputError: no cluster can be joined at `address`, or it has no GPU for a plan that wants one.
        NasportError: the cluster cannot run the tasks, for example for want of nasport on its machines.
    """
    return _regress(load_ray(), architectures, plan, address, in_flight)


def cluster(address: str | None = None, cores: int | None = None) -> AbstractContextManager[None]:
    """Stay connected for the length of the block, over several calls of `regress_all_on_ray`; raises as that does.

    Args:
        address: as there.
        cores: of a cluster that is started; None: all that this process may use.
    """
    return connected(load_ray(), address, cores or usable_cores())


class _Attempt(NamedTuple):
    """An architecture at its place among those to train, and how many processes died of it."""

    place: int
    architecture: Architecture
    deaths: int = 0


def _regress(
    ray: Any, architectures: Iterable[Architecture], plan: Plan, address: str | None, in_flight: int | None
) -> Generator[tuple[int, Outcome], None, None]:
    with connected(ray, address, in_flight or usable_cores()), closing(_Tasks(ray, plan)) as tasks:
        room = in_flight
        if not room:  # how many documents the cluster can train at a time
            found = ray.cluster_resources()
            if plan.device == "cuda" and not found.get("GPU"):
                raise InputError("the Ray cluster has no GPU, expected one for --device cuda")
            room = max(1, int(found["GPU"] if plan.device == "cuda" else found.get("CPU", 1)))
        documents = (_Attempt(*found) for found in enumerate(architectures))
        again: deque[_Attempt] = deque()
        alone: deque[_Attempt] = deque()
        while True:
            while len(tasks.running) < room:
                document = again.popleft() if again else next(documents, None)
                if document is None:
                    break
                tasks.start(document)
            if not tasks.running:
                if not alone:
                    return
                tasks.start(alone.popleft())
            for document, outcome in tasks.finished():
                if outcome is not None:
                    yield document.place, outcome
                elif document.deaths == TRIES:
                    yield document.place, Outcome(None, None, DIED)
                else:
                    (alone if document.deaths == TRIES - 1 else again).append(document)


class _Tasks:
    """What runs on the cluster.

    Attributes:
        running: the document of each task.
    """

    def __init__(self, ray: Any, plan: Plan) -> None:
        self.running: dict[Any, _Attempt] = {}
        self._ray = ray
        self._key = secrets.token_hex(8)
        self._plan = ray.put(plan)
        gpus = 1 if plan.device == "cuda" else 0
        self._train = ray.remote(num_cpus=1, num_gpus=gpus, max_retries=0)(worker.train)

    def start(self, document: _Attempt) -> None:
        # In a list, a reference is handed over as it is, and fetched by those who lack what it refers to.
        reference = self._train.remote(document.architecture, self._key, [self._plan])
        self.running[reference] = document

    def finished(self) -> Iterator[tuple[_Attempt, Outcome | None]]:
        """Wait for at least one; None: its process died, which is counted on the document."""
        done, _ = self._ray.wait(list(self.running), num_returns=1)
        errors = self._ray.exceptions
        lost = (errors.NodeDiedError, errors.ObjectLostError)
        for reference in done:
            document = self.running.pop(reference)
            try:
                yield document, self._ray.get(reference)
            except (errors.WorkerCrashedError, errors.OutOfMemoryError, *lost):
                yield document._replace(deaths=document.deaths + 1), None
            except errors.RayError as error:
                raise NasportError(
                    f"the Ray cluster cannot train ({last_line(error)}), expected the same version of nasport[gennas,ray] "
                    "on all of its machines"
                ) from error

    def close(self) -> None:
        for reference in self.running:
            self._ray.cancel(reference, force=True)
        self.running.clear()
