"""A connection to a Ray cluster: one that is started here and that nobody else can reach, or one that is joined.

Ray has no public option to listen on the loopback alone, nor to keep quiet about dead processes. So two of its private
parts are used, where this version of Ray has them. Whether a cluster that was started really is this machine's alone is
checked afterwards by what Ray itself tells; if not, it is ended again and the user is told to start one.
"""

from __future__ import annotations

import importlib
import logging
import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from nasport.runtime.installation import pip_install
from nasport.schemas.errors import InputError, MissingRuntimeError, NasportError

_LOOPBACK = "127.0.0.1"
_TOKEN = secrets.token_hex(32)  # of the clusters that are started here: Ray reads it once a process
_ANSWER_SECONDS = 10
_STORE_BYTES = 200 * 2**20  # a plan is a few megabytes, an outcome some hundred bytes
_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_enable_metrics_collection": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # or a warning about what a later version will do
}


def load_ray() -> Any:
    """Ray, imported so that it is quiet; the user's own settings in the environment have precedence.

    Raises:
        MissingRuntimeError: it is not installed.
    """
    for key, value in _QUIET.items():
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
    """A connection for the length of the block; one that the calling program has already is used, and stays.

    Args:
        address: of a cluster to join, as `ray.init` takes it; None: one of this machine's own cores is started, and
            ended with the block.
        cores: of a cluster that is started.

    Raises:
        InputError: no cluster can be joined at `address`.
        MissingRuntimeError: an address `ray://...` without Ray's extra `client`.
        NasportError: this version of Ray cannot be kept to this machine.
    """
    if ray.is_initialized():
        yield
        return
    # Ray prints that a process died to standard output, where results go, and without an option.
    silent = _replaced("ray._private.worker", "print_to_stdstream", lambda *_, **__: None)
    with silent, ExitStack() as ends:
        if address is None:
            _start(ray, cores, ends)
        else:
            ends.callback(ray.shutdown)
            try:
                if address != "auto":  # Ray would ask for minutes where nobody listens
                    host, _, port = address.removeprefix("ray://").rpartition(":")
                    socket.create_connection((host.strip("[]"), int(port)), timeout=_ANSWER_SECONDS).close()
                ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
            except ImportError as error:
                raise MissingRuntimeError(
                    f"{error.name or 'grpc'} is not installed, which an address ray://... needs: pip install 'ray[client]'"
                ) from error
            except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
                raise InputError(
                    f"no Ray cluster can be joined at {address!r} ({last_line(error)}), expected the address of one that runs: "
                    "host:port, auto or ray://host:port"
                ) from error
        yield


def _start(ray: Any, cores: int, ends: ExitStack) -> None:
    """A cluster on this machine, which no other can reach and which asks for a secret besides."""
    # Not TMPDIR, which may be too long for the names of sockets; not Ray's own folder, where others look for clusters.
    folder = tempfile.mkdtemp(prefix="nasport-ray-", dir="/tmp" if os.path.isdir("/tmp") else None)
    ends.callback(shutil.rmtree, folder, ignore_errors=True)
    ends.callback(ray.shutdown)
    ends.enter_context(_loopback())
    try:
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
    except (OSError, RuntimeError, TypeError, ValueError, ray.exceptions.RayError) as error:
        raise NasportError(
            f"no Ray cluster can be started here ({last_line(error)}), expected ray 2.52 or later, or the address of a "
            "cluster to join"
        ) from error
    if any(node["NodeManagerAddress"] != _LOOPBACK for node in ray.nodes()):
        raise NasportError(
            "this version of Ray would listen to other machines, expected another one, or a cluster of your own to join"
        )


@contextmanager
def _loopback() -> Iterator[None]:
    """Let Ray take the loopback as a machine's address, as it does where clusters are not supported (macOS, Windows).

    Elsewhere Ray replaces it with an address that other machines can reach.
    """
    ours = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
    if not os.environ.keys() & {"RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"}:
        ours["RAY_AUTH_TOKEN"] = _TOKEN  # or Ray writes one into the home folder
    environment = dict(os.environ)
    os.environ.update(ours)
    try:
        # Ray has read that variable already, when it was imported.
        with _replaced("ray._private.ray_constants", "ENABLE_RAY_CLUSTER", False):
            yield
    finally:
        for key in {*ours, "RAY_AUTH_MODE"} - environment.keys():
            os.environ.pop(key, None)


@contextmanager
def _replaced(module: str, name: str, value: object) -> Iterator[None]:
    """Another value for a private part of Ray for the length of the block; nothing where there is no such part."""
    try:
        owner: Any = importlib.import_module(module)
        before = getattr(owner, name)
    except (ImportError, AttributeError):
        yield
        return
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


def last_line(error: BaseException) -> str:
    """The line of a message that says what happened; those before it are the traceback of another process."""
    lines = str(error).strip().splitlines()
    return lines[-1].strip() if lines else type(error).__name__
