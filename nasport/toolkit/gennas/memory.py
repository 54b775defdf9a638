"""A bound on the memory of a process, so that a network that is too large raises an error.

Without a bound, Linux grants more memory than there is and kills a process that uses it. With the bound, the allocation
fails immediately, so only one document fails and the process continues.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from nasport.schemas.errors import InputError

# Parts of torch's messages when an allocation fails or a size overflows.
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
TOO_LARGE = "the network needs more memory than is free, expected a smaller network or a smaller batch"
TASK_TOO_LARGE = (
    "the targets of the task need more memory than is free, expected fewer channels or a smaller batch"
)

_GROUP = Path("/sys/fs/cgroup")
# Memory of a container (control groups of version 2 and 1): the files with its limit and its used bytes, and the file and
# key of its file cache, which is part of the used bytes but is freed on demand.
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
    """Raise InputError with a message if an allocation inside the block fails."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        refused = any(refusal in str(error) for refusal in _REFUSALS)
        if refused or isinstance(error, MemoryError | torch.OutOfMemoryError):
            raise InputError(problem) from error
        raise


@contextmanager
def bounded_memory(device: str = "cpu") -> Iterator[None]:
    """Limit this process to the memory that is free now.

    The limit applies only on Linux and for the device `cpu`.
    """
    free = _free_memory() if sys.platform.startswith("linux") and device == "cpu" else None
    if free is None:
        yield
        return
    import resource

    before, hard = resource.getrlimit(resource.RLIMIT_DATA)
    # Data of this process, including memory that was granted but not yet used.
    taken = _number("/proc/self/status", "VmData:", 1024) or 0
    limits = [limit for limit in (before, hard) if limit != resource.RLIM_INFINITY]
    bound = min([taken + free, *limits])
    try:
        resource.setrlimit(resource.RLIMIT_DATA, (bound, hard))
    except (ValueError, OSError):  # the system does not permit a limit
        yield
        return
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (before, hard))


def _free_memory() -> int | None:
    """Return the free bytes of the machine or its container, whichever is less; None: unknown."""
    free = [value for value in [_number("/proc/meminfo", "MemAvailable:", 1024)] if value is not None]
    for limit, used, statistics, cache in _LIMITS:
        try:
            taken = int((_GROUP / used).read_text()) - (_number(_GROUP / statistics, cache) or 0)
            free.append(max(0, int((_GROUP / limit).read_text()) - taken))
        except (OSError, ValueError):  # the file is missing, or the limit is "max"
            continue
    return min(free, default=None)


def _number(file: str | Path, key: str, unit: int = 1) -> int | None:
    """Return a value in bytes from a file with lines such as `VmData:   1234 kB`; None if it is missing."""
    try:
        lines = Path(file).read_text().splitlines()
    except OSError:
        return None
    return next((int(words[1]) * unit for words in map(str.split, lines) if words[:1] == [key]), None)
