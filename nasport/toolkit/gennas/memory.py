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
_REFUSALS = (
    "can't allocate memory",
    "Storage size calculation overflowed",
    "multiplication overflow",
    "could not create a primitive",
    "could not create a memory",
    "CUDA error: out of memory",
    "CUDNN_STATUS_ALLOC_FAILED",
    "CUBLAS_STATUS_ALLOC_FAILED",
)
TOO_LARGE = "the network needs more memory than there is, expected a smaller one or a smaller batch"
TASK_TOO_LARGE = (
    "the task's targets need more memory than there is, expected fewer channels or a smaller batch"
)

_GROUP = Path("/sys/fs/cgroup")
# A container's memory, of version 2 and of version 1: files with its limit and its use in bytes, and the line of a third
# with the part of the use that is given back when it is needed: files that were read.
_LIMITS = (
    ("memory.max", "memory.current", "memory.stat", "inactive_file"),
    (
        "memory/memory.limit_in_bytes",
        "memory/memory.usage_in_bytes",
        "memory/memory.stat",
        "total_inactive_file",
    ),
)


@contextmanager
def refusing_too_large(problem: str = TOO_LARGE) -> Iterator[None]:
    """Raises InputError with this problem where memory is refused inside the block."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        refused = any(refusal in str(error) for refusal in _REFUSALS)
        if refused or isinstance(error, MemoryError | torch.OutOfMemoryError):
            raise InputError(problem) from error
        raise


@contextmanager
def bounded_memory(device: str = "cpu") -> Iterator[None]:
    """Let this process take no more than what is free now (Linux; elsewhere, and where a GPU is used, nothing)."""
    free = _free_memory() if sys.platform.startswith("linux") and device == "cpu" else None
    if free is None:
        yield
        return
    import resource

    before, hard = resource.getrlimit(resource.RLIMIT_DATA)
    # Data that it holds already, promised ones included.
    taken = _number("/proc/self/status", "VmData:", 1024) or 0
    limits = [limit for limit in (before, hard) if limit != resource.RLIM_INFINITY]
    bound = min([taken + free, *limits])
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
    free = [value for value in [_number("/proc/meminfo", "MemAvailable:", 1024)] if value is not None]
    for limit, used, statistics, cache in _LIMITS:
        try:
            taken = int((_GROUP / used).read_text()) - (_number(_GROUP / statistics, cache) or 0)
            free.append(max(0, int((_GROUP / limit).read_text()) - taken))
        except (OSError, ValueError):  # no such group, or "max"
            continue
    return min(free, default=None)


def _number(file: str | Path, key: str, unit: int = 1) -> int | None:
    """A value of a file of lines such as `VmData:   1234 kB`, in bytes."""
    try:
        lines = Path(file).read_text().splitlines()
    except OSError:
        return None
    return next((int(words[1]) * unit for words in map(str.split, lines) if words[:1] == [key]), None)
