"""Train architectures in parallel on a Ray cluster, with the same bits as `gennas/pool.py`.

Each training is a Ray task for one core or one GPU. The plan is sent once, through Ray's object store. nasport and the
processes of the cluster exchange data in Ray's own serialization (pickle); user files are never read that way.
"""

from __future__ import annotations

import secrets
from collections.abc import Generator, Iterable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

from nasport.runtime.predictor import cores as usable_cores
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError, NasportError
from nasport.toolkit.gennas.ray.cluster import connected, last_line, load_ray
from nasport.toolkit.gennas.retries import run_all
from nasport.toolkit.gennas.trainer import Outcome, Plan
from nasport.toolkit.gennas.worker_process import run

TRIES = 3  # nasport counts the tries, because Ray retries without limit when memory runs out
DIED = (
    f"the {TRIES} processes that trained it were killed or died, most likely because memory ran out, "
    "expected a smaller network or a smaller batch"
)


def regress_all_on_ray(
    architectures: Iterable[Architecture],
    plan: Plan,
    address: str | None = None,
    in_flight: int | None = None,
) -> Generator[tuple[int, Outcome], None, None]:
    """Train every architecture on a plan, on Ray.

    At most `in_flight` architectures are read in advance. If the process of an architecture dies (killed, out of memory,
    machine lost), the architecture is tried again, at most three times and the last time alone. Then it fails, and the
    others go on. Close the iterator (`contextlib.closing`) to cancel running tasks. A cluster that was started here ends
    with the iterator. A cluster that was joined keeps running, and the calling program's own connection stays open.

    Args:
        architectures: the architectures.
        plan: what they are trained on, and how.
        address: cluster to join, as for `ray.init`: `host:port`, `auto`, or `ray://host:port` (needs Ray's extra
            `client`). None starts a cluster on the cores of this machine, which other machines cannot reach.
        in_flight: number of architectures trained at the same time; None: the number of the cluster's cores, or of its
            GPUs if the plan's device is `cuda`.

    Yields:
        position in `architectures` from 0, and outcome, in the order in which they are finished.

    Raises:
        MissingRuntimeError: Ray is not installed.
        InputError: no cluster can be joined at `address`, or it has no GPU and the plan's device is `cuda`.
        NasportError: the cluster cannot run the tasks, for example because its machines lack nasport.
    """
    return _regress(load_ray(address is None), architectures, plan, address, in_flight)


def cluster(address: str | None = None, cores: int | None = None) -> AbstractContextManager[None]:
    """Stay connected to a cluster over several calls of `regress_all_on_ray`, and raise the same errors.

    Args:
        address: as for `regress_all_on_ray`.
        cores: number of cores of a started cluster; None: all cores that this process may use.
    """
    return connected(load_ray(address is None), address, cores or usable_cores())


def _regress(
    ray: Any, architectures: Iterable[Architecture], plan: Plan, address: str | None, in_flight: int | None
) -> Generator[tuple[int, Outcome], None, None]:
    errors = ray.exceptions
    with connected(ray, address, in_flight or usable_cores()):
        resources = ray.cluster_resources()
        gpus = int(resources.get("GPU", 0))
        if plan.device == "cuda" and not gpus:
            raise InputError("the Ray cluster has no GPU, expected a cluster with a GPU for --device cuda")
        key, load = secrets.token_hex(8), partial(ray.get, ray.put(plan))
        task = ray.remote(num_cpus=1, num_gpus=int(plan.device == "cuda"), max_retries=0)(run)
        running: dict[Future[Outcome], Any] = {}

        def submit(architecture: Architecture) -> Future[Outcome]:
            result = task.remote(architecture, key, load)
            future: Future[Outcome] = result.future()
            running[future] = result
            future.add_done_callback(running.pop)
            return future

        try:
            yield from run_all(
                architectures,
                submit,
                room=in_flight or max(1, gpus if plan.device == "cuda" else int(resources.get("CPU", 1))),
                tries=TRIES,
                deaths=(
                    errors.WorkerCrashedError,
                    errors.OutOfMemoryError,
                    errors.NodeDiedError,
                    errors.ObjectLostError,
                ),
                lost=lambda _: Outcome(None, None, DIED),
            )
        except errors.RayError as error:
            raise NasportError(
                f"the Ray cluster cannot train ({last_line(error)}), expected the same version of nasport[gennas,ray] "
                "on all of its machines"
            ) from error
        finally:
            for result in list(running.values()):
                ray.cancel(result, force=True)
