"""What somebody asks for: the options of the commands that train."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Choices:
    """What the options say; None: the preset's, the task's, or what suits the family."""

    task: str | None = None
    preset: str = "full"
    images: Path | None = None
    seed: int = 0
    iterations: int | None = None
    batch_size: int | None = None
    width: float | None = None
    precision: str = "auto"
    device: str = "cpu"
