"""Functions of a worker process, which runs one architecture after another in one thread and with bounded memory.

PyTorch is imported with the first job and not when the process starts.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, TypeVar

from nasport.schemas.architecture import Architecture

if TYPE_CHECKING:
    from nasport.toolkit.gennas.pool import Work

Result = TypeVar("Result")
_memory_bound = ExitStack()
_begun: tuple[str, Callable[[Architecture], Any]] | None = None


def run(architecture: Architecture, key: str, load: Callable[[], Work[Result]]) -> Result:
    """Run a job for one architecture.

    Args:
        architecture: the architecture.
        key: identifies the job. The process loads the job only once for successive calls with the same key.
        load: returns the job.
    """
    global _begun
    if _begun is None or _begun[0] != key:
        import torch

        from nasport.toolkit.gennas.memory import bounded_memory

        work = load()
        if _begun is None:
            torch.set_num_threads(1)
            _memory_bound.enter_context(bounded_memory(work.device))
        _begun = key, work.begun()
    result: Result = _begun[1](architecture)
    return result


def prepare() -> None:
    """Ignore Ctrl-C, which the parent process handles, and end this process when the parent is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_exit_with_parent, daemon=True).start()


def _exit_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
