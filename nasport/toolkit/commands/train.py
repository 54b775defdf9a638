"""`nasport train`: make a shipped bundle anew."""

from __future__ import annotations

from pathlib import Path

from nasport.runtime.bundle import open_bundle
from nasport.schemas.errors import InputError
from nasport.schemas.nearest import did_you_mean
from nasport.toolkit.laboratory.recipes import recipe


def run_train(name: str, out: Path, seeds: int | None, projection: int | None, readout: str) -> int:
    """Train, export, prove and write the bundle `name`; print its card."""
    made = recipe(name)  # first: it says so where torch is not installed
    from nasport.models.tgnas import TgnasConfig

    if readout not in ("global", "mean"):
        raise InputError(
            f"unknown readout {readout!r}{did_you_mean(readout, ('global', 'mean'))}expected 'global' or 'mean'"
        )
    config = TgnasConfig(projection=projection, readout="mean" if readout == "mean" else "global")
    made.make(out, seeds=seeds, config=config)
    print(open_bundle(out).read("CARD.md").decode())
    return 0
