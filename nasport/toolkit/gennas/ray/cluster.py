"""Connection to a Ray cluster: a cluster started on this machine, which other machines cannot reach, or an existing one.

Ray reads from an environment variable, when it is imported, whether it listens only at the loopback address. `load_ray`
sets the variable before the import. After the start, Ray is asked for the address of the cluster. If other machines
could reach it, the cluster is ended with an error.
"""

from __future__ import annotations

import io
import logging
import os
import secrets
import shutil
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from typing import IO, Any, cast

from nasport.runtime.installation import pip_install
from nasport.schemas.errors import InputError, MissingRuntimeError, NasportError

_LOOPBACK = "127.0.0.1"
_TOKEN = secrets.token_hex(32)  # all clusters share one token, because Ray reads it only once per process
_ANSWER_SECONDS = 10
_STORE_BYTES = 200 * 2**20  # a plan is a few megabytes, an outcome some hundred bytes
_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_enable_metrics_collection": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # prevents a warning about a later version of Ray
}
# With this variable, Ray listens only at the loopback address, even on Linux.
_LOCAL = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}


def load_ray(local: bool) -> Any:
    """Import Ray without its usage statistics, metrics and warnings; variables that the user has set keep their values.

    Args:
        local: whether a cluster is to be started on this machine.

    Raises:
        MissingRuntimeError: Ray is not installed.
    """
    for key, value in {**_QUIET, **(_LOCAL if local else {})}.items():
        os.environ.setdefault(key, value)
    try:
        import ray
        import ray.exceptions
    except ImportError as error:
        raise MissingRuntimeError(
            f"{error.name or 'ray'} is not installed, which training on a cluster needs: {pip_install('ray')}"
        ) from error
    return ray


@contextmanager
def connected(ray: Any, address: str | None, cores: int) -> Iterator[None]:
    """Connect to a cluster for the duration of the block; use the connection of the calling program if it has one.

    Args:
        ray: the module.
        address: cluster to join, as for `ray.init`; None starts a cluster on this machine, which ends with the block.
        cores: number of cores of a started cluster.

    Raises:
        InputError: no cluster can be joined at `address`.
        MissingRuntimeError: the address is `ray://...`, but Ray's extra `client` is not installed.
        NasportError: no cluster can be started, or other machines could reach it.
    """
    if ray.is_initialized():
        yield
        return
    # A thread of Ray prints to standard output when a worker process dies, and no option prevents it.
    muted = _MutedThreads()
    before = threading.enumerate()
    with ExitStack() as ends:
        ends.enter_context(redirect_stdout(cast("IO[str]", muted)))
        if address is None:
            _start(ray, cores, ends)
        else:
            ends.callback(_shut_down, ray)
            _join(ray, address)
        muted.threads = set(threading.enumerate()).difference(before)
        yield


def _start(ray: Any, cores: int, ends: ExitStack) -> None:
    """Start a cluster that only this machine can reach and that requires a token."""
    # TMPDIR may be too long for the names of sockets, and other programs look for clusters in Ray's default folder.
    folder = tempfile.mkdtemp(prefix="nasport-ray-", dir="/tmp" if os.path.isdir("/tmp") else None)
    ends.callback(shutil.rmtree, folder, ignore_errors=True)
    ends.callback(_shut_down, ray)
    settings = {"RAY_TMPDIR": folder}
    if not os.environ.keys() & {"RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"}:
        settings["RAY_AUTH_TOKEN"] = _TOKEN
    for key in (*settings, "RAY_AUTH_MODE"):  # Ray sets the mode if there is a token
        ends.callback(_restore, key, os.environ.get(key))
    os.environ.update(settings)
    try:
        ray.init(
            address="local",
            num_cpus=cores,
            include_dashboard=False,
            log_to_driver=False,
            logging_level=logging.ERROR,
            object_store_memory=_STORE_BYTES,
        )
    except (OSError, RuntimeError, TypeError, ValueError, ray.exceptions.RayError) as error:
        raise NasportError(
            f"no Ray cluster can be started on this machine ({last_line(error)}), expected ray 2.52 or later, or the "
            "address of a cluster to join"
        ) from error
    if any(node["NodeManagerAddress"] != _LOOPBACK for node in ray.nodes()):
        raise NasportError(
            "other machines could reach the Ray cluster that was started, expected the environment variable "
            "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER=0 before Ray is imported, or the address of a cluster to join"
        )


def _shut_down(ray: Any) -> None:
    with redirect_stdout(io.StringIO()):  # Ray prints repeated messages that it has held back
        ray.shutdown()


def _restore(key: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(key, None)
    else:
        os.environ[key] = value


def _join(ray: Any, address: str) -> None:
    try:
        if address != "auto":  # Ray would retry for minutes at an address without a cluster
            host, _, port = address.removeprefix("ray://").rpartition(":")
            socket.create_connection((host.strip("[]"), int(port)), timeout=_ANSWER_SECONDS).close()
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    except ImportError as error:
        raise MissingRuntimeError(
            f"{error.name or 'grpc'} is not installed, which an address ray://... needs: pip install 'ray[client]'"
        ) from error
    except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        raise InputError(
            f"no Ray cluster can be joined at {address!r} ({last_line(error)}), expected the address of a running "
            "cluster: host:port, auto or ray://host:port"
        ) from error


class _MutedThreads:
    """Standard output without the text that some threads print.

    Attributes:
        threads: these threads.
    """

    def __init__(self) -> None:
        self.threads: set[threading.Thread] = set()
        self._stdout = sys.stdout

    def write(self, text: str) -> int:
        return len(text) if threading.current_thread() in self.threads else self._stdout.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stdout, name)


def last_line(error: BaseException) -> str:
    """Return the last line of a message: the cause, after the traceback of another process."""
    lines = str(error).strip().splitlines()
    return lines[-1].strip() if lines else type(error).__name__
