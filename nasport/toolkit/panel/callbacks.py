"""Functions that a run of the panel calls with warnings, messages and its progress."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nasport.toolkit.panel.evaluations import Notify


def _ignore(_: object) -> None:
    pass


@dataclass(frozen=True)
class Callbacks:
    """Functions that are called during a run.

    Attributes:
        on_warning: receives the text of each warning about the results.
        on_message: receives sentences that describe the plan of the run.
        on_progress: is called after every evaluation.
    """

    on_warning: Callable[[str], None]
    on_message: Callable[[str], None] = _ignore
    on_progress: Notify = _ignore
