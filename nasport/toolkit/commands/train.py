"""`nasport train`: make a shipped bundle anew."""

from __future__ import annotations

from pathlib import Path

from nasport.runtime.bundle import open_bundle
from nasport.toolkit.recipes import recipe


def run_train(name: str, out: Path, seeds: int) -> int:
    """Train, export, prove and write the bundle `name`; print its card."""
    recipe(name).make(out, seeds=seeds)
    print(open_bundle(out).read("CARD.md").decode())
    return 0
