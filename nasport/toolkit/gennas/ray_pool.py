"""Architectures trained side by side on Ray, where one machine is not enough: the same bits as from `pool`.

Each document is a task for one core (or one GPU) of a cluster, which Ray hands to whatever machine has one free. A task
runs as in the local pool: one thread, bounded memory, one `Trainer` a process for as long as the plan stays the same.
The plan travels once, through Ray's object store. What goes between our processes is packed by Ray's own serialisation
(pickle); nothing that a user wrote to a file is ever read that way.

Ray itself would try a task again for ever where memory ran out, so the tries are counted here.
"""

from __future__ import annotations

import importlib
import logging
import os
import secrets
import shutil
import socket
import tempfile
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

import torch

from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError, MissingRuntimeError, NasportError
from nasport.toolkit.gennas.memory import bounded_memory
from nasport.toolkit.gennas.pool import usable_cores
from nasport.toolkit.gennas.trainer import Outcome, Plan, Trainer

TRIES = 3  # of a document whose processes die; the last of them while nothing else of ours runs
DIED = (
    f"the {TRIES} processes that trained it were killed or died, most likely for want of memory, "
    "expected a smaller network or a smaller batch"
)

_LOOPBACK = "127.0.0.1"
_TOKEN = secrets.token_hex(32)  # of the clusters that are started here: Ray reads it once a process
_ANSWER_SECONDS = 10
_STORE_BYTES = 200 * 2**20  # a plan is a few megabytes, an outcome some hundred bytes
_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_enable_metrics_collection": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # or a warning about what a later version will do
}


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
    return _regress(_ray(), architectures, plan, address, in_flight)


@contextmanager
def cluster(address: str | None = None, cores: int | None = None) -> Iterator[None]:
    """Stay connected for the length of the block, over several calls of `regress_all_on_ray`; raises as that does.

    Args:
        address: as there.
        cores: of a cluster that is started; None: all that this process may use.
    """
    ray = _ray()
    with _cluster(ray, address, cores or usable_cores()):
        yield


class _Document(NamedTuple):
    """An architecture, its place among those to train, and how many processes died of it."""

    place: int
    architecture: Architecture
    deaths: int = 0


def _regress(
    ray: Any, architectures: Iterable[Architecture], plan: Plan, address: str | None, in_flight: int | None
) -> Generator[tuple[int, Outcome], None, None]:
    with _cluster(ray, address, in_flight or usable_cores()):
        tasks = _Tasks(ray, plan)
        try:
            yield from _outcomes(tasks, architectures, in_flight or _room(ray, plan))
        finally:
            tasks.cancel()


def _outcomes(
    tasks: _Tasks, architectures: Iterable[Architecture], in_flight: int
) -> Iterator[tuple[int, Outcome]]:
    documents = (_Document(*found) for found in enumerate(architectures))
    again: deque[_Document] = deque()
    alone: deque[_Document] = deque()
    while True:
        while len(tasks.running) < in_flight:
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
        self.running: dict[Any, _Document] = {}
        self._ray = ray
        self._key = secrets.token_hex(8)
        self._plan = ray.put(plan)
        gpus = 1 if plan.device == "cuda" else 0
        self._train = ray.remote(num_cpus=1, num_gpus=gpus, max_retries=0)(_train)

    def start(self, document: _Document) -> None:
        # In a list, a reference is handed over as it is, and fetched by those who lack what it refers to.
        reference = self._train.remote(document.architecture, self._key, [self._plan])
        self.running[reference] = document

    def finished(self) -> Iterator[tuple[_Document, Outcome | None]]:
        """Wait for at least one; None: its process died, which is counted on the document."""
        done, _ = self._ray.wait(list(self.running), num_returns=1)
        errors = self._ray.exceptions
        for reference in done:
            document = self.running.pop(reference)
            try:
                yield document, self._ray.get(reference)
            except (
                errors.WorkerCrashedError,
                errors.OutOfMemoryError,
                errors.NodeDiedError,
                errors.ObjectLostError,
            ):
                yield document._replace(deaths=document.deaths + 1), None
            except errors.RayError as error:
                raise NasportError(
                    f"the Ray cluster cannot train ({_last_line(error)}), expected the same version of nasport[gennas,ray] "
                    "on all of its machines"
                ) from error

    def cancel(self) -> None:
        for reference in self.running:
            self._ray.cancel(reference, force=True)
        self.running.clear()


_bounds = ExitStack()  # of a worker's memory, for as long as it lives
_trainer: tuple[str, Trainer] | None = None


def _train(architecture: Architecture, key: str, plan: list[Any]) -> Outcome:
    """What a worker does: `plan` holds a reference, `key` tells one plan from the next."""
    global _trainer
    if _trainer is None or _trainer[0] != key:
        import ray

        made: Plan = ray.get(plan[0])
        if _trainer is None:
            torch.set_num_threads(1)
            _bounds.enter_context(bounded_memory(made.device))
        _trainer = (key, Trainer(made))
    return _trainer[1](architecture)


def _ray() -> Any:
    """Ray, imported so that it is quiet; the user's own settings in the environment have precedence."""
    for key, value in _QUIET.items():
        os.environ.setdefault(key, value)
    try:
        import ray
        import ray.exceptions
    except ImportError as error:
        raise MissingRuntimeError(
            f"{error.name or 'ray'} is not installed, which training on a cluster needs: pip install 'nasport[ray]'"
        ) from error
    return ray


@contextmanager
def _cluster(ray: Any, address: str | None, cores: int) -> Iterator[None]:
    """A connection to a cluster for the length of the block."""
    if ray.is_initialized():  # by the calling program, whose business it stays
        yield
        return
    with _no_messages(), ExitStack() as ends:
        if address is None:
            _start(ray, cores, ends)
        else:
            _join(ray, address)
            ends.callback(ray.shutdown)
        yield


def _start(ray: Any, cores: int, ends: ExitStack) -> None:
    """A cluster on this machine, which no other can reach and which asks for a secret besides."""
    # Not TMPDIR, which may be too long for the names of sockets; not Ray's own folder, where others look for clusters.
    folder = tempfile.mkdtemp(prefix="nasport-ray-", dir="/tmp" if os.path.isdir("/tmp") else None)
    ends.callback(shutil.rmtree, folder, ignore_errors=True)
    ends.enter_context(_loopback())
    ray.init(
        address="local",
        num_cpus=cores,
        include_dashboard=False,
        log_to_driver=False,
        logging_level=logging.ERROR,
        object_store_memory=_STORE_BYTES,
        _node_ip_address=_LOOPBACK,
        _temp_dir=folder,
    )
    ends.callback(ray.shutdown)
    if ray.util.get_node_ip_address() != _LOOPBACK:
        raise NasportError(
            "this version of Ray would listen to other machines, expected another one, or a cluster of your own to join"
        )


@contextmanager
def _loopback() -> Iterator[None]:
    """Let Ray take the loopback as a machine's address, as it does where clusters are not supported (macOS, Windows).

    Elsewhere Ray replaces it with an address that other machines can reach.
    """
    constants: Any = importlib.import_module("ray._private.ray_constants")
    ours = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
    if not os.environ.keys() & {"RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"}:
        ours["RAY_AUTH_TOKEN"] = _TOKEN  # or Ray writes one into the home folder
    before, environment = constants.ENABLE_RAY_CLUSTER, dict(os.environ)
    constants.ENABLE_RAY_CLUSTER = False  # which was read from the environment when Ray was imported
    os.environ.update(ours)
    try:
        yield
    finally:
        constants.ENABLE_RAY_CLUSTER = before
        for key in {*ours, "RAY_AUTH_MODE"} - environment.keys():
            os.environ.pop(key, None)


def _join(ray: Any, address: str) -> None:
    try:
        _check_answered(address)
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    except ImportError as error:
        raise MissingRuntimeError(
            f"{error.name or 'grpc'} is not installed, which an address ray://... needs: pip install 'ray[client]'"
        ) from error
    except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        raise InputError(
            f"no Ray cluster can be joined at {address!r} ({_last_line(error)}), expected the address of one that runs: "
            "host:port, auto or ray://host:port"
        ) from error


def _check_answered(address: str) -> None:
    """Raises OSError or ValueError at once where nobody listens; Ray would ask for minutes."""
    if address != "auto":
        host, _, port = address.removeprefix("ray://").rpartition(":")
        socket.create_connection((host.strip("[]"), int(port)), timeout=_ANSWER_SECONDS).close()


def _room(ray: Any, plan: Plan) -> int:
    """How many documents the cluster can train at a time."""
    found = ray.cluster_resources()
    if plan.device != "cuda":
        return max(1, int(found.get("CPU", 1)))
    if not found.get("GPU"):
        raise InputError("the Ray cluster has no GPU, expected one for --device cuda")
    return max(1, int(found["GPU"]))


@contextmanager
def _no_messages() -> Iterator[None]:
    """Keep Ray from printing that a process died: to standard output, where results go, and without an option."""
    worker: Any = importlib.import_module("ray._private.worker")
    before = getattr(worker, "print_to_stdstream", _say_nothing)
    worker.print_to_stdstream = _say_nothing
    try:
        yield
    finally:
        worker.print_to_stdstream = before


def _say_nothing(*_: object, **__: object) -> None:
    """In the place of what prints."""


def _last_line(error: BaseException) -> str:
    """The line of a message that says what happened; those before it are the traceback of another process."""
    lines = str(error).strip().splitlines()
    return lines[-1].strip() if lines else type(error).__name__
