"""A bound on what the process may take, so that a network which is too large is refused instead of killing it.

Linux promises memory that it does not have and kills a process that comes to use it. With the bound the promise is
refused at once, and that is an error which one document gets and the next survives.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from nasport.schemas.errors import InputError

# What torch says where memory is refused, and where a size is more than any memory.
_REFUSALS = ("can't allocate memory", "Storage size calculation overflowed", "multiplication overflow")
TOO_LARGE = "the network needs more memory than there is, expected a smaller one or a smaller batch"

_GROUP = Path("/sys/fs/cgroup")
# Limit and use of a container's memory, in bytes: of version 2, of version 1.
_LIMITS = (("memory.max", "memory.current"), ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"))


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error of Python's or torch's says that memory was refused."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(refusal in str(error) for refusal in _REFUSALS)


@contextmanager
def refusing_too_large() -> Iterator[None]:
    """Raises InputError where memory is refused inside the block."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        raise InputError(TOO_LARGE) from error


@contextmanager
def bounded_memory(device: str = "cpu") -> Iterator[None]:
    """Let this process take no more than what is free now (Linux; elsewhere, and where a GPU is used, nothing)."""
    free = _free_memory() if sys.platform.startswith("linux") and device == "cpu" else None
    if free is None:
        yield
        return
    import resource

    before, hard = resource.getrlimit(resource.RLIMIT_DATA)
    bound = _taken() + free
    for limit in (before, hard):
        if limit != resource.RLIM_INFINITY:
            bound = min(bound, limit)
    try:
        resource.setrlimit(resource.RLIMIT_DATA, (bound, hard))
    except (ValueError, OSError):  # not allowed here: then without
        yield
        return
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (before, hard))


def _free_memory() -> int | None:
    """Bytes: of the machine, or of the container where that is less; None: not known."""
    free = [value for value in [_kilobytes("/proc/meminfo", "MemAvailable:")] if value is not None]
    for limit, used in _LIMITS:
        try:
            free.append(max(0, int((_GROUP / limit).read_text()) - int((_GROUP / used).read_text())))
        except (OSError, ValueError):  # no such group, or "max"
            continue
    return min(free, default=None)


def _taken() -> int:
    """Bytes of data that this process holds already, promised ones included."""
    return _kilobytes("/proc/self/status", "VmData:") or 0


def _kilobytes(file: str, key: str) -> int | None:
    """A value of a file of lines such as `VmData:   1234 kB`, in bytes."""
    try:
        lines = Path(file).read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(key)), None)
