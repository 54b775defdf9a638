"""What a process of a Ray cluster does: one document after another, as a process of the local pool does.

One thread, bounded memory, one `Trainer` for as long as the plan stays the same. PyTorch is loaded with the first
document that can be read, not before: a document that kills its processes kills them early.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from nasport.schemas.architecture import Architecture

if TYPE_CHECKING:
    from nasport.toolkit.gennas.trainer import Outcome, Plan, Trainer

_bounds = ExitStack()  # of this process's memory, for as long as it lives
_trainer: tuple[str, Trainer] | None = None


def train(architecture: Architecture, key: str, plan: list[Any]) -> Outcome:
    """Train one architecture.

    Args:
        key: tells one plan from the next.
        plan: a reference to it, in a list so that it is fetched only by who lacks it.
    """
    global _trainer
    if _trainer is None or _trainer[0] != key:
        import ray
        import torch

        from nasport.toolkit.gennas.memory import bounded_memory
        from nasport.toolkit.gennas.trainer import Trainer

        made: Plan = ray.get(plan[0])
        if _trainer is None:
            torch.set_num_threads(1)
            _bounds.enter_context(bounded_memory(made.device))
        _trainer = (key, Trainer(made))
    return _trainer[1](architecture)
