"""Who is told how a run of the panel goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nasport.toolkit.panel.hearings import Notify


def _ignore(_: object) -> None:
    pass


@dataclass(frozen=True)
class Listener:
    """What is called while a run goes on.

    Attributes:
        warned: with what a user should know of the results.
        planned: with what there is time for, in words.
        heard: after every judgement.
    """

    warned: Callable[[str], None]
    planned: Callable[[str], None] = _ignore
    heard: Notify = _ignore
