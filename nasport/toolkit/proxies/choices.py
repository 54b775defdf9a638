"""Options of the commands that compute proxies. The module imports only small modules, so that help appears quickly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nasport.toolkit.gennas.choices import DEVICES
from nasport.toolkit.options import Options, option


@dataclass(frozen=True, kw_only=True)
class ProxyChoices(Options):
    """Options of zero-cost proxies."""

    only: Sequence[str] = option(
        (),
        "Proxies to compute, separated by commas, such as nwot,synflow (default: all).",
        metavar="NAME,...",
        suggest="proxies",
    )
    images: Path | None = option(
        None,
        "Input images of the networks: an image file, a folder of images, an .npz file or the CIFAR-10 files (default: "
        "photographs shipped with nasport).",
    )
    seed: int = option(0, "Seed of all random choices: weights, images, labels, noise, samples.", least=0)
    batch_size: int = option(32, "Number of images in a batch.", least=2)
    depth: float = option(1.0, "Factor on the repeats of every stage.", metavar="FACTOR")
    width: float | None = option(None, "Factor on all widths of the networks (default: 1).", metavar="FACTOR")
    largest_image: int = option(
        64, "Largest height or width of the images in pixels; larger images are shrunk.", least=1
    )
    device: str | None = option(
        None, "Device on which the networks run (default: cpu).", "--provider", "--device", words=DEVICES
    )

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the proxies in `only`, whose entries may hold several names separated by commas."""
        return tuple(name.strip() for text in self.only for name in text.split(",") if name.strip())
