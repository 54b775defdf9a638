"""Architectures that kill the processes that unpickle them. This module imports little, so these processes die quickly."""

from __future__ import annotations

import os
import signal
from typing import Any

from nasport.schemas.architecture import Architecture


class Deadly(Architecture):
    """Kills every process that unpickles it."""

    def __reduce__(self) -> Any:
        return signal.raise_signal, (signal.SIGKILL,)


class DeadlyOnce(Architecture):
    """Kills the first process that unpickles it, which writes its number to a file (the name of the document)."""

    def __reduce__(self) -> Any:
        return _die_once, (self.name, vars(self))


def _die_once(marker: str, fields: dict[str, Any]) -> Architecture:
    try:
        descriptor = os.open(marker, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    except FileExistsError:
        return Architecture(**fields)
    os.write(descriptor, str(os.getpid()).encode())
    signal.raise_signal(signal.SIGKILL)
    raise AssertionError
